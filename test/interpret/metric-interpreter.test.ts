/** Data points of `ml.feature.value`: which count, which count again, and that each is accounted for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attributesOf, NOON_MS, Pipeline } from '../observe/pipeline.js';
import { shuffled } from '../oracle/arbitraries.js';
import { type OtlpObject } from '../oracle/otlp-oracle.js';
import {
  CUMULATIVE,
  dataPoint,
  DELTA,
  explicit,
  exponential,
  FEATURE_OF_M,
  metricOf,
  metricsAccounted,
  sendMetrics,
} from './metric-requests.js';

const SECOND_MS = 1000;
const BOUNDS = [0, 1, 2, 5, 10];
const VALUES = [0.5, 1.5, 1.6, 3, 20];

/** A point that is well but for what the test changes. */
const point = (change: OtlpObject = {}, attributes: Readonly<Record<string, unknown>> = FEATURE_OF_M): OtlpObject => ({
  ...dataPoint({ timeMs: NOON_MS, startMs: NOON_MS - SECOND_MS, attributes, histogram: explicit(VALUES, BOUNDS) }),
  ...change,
});

const without = (key: keyof typeof FEATURE_OF_M) =>
  Object.fromEntries(Object.entries(FEATURE_OF_M).filter(([name]) => name !== key));

describe('rejected, with its reason', () => {
  const scaled = (change: OtlpObject): OtlpObject => ({ ...point(), ...exponential(VALUES, 3), ...change });
  test.each([
    ['no model name', point({}, without('ml.model.name')), DELTA, 'no_model_name'],
    ['no model version', point({}, without('ml.model.version')), DELTA, 'no_model_version'],
    ['no feature name', point({}, without('ml.feature.name')), DELTA, 'no_feature_name'],
    ['a feature name that is no text', point({}, { ...FEATURE_OF_M, 'ml.feature.name': 7 }), DELTA, 'no_feature_name'],
    ['no time', point({ timeUnixNano: 0n }), DELTA, 'bad_time'],
    ['a time far ahead', point({ timeUnixNano: BigInt(NOON_MS + 3_600_000) * 1_000_000n }), DELTA, 'bad_time'],
    ['no temporality', point(), 0, 'bad_histogram'],
    ['buckets that do not add up', point({ count: 6n }), DELTA, 'bad_histogram'],
    ['a bucket too few', point({ bucketCounts: [0n, 1n, 2n, 1n, 1n] }), DELTA, 'bad_histogram'],
    ['bounds that do not ascend', point({ explicitBounds: [0, 2, 1, 5, 10] }), DELTA, 'bad_histogram'],
    ['a bound that is no number', point({ explicitBounds: [0, 1, 2, 5, Infinity] }), DELTA, 'bad_histogram'],
    [
      'neither buckets nor sum',
      point({ bucketCounts: [], explicitBounds: [], sum: undefined, min: undefined }),
      DELTA,
      'bad_histogram',
    ],
    ['a scale beyond all', scaled({ scale: 40 }), DELTA, 'bad_histogram'],
    ['exponential buckets that do not add up', scaled({ zeroCount: 1n }), DELTA, 'bad_histogram'],
    [
      'an index beyond all doubles',
      scaled({ scale: 0, count: 1n, positive: { offset: 2000, bucketCounts: [1n] } }),
      DELTA,
      'bad_histogram',
    ],
    [
      'more buckets than the limit',
      point({ count: 5000n, bucketCounts: Array.from({ length: 5000 }, () => 1n) }),
      DELTA,
      'bad_histogram',
    ],
  ])('%s', (_, bad, temporality, reason) => {
    const pipeline = new Pipeline();
    const { rejected, message } = sendMetrics(pipeline, [metricOf([bad], temporality), metricOf([point()])]);
    expect(rejected).toBe(1);
    expect(message).toContain(reason);
    expect(metricsAccounted(pipeline)).toEqual({
      received: 2,
      observed: 1,
      rejected: { [reason]: 1 },
      ignored: {},
      addsUp: true,
    });
  });

  test('a message that cannot be decoded; nothing of it is observed', () => {
    const pipeline = new Pipeline();
    expect(() => pipeline.interpreter.interpretMetrics(Uint8Array.of(0x0a, 0x7f))).toThrow(/not valid protobuf/);
    expect(metricsAccounted(pipeline)).toMatchObject({ received: 1, rejected: { undecodable: 1 }, addsUp: true });
  });

  test('a model that the sender may not send', () => {
    const pipeline = new Pipeline();
    const other = point({}, { ...FEATURE_OF_M, 'ml.model.name': 'other' });
    const { rejected } = sendMetrics(pipeline, [metricOf([point(), other])], {}, new Set(['m']));
    expect(rejected).toBe(1);
    expect(metricsAccounted(pipeline).rejected).toEqual({ forbidden_model: 1 });
  });
});

describe('ignored, with its reason', () => {
  test('other metrics, and numbers and summaries of the name that histograms have', () => {
    const pipeline = new Pipeline();
    sendMetrics(pipeline, [
      metricOf([point(), point()], DELTA, 'http.server.request.duration'),
      { name: 'ml.feature.value', gauge: { dataPoints: [{ asDouble: 1, attributes: attributesOf(FEATURE_OF_M) }] } },
      { name: 'ml.feature.value', summary: { dataPoints: [{ count: 1n, attributes: attributesOf(FEATURE_OF_M) }] } },
    ]);
    expect(metricsAccounted(pipeline)).toMatchObject({ received: 4, ignored: { unsupported_metric: 4 }, addsUp: true });
  });

  test('a point that says that it has no value', () => {
    const pipeline = new Pipeline();
    sendMetrics(pipeline, [metricOf([{ ...point(), flags: 1 }])]);
    expect(metricsAccounted(pipeline)).toMatchObject({ ignored: { no_recorded_value: 1 }, addsUp: true });
  });

  test('a point from before the longest window', () => {
    const pipeline = new Pipeline();
    sendMetrics(pipeline, [metricOf([point({ timeUnixNano: BigInt(NOON_MS - 48 * 3_600_000) * 1_000_000n })])]);
    expect(metricsAccounted(pipeline)).toMatchObject({ ignored: { too_late: 1 }, addsUp: true });
  });

  test('models over the limit', () => {
    const pipeline = new Pipeline({ maxModels: 1 });
    sendMetrics(pipeline, [metricOf([point(), point({}, { ...FEATURE_OF_M, 'ml.model.name': 'other' })])]);
    expect(metricsAccounted(pipeline)).toMatchObject({ observed: 1, ignored: { over_limit: 1 }, addsUp: true });
  });
});

test('names may stand on the resource; those of the point win', () => {
  const pipeline = new Pipeline();
  const own = { 'ml.feature.name': 'y', 'ml.model.version': '2' };
  sendMetrics(pipeline, [metricOf([point({}, {}), point({}, own)])], FEATURE_OF_M);
  expect([...pipeline.observer.directory.models.get('m')!.keys()]).toEqual(['1', '2']);
  expect([...pipeline.version('m', '2').features.keys()]).toEqual(['y']);
  expect(pipeline.profile('x').present).toBe(VALUES.length);
});

describe('delta', () => {
  const at = (timeMs: number) => metricOf([point({ timeUnixNano: BigInt(timeMs) * 1_000_000n })]);

  test('a point that comes twice counts once, in one message or in two, late or in order', () => {
    const pipeline = new Pipeline();
    for (const seconds of [0, 1, 2, 2, 0, 3, 1]) sendMetrics(pipeline, [at(NOON_MS + seconds * SECOND_MS)]);
    sendMetrics(pipeline, [at(NOON_MS + 4 * SECOND_MS), at(NOON_MS + 4 * SECOND_MS)]);
    expect(metricsAccounted(pipeline)).toEqual({
      received: 9,
      observed: 5,
      rejected: {},
      ignored: { duplicate: 4 },
      addsUp: true,
    });
    expect(pipeline.profile('x').present).toBe(5 * VALUES.length);
  });

  test('a point that comes late counts; one older than all that are remembered does not', () => {
    const pipeline = new Pipeline();
    for (let second = 0; second <= 40; second += 2) sendMetrics(pipeline, [at(NOON_MS + second * SECOND_MS)]);
    sendMetrics(pipeline, [at(NOON_MS + 31 * SECOND_MS)]);
    sendMetrics(pipeline, [at(NOON_MS + 3 * SECOND_MS)]);
    expect(metricsAccounted(pipeline)).toMatchObject({ observed: 22, ignored: { duplicate: 1 } });
  });

  test('the same time of another series is another point', () => {
    const pipeline = new Pipeline();
    const points = ['a', 'b'].map((pod) => point({}, { ...FEATURE_OF_M, pod }));
    sendMetrics(pipeline, [metricOf(points)]);
    sendMetrics(pipeline, [metricOf([point()])], { 'service.instance.id': '7' });
    expect(metricsAccounted(pipeline)).toMatchObject({ received: 3, observed: 3 });
  });
});

describe('cumulative', () => {
  const send = (
    pipeline: Pipeline,
    seconds: number,
    histogram: OtlpObject,
    startMs = NOON_MS,
    attributes: Readonly<Record<string, unknown>> = FEATURE_OF_M,
  ) => {
    const timeMs = NOON_MS + seconds * SECOND_MS;
    sendMetrics(pipeline, [metricOf([dataPoint({ startMs, timeMs, histogram, attributes })], CUMULATIVE)]);
  };

  test.each([
    ['explicit', (values: readonly number[]) => explicit(values, BOUNDS)],
    ['exponential', (values: readonly number[]) => exponential(values, 2)],
  ])('%s: what has come since the point before counts', (_, make) => {
    const pipeline = new Pipeline();
    send(pipeline, 1, make([1, 2, 2]));
    send(pipeline, 2, make([1, 2, 2]));
    send(pipeline, 3, make([1, 2, 2, 7, 7]));
    expect([pipeline.profile('x').present, pipeline.profile('x').mean]).toEqual([5, 19 / 5]);
    expect(metricsAccounted(pipeline)).toMatchObject({ received: 3, observed: 3, ignored: {} });
  });

  test('what began before this process listened is a baseline', () => {
    const pipeline = new Pipeline();
    send(pipeline, 1, explicit([1, 1, 1, 1], BOUNDS), NOON_MS - 1);
    send(pipeline, 2, explicit([1, 1, 1, 1, 3], BOUNDS), NOON_MS - 1);
    expect(metricsAccounted(pipeline)).toMatchObject({ observed: 1, ignored: { baseline: 1 } });
    expect([pipeline.profile('x').present, pipeline.profile('x').mean]).toEqual([1, 3]);
  });

  test('so is one whose start is not given', () => {
    const pipeline = new Pipeline();
    sendMetrics(pipeline, [
      metricOf([dataPoint({ timeMs: NOON_MS, histogram: explicit(VALUES, BOUNDS) })], CUMULATIVE),
    ]);
    expect(metricsAccounted(pipeline)).toMatchObject({ observed: 0, ignored: { baseline: 1 } });
  });

  test('another start is a reset: all of it counts', () => {
    const pipeline = new Pipeline();
    send(pipeline, 1, explicit([1, 1, 1], BOUNDS));
    send(pipeline, 3, explicit([1, 1, 1, 3], BOUNDS), NOON_MS + 2 * SECOND_MS);
    expect(pipeline.profile('x').present).toBe(7);
  });

  test.each([
    ['explicit', explicit([1], BOUNDS)],
    ['exponential', exponential([1], 2)],
  ])('%s: so is a count that has gone down', (_, after) => {
    const pipeline = new Pipeline();
    const before = after.scale === undefined ? explicit([1, 4, 4], BOUNDS) : exponential([1, 4, 4], 2);
    send(pipeline, 1, before);
    send(pipeline, 2, after);
    expect(pipeline.profile('x').present).toBe(4);
  });

  test('a point no later than the latest, or of an earlier start, is a duplicate', () => {
    const pipeline = new Pipeline();
    send(pipeline, 1, explicit([1], BOUNDS));
    send(pipeline, 3, explicit([1, 1, 1], BOUNDS), NOON_MS + SECOND_MS);
    send(pipeline, 3, explicit([1, 1, 1], BOUNDS), NOON_MS + SECOND_MS);
    send(pipeline, 2, explicit([1, 1], BOUNDS), NOON_MS + SECOND_MS);
    send(pipeline, 4, explicit([1, 1, 1, 1], BOUNDS));
    expect(metricsAccounted(pipeline)).toMatchObject({ observed: 2, ignored: { duplicate: 3 } });
    expect(pipeline.profile('x').present).toBe(4);
  });

  test('with other bounds the next point is a baseline', () => {
    const pipeline = new Pipeline();
    send(pipeline, 1, explicit([1], BOUNDS));
    send(pipeline, 2, explicit([1, 1], [0, 1, 2]));
    send(pipeline, 3, explicit([1, 1, 1], [0, 1, 2]));
    expect(metricsAccounted(pipeline)).toMatchObject({ observed: 2, ignored: { baseline: 1 } });
    expect(pipeline.profile('x').present).toBe(2);
  });

  test('values count in the middle of the time since the point before', () => {
    const pipeline = new Pipeline();
    send(pipeline, 0, explicit([1], BOUNDS));
    pipeline.clock.advanceMs(3_600_000);
    send(pipeline, 3600, explicit([1, 1, 1, 1], BOUNDS));
    expect([0, 1, 2].map((index) => pipeline.profile('x', index).present)).toEqual([0, 3, 4]);
  });

  test('exponential: whatever the scale does, what was counted is what the last point holds', () => {
    const value = fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(0));
    const step = fc.tuple(
      fc.array(
        value.filter((x) => x === 0 || Math.abs(x) > 1e-6),
        { maxLength: 20 },
      ),
      fc.nat(2),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        const pipeline = new Pipeline();
        const values: number[] = [];
        let scale = 8;
        steps.forEach(([more, coarser], index) => {
          values.push(...more);
          scale -= coarser;
          send(pipeline, index, exponential(values, scale));
        });
        if (values.length === 0) return;
        const profile = pipeline.profile('x');
        expect(profile.present).toBe(values.length);
        const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
        expect(Math.abs(profile.mean - mean)).toBeLessThan(1e-6);
      }),
      { numRuns: 200 },
    );
  });

  test('a wider zero bucket takes in what it covers', () => {
    const pipeline = new Pipeline();
    send(pipeline, 1, exponential([0.1, 0.1, 5], 0));
    const wider = { ...exponential([5, 5], 0), count: 4n, sum: 10.2, zeroCount: 2n, zeroThreshold: 0.125 };
    send(pipeline, 2, wider);
    expect(pipeline.profile('x').present).toBe(4);
  });
});

test('whatever arrives, the counts add up', () => {
  const keys = fc.constantFrom(...Object.keys(FEATURE_OF_M), 'other');
  const name = fc.constantFrom('ml.feature.value', 'ml.feature.value', 'other');
  fc.assert(
    fc.property(
      shuffled('ExportMetricsServiceRequest', {
        fields: { 'KeyValue.key': keys, 'Metric.name': name },
        listLengthMax: 4,
      }),
      ({ bytes }) => {
        const pipeline = new Pipeline();
        pipeline.interpreter.interpretMetrics(bytes);
        expect(metricsAccounted(pipeline).addsUp).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});
