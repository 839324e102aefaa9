/** Statistics of embeddings: expected values, laws, and the null law by simulation. */
import { describe, expect, test } from 'vitest';
import { centroidEuclidean, embeddingDrift } from '../../src/compare/index.js';
import { normalDeviate, type Random, seededRandom } from '../../src/lib/random.js';
import { type EmbeddingProfile } from '../../src/observe/index.js';
import { CellSpace, EMBEDDING_HEADER, EmbeddingSlot } from '../../src/observe/index.js';
import { RecordBatch, RecordDecoder, KeyTable, VALUE } from '../../src/decode/index.js';

const decoder = new RecordDecoder(new KeyTable({ names: [], prefixes: [''], maxKeys: 10 }));

/** Folds vectors as the columns of one batch in bytes. */
function profileOf(vectors: readonly (readonly number[])[]): EmbeddingProfile {
  const space = new CellSpace(1_000_000);
  const slot = new EmbeddingSlot('e', space.allocate(EMBEDDING_HEADER), space);
  const pane = { cells: new Float64Array(space.width) };
  const bytes = new Uint8Array(Float64Array.from(vectors.flat()).buffer);
  const batch = new RecordBatch();
  batch.begin(bytes);
  const entry = batch.attributes.append();
  batch.attributes.type[entry] = VALUE.bytes;
  batch.attributes.start[entry] = 0;
  batch.attributes.end[entry] = bytes.length;
  slot.fold(pane, batch, entry, vectors.length, 1, decoder);
  return slot.profile(pane.cells);
}

const OPTIONS = { falseAlarmRate: 0.01, minimumObservations: 50 };

function numbers(
  current: EmbeddingProfile,
  reference: EmbeddingProfile,
): Record<string, { value: number; criticalValue: number }> {
  const { state, numbers: all } = embeddingDrift(current, reference, 1, OPTIONS);
  expect(state).toBe('ready');
  return Object.fromEntries(all.map(({ statistic, value, criticalValue }) => [statistic, { value, criticalValue }]));
}

/** Around a centre, with deviations that fall over the dimensions, as those of real embeddings do. */
function cloud(random: Random, count: number, dimensions: number, scale = 1, shift = 0): number[][] {
  return Array.from({ length: count }, () =>
    Array.from({ length: dimensions }, (_, at) => 2 + shift + (scale * normalDeviate(random)) / Math.sqrt(1 + at)),
  );
}

test('sums are those of the vectors', () => {
  const vectors = cloud(seededRandom(1), 301, 7);
  const profile = profileOf(vectors);
  const mean = vectors[0].map((_, at) => vectors.reduce((sum, vector) => sum + vector[at], 0) / vectors.length);
  const lengths = vectors.map((vector) => Math.hypot(...vector));
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const variance = lengths.reduce((sum, length) => sum + (length - meanLength) ** 2, 0) / (lengths.length - 1);
  const trace = vectors.reduce((sum, vector) => sum + centroidEuclidean(vector, mean) ** 2, 0) / (vectors.length - 1);
  expect(profile.vectors).toBe(301);
  [...profile.mean].forEach((x, at) => expect(x).toBeCloseTo(mean[at], 10));
  expect(profile.meanLength).toBeCloseTo(meanLength, 10);
  expect(profile.lengthDeviation).toBeCloseTo(Math.sqrt(variance), 10);
  expect(profile.spread.trace).toBeCloseTo(trace, 9);
});

test('centroids [4,5,6] and [5,4,2] are 4.2426407 apart', () => {
  const around = (centre: readonly number[]): number[][] =>
    Array.from({ length: 100 }, (_, row) =>
      centre.map((x, at) => x + (row % 3 === at ? (row % 2 === 0 ? 0.1 : -0.1) : 0)),
    );
  const [current, reference] = [
    [4, 5, 6],
    [5, 4, 2],
  ].map((centre) => profileOf([...around(centre), ...around(centre).map((v) => v.map((x, at) => 2 * centre[at] - x))]));
  expect(numbers(current, reference).euclidean.value).toBeCloseTo(4.2426407, 7);
});

describe('laws', () => {
  const random = seededRandom(2);
  const [a, b] = [profileOf(cloud(random, 200, 12)), profileOf(cloud(random, 150, 12, 2, 0.3))];

  test('identity and symmetry', () => {
    for (const { value } of Object.values(numbers(a, a))) expect(Math.abs(value)).toBeLessThan(1e-12);
    const [there, back] = [numbers(a, b), numbers(b, a)];
    for (const statistic of ['euclidean', 'cosine', 'mmd']) {
      expect(there[statistic].value).toBeCloseTo(back[statistic].value, 12);
    }
  });

  test('range: the discrepancy of unit vectors is at most 2', () => {
    const [up, down] = [1, -1].map((sign) => profileOf(cloud(random, 100, 3, 0.01).map((v) => v.map((x) => sign * x))));
    const { mmd, cosine } = numbers(up, down);
    expect(mmd.value).toBeLessThanOrEqual(2);
    expect(mmd.value).toBeGreaterThan(mmd.criticalValue);
    expect(cosine.value).toBeCloseTo(2, 3);
  });

  test('states: nothing, too little, no reference, other dimensions', () => {
    const state = (current: EmbeddingProfile, reference: EmbeddingProfile | undefined): string =>
      embeddingDrift(current, reference, 1, OPTIONS).state;
    expect(state(profileOf([]), a)).toBe('no_traffic');
    expect(state(a, undefined)).toBe('no_reference');
    expect(state(profileOf(cloud(random, 100, 5)), a)).toBe('no_reference');
    expect(state(profileOf(cloud(random, 49, 12)), a)).toBe('not_enough_data');
    expect(embeddingDrift(a, b, 0.2, OPTIONS).state).toBe('not_enough_data');
  });

  test('one vector throughout has no spread, and no number fails', () => {
    const same = profileOf(Array.from({ length: 60 }, () => [0, 0, 0]));
    for (const { value, criticalValue } of Object.values(numbers(same, same))) {
      expect(value).toBe(0);
      expect(criticalValue).toBeGreaterThanOrEqual(0);
    }
  });
});

describe('with no drift', () => {
  test.each([
    ['few dimensions', 3, 200, 500],
    ['many', 64, 300, 400],
  ])('critical values are exceeded about as often as they say: %s', (_, dimensions, n, m) => {
    const random = seededRandom(dimensions);
    const rounds = 400;
    const alarms = { euclidean: 0, cosine: 0, mmd: 0 };
    for (let round = 0; round < rounds; round++) {
      const found = numbers(profileOf(cloud(random, n, dimensions)), profileOf(cloud(random, m, dimensions)));
      for (const statistic of ['euclidean', 'cosine', 'mmd'] as const) {
        if (found[statistic].value > found[statistic].criticalValue) alarms[statistic]++;
      }
    }
    // 4 of 400 are expected; twice the rate, and three deviations of luck.
    for (const count of Object.values(alarms)) expect(count).toBeLessThanOrEqual(8 + 3 * Math.sqrt(8));
    expect(alarms.euclidean + alarms.mmd).toBeGreaterThan(0);
  });
});

describe('drift is seen', () => {
  const random = seededRandom(9);
  const reference = profileOf(cloud(random, 1_000, 32));

  test('of the mean, by all', () => {
    const found = numbers(profileOf(cloud(random, 300, 32, 1, -1)), reference);
    for (const { value, criticalValue } of Object.values(found)) expect(value).toBeGreaterThan(criticalValue);
  });

  test('of the shape about the same mean, by the discrepancy alone', () => {
    const found = numbers(profileOf(cloud(random, 300, 32, 2)), reference);
    expect(found.mmd.value).toBeGreaterThan(found.mmd.criticalValue);
  });
});
