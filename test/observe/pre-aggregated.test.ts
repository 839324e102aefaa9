/** Histograms against the values that they were made of: what is exact, and how far off the rest is at most. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FEATURE_CELL, isNumeric, type Profile } from '../../src/observe/index.js';
import { seededRandom } from '../../src/lib/random.js';
import {
  DELTA,
  dataPoint,
  explicit,
  exponential,
  FEATURE_OF_M,
  metricOf,
  metricsAccounted,
  sendMetrics,
} from '../interpret/metric-requests.js';
import { type OtlpObject } from '../oracle/otlp-oracle.js';
import { NOON_MS, Pipeline } from './pipeline.js';

const BOUNDS = [0, 5, 10, 25, 50, 75, 100, 250, 500];

let seconds = 0;

/** One delta point; each is of another second. */
function sendHistogram(pipeline: Pipeline, histogram: OtlpObject, feature = 'x'): void {
  const attributes = { ...FEATURE_OF_M, 'ml.feature.name': feature };
  const timeMs = NOON_MS - 3_600_000 + ++seconds;
  sendMetrics(pipeline, [metricOf([dataPoint({ timeMs, attributes, histogram })], DELTA)]);
}

function predict(pipeline: Pipeline, values: readonly number[], feature = 'x'): void {
  for (const value of values) pipeline.predict({ features: { [feature]: value } });
}

/** How many are at most each bound, by the profile's bins. */
function cumulativeBins(profile: Profile): [bound: number, count: number][] {
  if (!isNumeric(profile.schema)) throw new Error('not numeric');
  let total = profile.cell(FEATURE_CELL.below);
  return Array.from(profile.schema.upper, (bound, bin) => [bound, (total += profile.bins[bin])]);
}

const valuesArbitrary = fc.array(
  fc.oneof(fc.double({ min: -200, max: 600, noNaN: true }), fc.integer({ min: -5, max: 100 })),
  { minLength: 1, maxLength: 200 },
);

const spread = (values: readonly number[]): { mean: number; deviation: number } => {
  const mean = values.reduce((sum, x) => sum + x / values.length, 0);
  const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
};

const rankOf = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(q * (values.length - 1))];

describe('explicit', () => {
  test('count, mean, minimum and maximum are exact; deviation and quantiles within a bucket', () => {
    fc.assert(
      fc.property(valuesArbitrary, (values) => {
        const pipeline = new Pipeline();
        sendHistogram(pipeline, explicit(values, BOUNDS));
        const profile = pipeline.profile('x');
        const { mean, deviation } = spread(values);
        const min = Math.min(...values);
        const max = Math.max(...values);
        expect([profile.present, profile.finite, profile.min, profile.max]).toEqual([
          values.length,
          values.length,
          min,
          max,
        ]);
        expect(Math.abs(profile.mean - mean)).toBeLessThan(1e-9 * (1 + Math.abs(min) + max));
        const edges = [min, ...BOUNDS.filter((bound) => bound > min && bound < max), max];
        const bucketOf = (x: number): [number, number] => {
          const upper = Math.max(
            1,
            edges.findIndex((edge) => x <= edge),
          );
          return [edges[upper - 1], edges[upper] ?? max];
        };
        const widest = Math.max(...values.map((x) => bucketOf(x)[1] - bucketOf(x)[0]));
        if (values.length > 1) {
          const slack = Math.sqrt(values.length / (values.length - 1));
          expect(Math.abs(profile.standardDeviation - deviation)).toBeLessThanOrEqual(widest * slack + 1e-9);
        }
        for (const q of [0, 0.25, 0.5, 0.75, 1]) {
          const [lower, upper] = bucketOf(rankOf(values, q));
          const sketch = Math.max(Math.abs(lower), Math.abs(upper)) / 32;
          expect(profile.quantile(q)).toBeGreaterThanOrEqual(lower - sketch - 1e-9);
          expect(profile.quantile(q)).toBeLessThanOrEqual(upper + sketch + 1e-9);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('bins: the cumulative count is exact at bounds, and between them off by at most the bucket', () => {
    const reference = Array.from({ length: 200 }, (_, index) => index * 2.5);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 495, noNaN: true }), { minLength: 1, maxLength: 100 }),
        (values) => {
          const pipeline = new Pipeline();
          predict(pipeline, reference);
          const before = cumulativeBins(pipeline.profile('x'));
          sendHistogram(pipeline, explicit(values, BOUNDS));
          const profile = pipeline.profile('x');
          expect(profile.outOfRange).toBe(0);
          const after = cumulativeBins(profile);
          expect(after[after.length - 1][1]).toBeCloseTo(reference.length + values.length, 9);
          after.forEach(([bound, count], bin) => {
            const added = count - before[bin][1];
            const exact = values.filter((x) => x <= bound).length;
            const upper = BOUNDS.find((edge) => edge >= bound)!;
            const lower = Math.max(-Infinity, ...BOUNDS.filter((edge) => edge < bound));
            const inBucket = upper === bound ? 0 : values.filter((x) => x > lower && x <= upper).length;
            expect(Math.abs(added - exact)).toBeLessThanOrEqual(inBucket + 1e-9);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  test('out of range is what lies in buckets wholly outside', () => {
    const pipeline = new Pipeline();
    predict(
      pipeline,
      Array.from({ length: 200 }, (_, index) => 20 + (index % 40)),
    );
    const before = pipeline.profile('x').outOfRange;
    sendHistogram(pipeline, explicit([-3, 2, 8, 22, 58, 300, 400, 900], BOUNDS));
    const profile = pipeline.profile('x');
    expect([before, profile.cell(FEATURE_CELL.below), profile.cell(FEATURE_CELL.above)]).toEqual([0, 3, 3]);
  });

  test('without minimum and maximum the outermost bounds stand for them, without a sum the midpoints for it', () => {
    const pipeline = new Pipeline();
    const { count, bucketCounts, explicitBounds } = explicit([-3, 2, 8, 900], BOUNDS);
    sendHistogram(pipeline, { count, bucketCounts, explicitBounds });
    const { min, max, mean } = pipeline.profile('x');
    expect(min).toBe(0);
    expect(mean).toBeCloseTo((0 + 2.5 + 7.5 + 500) / 4, 9);
    expect(max).toBeCloseTo(500, 9);
  });

  test('without buckets there are count, sum, minimum and maximum', () => {
    const pipeline = new Pipeline();
    sendHistogram(pipeline, { ...explicit([1, 2, 6], BOUNDS), bucketCounts: [], explicitBounds: [] });
    sendHistogram(pipeline, { count: 2n, sum: 8 });
    const { present, mean, min, max } = pipeline.profile('x');
    expect([present, mean, min, max]).toEqual([5, 17 / 5, 1, 6]);
  });

  test('a sum that is not a number harms nothing', () => {
    const pipeline = new Pipeline();
    sendHistogram(pipeline, { ...explicit([3, 3], [2, 4]), sum: NaN, min: NaN, max: NaN });
    expect(pipeline.profile('x').mean).toBe(3);
  });
});

describe('exponential', () => {
  test('count and mean are exact; deviation and quantiles within a bucket, whose width is a share of the value', () => {
    const value = fc.oneof(
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.double({ min: -1e4, max: -1e-3, noNaN: true }),
      fc.constant(0),
    );
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 2, maxLength: 200 }),
        fc.integer({ min: 0, max: 6 }),
        (values, scale) => {
          const pipeline = new Pipeline();
          sendHistogram(pipeline, exponential(values, scale));
          const profile = pipeline.profile('x');
          const { mean, deviation } = spread(values);
          const largest = Math.max(...values.map(Math.abs));
          const growth = 2 ** (2 ** -scale);
          expect(profile.present).toBe(values.length);
          expect(Math.abs(profile.mean - mean)).toBeLessThanOrEqual(1e-9 * (1 + largest));
          const widest = largest * (growth - 1) * Math.SQRT2;
          expect(Math.abs(profile.standardDeviation - deviation)).toBeLessThanOrEqual(widest + 1e-9);
          for (const q of [0, 0.25, 0.5, 0.75, 1]) {
            const exact = rankOf(values, q);
            const allowed = Math.abs(exact) * (growth * (1 + 1 / 16) - 1);
            expect(Math.abs(profile.quantile(q) - exact)).toBeLessThanOrEqual(allowed + 1e-9);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('the zero bucket is as wide as it says', () => {
    const pipeline = new Pipeline();
    sendHistogram(pipeline, { count: 4n, sum: 0.1, scale: 3, zeroCount: 4n, zeroThreshold: 0.5, min: -0.25, max: 0.5 });
    const { min, max, present } = pipeline.profile('x');
    expect([min, max, present]).toEqual([-0.25, 0.5, 4]);
  });
});

describe('a feature that only histograms carry', () => {
  const random = seededRandom(3);
  const sample = (count: number, shift = 0): number[] =>
    Array.from({ length: count }, () => shift + 100 * (random.next() + random.next() + random.next()) - 150);
  const FINE = Array.from({ length: 41 }, (_, index) => -200 + index * 10);

  test('is never absent, however many predictions there are and whenever they come', () => {
    const pipeline = new Pipeline();
    predict(pipeline, [1, 2, 3], 'other');
    sendHistogram(pipeline, explicit([1, 2], BOUNDS));
    predict(pipeline, sample(300), 'other');
    const profile = pipeline.profile('x');
    expect([profile.absent, profile.missing, profile.observations]).toEqual([0, 0, 2]);
    expect(pipeline.profile('other').absent).toBe(0);
    expect(pipeline.version().window(2).predictions).toBe(303);
  });

  test.each([
    ['many small', 20, 30],
    ['one large', 1, 100_000],
    ['one that nearly suffices and a large one', 2, 199],
  ])('gets its bins from %s', (_, points, count) => {
    const pipeline = new Pipeline();
    for (let index = 0; index < points; index++) sendHistogram(pipeline, explicit(sample(count), FINE));
    sendHistogram(pipeline, explicit(sample(5000), FINE));
    const profile = pipeline.profile('x');
    const reference = pipeline.version().reference!.features.get('x')!;
    expect(reference.schema).toBe(profile.schema);
    const total = (bins: Float64Array): number => bins.reduce((sum, n) => sum + n, 0);
    expect(total(profile.bins) + profile.outOfRange).toBeCloseTo(points * count + 5000, 6);
    expect(total(reference.bins)).toBeGreaterThanOrEqual(100);
    expect(reference.outOfRange).toBe(0);
    const share = (of: Profile): number[] => cumulativeBins(of).map(([, n]) => n / total(of.bins));
    const [ours, theirs] = [share(profile), share(reference)];
    const distance = Math.max(...ours.map((at, bin) => Math.abs(at - theirs[bin])));
    expect(distance).toBeLessThan(1.95 / Math.sqrt(Math.min(total(reference.bins), 200)));
  });

  test('gets bins that the same histogram, again and again, fills as it filled the reference', () => {
    const pipeline = new Pipeline();
    const same = explicit([-140, -60, -20, 0, 20, 60, 140], FINE);
    for (let index = 0; index < 100; index++) sendHistogram(pipeline, same);
    const reference = pipeline.version().reference!.features.get('x')!;
    const total = (bins: Float64Array): number => bins.reduce((sum, n) => sum + n, 0);
    const [ours, theirs] = [pipeline.profile('x'), reference].map((of) =>
      cumulativeBins(of).map(([, n]) => n / total(of.bins)),
    );
    const distance = Math.max(...ours.map((at, bin) => Math.abs(at - theirs[bin])));
    expect(distance).toBeLessThan(0.01);
  });

  test('does not hold up the others, nor they it', () => {
    const pipeline = new Pipeline();
    sendHistogram(pipeline, explicit(sample(50), FINE));
    predict(pipeline, sample(250), 'other');
    expect([...pipeline.version().reference!.features.keys()]).toEqual(['other']);
    sendHistogram(pipeline, explicit(sample(150), FINE));
    expect([...pipeline.version().reference!.features.keys()]).toEqual(['other', 'x']);
  });

  test('nor does the version have to have predictions: those that come later still make their reference', () => {
    const pipeline = new Pipeline();
    sendHistogram(pipeline, explicit(sample(500), FINE));
    expect([...pipeline.version().reference!.features.keys()]).toEqual(['x']);
    predict(pipeline, sample(250), 'other');
    expect([...pipeline.version().reference!.features.keys()]).toEqual(['x', 'other']);
    expect(pipeline.version().totals.lastTimeMs).toBe(NOON_MS);
  });

  test('is what it was after a restart', () => {
    const before = new Pipeline();
    predict(before, [1, 2, 3], 'other');
    sendHistogram(before, explicit(sample(150), FINE));
    const after = new Pipeline();
    after.observer.restore(structuredClone(before.observer.save()));
    predict(after, [4], 'other');
    sendHistogram(after, explicit(sample(150), FINE));
    const { present, absent, bins, outOfRange } = after.profile('x');
    expect([present, absent]).toEqual([300, 0]);
    expect(bins.reduce((sum, n) => sum + n, outOfRange)).toBeCloseTo(300, 6);
  });

  test('is over the limit of features like any other', () => {
    const pipeline = new Pipeline({ maxFeaturesPerVersion: 1 });
    sendHistogram(pipeline, explicit([1], BOUNDS));
    sendHistogram(pipeline, explicit([1, 2], BOUNDS), 'y');
    expect(pipeline.version().totals.overflowObservations).toBe(2);
    expect(metricsAccounted(pipeline)).toMatchObject({ received: 2, observed: 2, addsUp: true });
  });
});

describe('a feature that predictions carry too', () => {
  test('is absent as often as predictions lack it', () => {
    const pipeline = new Pipeline();
    predict(pipeline, [1, 2, 3]);
    sendHistogram(pipeline, explicit([1, 2, 3, 4, 5], BOUNDS));
    predict(pipeline, [1, 2], 'other');
    const profile = pipeline.profile('x');
    expect([profile.present, profile.absent, profile.observations]).toEqual([8, 2, 10]);
  });

  test('from when they carry it: what came before does not count as lacking it', () => {
    const pipeline = new Pipeline();
    predict(pipeline, [1, 2, 3], 'other');
    sendHistogram(pipeline, explicit([1, 2, 3, 4, 5], BOUNDS));
    predict(pipeline, [1, 2, 3, 4], 'other');
    predict(pipeline, [1, 2]);
    predict(pipeline, [1], 'other');
    const profile = pipeline.profile('x');
    expect([profile.present, profile.absent]).toEqual([7, 1]);
  });

  test('as text: what a histogram says of it is of another type', () => {
    const pipeline = new Pipeline();
    pipeline.predict({ features: { x: 'a' } });
    sendHistogram(pipeline, explicit([1, 2, 3], BOUNDS));
    const profile = pipeline.profile('x');
    expect([profile.present, profile.typeMismatch, profile.absent]).toEqual([4, 3, 0]);
  });

  test('has the moments of both', () => {
    const pipeline = new Pipeline();
    predict(pipeline, [1e6 + 1, 1e6 + 2]);
    sendHistogram(pipeline, { ...explicit([1e6 + 3, 1e6 + 3], [1e6]), bucketCounts: [], explicitBounds: [] });
    const { mean, standardDeviation } = pipeline.profile('x');
    expect(mean).toBe(1e6 + 2.25);
    expect(standardDeviation).toBeCloseTo(spread([1, 2, 3, 3]).deviation, 9);
  });
});
