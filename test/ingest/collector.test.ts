/** The whole collector with worker threads behind its sockets: the page, the drain, the restart. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startCollector } from '../../src/collector.js';
import { configSchema } from '../../src/config/schema.js';
import { systemClock } from '../../src/lib/clock.js';
import { silentLog } from '../../src/lib/log.js';
import { prediction, requestOf } from '../conformance/collector-fixture.js';
import { parsePage } from '../expose/page.js';
import { encodeTraces } from '../oracle/otlp-oracle.js';
import { portOf, post, PROTOBUF } from '../receive/receiver-fixture.js';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-threads-'));
afterAll(() => rmSync(folder, { recursive: true }));

const start = (workers: number) =>
  startCollector(
    configSchema.parse({
      receive: { http: { port: 0 }, grpc: { enabled: false }, workers },
      expose: { enabled: false },
      state: { directory: folder },
    }),
    { clock: systemClock, log: silentLog },
  );

test('what was acknowledged is on the page, in the saved state, and there again after a restart with other threads', async () => {
  const value = (page: string, name: string, labels: Record<string, string>): number =>
    parsePage(page)
      .filter(
        (sample) => sample.name === name && Object.entries(labels).every(([key, text]) => sample.labels[key] === text),
      )
      .reduce((sum, sample) => sum + sample.value, 0);
  let number = 0;
  let sent = 0;
  for (const workers of [2, 0, 1]) {
    const collector = await start(workers);
    const bodies = Array.from({ length: 8 }, () =>
      Buffer.from(encodeTraces(requestOf(Array.from({ length: 50 }, () => prediction(++number))))),
    );
    const answers = await Promise.all(
      bodies.map((body) => post(portOf(collector.httpAddress), '/v1/traces', PROTOBUF, body)),
    );
    expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 200));
    sent += 400;
    const page = await collector.metricsText();
    expect(value(page, 'plumbline_items_observed_total', { signal: 'traces' })).toBe(sent);
    expect(value(page, 'ml_model_predictions_total', { model_name: 'm', model_version: '1' })).toBe(sent);
    const again = await post(portOf(collector.httpAddress), '/v1/traces', PROTOBUF, bodies[0]);
    expect(again.status).toBe(200);
    expect(value(await collector.metricsText(), 'plumbline_items_ignored_total', { reason: 'duplicate' })).toBe(
      50 * (sent / 400),
    );
    await collector.drain();
  }
});

test('a body that cannot be decoded is the sender’s fault, in a thread as in the main one', async () => {
  const collector = await start(2);
  const answer = await post(portOf(collector.httpAddress), '/v1/traces', PROTOBUF, Buffer.from([0x0a, 0x7f]));
  expect(answer.status).toBe(400);
  await collector.drain();
});
