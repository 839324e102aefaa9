/** Segments: parts that add up to the whole, whatever the order, with places for the most frequent, over threads and restarts. */
import { describe, expect, test } from 'vitest';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import type { ObserverOptions, Segment } from '../../src/observe/index.js';
import { attributesOf, Pipeline, type SentPrediction } from './pipeline.js';

const COUNTRIES = ['DE', 'FR', 'IT'];

function start(by: readonly string[], max = 20, options: Partial<ObserverOptions> = {}): Pipeline {
  return new Pipeline({
    wanted: by,
    segments: [{ name: 's', by: by.map((name, wanted) => ({ name, wanted })), max }],
    ...options,
  });
}

function segmentsOf(pipeline: Pipeline): Map<string, Segment> {
  pipeline.observer.advance();
  const all = pipeline.observer.directory.segmentsOf(pipeline.version())!.all();
  return new Map([...all].map((segment) => [segment.value, segment]));
}

function counts(pipeline: Pipeline): Record<string, number> {
  const found = [...segmentsOf(pipeline)].map(
    ([value, { observer }]) => [value, observer.window(2).predictions] as const,
  );
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const random = seededRandom(5);
const of = (country: string): SentPrediction => ({
  features: { country, x: 10 + normalDeviate(random), ...(country === 'IT' ? {} : { sometimes: random.next() }) },
  attributes: { 'ml.prediction.score': random.next() },
});

/** What is the same of the whole and of its parts together. */
function expectWhole(pipeline: Pipeline): void {
  const version = pipeline.version();
  const parts = [...segmentsOf(pipeline).values()].map(({ observer }) => observer);
  const view = version.window(2);
  expect(parts.reduce((sum, part) => sum + part.window(2).predictions, 0)).toBe(view.predictions);
  for (const [name, slot] of version.features) {
    const whole = version.profile(slot, view, false);
    const profiles = parts.map((part) => {
      const own = part.window(2, new Float64Array(200_000));
      return part.profile(part.features.get(name)!, own, false);
    });
    for (const key of ['present', 'missing', 'finite', 'unseen', 'outOfRange', 'observations'] as const) {
      expect([name, key, profiles.reduce((sum, profile) => sum + profile[key], 0)]).toEqual([name, key, whole[key]]);
    }
    expect(whole.bins.length).toBeGreaterThan(0);
    expect([...whole.bins].map((_, bin) => profiles.reduce((sum, profile) => sum + profile.bins[bin], 0))).toEqual([
      ...whole.bins,
    ]);
    const sum = profiles.reduce(
      (total, profile) => total + (profile.finite > 0 ? profile.mean * profile.finite : 0),
      0,
    );
    if (whole.finite > 0) expect(sum / whole.finite).toBeCloseTo(whole.mean, 9);
  }
}

describe('segments add up to their version', () => {
  test('with a provisional reference, before and after it is made', () => {
    const pipeline = start(['country']);
    for (let round = 0; round < 10; round++) {
      pipeline.predict(...Array.from({ length: 60 }, (_, index) => of(COUNTRIES[index % 3])));
      if (round > 3) expectWhole(pipeline);
    }
    expect(counts(pipeline)).toEqual({ DE: 200, FR: 200, IT: 200 });
  });

  test('with a reference of its own', () => {
    const teacher = new Pipeline();
    teacher.predict(...Array.from({ length: 300 }, (_, index) => of(COUNTRIES[index % 3])));
    const { reference } = teacher.version();
    const pipeline = start(['country'], 2, { referenceOf: () => reference });
    pipeline.predict(...Array.from({ length: 90 }, (_, index) => of(COUNTRIES[index % 3])));
    expectWhole(pipeline);
    expect(counts(pipeline)).toEqual({ DE: 30, FR: 30, __overflow__: 30 });
    expect(pipeline.observer.directory.segmentLimit).toMatchObject({ used: 2, max: 2, overflow: 30 });
  });

  test('of batches, whose rows are divided', () => {
    const pipeline = start(['country']);
    for (const size of [200, 2500]) {
      const rows = Array.from({ length: size }, (_, row) => row);
      pipeline.predict({
        features: {
          country: rows.map((row) => COUNTRIES[row % 3]),
          x: rows.map((row) => row + random.next()),
          few: rows.map((row) => BigInt(row % 5)),
        },
        attributes: { 'ml.batch.size': BigInt(size) },
      });
      expectWhole(pipeline);
    }
    expect(counts(pipeline)).toEqual({ DE: 901, FR: 900, IT: 899 });
  });

  test('whose rows have one segment, that of the resource', () => {
    const pipeline = start(['region']);
    const span = pipeline.span({ features: { x: [1, 2, 3] }, attributes: { 'ml.batch.size': 3n } });
    pipeline.sendResourceSpans([
      { resource: { attributes: attributesOf({ region: 'eu' }) }, scopeSpans: [{ spans: [span] }] },
      { scopeSpans: [{ spans: [pipeline.span({ features: { x: 1 } })] }] },
    ]);
    expect(counts(pipeline)).toEqual({ __missing__: 1, eu: 3 });
  });
});

describe('a segment is found', () => {
  test.each([
    ['by an attribute that is no feature', { 'customer.tier': 'gold' }, 'customer.tier', 'gold'],
    ['by a feature inside ml.features', { 'ml.features': { tier: 'gold' } }, 'tier', 'gold'],
    ['by the whole name of a feature', { 'ml.feature.tier': 'gold' }, 'ml.feature.tier', 'gold'],
    ['by a flag', { tier: true }, 'tier', 'true'],
    ['by a number', { tier: 7n }, 'tier', '7'],
    ['by nothing', { tier: '' }, 'tier', '__missing__'],
  ])('%s', (_, attributes, by, value) => {
    const pipeline = start([by]);
    pipeline.predict({ features: { x: 1 }, attributes });
    expect(counts(pipeline)).toEqual({ [value]: 1 });
  });

  test('by two together', () => {
    const pipeline = start(['country', 'tier']);
    for (const [country, tier] of [
      ['DE', 'gold'],
      ['DE', 'base'],
      ['FR', 'gold'],
      ['DE', 'gold'],
    ]) {
      pipeline.predict({ features: { country }, attributes: { tier } });
    }
    expect(counts(pipeline)).toEqual({
      'country=DE,tier=base': 1,
      'country=DE,tier=gold': 2,
      'country=FR,tier=gold': 1,
    });
  });
});

describe('places', () => {
  test('go to the most frequent, though others came first, and nothing is lost', () => {
    const pipeline = start(['country'], 2);
    pipeline.predict(...['rare', 'rarer', 'rarest'].map(of));
    for (let round = 0; round < 60; round++) {
      pipeline.predict(
        ...Array.from({ length: 500 }, (_, index) =>
          of(index % 10 === 0 ? `u${round}-${index}` : COUNTRIES[index % 2]),
        ),
      );
    }
    const found = counts(pipeline);
    expect(Object.keys(found)).toEqual(['DE', 'FR', '__overflow__']);
    expect(Object.values(found).reduce((sum, count) => sum + count, 0)).toBe(30_003);
    expectWhole(pipeline);
  });

  test('are bounded however many values there are', () => {
    const pipeline = start(['user'], 5);
    for (let round = 0; round < 30; round++) {
      pipeline.predict(
        ...Array.from({ length: 500 }, (_, index) => ({
          features: { x: 1 },
          attributes: { user: `u${round * 500 + index}` },
        })),
      );
    }
    expect(segmentsOf(pipeline).size).toBe(6);
    expect(Object.values(counts(pipeline)).reduce((sum, count) => sum + count, 0)).toBe(15_000);
  });
});

test('a segment is compared with its own first predictions, in the bins of its version', () => {
  const pipeline = start(['country']);
  for (let round = 0; round < 5; round++) {
    pipeline.predict(...Array.from({ length: 100 }, (_, index) => of(index % 4 === 0 ? 'FR' : 'DE')));
  }
  const { DE: german, FR: french } = Object.fromEntries(segmentsOf(pipeline));
  expect(german.observer.reference).toMatchObject({ kind: 'provisional' });
  expect(french.observer.reference).toBeUndefined();
  const profile = german.observer.reference!.features.get('x')!;
  expect(profile.finite).toBeGreaterThanOrEqual(200);
  expect(profile.finite).toBeLessThan(300);
  expect(profile.schema).toBe(german.observer.features.get('x')!.schema);
  expect(profile.schema).toBe(pipeline.version().features.get('x')!.schema);
});

test('a restart changes nothing, and what was saved before there were segments loads', () => {
  const before = start(['country'], 2);
  for (let round = 0; round < 4; round++) {
    before.predict(...Array.from({ length: 120 }, (_, index) => of(COUNTRIES[index % 3])));
  }
  const counted = counts(before);
  const saved = structuredClone(before.observer.save());
  const after = start(['country'], 2);
  after.observer.restore(saved);
  expect(counts(after)).toEqual(counted);
  after.predict(...Array.from({ length: 30 }, () => of('DE')));
  before.predict(...Array.from({ length: 30 }, () => of('DE')));
  expect(counts(after)).toEqual(counts(before));
  expectWhole(after);
  expect(segmentsOf(after).get('FR')!.observer.reference === undefined).toBe(
    segmentsOf(before).get('FR')!.observer.reference === undefined,
  );
  const older = start(['country']);
  const versions = saved.versions.map(({ segments: _, sample: __, ...version }) => version);
  older.observer.restore({ ...saved, versions });
  older.predict(of('DE'));
  expect(counts(older)).toEqual({ DE: 1 });
});
