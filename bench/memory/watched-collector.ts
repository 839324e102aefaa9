/** A collector in a process of its own: what is sent to it, and what it says of its memory and its limits. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { MODEL_METRIC, PROCESS_METRIC, prometheusName } from '../../src/registry/index.js';
import { freePort, ReceivingProcess } from '../ingest/receiving-process.js';

const MIB = 1024 * 1024;

interface LimitReading {
  readonly name: string;
  readonly used: number;
  readonly max: number;
  readonly overflow: number;
}

export interface Reading {
  readonly residentMib: number;
  readonly heapMib: number;
  readonly externalMib: number;
  readonly predictions: number;
  /** Lines of the page. */
  readonly series: number;
  readonly limits: readonly LimitReading[];
}

interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

export class WatchedCollector {
  readonly readings: Reading[] = [];
  readonly #process: ReceivingProcess;
  readonly #url: string;
  readonly #metricsUrl: string;

  private constructor(process: ReceivingProcess, url: string, metricsUrl: string) {
    this.#process = process;
    this.#url = url;
    this.#metricsUrl = metricsUrl;
  }

  /** @param config without addresses */
  static async start(configFile: string, config: Readonly<Record<string, unknown>>): Promise<WatchedCollector> {
    const [port, metricsPort] = [await freePort(), await freePort()];
    const addresses = { receive: { http: { port }, grpc: { enabled: false } }, expose: { port: metricsPort } };
    await writeFile(configFile, stringify({ log: { level: 'error' }, ...addresses, ...config }));
    const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
    const started = await ReceivingProcess.start(process.execPath, [cli, 'serve', '--config', configFile], port);
    const address = `http://127.0.0.1:${port}/v1`;
    return new WatchedCollector(started, address, `http://127.0.0.1:${metricsPort}/metrics`);
  }

  async send(signal: 'traces' | 'logs' | 'metrics', body: Uint8Array): Promise<void> {
    const headers = { 'content-type': 'application/x-protobuf' };
    const response = await fetch(`${this.#url}/${signal}`, { method: 'POST', headers, body: new Uint8Array(body) });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${signal}: ${response.status}`);
  }

  async read(): Promise<void> {
    const samples = parsed(await (await fetch(this.#metricsUrl)).text());
    const sum = (name: string): number =>
      samples.filter((sample) => sample.name === name).reduce((total, { value }) => total + value, 0);
    const byLabels = (name: string): Map<string, number> =>
      new Map(samples.filter((sample) => sample.name === name).map(({ labels, value }) => [labels, value]));
    const used = byLabels(prometheusName(PROCESS_METRIC.limitUsed));
    const max = byLabels(prometheusName(PROCESS_METRIC.limitMax));
    const overflow = byLabels(prometheusName(PROCESS_METRIC.limitOverflow));
    this.readings.push({
      residentMib: sum('process_resident_memory_bytes') / MIB,
      heapMib: sum('nodejs_heap_size_used_bytes') / MIB,
      externalMib: sum('nodejs_external_memory_bytes') / MIB,
      predictions: sum(prometheusName(MODEL_METRIC.predictions)),
      series: samples.length,
      limits: [...used].map(([labels, value]) => ({
        name: labels.replace(/^.*"(.*)"$/, '$1'),
        used: value,
        max: max.get(labels)!,
        overflow: overflow.get(labels) ?? 0,
      })),
    });
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}

function parsed(page: string): Sample[] {
  return Array.from(page.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm), ([, name, labels = '', value]) => ({
    name,
    labels,
    value: Number(value),
  }));
}
