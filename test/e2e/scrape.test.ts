/**
 * The real Prometheus scrapes the real server, in both formats at once, and its API gives back what was put in: values,
 * label values with every awkward character, histograms, the identity of `le`, and exemplars.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FamilySet, metricsPage, startExposition, watchProcess, type Exposition } from '../../src/expose/index.js';
import { silentLog } from '../../src/lib/log.js';
import { FEATURE_METRIC, METRICS, MODEL_METRIC, prometheusName } from '../../src/registry/index.js';

const AWKWARD = 'a "quoted"\\ back\\nslash\nand a line, {braces}=é🛩';
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const DURATION = prometheusName(MODEL_METRIC.duration);
const DRIFT = prometheusName(FEATURE_METRIC.drift);
const PREDICTIONS = prometheusName(MODEL_METRIC.predictions);
const INTERVAL_MS = 250;
/** By job: what the scraper asks for. */
const ACCEPT = { openmetrics: undefined, text: 'text/plain;version=0.0.4' } as const;

let directory: string;
let exposition: Exposition;
let textOnly: Server;
let prometheus: ChildProcess;
let api: string;
const contentTypes = new Map<string, Set<string>>();

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function listening(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = await listening(createServer());
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** Prometheus 2.42 always prefers OpenMetrics: this stands between and asks for the job's format in its name. */
function scraperOf(upstreamPort: number): Promise<Server> {
  return listening(
    createServer((incoming, outgoing) => {
      const job = incoming.url?.slice(1) as keyof typeof ACCEPT;
      const accept = ACCEPT[job] ?? incoming.headers.accept;
      const headers = { ...incoming.headers, accept };
      const onward = request({ host: '127.0.0.1', port: upstreamPort, path: '/metrics', headers }, (answer) => {
        const seen = contentTypes.get(job) ?? new Set();
        contentTypes.set(job, seen.add(answer.headers['content-type'] ?? ''));
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      onward.end();
    }),
  );
}

function evaluated(): FamilySet {
  const families = new FamilySet(METRICS, { maxSeries: 10_000 });
  const counts = new Float64Array(MODEL_METRIC.duration.buckets.length + 1);
  counts[3] = 7;
  counts[10] = 2;
  counts[counts.length - 1] = 1;
  const exemplars = Array.from(counts, (count, bucket) =>
    count === 0
      ? undefined
      : { traceId: TRACE_ID, value: MODEL_METRIC.duration.buckets[bucket] ?? 60, timeMs: Date.now() },
  );
  families.begin();
  families.set(MODEL_METRIC.predictions, ['fraud', '7', 'champion'], 1_234_567);
  families.set(FEATURE_METRIC.drift, ['fraud', '7', AWKWARD, '1h', 'reference', 'psi'], 0.1 + 0.2);
  families.set(FEATURE_METRIC.drift, ['fraud', '7', 'amount', '1h', 'reference', 'ks'], Number.NaN);
  families.set(FEATURE_METRIC.drift, ['fraud', '7', 'age', '1h', 'reference', 'ks'], Infinity);
  families.histogram(MODEL_METRIC.duration, ['fraud', '7'], counts, 63.5, exemplars);
  families.commit();
  return families;
}

interface ApiAnswer<Data> {
  readonly status: string;
  readonly data: Data;
}

async function ask<Data>(path: string, parameters: Record<string, string> = {}): Promise<Data> {
  const response = await fetch(`${api}${path}?${new URLSearchParams(parameters).toString()}`);
  const { status, data } = (await response.json()) as ApiAnswer<Data>;
  expect(status).toBe('success');
  return data;
}

interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

async function query(expression: string): Promise<readonly Result[]> {
  return (await ask<{ result: readonly Result[] }>('/api/v1/query', { query: expression })).result;
}

interface Target {
  readonly health: string;
  readonly lastError: string;
  readonly lastScrape: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Until both jobs have been scraped with success, or one with an error that says why not. */
async function scraped(): Promise<readonly Target[]> {
  for (;;) {
    const targets = await ask<{ activeTargets: readonly Target[] }>('/api/v1/targets').then(
      ({ activeTargets }) => activeTargets,
      () => [],
    );
    if (targets.length === 2 && targets.every(({ health }) => health !== 'unknown')) return targets;
    await delay(INTERVAL_MS);
  }
}

beforeAll(async () => {
  const families = evaluated();
  const processMetrics = watchProcess();
  exposition = await startExposition({
    host: '127.0.0.1',
    port: 0,
    render: (format) => metricsPage(families, processMetrics, format),
    live: () => true,
    ready: () => ({ ready: true }),
    log: silentLog,
  });
  textOnly = await scraperOf(exposition.port);
  directory = await mkdtemp(join(tmpdir(), 'plumbline-scrape-'));
  const jobs = Object.keys(ACCEPT).map(
    (job) => `  - job_name: ${job}
    metrics_path: /${job}
    static_configs: [{ targets: ['127.0.0.1:${portOf(textOnly)}'] }]
`,
  );
  const config = join(directory, 'prometheus.yml');
  await writeFile(
    config,
    `global: { scrape_interval: ${INTERVAL_MS}ms, scrape_timeout: ${INTERVAL_MS}ms }\nscrape_configs:\n${jobs.join('')}`,
  );
  const port = await freePort();
  api = `http://127.0.0.1:${port}`;
  prometheus = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  await once(prometheus, 'spawn');
});

afterAll(async () => {
  if (prometheus?.exitCode === null) {
    prometheus.kill('SIGTERM');
    await once(prometheus, 'exit');
  }
  textOnly?.close();
  textOnly?.closeAllConnections();
  await exposition?.drain();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
});

describe('Prometheus', () => {
  test('scrapes both formats without an error', async () => {
    const targets = await scraped();
    expect(targets.map(({ labels, health, lastError }) => [labels.job, health, lastError])).toEqual([
      ['openmetrics', 'up', ''],
      ['text', 'up', ''],
    ]);
    expect(Object.fromEntries(contentTypes)).toEqual({
      openmetrics: new Set(['application/openmetrics-text; version=1.0.0; charset=utf-8']),
      text: new Set(['text/plain; version=0.0.4; charset=utf-8']),
    });
  });

  test.each(Object.keys(ACCEPT))('%s: values and awkward label values arrive as they were', async (job) => {
    await scraped();
    const [drift] = await query(`${DRIFT}{job="${job}",statistic="psi"}`);
    expect(drift.metric).toEqual({
      __name__: DRIFT,
      reference: 'reference',
      instance: `127.0.0.1:${portOf(textOnly)}`,
      job,
      model_name: 'fraud',
      model_version: '7',
      feature: AWKWARD,
      window: '1h',
      statistic: 'psi',
    });
    expect(drift.value[1]).toBe('0.30000000000000004');
    const others = await query(`${DRIFT}{job="${job}",statistic="ks"}`);
    expect(others.map(({ metric, value }) => [metric.feature, value[1]]).sort()).toEqual([
      ['age', '+Inf'],
      ['amount', 'NaN'],
    ]);
    expect((await query(`${PREDICTIONS}{job="${job}"}`)).map(({ value }) => value[1])).toEqual(['1234567']);
  });

  test('a histogram has the same series in both formats', async () => {
    await scraped();
    const bounds = async (job: string) =>
      (await query(`${DURATION}_bucket{job="${job}"}`)).map(({ metric, value }) => [metric.le, value[1]]).sort();
    const inText = await bounds('text');
    expect(inText).toEqual(await bounds('openmetrics'));
    expect(inText).toContainEqual(['1.0', '9']);
    expect(inText).toContainEqual(['+Inf', '10']);
    expect((await query(`${DURATION}_sum{job="text"}`))[0].value[1]).toBe('63.5');
    expect((await query(`histogram_quantile(0.5, ${DURATION}_bucket{job="text"})`)).length).toBe(1);
  });

  test('exemplars come with OpenMetrics and can be asked for', async () => {
    await scraped();
    interface Exemplars {
      readonly seriesLabels: Readonly<Record<string, string>>;
      readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: string }[];
    }
    const nowSeconds = Date.now() / 1000;
    const found = await ask<readonly Exemplars[]>('/api/v1/query_exemplars', {
      query: `${DURATION}_bucket`,
      start: String(nowSeconds - 600),
      end: String(nowSeconds + 600),
    });
    const rows = found.map(({ seriesLabels, exemplars }) => [
      seriesLabels.job,
      seriesLabels.le,
      exemplars[0].labels,
      exemplars[0].value,
    ]);
    expect(rows.sort()).toEqual([
      ['openmetrics', '+Inf', { trace_id: TRACE_ID }, '60'],
      ['openmetrics', '0.005', { trace_id: TRACE_ID }, '0.005'],
      ['openmetrics', '1.0', { trace_id: TRACE_ID }, '1'],
    ]);
  });

  test('knows type, help and unit of our families', async () => {
    await scraped();
    const metadata = await ask<Record<string, unknown>>('/api/v1/metadata', { metric: DURATION });
    expect(metadata[DURATION]).toEqual(
      expect.arrayContaining([
        { type: 'histogram', help: MODEL_METRIC.duration.help, unit: 'seconds' },
        { type: 'histogram', help: MODEL_METRIC.duration.help, unit: '' },
      ]),
    );
  });

  test('has the process metrics of Node', async () => {
    await scraped();
    expect((await query('process_resident_memory_bytes > 0')).map(({ metric }) => metric.job).sort()).toEqual(
      Object.keys(ACCEPT),
    );
  });
});
