/** The built command as a user runs it: `plumbline reference build`, then `plumbline serve`, and a look at its page. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parsePage, type ParsedSample } from '../expose/page.js';
import { CHAMPION, type Flight, MODEL } from './flight-calls.js';
import { RunningProcess } from './running-process.js';
import { runTool } from './tool-cache.js';

const ROOT = join(import.meta.dirname, '../..');
const BUILT = join(ROOT, 'dist/cli.js');
const POLL_MS = 100;
/** A minute and more: a Collector waits longer from one retry to the next. */
const POLLS_MAX = 600;
const CATEGORIES_MAX = 20;

/** A page of metrics, asked by name and labels. */
export class MetricsPage {
  readonly samples: readonly ParsedSample[];

  constructor(text: string) {
    this.samples = parsePage(text);
  }

  /** The sum over all series that have these labels; 0 where there is none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.#find(name, labels).reduce((sum, { value }) => sum + value, 0);
  }

  /** Value by one label, over the series that have the others. */
  by(label: string, name: string, labels: Readonly<Record<string, string>> = {}): Record<string, number> {
    return Object.fromEntries(this.#find(name, labels).map((sample) => [sample.labels[label], sample.value]));
  }

  #find(name: string, labels: Readonly<Record<string, string>>): ParsedSample[] {
    const wanted = Object.entries(labels);
    return this.samples.filter(
      (sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value),
    );
  }
}

export class Plumbline {
  readonly httpEndpoint: string;
  readonly grpcEndpoint: string;
  readonly #process: RunningProcess;
  readonly #metricsUrl: string;

  private constructor(process: RunningProcess) {
    const addressOf = (what: string): string =>
      new RegExp(`${what} +(?:\\w+://)?(\\S+)`).exec(process.output)?.[1] ?? '';
    this.#process = process;
    this.httpEndpoint = `http://${addressOf('OTLP over HTTP')}`;
    this.grpcEndpoint = `http://${addressOf('OTLP over gRPC')}`;
    this.#metricsUrl = `http://${addressOf('metrics')}`;
  }

  /** @param folder for its configuration and its reference @param ports 0 or absent: any that is free */
  static async start(
    folder: string,
    training: readonly Flight[],
    ports: { readonly http?: number; readonly grpc?: number } = {},
  ): Promise<Plumbline> {
    const rows = join(folder, 'training.jsonl');
    const reference = join(folder, 'reference.json');
    writeFileSync(rows, training.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const flags = ['--model', MODEL, '--version', CHAMPION, '--from', rows, '--out', reference];
    await runTool(process.execPath, [BUILT, 'reference', 'build', ...flags, '--max-categories', `${CATEGORIES_MAX}`], {
      cwd: ROOT,
    });
    const config = join(folder, 'plumbline.yaml');
    writeFileSync(
      config,
      `
log: { level: warn }
receive: { http: { port: ${ports.http ?? 0} }, grpc: { port: ${ports.grpc ?? 0} } }
expose: { port: 0, evaluateEvery: 1ms }
models:
  - { name: ${MODEL}, task: binary, reference: ${reference} }
`,
    );
    const running = new RunningProcess({ command: process.execPath, parameters: [BUILT, 'serve', '--config', config] });
    await running.said(/metrics +\S+\n/);
    return new Plumbline(running);
  }

  get output(): string {
    return this.#process.output;
  }

  async page(): Promise<MetricsPage> {
    const response = await fetch(this.#metricsUrl);
    if (!response.ok) throw new Error(`${this.#metricsUrl} answers ${response.status}`);
    return new MetricsPage(await response.text());
  }

  /**
   * A page that was evaluated after `holds` was true of one: while items arrive, an evaluation may show their totals
   * before their statistics. Where that does not come in time, the page as it is, for the test to say what is missing.
   */
  async pageOnce(holds: (page: MetricsPage) => boolean): Promise<MetricsPage> {
    for (let polls = 0; polls < POLLS_MAX && !holds(await this.page()); polls++) await delay(POLL_MS);
    await delay(POLL_MS);
    return this.page();
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
