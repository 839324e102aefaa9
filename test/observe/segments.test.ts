/** Segments: parts that add up to the whole, whatever the order, with places for the most frequent, over threads and restarts. */
import { describe, expect, test } from 'vitest';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import { type ObserverOptions, type Segment, VERSION_CELL } from '../../src/observe/index.js';
import { attributesOf, Pipeline, type SentPrediction } from './pipeline.js';

const COUNTRIES = ['DE', 'FR', 'IT'];

function start(by: readonly string[], max = 20, options: ConstructorParameters<typeof Pipeline>[0] = {}): Pipeline {
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

describe('numbers with more values than places make parts of the reference', () => {
  const amounts = (count: number): SentPrediction[] =>
    Array.from({ length: count }, (_, index) => ({
      features: { amount: 100 * random.next(), class: BigInt(1 + (index % 3)), country: COUNTRIES[index % 3] },
    }));

  test('tenths, from when it has bins', () => {
    const pipeline = start(['amount']);
    pipeline.predict(...amounts(200), ...amounts(2000));
    const { __overflow__: before, ...parts } = counts(pipeline);
    expect(before).toBe(199);
    const bounds = Object.keys(parts).map((part) => part.slice(1, -1).split(', '));
    expect(bounds).toHaveLength(10);
    // Each ends where another one begins.
    expect(new Set(bounds.map(([from]) => from))).toEqual(
      new Set(['-inf', ...bounds.map(([, to]) => to)].filter((to) => to !== 'inf')),
    );
    for (const count of Object.values(parts)) expect(count).toBeGreaterThan(100);
    expectWhole(pipeline);
  });

  test.each([
    ['of a batch', true],
    ['of single predictions', false],
  ])('with a reference from the start, %s', (_, isBatch) => {
    const teacher = new Pipeline();
    teacher.predict(...amounts(300));
    const { reference } = teacher.version();
    const pipeline = start(['ml.feature.amount'], 20, { referenceOf: () => reference });
    const sent = [5, 25, 25, 95].map((amount) => ({ features: { amount } }));
    if (isBatch) {
      const amount = sent.map(({ features }) => features.amount);
      pipeline.predict({ features: { amount }, attributes: { 'ml.batch.size': 4n } });
    } else pipeline.predict(...sent, { features: { amount: NaN } });
    const values = Object.values(counts(pipeline)).sort();
    expect(values).toEqual(isBatch ? [1, 1, 2] : [1, 1, 1, 2]);
  });

  test('quarters together with another; each value where there are places for all', () => {
    const pipeline = start(['amount', 'country']);
    pipeline.predict(...amounts(200), ...amounts(1200));
    const { __overflow__: _, ...parts } = counts(pipeline);
    expect(Object.keys(parts)).toHaveLength(12);
    expectWhole(pipeline);
    const discrete = start(['class']);
    discrete.predict(...amounts(200), ...amounts(400));
    expect(counts(discrete)).toEqual({ 1: 201, 2: 200, 3: 199 });
  });

  test('which a restart keeps', () => {
    const before = start(['amount']);
    before.predict(...amounts(200), ...amounts(500));
    const after = start(['amount']);
    after.observer.restore(structuredClone(before.observer.save()));
    expect(counts(after)).toEqual(counts(before));
    const sent = amounts(100);
    for (const pipeline of [before, after]) pipeline.predict(...sent);
    expect(counts(after)).toEqual(counts(before));
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

describe('ground truth reaches the segments of its prediction', () => {
  const sent = (id: string, country: string, value: boolean): SentPrediction => ({
    id,
    features: { country },
    attributes: { 'ml.prediction.value': value, 'ml.prediction.score': value ? 0.9 : 0.1 },
  });
  /** Joined pairs, and those of them that were right, by segment. */
  const joined = (pipeline: Pipeline, window = 2): Record<string, readonly [number, number]> =>
    Object.fromEntries(
      [...segmentsOf(pipeline)].map(([value, { observer }]) => {
        const { cells } = observer.window(window);
        return [value, [cells[VERSION_CELL.joined], cells[VERSION_CELL.correct]]];
      }),
    );
  /** A hundred predictions of each country, of which the first so many are right. */
  const predictAndJoin = (pipeline: Pipeline, right: Readonly<Record<string, number>>): void => {
    const rows = Object.entries(right).flatMap(([country, count]) =>
      Array.from({ length: 100 }, (_, row) => ({ id: `${country} ${row}`, country, isRight: row < count })),
    );
    pipeline.predict(...rows.map(({ id, country }) => sent(id, country, true)));
    for (const { id, isRight } of rows) pipeline.groundTruth(id, isRight);
  };

  test('whenever it comes, also before it, once', () => {
    const pipeline = start(['country']);
    predictAndJoin(pipeline, { DE: 90, FR: 40 });
    pipeline.groundTruth('IT 1', true);
    pipeline.predict(sent('IT 1', 'IT', true));
    pipeline.groundTruth('DE 1', false);
    expect(joined(pipeline)).toEqual({ DE: [100, 90], FR: [100, 40], IT: [1, 1] });
    expectWhole(pipeline);
  });

  test('in the window of the prediction', () => {
    const pipeline = start(['country']);
    pipeline.predict(sent('a', 'DE', true));
    pipeline.clock.advanceMs(10 * 60_000);
    pipeline.predict(sent('b', 'DE', true));
    pipeline.groundTruth('a', true);
    pipeline.groundTruth('b', false);
    expect(joined(pipeline, 0)).toEqual({ DE: [1, 0] });
    expect(joined(pipeline, 2)).toEqual({ DE: [2, 1] });
  });

  test('of rows of a batch, each in its own', () => {
    const pipeline = start(['country', 'tier']);
    const rows = Array.from({ length: 90 }, (_, row) => row);
    pipeline.predict({
      features: { country: rows.map((row) => COUNTRIES[row % 3]) },
      attributes: {
        tier: 'gold',
        'ml.batch.size': 90n,
        'ml.prediction.id': rows.map((row) => `p${row}`),
        'ml.prediction.value': rows.map(() => true),
      },
    });
    for (const row of rows) pipeline.groundTruth(`p${row}`, row % 3 === 0);
    expect(joined(pipeline)).toEqual({
      'country=DE,tier=gold': [30, 30],
      'country=FR,tier=gold': [30, 0],
      'country=IT,tier=gold': [30, 0],
    });
  });

  test('that lost their place: with the others', () => {
    const pipeline = start(['country'], 2, { maxPredictions: 50_000 });
    pipeline.predict(sent('early', 'rare', true), sent('other', 'rarer', true), sent('third', 'rarest', true));
    for (let round = 0; round < 60; round++) {
      pipeline.predict(...Array.from({ length: 500 }, (_, index) => of(COUNTRIES[index % 2])));
    }
    for (const id of ['early', 'other', 'third']) pipeline.groundTruth(id, id === 'third');
    expect(joined(pipeline)).toEqual({ DE: [0, 0], FR: [0, 0], __overflow__: [3, 1] });
  });

  test('after a restart, also one that changed the order of the definitions', () => {
    const options = (names: readonly string[]): Partial<ObserverOptions> => ({
      segments: names.map((name) => ({ name, by: [{ name: 'country', wanted: 0 }], max: 5 })),
    });
    const before = start(['country'], 5, options(['a', 'b']));
    before.predict(sent('1', 'DE', true), sent('2', 'FR', true));
    const saved = structuredClone([before.correlator.save(), before.observer.save()] as const);
    for (const names of [['a', 'b'], ['b', 'a'], ['b']]) {
      const after = start(['country'], 5, options(names));
      const [correlator, observer] = structuredClone(saved);
      after.correlator.restore(correlator);
      after.observer.restore(observer);
      after.groundTruth('1', true);
      expect(joined(after)).toEqual({ DE: [1, 1], FR: [0, 0] });
    }
    const { segments: _, predictions, ...older } = saved[0];
    const after = start(['country'], 5, options(['a']));
    after.correlator.restore({ ...older, predictions: { ...predictions, segments: undefined } });
    after.observer.restore(saved[1]);
    after.groundTruth('1', true);
    expect(after.version().window(2).joined).toBe(1);
    expect(joined(after)).toEqual({ DE: [0, 0], FR: [0, 0] });
  });
});
