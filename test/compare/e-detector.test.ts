/** The e-detector keeps its promise (mean time between false alarms at least the threshold) and sees what it should. */
import { describe, expect, test } from 'vitest';
import { EDetector, normalTail } from '../../src/compare/index.js';
import { drawMultinomial } from '../../src/compare/multinomial.js';
import { seededRandom, type Random } from '../../src/lib/random.js';

const DECILE_EDGES = [-1.2815516, -0.8416212, -0.5244005, -0.2533471, 0, 0.2533471, 0.5244005, 0.8416212, 1.2815516];
/** Shares of a normal feature in its reference's deciles, with below, above and missing. */
function sharesOf(shift: number, deviation = 1): Float64Array {
  const below = DECILE_EDGES.map((edge) => 1 - normalTail((edge - shift) / deviation));
  const shares = [0, ...below, 1].map((share, bin, all) => (bin === 0 ? 0 : share - all[bin - 1]));
  return Float64Array.from([1e-4, ...shares.slice(1).map((share) => share * (1 - 3e-4)), 1e-4, 1e-4]);
}

function batchesUntil(
  detector: EDetector,
  random: Random,
  shares: Float64Array,
  size: number,
  threshold: number,
): number {
  const batch = new Float64Array(shares.length);
  for (let batches = 1; batches <= threshold * 20; batches++) {
    drawMultinomial(random, size, shares, batch);
    if (detector.observe(batch) >= threshold) return batches;
  }
  return threshold * 20;
}

describe('no drift', () => {
  test.each([
    { form: 'shiryaev-roberts', reference: 'known', confidence: 0 },
    { form: 'cusum', reference: 'known', confidence: 0 },
    { form: 'shiryaev-roberts', reference: 'drawn', confidence: 0.99 },
  ] as const)(
    '$form, reference $reference: the mean time to a false alarm is at least the threshold',
    ({ form, reference, confidence }) => {
      const [threshold, runs] = [40, 60];
      const random = seededRandom(23);
      const shares = sharesOf(0);
      let batches = 0;
      for (let run = 0; run < runs; run++) {
        const counts = new Float64Array(shares.length);
        if (reference === 'known') counts.set(shares.map((share) => share * 1e12));
        else drawMultinomial(random, 3_000, shares, counts);
        const detector = new EDetector(counts, { ordered: true, form, referenceConfidence: confidence });
        batches += batchesUntil(detector, random, shares, 100, threshold);
      }
      expect(batches / runs).toBeGreaterThan(threshold);
    },
  );

  test('a promise of a month of minutes is kept through a day', () => {
    const random = seededRandom(29);
    const shares = sharesOf(0);
    const counts = new Float64Array(shares.length);
    drawMultinomial(random, 10_000, shares, counts);
    const detector = new EDetector(counts, { ordered: true });
    const batch = new Float64Array(shares.length);
    let most = 0;
    for (let minute = 0; minute < 1_440; minute++) {
      drawMultinomial(random, 100, shares, batch);
      most = Math.max(most, detector.observe(batch));
    }
    expect(most).toBeLessThan(43_200);
  });
});

test('100 features, 100 rows a minute, 24 hours, no drift: at most one false alarm at a promise of one a day', () => {
  const [features, minutes] = [100, 1_440];
  const random = seededRandom(67);
  const shares = sharesOf(0);
  const batch = new Float64Array(shares.length);
  let alarms = 0;
  for (let feature = 0; feature < features; feature++) {
    const counts = new Float64Array(shares.length);
    drawMultinomial(random, 10_000, shares, counts);
    const detector = new EDetector(counts, { ordered: true });
    for (let minute = 0; minute < minutes; minute++) {
      drawMultinomial(random, 100, shares, batch);
      if (detector.observe(batch) < features * minutes) continue;
      alarms++;
      detector.reset();
    }
  }
  expect(alarms).toBeLessThanOrEqual(1);
});

describe('drift', () => {
  const counts = new Float64Array(13);
  drawMultinomial(seededRandom(31), 10_000, sharesOf(0), counts);
  /** One false alarm a day over 100 features at one batch a minute. */
  const threshold = 144_000;

  test.each([
    ['a shift by 0.3 σ, 1,000 rows a batch', sharesOf(0.3), 1_000, 3],
    ['a shift by −0.3 σ, 1,000 rows a batch', sharesOf(-0.3), 1_000, 3],
    ['a shift by 0.3 σ, 100 rows a batch', sharesOf(0.3), 100, 25],
    ['a deviation half as large again, 1,000 rows a batch', sharesOf(0, 1.5), 1_000, 3],
  ])('%s', (_name, shares, size, atMost) => {
    const random = seededRandom(37);
    const runs = 20;
    let batches = 0;
    for (let run = 0; run < runs; run++) {
      const detector = new EDetector(counts, { ordered: true });
      batches += batchesUntil(detector, random, shares, size, threshold);
    }
    expect(batches / runs).toBeLessThanOrEqual(atMost);
  });

  test('a feature that goes missing in one row of twenty', () => {
    const shares = sharesOf(0).map((share, bin) => (bin === 12 ? 0.05 : share * 0.95));
    const detector = new EDetector(counts, { ordered: true });
    expect(batchesUntil(detector, seededRandom(41), shares, 1_000, threshold)).toBeLessThanOrEqual(2);
  });

  test('categories, which have no order', () => {
    const reference = [700, 200, 90, 10, 0];
    const detector = new EDetector(reference, { ordered: false });
    expect(
      batchesUntil(detector, seededRandom(43), Float64Array.of(0.6, 0.3, 0.09, 0.01, 0), 1_000, threshold),
    ).toBeLessThanOrEqual(5);
  });
});

describe('state', () => {
  test('CUSUM is never above Shiryaev-Roberts', () => {
    const random = seededRandom(47);
    const counts = sharesOf(0).map((share) => share * 5_000);
    const sum = new EDetector(counts, { ordered: true });
    const maximum = new EDetector(counts, { ordered: true, form: 'cusum' });
    const batch = new Float64Array(13);
    for (let batches = 0; batches < 50; batches++) {
      drawMultinomial(random, 200, sharesOf(batches > 30 ? 0.1 : 0), batch);
      const evidence = sum.observe(batch);
      expect(maximum.observe(batch)).toBeLessThanOrEqual(evidence);
    }
  });

  test('is saved, restored and reset; a state of another reference is left aside', () => {
    const detector = new EDetector([500, 500], { ordered: true });
    detector.observe([60, 40]);
    const saved = detector.save();
    const evidence = detector.evidence;
    const other = new EDetector([500, 500], { ordered: true });
    expect(other.restore(saved)).toBe(true);
    expect(other.evidence).toBe(evidence);
    expect(other.observe([55, 45])).toBe(detector.observe([55, 45]));
    expect(other.restore(new Float64Array(1))).toBe(false);
    other.reset();
    expect(other.evidence).toBe(0);
  });

  test('nothing to bet on, nothing observed, or all of it impossible: a number', () => {
    expect(new EDetector([], { ordered: true }).observe([])).toBe(0);
    expect(new EDetector([0, 0], { ordered: false }).observe([5, 5])).toBe(0);
    expect(new EDetector([9], { ordered: false }).observe([5])).toBe(0);
    const detector = new EDetector([1e6, 0, 0], { ordered: true });
    for (let batches = 0; batches < 10; batches++) detector.observe([0, 0, 1e6]);
    expect(detector.evidence).toBeGreaterThan(1e6);
    expect(Number.isFinite(detector.evidence)).toBe(true);
    expect(Number.isNaN(detector.observe([0, 0, 0]))).toBe(false);
  });
});
