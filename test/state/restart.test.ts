/** What was observed survives a restart; a damaged file is put aside and harms nothing. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Collector, startCollector } from '../../src/collector.js';
import { type Config, defaultConfig } from '../../src/config/index.js';
import { ManualClock } from '../../src/lib/clock.js';
import { silentLog } from '../../src/lib/log.js';
import { readSnapshot, writeSnapshot } from '../../src/state/snapshot-file.js';
import { attributesOf, NOON_MS } from '../observe/pipeline.js';
import { encodeTraces } from '../oracle/otlp-oracle.js';

let directory: string;
let clock: ManualClock;
let sent = 0;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'plumbline-state-'));
  clock = new ManualClock(NOON_MS);
  sent = 0;
});

afterEach(() => rm(directory, { recursive: true, force: true }));

function start(change: (config: Config) => Config = (config) => config): Promise<Collector> {
  const config = defaultConfig();
  const { receive, expose, observe } = config;
  return startCollector(
    change({
      ...config,
      receive: { ...receive, http: { ...receive.http, port: 0 }, grpc: { ...receive.grpc, enabled: false } },
      expose: { ...expose, port: 0 },
      observe: { ...observe, provisionalReferenceSize: 100 },
      state: { ...config.state, directory },
    }),
    { clock, log: silentLog },
  );
}

async function send(
  collector: Collector,
  count: number,
  attributes: (index: number) => Record<string, unknown>,
): Promise<void> {
  const spans = Array.from({ length: count }, (_, index) => {
    const identifier = (++sent).toString(16);
    return {
      traceId: Buffer.from(identifier.padStart(32, '0'), 'hex'),
      spanId: Buffer.from(identifier.padStart(16, '0'), 'hex'),
      startTimeUnixNano: BigInt(clock.nowMs()) * 1_000_000n,
      endTimeUnixNano: BigInt(clock.nowMs()) * 1_000_000n + 3_000_000n,
      attributes: attributesOf({ 'ml.model.name': 'm', 'ml.model.version': '1', ...attributes(index) }),
    };
  });
  const body = Buffer.from(encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
  const headers = { 'content-type': 'application/x-protobuf' };
  const response = await fetch(`http://${collector.httpAddress}/v1/traces`, { method: 'POST', headers, body });
  expect(response.status).toBe(200);
}

const prediction = (index: number) => ({
  'ml.prediction.id': `p${index}`,
  'ml.prediction.value': index % 3 === 0,
  'ml.prediction.score': index / 1000,
  'ml.feature.x': index % 17,
  'ml.feature.c': index % 2 === 0 ? 'a' : 'b',
});

/** The page without what belongs to the process and not to the models. */
async function modelSeries(collector: Collector): Promise<string[]> {
  return (await collector.metricsText()).split('\n').filter((line) => line.startsWith('ml_'));
}

test('profiles, references and totals are what they were', async () => {
  const before = await start();
  await send(before, 400, prediction);
  const pageBefore = await modelSeries(before);
  await before.drain();
  const after = await start();
  expect(await modelSeries(after)).toEqual(pageBefore);
  await send(after, 50, (index) => prediction(index + 1000));
  expect((await modelSeries(after)).find((line) => line.startsWith('ml_feature_observations_total'))).toMatch(/ 450$/);
  await after.drain();
});

test('before the provisional reference is complete, what was kept for it is kept on', async () => {
  const before = await start();
  await send(before, 60, prediction);
  await before.drain();
  const after = await start();
  await send(after, 40, (index) => prediction(index + 60));
  const page = await modelSeries(after);
  expect(page.find((line) => line.startsWith('ml_model_info'))).toContain('reference_kind="provisional"');
  const bins = page.filter(
    (line) => line.startsWith('ml_feature_bin_observations_total') && line.includes('feature="c"'),
  );
  expect(bins.map((line) => Number(line.split(' ').at(-1))).reduce((sum, count) => sum + count, 0)).toBe(100);
  await after.drain();
});

test('a prediction from before the restart is joined after it, and known when it is delivered again', async () => {
  const before = await start();
  await send(before, 100, prediction);
  await before.drain();
  const after = await start();
  await send(after, 1, () => ({ 'ml.prediction.id': 'p3', 'ml.ground_truth.value': true }));
  await send(after, 1, () => prediction(7));
  const page = await after.metricsText();
  expect(page).toContain('ml_ground_truth_received_total{model_name="m",outcome="joined"} 1');
  expect(page).toContain('plumbline_items_ignored_total{signal="traces",reason="duplicate"} 1');
  await after.drain();
});

test('with other windows the totals are kept', async () => {
  const before = await start();
  await send(before, 120, prediction);
  await before.drain();
  const after = await start((config) => ({ ...config, observe: { ...config.observe, windows: ['10m', '7h'] } }));
  const page = await modelSeries(after);
  expect(page.find((line) => line.startsWith('ml_feature_observations_total'))).toMatch(/ 120$/);
  await after.drain();
});

describe('a file', () => {
  test.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 10)],
    ['with a bit turned', (bytes: Buffer) => (bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60), bytes)],
    ['of another format', () => Buffer.from('something else altogether, and long enough to have had a header')],
    ['of another version', (bytes: Buffer) => (bytes.writeUInt32LE(99, 8), bytes)],
    ['that is empty', () => Buffer.alloc(0)],
  ])('%s is put aside', async (_, damage) => {
    const before = await start();
    await send(before, 20, prediction);
    await before.drain();
    const path = join(directory, 'state');
    await writeFile(path, damage(await readFile(path)));
    const after = await start();
    expect(await modelSeries(after)).toEqual([]);
    expect(await readdir(directory)).toContain('state.damaged');
    await after.drain();
  });

  test('is replaced whole', async () => {
    const path = join(directory, 'state');
    await writeSnapshot(path, { a: new Float64Array([1, 2]) });
    await writeSnapshot(path, { a: new Float64Array([3]) });
    expect(await readSnapshot(path)).toEqual({ a: new Float64Array([3]) });
    expect(await readdir(directory)).toEqual(['state']);
  });

  test('that cannot be written says what to do', async () => {
    await expect(writeSnapshot(join(directory, 'missing', 'state'), {})).rejects.toMatchObject({ code: 'PB5002' });
  });
});
