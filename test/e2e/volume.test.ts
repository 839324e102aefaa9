/**
 * The whole collector over a real socket, its clock moved by hand: steady traffic, a drop by 99%, and what the page says of
 * it; a restart between; a nightly model that does not come.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startCollector, type Collector } from '../../src/collector.js';
import { parseConfig, type Config } from '../../src/config/index.js';
import { ManualClock } from '../../src/lib/clock.js';
import { silentLog } from '../../src/lib/log.js';
import { MODEL_METRIC, prometheusName, type MetricDefinition } from '../../src/registry/index.js';
import { parsePage, type ParsedSample } from '../expose/page.js';
import { attributesOf } from '../observe/pipeline.js';
import { encodeTraces } from '../oracle/otlp-oracle.js';

const START_MS = Date.UTC(2026, 10, 24, 12);
const MINUTE_MS = 60_000;
const directory = mkdtempSync(join(tmpdir(), 'plumbline-volume-'));
afterAll(() => rmSync(directory, { recursive: true }));

function configOf(more: string, workers: number): Config {
  const text = `
receive: { workers: ${workers}, http: { port: 0 }, grpc: { enabled: false } }
expose: { port: 0 }
${more}`;
  const { config } = parseConfig(text, join(directory, 'plumbline.yaml'));
  if (config === undefined) throw new Error(`faulty:\n${text}`);
  return config;
}

class Run {
  readonly clock = new ManualClock(START_MS);
  collector!: Collector;
  #spans = 0;

  async start(more = '', workers = 0): Promise<void> {
    this.collector = await startCollector(configOf(more, workers), { clock: this.clock, log: silentLog });
  }

  /** `perMinute` predictions of a version a minute, for so long, with an evaluation in each. */
  async serve(minutes: number, perMinute: number, version = '1'): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      await this.send(perMinute, version);
      this.clock.advanceMs(MINUTE_MS);
      await this.collector.metricsText();
    }
  }

  async send(count: number, version: string): Promise<void> {
    const startTimeUnixNano = BigInt(this.clock.nowMs()) * 1_000_000n;
    const spans = Array.from({ length: count }, (_, number) => ({
      traceId: Buffer.from((++this.#spans).toString(16).padStart(32, '0'), 'hex'),
      spanId: Buffer.from(this.#spans.toString(16).padStart(16, '0'), 'hex'),
      startTimeUnixNano,
      endTimeUnixNano: startTimeUnixNano + 5_000_000n,
      attributes: attributesOf({ 'ml.model.name': 'm', 'ml.model.version': version, 'ml.feature.x': number }),
    }));
    const body = Buffer.from(encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
    const headers = { 'content-type': 'application/x-protobuf' };
    const url = `http://${this.collector.httpAddress}/v1/traces`;
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
  }

  async samples(metric: MetricDefinition, labels: Readonly<Record<string, string>> = {}): Promise<ParsedSample[]> {
    return parsePage(await this.collector.metricsText()).filter(
      (sample) =>
        sample.name === prometheusName(metric) &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
  }

  async value(metric: MetricDefinition, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
    return (await this.samples(metric, labels))[0]?.value;
  }
}

const OF_5M = { model_name: 'm', window: '5m' };

async function fiveMinutes(run: Run) {
  const [count, lower, [expected]] = [
    await run.value(MODEL_METRIC.volume, OF_5M),
    await run.value(MODEL_METRIC.volumeLower, OF_5M),
    await run.samples(MODEL_METRIC.volumeExpected, OF_5M),
  ];
  return { count: count!, lower: lower!, expected: expected.value, basis: expected.labels.basis };
}

describe.each([0, 1, 2])('with %i threads', (workers) => {
  test('a drop is on the page with the first window, two windows after a cold start', async () => {
    const run = new Run();
    await run.start('', workers);
    try {
      // The window that the process starts in is not known, the two after it are what there is to go by.
      await run.serve(15, 100);
      expect(await run.samples(MODEL_METRIC.volume, OF_5M)).toEqual([]);
      await run.serve(5, 1);
      const fallen = await fiveMinutes(run);
      expect(fallen).toMatchObject({ count: 5, expected: 500, basis: 'before' });
      expect(fallen.count).toBeLessThan(fallen.lower);
    } finally {
      await run.collector.drain();
    }
  });

  test('a rollout is no drop', async () => {
    const run = new Run();
    await run.start('', workers);
    try {
      await run.serve(20, 100);
      await run.serve(5, 100, '2');
      const moved = await fiveMinutes(run);
      expect(moved).toMatchObject({ count: 500, expected: 500 });
      expect(moved.lower).toBeGreaterThan(0);
    } finally {
      await run.collector.drain();
    }
  });
});

test('a restart is a gap, and what was known before it is known after it', async () => {
  const run = new Run();
  const state = `state: { directory: ${JSON.stringify(directory)} }`;
  await run.start(state);
  await run.serve(20, 50);
  await run.collector.drain();
  run.clock.advanceMs(20 * MINUTE_MS);
  await run.start(state);
  try {
    await run.serve(5, 50);
    // The slot that it came back in was not watched from its beginning in the eyes of the first evaluation.
    await run.serve(5, 50);
    expect(await fiveMinutes(run)).toMatchObject({ count: 250, expected: 250 });
  } finally {
    await run.collector.drain();
  }
});

test('a model with a schedule is overdue when it has not come, and not before its first time', async () => {
  const run = new Run();
  await run.start(`
models:
  - name: m
    schedule: { cron: '0 3 * * *', timezone: Europe/Berlin, grace: 30m }
`);
  try {
    await run.send(10, '1');
    const overdue = async (hours: number): Promise<number | undefined> => {
      run.clock.setMs(START_MS + hours * 60 * MINUTE_MS);
      return run.value(MODEL_METRIC.overdue, { model_name: 'm' });
    };
    expect(await overdue(1)).toBe(0);
    // 3:00 in Berlin is 2:00 UTC, 14 hours after noon.
    expect(await overdue(14.5)).toBe(0);
    expect(await overdue(15)).toBe(1_800);
    expect(await run.value(MODEL_METRIC.age, { model_name: 'm', model_version: '1' })).toBe(15 * 3_600);
    await run.send(10, '2');
    expect(await overdue(15.01)).toBe(0);
    expect(await overdue(38.5)).toBe(0);
    expect(await overdue(39.5)).toBe(3_600);
  } finally {
    await run.collector.drain();
  }
});
