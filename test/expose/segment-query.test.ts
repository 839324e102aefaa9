/** Segments that nobody configured, asked for over HTTP: the numbers are those of the sample, with intervals that hold. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Collector, startCollector } from '../../src/collector.js';
import { configSchema } from '../../src/config/schema.js';
import { studentInterval } from '../../src/compare/index.js';
import { ManualClock } from '../../src/lib/clock.js';
import { silentLog } from '../../src/lib/log.js';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import { attributesOf, NOON_MS } from '../observe/pipeline.js';
import { encodeLogs, encodeTraces, type OtlpObject } from '../oracle/otlp-oracle.js';

interface Estimate {
  readonly value?: number;
  readonly share?: number;
  readonly lower: number;
  readonly upper: number;
}

interface Drift {
  readonly state: string;
  readonly statistic?: string;
  readonly qValue?: number;
  readonly earlier: number;
  readonly later: number;
}

interface Answer {
  readonly error?: string;
  readonly sample: { readonly predictions: number; readonly standsFor: number; readonly from: string };
  readonly segment: { readonly predictions: number; readonly standsFor: number; readonly share: Estimate };
  readonly features: Readonly<
    Record<string, { missing: Estimate; mean: Estimate; categories: (Estimate & { category: string })[]; drift: Drift }>
  >;
  readonly performance: {
    readonly groundTruth: { readonly predictions: number; readonly share: Estimate };
    readonly statistics: Readonly<Record<string, Estimate>>;
  };
  readonly traces: readonly string[];
}

const SENT = 6000;
const random = seededRandom(21);
let collector: Collector;

const countryOf = (id: number): string => (id % 5 === 0 ? 'FR' : 'DE');

/** In the second half, the wind turns in France. */
function span(id: number): OtlpObject {
  const country = countryOf(id);
  const isLate = id > SENT / 2;
  return {
    traceId: Buffer.from(id.toString(16).padStart(32, '0'), 'hex'),
    spanId: Buffer.from(id.toString(16).padStart(16, '0'), 'hex'),
    startTimeUnixNano: BigInt(NOON_MS - (isLate ? 30_000 : 60_000)) * 1_000_000n,
    endTimeUnixNano: BigInt(NOON_MS) * 1_000_000n,
    attributes: attributesOf({
      'ml.model.name': 'm',
      'ml.model.version': '1',
      'ml.feature.country': country,
      'ml.feature.distance': (country === 'FR' ? 300 : 100) + 10 * normalDeviate(random),
      'ml.feature.wind': normalDeviate(random) + (isLate && country === 'FR' ? 2 : 0),
      'ml.feature.note': id % 4 === 0 ? '' : 'a,b',
      'customer.tier': id % 2 === 0 ? 'gold' : 'base',
      'ml.prediction.value': true,
      'ml.prediction.score': random.next(),
    }),
  };
}

/** Ground truth of every second prediction: right in nine of ten in Germany, in six of ten in France. */
function truth(id: number): OtlpObject {
  const hex = (digits: number): string => id.toString(16).padStart(digits, '0');
  return {
    eventName: 'ml.ground_truth',
    timeUnixNano: BigInt(NOON_MS) * 1_000_000n,
    attributes: attributesOf({
      'ml.model.name': 'm',
      'ml.prediction.id': `${hex(32)}:${hex(16)}`,
      'ml.ground_truth.value': random.next() < (countryOf(id) === 'FR' ? 0.6 : 0.9),
    }),
  };
}

async function send(path: string, body: Uint8Array): Promise<void> {
  const headers = { 'content-type': 'application/x-protobuf' };
  await fetch(`http://${collector.httpAddress}${path}`, { method: 'POST', headers, body: Buffer.from(body) });
}

async function ask(query: string): Promise<{ status: number; answer: Answer }> {
  const response = await fetch(new URL(`/api/segments?${query}`, collector.metricsUrl));
  return { status: response.status, answer: (await response.json()) as Answer };
}

beforeAll(async () => {
  const config = configSchema.parse({
    receive: { http: { port: 0 }, grpc: { enabled: false } },
    expose: { port: 0 },
    observe: { reservoir: { attributes: ['customer.tier'] } },
  });
  collector = await startCollector(config, { clock: new ManualClock(NOON_MS), log: silentLog });
  for (let from = 1; from <= SENT; from += 500) {
    const ids = Array.from({ length: 500 }, (_, index) => from + index);
    const logRecords = ids.filter((id) => id % 2 === 0).map(truth);
    await send('/v1/traces', encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans: ids.map(span) }] }] }));
    await send('/v1/logs', encodeLogs({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
  }
});
afterAll(() => collector.drain());

const BASE = 'model=m&version=1';
const within = (expected: number, { lower, upper }: Estimate): void => {
  expect(lower).toBeLessThan(expected);
  expect(upper).toBeGreaterThan(expected);
};

test('the sample is of the size that was asked for, and stands for all', async () => {
  const { status, answer } = await ask(BASE);
  expect(status).toBe(200);
  expect(answer.sample).toMatchObject({ predictions: 1000, from: new Date(NOON_MS - 60_000).toISOString() });
  expect(answer.sample.standsFor).toBeCloseTo(SENT, 6);
  expect(answer.segment.share).toMatchObject({ value: 1, upper: 1 });
});

test('a share, a mean and categories lie in their intervals, which are as wide as the sample makes them', async () => {
  const { answer } = await ask(`${BASE}&where=country=FR`);
  within(0.2, answer.segment.share);
  within(SENT * 0.2, { lower: answer.segment.share.lower * SENT, upper: answer.segment.share.upper * SENT });
  within(300, answer.features.distance.mean);
  within(0.25, answer.features.note.missing);
  expect(answer.features.country.categories).toMatchObject([{ category: 'FR', share: 1 }]);
  const n = answer.segment.predictions;
  expect(answer.segment.standsFor).toBeCloseTo(n * 6, 6);
  expect(answer.features.distance.mean.upper - answer.features.distance.mean.lower).toBeGreaterThan(
    (2 * 1.5 * 10) / Math.sqrt(n),
  );
  const rare = (await ask(`${BASE}&where=country=FR,customer.tier=gold,distance>305`)).answer;
  expect(rare.segment.predictions).toBeLessThan(n);
  const width = ({ lower, upper }: Estimate): number => upper - lower;
  expect(width(rare.features.note.missing)).toBeGreaterThan(width(answer.features.note.missing));
  expect(rare.features.distance.mean.lower).toBeGreaterThan(305);
});

test('performance is of the predictions whose ground truth has come, with the interval of their number', async () => {
  for (const [country, accuracy] of [
    ['FR', 0.6],
    ['DE', 0.9],
  ] as const) {
    const { groundTruth, statistics } = (await ask(`${BASE}&where=country=${country}`)).answer.performance;
    within(0.5, groundTruth.share);
    within(accuracy, statistics.accuracy);
    const half = (statistics.accuracy.upper - statistics.accuracy.lower) / 2;
    expect(half / (1.96 * Math.sqrt((accuracy * (1 - accuracy)) / groundTruth.predictions))).toBeCloseTo(1, 0);
    within(0.5, statistics.auc);
  }
  const without = (await ask(`${BASE}&where=customer.tier=base`)).answer.performance;
  expect(without).toEqual({
    groundTruth: { predictions: 0, share: expect.objectContaining({ share: 0 }) as Estimate },
  });
});

test('what has drifted within the window is told, and what has not, and where there are too few to tell', async () => {
  const [french, german] = await Promise.all(
    ['FR', 'DE'].map(async (country) => (await ask(`${BASE}&where=country=${country}`)).answer.features),
  );
  expect(french.wind.drift).toMatchObject({ state: 'ready', statistic: 'ks' });
  expect(french.wind.drift.qValue).toBeLessThan(1e-6);
  for (const { drift } of [french.distance, french.note, german.wind]) expect(drift.qValue).toBeGreaterThan(0.001);
  const few = (await ask(`${BASE}&where=country=FR,distance>320`)).answer.features.wind.drift;
  expect(few).toMatchObject({ state: 'not_enough_data' });
  expect(few.qValue).toBeUndefined();
});

test('traces are those of the segment', async () => {
  const { answer } = await ask(`${BASE}&where=country=FR`);
  expect(answer.traces).toHaveLength(10);
  for (const trace of answer.traces) expect(parseInt(trace, 16) % 5).toBe(0);
});

describe('conditions', () => {
  test.each([
    ['country!=FR', 0.8],
    ['ml.feature.country=DE', 0.8],
    ['customer.tier=gold', 0.5],
    ['note=', 0.25],
    ['note=a\\,b', 0.75],
    ['ml.prediction.score>=0.5', 0.5],
    ['distance<200&where=country=FR', 0],
  ])('%s', async (where, share) => {
    const { status, answer } = await ask(`${BASE}&where=${where.includes('&') ? where : encodeURIComponent(where)}`);
    expect(status).toBe(200);
    if (share === 0) expect(answer.segment.share).toMatchObject({ value: 0, lower: 0 });
    else within(share, answer.segment.share);
  });
});

describe('a bad question is told what is wrong with it', () => {
  test.each([
    ['', 400, /'model' and 'version'/],
    ['model=m&version=9', 404, /version '9' of the model 'm'/],
    [`${BASE}&where=country`, 400, /'country' is no condition/],
    [`${BASE}&where=planet=mars`, 400, /has 'planet'. There are country, customer.tier, distance, note, wind;/],
    [`${BASE}&where=contry=FR`, 400, /has 'contry'. Did you mean 'country'\?/],
    ['model=n&version=1', 404, /Did you mean 'm'\?/],
    [`${BASE}&where=distance>far`, 400, /no number/],
    [`${BASE}&window=2h`, 400, /'2h' is not observed; there are 5m, 1h, 1d/],
    [`${BASE}&were=x`, 400, /'were' is no parameter/],
    [`${BASE}&model=n`, 400, /given 2 times/],
  ])('%s', async (query, status, message) => {
    const asked = await ask(query);
    expect(asked.status).toBe(status);
    expect(asked.answer.error).toMatch(message);
  });
});

test.each([
  [2, 12.7062],
  [3, 4.30265],
  [4, 3.18245],
  [11, 2.22814],
  [31, 2.04227],
  [1001, 1.96234],
])("Student's interval of %i observations is as wide as the tables say", (observations, quantile) => {
  const interval = studentInterval(5, 4, observations)!;
  const half = (quantile * 2) / Math.sqrt(observations);
  expect(Math.abs((interval.upper - interval.lower) / 2 / half - 1)).toBeLessThan(0.002);
  expect(studentInterval(5, 0, 1)).toBeUndefined();
});
