/**
 * The false alarms of embedding drift, by simulation: at 1 in 100, within a factor of two, whatever the covariance. Vectors are
 * folded once, four at a time, as a slot takes them; windows and references are sums of such fours, drawn again and again.
 */
import { describe, expect, test } from 'vitest';
import { embeddingDrift } from '../../src/compare/index.js';
import { KeyTable, RecordBatch, RecordDecoder, VALUE } from '../../src/decode/index.js';
import { normalDeviate, type Random, seededRandom } from '../../src/lib/random.js';
import { CellSpace, EMBEDDING_HEADER, EmbeddingProfile, EmbeddingSlot } from '../../src/observe/index.js';

const DIMENSIONS = 16;
const FOUR = 4;
const POOL = 3_000;
const ROUNDS = 4_000;
const RATE = 0.01;
/** Three deviations of a share of twice the rate. */
const LUCK = 3 * Math.sqrt((2 * RATE) / ROUNDS);

type Draw = (random: Random) => number[];

const deviates = (random: Random): number[] => Array.from({ length: DIMENSIONS }, () => normalDeviate(random));
/** As much in every direction. */
const isotropic: Draw = (random) => deviates(random).map((x) => 1 + x);
/** Nearly all of it in one. */
const correlated: Draw = (random) => {
  const common = 2 * normalDeviate(random);
  return deviates(random).map((x, at) => 1 + common * (at % 2 === 0 ? 1 : -0.5) + 0.2 * x);
};

/** Four vectors' cells, many times. */
function pool(draw: Draw, random: Random, count = POOL): Float64Array[] {
  const decoder = new RecordDecoder(new KeyTable({ names: [], prefixes: [], maxKeys: 0 }));
  return Array.from({ length: count }, () => {
    const space = new CellSpace(Infinity);
    const slot = new EmbeddingSlot('e', space.allocate(EMBEDDING_HEADER), space);
    const pane = { cells: new Float64Array(0) };
    const bytes = new Uint8Array(Float64Array.from(Array.from({ length: FOUR }, () => draw(random)).flat()).buffer);
    const batch = new RecordBatch();
    batch.begin(bytes);
    const entry = batch.attributes.append();
    batch.attributes.type[entry] = VALUE.bytes;
    batch.attributes.start[entry] = 0;
    batch.attributes.end[entry] = bytes.length;
    space.widen(pane);
    slot.fold(pane, batch, entry, FOUR, 1, decoder);
    return slot.profile(pane.cells).copy.cells;
  });
}

function drawn(fours: readonly Float64Array[], vectors: number, random: Random): EmbeddingProfile {
  const cells = new Float64Array(fours[0].length);
  for (let taken = 0; taken < vectors; taken += FOUR) {
    const four = fours[Math.floor(random.next() * fours.length)];
    for (let cell = 0; cell < cells.length; cell++) cells[cell] += four[cell];
  }
  return new EmbeddingProfile(DIMENSIONS, cells, 0, EMBEDDING_HEADER);
}

const OPTIONS = { falseAlarmRate: RATE, minimumObservations: 50 };

/** Shares of rounds in which each statistic, and the p-value, says that there is drift. */
function alarms(current: readonly Float64Array[], reference: readonly Float64Array[], n: number, rounds: number) {
  const random = seededRandom(n);
  const shares = { euclidean: 0, cosine: 0, mmd: 0, p: 0 };
  for (let round = 0; round < rounds; round++) {
    const found = embeddingDrift(drawn(current, n, random), drawn(reference, 1_000, random), 1, OPTIONS);
    for (const { statistic, value, criticalValue } of found.numbers) {
      if (value > criticalValue) shares[statistic] += 1 / rounds;
    }
    if (found.pValue <= RATE) shares.p += 1 / rounds;
  }
  return shares;
}

describe.each([
  ['isotropic', isotropic],
  ['strongly correlated', correlated],
])('%s vectors', (_, draw) => {
  const fours = pool(draw, seededRandom(17));

  test.each([200, 2_000])('with no drift, windows of %i alarm at the rate that was asked for', (n) => {
    const { euclidean, cosine, mmd, p } = alarms(fours, fours, n, ROUNDS);
    for (const share of [euclidean, mmd]) {
      expect(share).toBeGreaterThan(RATE / 2);
      expect(share).toBeLessThan(RATE * 2 + LUCK);
    }
    // On the safe side by construction: one test for two, and a bound on an angle.
    for (const share of [p, cosine]) expect(share).toBeLessThan(RATE * 2 + LUCK);
  });

  test('a shift is seen: of a third of a deviation by nearly every window of 1,000', () => {
    const shifted = pool((random) => draw(random).map((x) => x + 1 / 3), seededRandom(18));
    const { euclidean, p } = alarms(shifted, fours, 1_000, 200);
    expect(euclidean).toBeGreaterThan(0.95);
    expect(p).toBeGreaterThan(0.95);
  });
});
