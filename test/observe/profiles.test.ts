/** Profiles against exact computation on the raw values; windows, provisional references, limits. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import { NOON_MS, Pipeline } from './pipeline.js';

const MINUTE_MS = 60_000;

function exactQuantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(q * (sorted.length - 1))];
}

test('counts, moments and quantiles are those of the values', () => {
  const pipeline = new Pipeline();
  const random = seededRandom(7);
  const values = Array.from({ length: 1000 }, () => 50 + 12 * normalDeviate(random));
  pipeline.predict(...values.map((x) => ({ features: { x } })));
  const profile = pipeline.profile('x');
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  expect(profile.observations).toBe(1000);
  expect(profile.missing).toBe(0);
  expect(profile.mean).toBeCloseTo(mean, 10);
  expect(profile.standardDeviation).toBeCloseTo(Math.sqrt(variance), 10);
  expect([profile.min, profile.max]).toEqual([Math.min(...values), Math.max(...values)]);
  for (const q of [0.01, 0.25, 0.5, 0.75, 0.99]) {
    const exact = exactQuantile(values, q);
    expect(Math.abs(profile.quantile(q) - exact)).toBeLessThanOrEqual(Math.abs(exact) / 32);
  }
});

test('quantiles are within 1/32 over all magnitudes and both signs', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e15, max: 1e15, noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, q) => {
        const pipeline = new Pipeline();
        pipeline.predict(...values.map((x) => ({ features: { x } })));
        const exact = exactQuantile(values, q);
        const tolerance = Math.max(Math.abs(exact) / 32, 2 ** -63);
        expect(Math.abs(pipeline.profile('x').quantile(q) - exact)).toBeLessThanOrEqual(tolerance);
      },
    ),
    { numRuns: 100 },
  );
});

describe('what is missing is counted apart', () => {
  test('absent, empty, NaN', () => {
    const pipeline = new Pipeline();
    pipeline.predict(
      { features: { x: 1, c: 'a' } },
      { features: { x: NaN, c: '' } },
      { features: { x: undefined, c: undefined } },
      { features: { c: 'b' } },
    );
    const x = pipeline.profile('x');
    expect([x.absent, x.empty, x.nan, x.observations]).toEqual([1, 1, 1, 4]);
    const c = pipeline.profile('c');
    expect([c.absent, c.empty, c.nan, c.observations]).toEqual([0, 2, 0, 4]);
  });

  test('a feature that was not known before is not missing from before', () => {
    const pipeline = new Pipeline();
    pipeline.predict({ features: { x: 1 } }, { features: { x: 2 } });
    pipeline.predict({ features: { x: 3, later: 1 } }, { features: { x: 4 } });
    const later = pipeline.profile('later');
    expect([later.observations, later.absent]).toEqual([2, 1]);
  });
});

test('a batch among single predictions with the same keys is read as a batch', () => {
  const pipeline = new Pipeline();
  const sized = (rows: bigint, x: unknown) => ({ features: { x }, attributes: { 'ml.batch.size': rows } });
  pipeline.predict(sized(0n, 1), sized(0n, 2), sized(0n, 3), sized(3n, [4, 5, 6]), sized(0n, 7));
  const profile = pipeline.profile('x');
  expect([profile.present, profile.typeMismatch, profile.mean, profile.max]).toEqual([7, 0, 4, 7]);
});

test('infinities, a value of another type, and a huge value harm nothing else', () => {
  const pipeline = new Pipeline();
  pipeline.predict(...Array.from({ length: 200 }, (_, i) => ({ features: { x: i, y: i } })));
  pipeline.predict(
    { features: { x: Infinity, y: 1 } },
    { features: { x: 'text', y: 1 } },
    { features: { x: 1e300, y: 1 } },
  );
  pipeline.predict({ features: { x: -Infinity, y: 1 } }, { features: { x: [1, 2], y: 1 } });
  const x = pipeline.profile('x');
  expect(x.typeMismatch).toBe(2);
  expect(x.outOfRange).toBe(3);
  expect(x.max).toBe(1e300);
  const y = pipeline.profile('y');
  expect([y.observations, y.missing, y.outOfRange, y.typeMismatch]).toEqual([205, 0, 0, 0]);
});

describe('the provisional reference', () => {
  test('is made of the first predictions, and they are counted in the windows as well', () => {
    const pipeline = new Pipeline();
    pipeline.predict(...Array.from({ length: 199 }, (_, i) => ({ features: { x: i % 10, c: i % 2 ? 'a' : 'b' } })));
    expect(pipeline.version().reference).toBeUndefined();
    pipeline.predict({ features: { x: 9, c: 'a' } });
    const reference = pipeline.version().reference!;
    expect(reference.kind).toBe('provisional');
    expect([...reference.features.get('x')!.bins]).toEqual([20, 20, 20, 20, 20, 20, 20, 20, 20, 20]);
    expect([...pipeline.profile('x').bins]).toEqual([20, 20, 20, 20, 20, 20, 20, 20, 20, 20]);
    pipeline.predict(
      { features: { x: 3, c: 'new' } },
      { features: { x: 3.5, c: 'b' } },
      { features: { x: 11, c: 'b' } },
    );
    expect(pipeline.profile('x').bins[4]).toBe(21);
    expect(pipeline.profile('x').outOfRange).toBe(1);
    expect(pipeline.profile('c').unseen).toBe(1);
    expect(reference.features.get('x')!.observations).toBe(200);
  });

  test('of free text is its length', () => {
    const pipeline = new Pipeline();
    pipeline.predict(...Array.from({ length: 200 }, (_, i) => ({ features: { t: `${i}`.padStart(4, 'x') } })));
    expect(pipeline.version().reference!.features.get('t')!.schema.kind).toBe('text');
    pipeline.predict({ features: { t: 'a much longer text' } });
    expect(pipeline.profile('t').unseen).toBe(0);
    expect(pipeline.profile('t').outOfRange).toBe(1);
  });

  test('can be the previous version', () => {
    const pipeline = new Pipeline({ provisionalReference: 'previous_version' });
    pipeline.predict(...Array.from({ length: 300 }, (_, i) => ({ features: { x: i % 10 } })));
    pipeline.predict(...Array.from({ length: 50 }, () => ({ version: '2', features: { x: 3 } })));
    const { reference } = pipeline.version('m', '2');
    expect([reference?.kind, reference?.name]).toEqual(['previous_version', '1']);
    expect(reference?.features.get('x')?.observations).toBe(300);
    expect(pipeline.profile('x', 2, '2').bins[3]).toBe(50);
  });
});

describe('windows in event time', () => {
  test('an observation is in every window that covers its time, and leaves them one after the other', () => {
    const pipeline = new Pipeline();
    pipeline.predict({ timeMs: NOON_MS - 2 * MINUTE_MS, features: { x: 1 } });
    pipeline.predict({ timeMs: NOON_MS - 30 * MINUTE_MS, features: { x: 2 } });
    pipeline.predict({ timeMs: NOON_MS - 600 * MINUTE_MS, features: { x: 3 } });
    const counts = (): number[] => [0, 1, 2].map((index) => pipeline.profile('x', index).present);
    expect(counts()).toEqual([1, 2, 3]);
    pipeline.clock.advanceMs(10 * MINUTE_MS);
    expect(counts()).toEqual([0, 2, 3]);
    pipeline.clock.advanceMs(60 * MINUTE_MS);
    expect(counts()).toEqual([0, 0, 3]);
    pipeline.clock.advanceMs(1440 * MINUTE_MS);
    expect(counts()).toEqual([0, 0, 0]);
    const version = pipeline.version();
    const total = version.profile(version.features.get('x')!, version.sinceStart(), false);
    expect([total.present, total.min, total.max, total.mean]).toEqual([3, 1, 3, 2]);
  });

  test('merging equals replay: any order and any pace give the same profile', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 1100 }), fc.integer({ min: -50, max: 50 })), { maxLength: 80 }),
        (observations) => {
          const direct = new Pipeline({ windowsMs: [1440 * MINUTE_MS] });
          direct.predict(
            ...observations.map(([minutes, x]) => ({ timeMs: NOON_MS - minutes * MINUTE_MS, features: { x } })),
          );
          const paced = new Pipeline();
          paced.clock.setMs(NOON_MS - 1100 * MINUTE_MS);
          for (const [minutes, x] of [...observations].sort(([a], [b]) => b - a)) {
            paced.clock.setMs(NOON_MS - minutes * MINUTE_MS);
            paced.predict({ features: { x } });
          }
          paced.clock.setMs(NOON_MS);
          if (observations.length === 0) return;
          const [a, b] = [direct, paced].map((pipeline) => {
            const version = pipeline.version();
            pipeline.observer.advance();
            return version.profile(version.features.get('x')!, version.sinceStart(), false);
          });
          expect([b.present, b.min, b.max, b.finite]).toEqual([a.present, a.min, a.max, a.finite]);
          expect(b.mean).toBeCloseTo(a.mean, 9);
          expect(b.quantile(0.5)).toBe(a.quantile(0.5));
        },
      ),
      { numRuns: 50 },
    );
  });

  test('too late and too early are counted as such', () => {
    const pipeline = new Pipeline();
    pipeline.predict({ timeMs: NOON_MS - 3 * 1440 * MINUTE_MS, features: { x: 1 } });
    const future = pipeline.predict({ timeMs: NOON_MS + 60 * MINUTE_MS, features: { x: 1 } });
    expect(future.rejected).toBe(1);
    expect(pipeline.accounted()).toEqual({
      received: 2,
      observed: 0,
      rejected: { bad_time: 1 },
      ignored: { too_late: 1 },
    });
  });

  test('windows of a replay end at the latest event time', () => {
    const pipeline = new Pipeline({ watermark: true });
    const then = Date.UTC(2001, 1, 1);
    pipeline.predict({ timeMs: then, features: { x: 1 } }, { timeMs: then + 4 * MINUTE_MS, features: { x: 1 } });
    expect(pipeline.profile('x', 0).present).toBe(2);
    pipeline.predict({ timeMs: then + 20 * MINUTE_MS, features: { x: 1 } });
    expect([0, 1].map((index) => pipeline.profile('x', index).present)).toEqual([1, 3]);
  });
});

test('a sampled span counts for those that were dropped', () => {
  const pipeline = new Pipeline();
  pipeline.predict({ features: { x: 4 }, traceState: 'vendor=1,ot=th:c' }, { features: { x: 1 } });
  const profile = pipeline.profile('x');
  expect(profile.present).toBe(5);
  expect(profile.mean).toBeCloseTo(17 / 5, 12);
  expect(pipeline.version().window(2).effectiveShare).toBeCloseTo(5 / 17, 12);
});

test('limits: models, versions and features over them are left out and counted', () => {
  const pipeline = new Pipeline({ maxFeaturesPerVersion: 2 });
  for (let i = 0; i < 7; i++) pipeline.predict({ model: `model ${i}`, features: { x: 1 } });
  expect(pipeline.observer.directory.models.size).toBe(5);
  expect(pipeline.observer.directory.modelLimit.overflow).toBe(2);
  for (let i = 0; i < 5; i++) pipeline.predict({ model: 'model 0', version: `v${i}`, features: { x: 1 } });
  expect(pipeline.observer.directory.models.get('model 0')!.size).toBe(3);
  expect(pipeline.accounted().ignored).toEqual({ over_limit: 5 });
  pipeline.predict({ model: 'model 1', features: { a: 1, b: 1, c: 1 } });
  expect(pipeline.version('model 1').features.size).toBe(2);
  expect(pipeline.observer.directory.featureLimit.overflow).toBe(2);
  pipeline.predict({ model: 'model 1', features: { a: 1, b: 1, c: 1 } });
  expect(pipeline.version('model 1').totals.overflowObservations).toBe(4);
  expect(pipeline.observer.overflowPredictions).toBe(5);
});

test('a version that is silent for longer than the longest window makes room', () => {
  const pipeline = new Pipeline();
  for (const version of ['1', '2', '3']) pipeline.predict({ version, id: `p${version}`, features: { x: 1 } });
  pipeline.clock.advanceMs(3 * 1440 * MINUTE_MS);
  pipeline.predict({ version: '4', features: { x: 1 } });
  expect([...pipeline.observer.directory.models.get('m')!.keys()]).toEqual(['2', '3', '4']);
  // Ground truth of what it predicted does not bring it back.
  pipeline.groundTruth('p1', true);
  expect([...pipeline.observer.directory.models.get('m')!.keys()]).toEqual(['2', '3', '4']);
});
