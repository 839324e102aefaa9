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

test('the past is kept for references whatever the number of threads, and over a restart', async () => {
  const directory = join(folder, 'references');
  const config = configSchema.parse({
    receive: { http: { port: 0 }, grpc: { enabled: false }, workers: 1 },
    expose: { enabled: false },
    observe: { clock: 'watermark', provisionalReferenceSize: 200 },
    state: { directory },
    models: [
      {
        name: 'm',
        references: [
          { name: 'first', kind: 'first_predictions' },
          { name: 'before', kind: 'rolling', window: '2h' },
        ],
      },
    ],
  });
  const beginMs = Date.UTC(2026, 2, 2);
  let number = 100_000;
  const states: string[][] = [];
  for (let run = 0; run < 2; run++) {
    const collector = await startCollector(config, { clock: systemClock, log: silentLog });
    for (let tenth = 0; tenth < 18; tenth++) {
      const timeUnixNano = BigInt(beginMs + (run * 18 + tenth) * 600_000) * 1_000_000n;
      const spans = Array.from({ length: 200 }, (_, at) => ({
        ...prediction(++number, { 'ml.feature.x': at }),
        startTimeUnixNano: timeUnixNano,
        endTimeUnixNano: timeUnixNano,
      }));
      await post(portOf(collector.httpAddress), '/v1/traces', PROTOBUF, Buffer.from(encodeTraces(requestOf(spans))));
      // Threads are gathered from as windows move on.
      await collector.metricsText();
    }
    const samples = parsePage(await collector.metricsText()).filter(({ name }) => name === 'ml_feature_drift_state');
    states.push(
      samples
        .filter(({ labels }) => labels.window === '1h')
        .map(({ labels }) => `${labels.reference} ${labels.state}`)
        .sort(),
    );
    await collector.drain();
  }
  const again = await startCollector(config, { clock: systemClock, log: silentLog });
  const page = parsePage(await again.metricsText());
  await again.drain();
  expect(states).toEqual([
    ['before ready', 'first ready'],
    ['before ready', 'first ready'],
  ]);
  const drift = page.find(
    ({ name, labels }) => name === 'ml_feature_drift_ratio' && labels.reference === 'before' && labels.window === '1h',
  );
  expect(drift?.value).toBeLessThan(0.01);
});

test('a body that cannot be decoded is the sender’s fault, in a thread as in the main one', async () => {
  const collector = await start(2);
  const answer = await post(portOf(collector.httpAddress), '/v1/traces', PROTOBUF, Buffer.from([0x0a, 0x7f]));
  expect(answer.status).toBe(400);
  await collector.drain();
});
