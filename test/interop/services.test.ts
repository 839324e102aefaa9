/**
 * Model services in other languages, with nothing of ours in them, against the built `plumbline serve`: every
 * prediction, missing value, failure and ground truth that they send is on the page, over both transports, compressed
 * and not.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { expectAllDelivered, hasArrived } from './delivery.js';
import { CHAMPION, flightTraffic } from './flight-calls.js';
import { availableLanguages, type Program } from './languages.js';
import { COMPRESSIONS, PROTOCOLS, runService } from './model-service.js';
import { Plumbline } from './plumbline.js';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-interop-'));
afterAll(() => rmSync(folder, { recursive: true }));

const routes = PROTOCOLS.flatMap((protocol) => COMPRESSIONS.map((compression) => ({ protocol, compression })));

describe.each(availableLanguages())('$name', ({ prepare }) => {
  let program: Program;
  beforeAll(async () => {
    program = await prepare();
  });

  test.each(routes)('$protocol, compression $compression', async ({ protocol, compression }) => {
    const traffic = flightTraffic();
    const plumbline = await Plumbline.start(folder, traffic.training);
    try {
      const endpoint = protocol === 'grpc' ? plumbline.grpcEndpoint : plumbline.httpEndpoint;
      const route = { endpoint, protocol, compression };
      const answers = await runService(program, route, CHAMPION, traffic.predictions);
      await runService(program, route, undefined, traffic.groundTruths);
      expectAllDelivered(await plumbline.pageOnce(hasArrived(traffic)), traffic, answers);
    } finally {
      await plumbline.stop();
    }
  });
});
