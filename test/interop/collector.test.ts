/**
 * A real OpenTelemetry Collector between a model service and `plumbline serve`, with the very configuration that
 * `deploy/otel-collector` ships: what goes in at one end comes out complete at the other.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { freePort } from '../e2e/stack.js';
import { expectAllDelivered, hasArrived } from './delivery.js';
import { CHAMPION, flightTraffic } from './flight-calls.js';
import { availableLanguages, buildGo, type Program } from './languages.js';
import { PROTOCOLS, runService } from './model-service.js';
import { Plumbline } from './plumbline.js';
import { RunningProcess } from './running-process.js';

const SHIPPED = join(import.meta.dirname, '../../deploy/otel-collector/config.yaml');
const folder = mkdtempSync(join(tmpdir(), 'plumbline-interop-collector-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(availableLanguages().filter(({ name }) => name === 'Go'))(
  'through a Collector from $name',
  (language) => {
    let service: Program;
    let collector: string;
    beforeAll(async () => {
      [service, collector] = await Promise.all([language.prepare(), buildGo('collector')]);
    });

    test.each(PROTOCOLS)('%s', async (protocol) => {
      const traffic = flightTraffic();
      const plumbline = await Plumbline.start(folder, traffic.training);
      const [grpc, http] = [await freePort(), await freePort()];
      const between = new RunningProcess(
        { command: collector, parameters: ['--config', SHIPPED] },
        {
          COLLECTOR_GRPC_ENDPOINT: `127.0.0.1:${grpc}`,
          COLLECTOR_HTTP_ENDPOINT: `127.0.0.1:${http}`,
          PLUMBLINE_GRPC_ENDPOINT: plumbline.grpcEndpoint.replace('http://', ''),
        },
      );
      try {
        await between.said(/Everything is ready/);
        const endpoint = `http://127.0.0.1:${protocol === 'grpc' ? grpc : http}`;
        const route = { endpoint, protocol, compression: 'gzip' } as const;
        const answers = await runService(service, route, CHAMPION, traffic.predictions);
        await runService(service, route, undefined, traffic.groundTruths);
        expectAllDelivered(await plumbline.pageWhen(hasArrived(traffic)), traffic, answers);
      } finally {
        await between.stop();
        await plumbline.stop();
      }
    });
  },
);
