/**
 * The product as it is run: `plumbline serve` as its own process, the real Prometheus and Alertmanager with generated
 * rules and routes, a webhook that plays the owner. Differs from `deploy/` in ports, in intervals of a second, and in
 * that the rules' `for` is shorter, so that a test does not wait for minutes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { type Config, type ConfigInput, loadConfig } from '../../src/config/index.js';
import { generate } from '../../src/generate/index.js';

const CLI = join(import.meta.dirname, '../../dist/cli.js');
const STOP_GRACE_MS = 15_000;

export interface ReceivedAlert {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until `attempt` gives something, for at most `seconds`. */
export async function eventually<T>(what: string, seconds: number, attempt: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const result = await attempt();
      if (result !== undefined) return result;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`, { cause: last });
    await delay(250);
  }
}

class Process {
  readonly child: ChildProcess;
  output = '';

  constructor(command: string, parameters: readonly string[]) {
    this.child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk: Buffer): void => void (this.output = (this.output + chunk.toString()).slice(-20_000));
    this.child.stdout?.on('data', keep);
    this.child.stderr?.on('data', keep);
    this.child.on('error', (error) => (this.output += String(error)));
  }

  async stop(): Promise<number | null> {
    const { child } = this;
    if (child.exitCode !== null || child.pid === undefined) return child.exitCode;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
    await exited;
    clearTimeout(timer);
    return child.exitCode;
  }
}

export class Stack {
  alerts: ReceivedAlert[] = [];
  readonly directory: string;
  readonly otlpUrl: string;
  readonly metricsUrl: string;
  readonly prometheusUrl: string;
  readonly collector: Process;
  readonly #others: Process[] = [];
  readonly #webhook;

  private constructor(directory: string, ports: Record<string, number>, webhook: ReturnType<typeof createServer>) {
    this.directory = directory;
    this.#webhook = webhook;
    this.otlpUrl = `http://127.0.0.1:${ports.otlp}`;
    this.metricsUrl = `http://127.0.0.1:${ports.metrics}/metrics`;
    this.prometheusUrl = `http://127.0.0.1:${ports.prometheus}`;
    this.collector = new Process(process.execPath, [CLI, 'serve', '--config', join(directory, 'plumbline.yaml')]);
  }

  /** @param configure the configuration, given the URL of the owner's webhook */
  static async start(configure: (webhookUrl: string) => ConfigInput): Promise<Stack> {
    const directory = await mkdtemp(join(tmpdir(), 'plumbline-e2e-'));
    const alerts: ReceivedAlert[] = [];
    const webhook = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        alerts.push(...(JSON.parse(body) as { alerts: ReceivedAlert[] }).alerts);
        response.end();
      });
    });
    webhook.listen(0, '127.0.0.1');
    await once(webhook, 'listening');
    const webhookUrl = `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/alerts`;
    const [otlp, metrics, prometheus, alertmanager] = await Promise.all([
      freePort(),
      freePort(),
      freePort(),
      freePort(),
    ]);
    const input: ConfigInput = {
      ...configure(webhookUrl),
      receive: { http: { port: otlp }, grpc: { enabled: false } },
      expose: { port: metrics, evaluateEvery: '500ms' },
    };
    const configPath = join(directory, 'plumbline.yaml');
    await writeFile(configPath, stringify(input));
    await writeGenerated(directory, loadConfig(configPath), alertmanager);
    const stack = new Stack(directory, { otlp, metrics, prometheus }, webhook);
    stack.alerts = alerts;
    stack.#others.push(
      new Process('prometheus', [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'tsdb')}`,
        `--web.listen-address=127.0.0.1:${prometheus}`,
        '--enable-feature=exemplar-storage',
      ]),
      new Process('prometheus-alertmanager', [
        `--config.file=${join(directory, 'alertmanager.yml')}`,
        `--storage.path=${join(directory, 'alertmanager')}`,
        `--web.listen-address=127.0.0.1:${alertmanager}`,
        '--cluster.listen-address=',
      ]),
    );
    await stack.#ready();
    return stack;
  }

  async query(expression: string): Promise<Sample[]> {
    const response = await fetch(`${this.prometheusUrl}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const answer = (await response.json()) as {
      status: string;
      error?: string;
      data?: { resultType: string; result: unknown };
    };
    if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error}`);
    const { resultType, result } = answer.data!;
    return resultType === 'scalar' ? [{ metric: {}, value: result as Sample['value'] }] : (result as Sample[]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.collector, ...this.#others].map((each) => each.stop()));
    this.#webhook.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    try {
      await eventually('the collector listens', 20, async () => ((await fetch(this.metricsUrl)).ok ? true : undefined));
      await eventually('Prometheus has scraped', 30, async () => {
        const [up] = await this.query('up == 1');
        return up;
      });
    } catch (error) {
      const said = [this.collector, ...this.#others].map(({ output }) => output).join('\n---\n');
      await this.stop();
      throw new Error(`The stack did not start. It said:\n${said}`, { cause: error });
    }
  }
}

async function writeGenerated(directory: string, config: Config, alertmanagerPort: number): Promise<void> {
  const files = [...generate('rules', config), ...generate('prometheus', config), ...generate('alertmanager', config)];
  for (const { path, text } of files) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    const hastened = text
      .replaceAll('127.0.0.1:9093', `127.0.0.1:${alertmanagerPort}`)
      .replaceAll(/(scrape_interval|evaluation_interval): 15s/g, '$1: 1s')
      .replaceAll(/^( +)for: \d+m$/gm, '$1for: 3s')
      .replaceAll('group_wait: 10s', 'group_wait: 1s')
      .replaceAll('group_interval: 1m', 'group_interval: 2s');
    await writeFile(file, hastened);
  }
}
