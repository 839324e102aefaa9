/**
 * A real OpenTelemetry Collector between the services and Plumbline, run with the very configuration that `deploy/`
 * ships: all arrives, also what was sent while Plumbline was not there.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { freePort } from '../e2e/stack.js';
import { expectAllDelivered, hasArrived } from './delivery.js';
import { CHAMPION, flightTraffic } from './flight-calls.js';
import { availableLanguages, buildGo, type Program } from './languages.js';
import { type Export, PROTOCOLS, runService } from './model-service.js';
import { Plumbline } from './plumbline.js';
import { RunningProcess } from './running-process.js';

const CONFIG = join(import.meta.dirname, '../../deploy/otel-collector/config.yaml');
const HOST = '127.0.0.1';
const folder = mkdtempSync(join(tmpdir(), 'plumbline-interop-'));
afterAll(() => rmSync(folder, { recursive: true }));

let executable: string;
beforeAll(async () => {
  executable = await buildGo('collector');
});

class Collector {
  readonly #process: RunningProcess;
  readonly #endpoints: Readonly<Record<Export['protocol'], string>>;

  private constructor(process: RunningProcess, endpoints: Readonly<Record<Export['protocol'], string>>) {
    this.#process = process;
    this.#endpoints = endpoints;
  }

  static async start(plumblineGrpcEndpoint: string): Promise<Collector> {
    const grpc = `${HOST}:${await freePort()}`;
    const http = `${HOST}:${await freePort()}`;
    const running = new RunningProcess(
      { command: executable, parameters: [`--config=${CONFIG}`] },
      {
        COLLECTOR_GRPC_ENDPOINT: grpc,
        COLLECTOR_HTTP_ENDPOINT: http,
        PLUMBLINE_GRPC_ENDPOINT: plumblineGrpcEndpoint,
      },
    );
    await running.said(/Everything is ready/);
    return new Collector(running, { grpc: `http://${grpc}`, 'http/protobuf': `http://${http}` });
  }

  route(protocol: Export['protocol']): Export {
    return { endpoint: this.#endpoints[protocol], protocol, compression: 'gzip' };
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}

describe.each(availableLanguages())('$name through a Collector', ({ prepare }) => {
  let program: Program;
  beforeAll(async () => {
    program = await prepare();
  });

  test.each(PROTOCOLS)('%s', async (protocol) => {
    const traffic = flightTraffic();
    const plumbline = await Plumbline.start(folder, traffic.training);
    let collector: Collector | undefined;
    try {
      collector = await Collector.start(new URL(plumbline.grpcEndpoint).host);
      const route = collector.route(protocol);
      const answers = await runService(program, route, CHAMPION, traffic.predictions);
      await runService(program, route, undefined, traffic.groundTruths);
      expectAllDelivered(await plumbline.pageOnce(hasArrived(traffic)), traffic, answers);
    } finally {
      await collector?.stop();
      await plumbline.stop();
    }
  });

  test('what is sent while Plumbline is down arrives when it is back', async () => {
    const traffic = flightTraffic();
    const port = await freePort();
    const collector = await Collector.start(`${HOST}:${port}`);
    let plumbline: Plumbline | undefined;
    try {
      const route = collector.route('grpc');
      const answers = await runService(program, route, CHAMPION, traffic.predictions);
      await runService(program, route, undefined, traffic.groundTruths);
      plumbline = await Plumbline.start(folder, traffic.training, { grpc: port });
      expectAllDelivered(await plumbline.pageOnce(hasArrived(traffic)), traffic, answers);
    } finally {
      await collector.stop();
      await plumbline?.stop();
    }
  });
});
