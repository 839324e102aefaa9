/**
 * Volume of a window against its expectation: weeks of traffic with days and weekends, slot by slot as the collector sees
 * them, and what must hold of them: no false alarms beyond the promise, and a drop by 99% seen in the first window.
 */
import { describe, expect, test } from 'vitest';
import { SLOTS_PER_DAY, SlotSums, volumeBounds, volumeOfWindow, type WindowVolume } from '../../src/compare/index.js';
import { normalDeviate, seededRandom, type Random } from '../../src/lib/random.js';

const RATE = 0.001;
/** What the collector keeps. */
const KEPT_SLOTS = 10 * SLOTS_PER_DAY;
const WINDOWS = { '5m': 1, '1h': 12, '1d': SLOTS_PER_DAY } as const;

function poisson(random: Random, mean: number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normalDeviate(random)));
  let count = -1;
  for (let product = 1, least = Math.exp(-mean); product > least; product *= random.next()) count++;
  return Math.max(0, count);
}

interface Demand {
  /** Predictions in a slot at noon of a working day. */
  readonly noon: number;
  /** Of the demand's own changes, from slot to slot. */
  readonly variation?: number;
  /** Share of a slot's change that the next one keeps. */
  readonly kept?: number;
  /** Rows of a request. */
  readonly rows?: number;
  /** Multiple of the beginning after four weeks. */
  readonly growth?: number;
}

/** Nights are a fifth of noon, weekends 40% to 45% of working days; the first day is a Monday. */
function traffic(seed: number, days: number, { noon, variation = 0, kept = 0, rows = 1, growth = 1 }: Demand) {
  const random = seededRandom(seed);
  let state = 0;
  return Float64Array.from({ length: days * SLOTS_PER_DAY }, (_, slot) => {
    const day = Math.floor(slot / SLOTS_PER_DAY);
    const ofWeek = [1, 1, 1, 1, 1, 0.45, 0.4][day % 7];
    const ofDay = 0.2 + 0.8 * Math.sin((Math.PI * (slot % SLOTS_PER_DAY)) / SLOTS_PER_DAY) ** 2;
    state = kept * state + Math.sqrt(1 - kept * kept) * normalDeviate(random);
    const demand = Math.exp(variation * state - variation ** 2 / 2) * growth ** (slot / SLOTS_PER_DAY / 28);
    return rows * poisson(random, (noon / rows) * ofWeek * ofDay * demand);
  });
}

function latest(slots: Float64Array, end: number, size: number): WindowVolume | undefined {
  return volumeOfWindow(new SlotSums(slots.subarray(Math.max(0, end - KEPT_SLOTS), end)), size, RATE);
}

const isLow = (volume: WindowVolume | undefined): boolean => volume !== undefined && volume.count < volume.lower;
/** As the alert says it. */
const alarms = (volume: WindowVolume | undefined): boolean =>
  volume !== undefined && isLow(volume) && volume.count < volume.expected / 2;

/** Counts that a binomial of `looks` at the promised rate exceeds once in a thousand tests. */
function mostLow(looks: number): number {
  return volumeBounds(looks * RATE, looks * RATE, 0.001).upper;
}

function looksOf(slots: Float64Array, size: number, stride: number): (WindowVolume | undefined)[] {
  const looks: (WindowVolume | undefined)[] = [];
  for (let end = size; end <= slots.length; end += stride) looks.push(latest(slots, end, size));
  return looks.filter((look) => look !== undefined);
}

const DEMANDS: Record<string, Demand> = {
  'steady callers': { noon: 200 },
  'few callers': { noon: 10 },
  'demand that moves by 20%': { noon: 200, variation: 0.2 },
  'demand that wanders by 30% for hours': { noon: 2_000, variation: 0.3, kept: 0.95 },
  'requests of 50 rows': { noon: 500, rows: 50 },
  'twice as much in a month': { noon: 200, variation: 0.1, growth: 2 },
};

describe('without a drop, four weeks from a cold start', () => {
  describe.each(Object.keys(DEMANDS))('%s', (name) => {
    const slots = traffic(7, 28, DEMANDS[name]);

    test.each(Object.keys(WINDOWS) as (keyof typeof WINDOWS)[])('%s: false alarms at most as promised', (window) => {
      const size = WINDOWS[window];
      const looks = looksOf(slots, size, { '5m': 3, '1h': 5, '1d': 17 }[window]);
      expect(looks.length).toBeGreaterThan(400);
      expect(looks.filter(isLow).length).toBeLessThanOrEqual(mostLow(looks.length));
    });
  });

  test('growth raises no alarm at all', () => {
    const slots = traffic(8, 28, { noon: 2_000, growth: 2 });
    for (const size of Object.values(WINDOWS)) expect(looksOf(slots, size, 7).filter(alarms)).toEqual([]);
  });
});

describe('a drop by 99%', () => {
  const slots = traffic(9, 28, { noon: 2_000, variation: 0.1 });

  test.each([3, 12, 100, 400, 1_500, 3_000, 7_000])(
    'is below the lower bound of the first window, after %i slots',
    (end) => {
      const fallen = Float64Array.from(slots.subarray(0, end));
      fallen[end - 1] = Math.floor(fallen[end - 1] / 100);
      expect(alarms(latest(fallen, end, 1))).toBe(true);
    },
  );

  test.each([3, 5, 30, 200, 500])('likewise of an hour, after %i hours', (hours) => {
    const end = hours * 12;
    const fallen = Float64Array.from(slots.subarray(0, end));
    for (let slot = end - 12; slot < end; slot++) fallen[slot] = Math.floor(fallen[slot] / 100);
    expect(alarms(latest(fallen, end, 12))).toBe(true);
  });

  test.each([3, 8, 20])('likewise of a day, after %i days', (days) => {
    const end = days * SLOTS_PER_DAY;
    const fallen = Float64Array.from(slots.subarray(0, end));
    for (let slot = end - SLOTS_PER_DAY; slot < end; slot++) fallen[slot] = Math.floor(fallen[slot] / 100);
    expect(alarms(latest(fallen, end, SLOTS_PER_DAY))).toBe(true);
  });

  test('keeps alarming for a working day where last week is known', () => {
    const end = 23 * SLOTS_PER_DAY;
    const fallen = Float64Array.from(slots.subarray(0, end));
    const from = end - SLOTS_PER_DAY + 100;
    for (let slot = from; slot < end; slot++) fallen[slot] = Math.floor(fallen[slot] / 100);
    for (let at = from + 1; at <= from + 100; at++) expect(alarms(latest(fallen, at, 1))).toBe(true);
  });

  test('proves nothing of one window, nor where silence is usual', () => {
    expect(latest(Float64Array.of(1_000, 0), 2, 1)).toBeUndefined();
    const hourly = Float64Array.from({ length: 200 }, (_, slot) => (slot % 12 === 0 ? 5_000 : 0));
    for (let end = 14; end <= 200; end++) expect(alarms(latest(hourly, end, 1))).toBe(false);
  });
});

describe('a holiday', () => {
  const slots = traffic(11, 28, { noon: 2_000, variation: 0.1 });
  const holiday = 14;
  for (let slot = holiday * SLOTS_PER_DAY; slot < (holiday + 1) * SLOTS_PER_DAY; slot++) slots[slot] = 0;

  test('is told, as nobody said so beforehand', () => {
    expect(alarms(latest(slots, holiday * SLOTS_PER_DAY + 140, 1))).toBe(true);
  });

  test.each(Object.values(WINDOWS))('the days after it, and a week later, raise no alarm (%i slots)', (size) => {
    for (let end = (holiday + 1) * SLOTS_PER_DAY + size; end <= 27 * SLOTS_PER_DAY; end += 5) {
      expect(alarms(latest(slots, end, size)), `slot ${end}`).toBe(false);
    }
  });

  test.each([1, 7])('%i days after it a drop is seen all the same', (days) => {
    const end = (holiday + days) * SLOTS_PER_DAY + 144;
    const fallen = Float64Array.from(slots.subarray(0, end));
    fallen[end - 1] = Math.floor(fallen[end - 1] / 100);
    expect(alarms(latest(fallen, end, 1))).toBe(true);
  });
});

describe('unknown slots', () => {
  const slots = traffic(12, 12, { noon: 200 });

  test('are no silence: a window is judged by what is known of it', () => {
    const end = 10 * SLOTS_PER_DAY + 150;
    const partly = Float64Array.from(slots.subarray(0, end));
    partly.fill(NaN, end - 5, end);
    const [whole, part] = [latest(slots, end, 12)!, latest(partly, end, 12)!];
    expect(part.expected).toBeCloseTo((whole.expected * 7) / 12, 6);
    expect(isLow(part)).toBe(false);
    partly.fill(NaN, end - 7, end);
    expect(latest(partly, end, 12)).toBeUndefined();
  });

  test('of the past leave the basis that is known', () => {
    const end = 10 * SLOTS_PER_DAY;
    const gap = Float64Array.from(slots.subarray(0, end));
    expect(latest(gap, end, 12)!.basis).toBe('week');
    gap.fill(NaN, 0, 4 * SLOTS_PER_DAY);
    expect(latest(gap, end, 12)!.basis).toBe('day');
    gap.fill(NaN, 0, end - 60);
    expect(latest(gap, end, 12)!.basis).toBe('before');
    gap.fill(NaN, 0, end - 20);
    expect(latest(gap, end, 12)).toBeUndefined();
  });
});

describe('bounds', () => {
  /** P(count < k) of a negative binomial, exact; no variation: a Poisson. */
  function below(k: number, mean: number, squaredVariation: number): number {
    const shape = 1 / squaredVariation;
    let term = squaredVariation === 0 ? -mean : shape * Math.log(shape / (shape + mean));
    let sum = 0;
    for (let count = 0; count < k; count++) {
      sum += Math.exp(term);
      const factor = squaredVariation === 0 ? mean : ((shape + count) * mean) / (shape + mean);
      term += Math.log(factor / (count + 1));
    }
    return sum;
  }

  const means = [1, 3, 5, 10, 30, 100, 1_000, 10_000, 100_000];
  const variations = [0, 0.02, 0.1, 0.2, 0.35, 0.5];

  test.each(variations)('hold their rate against the exact distribution, at a variation of %d', (variation) => {
    for (const mean of means) {
      for (const rate of [0.05, 0.001, 1e-5]) {
        const { lower, upper } = volumeBounds(mean, mean + (variation * mean) ** 2, rate);
        const tails = [below(lower, mean, variation ** 2), 1 - below(upper + 1, mean, variation ** 2)];
        for (const tail of tails) expect(tail, `${mean} at ${rate}`).toBeLessThanOrEqual(rate * 1.2 + 1e-12);
        expect(lower).toBeLessThan(mean);
        expect(upper).toBeGreaterThan(mean);
        // Not wider than need be: two counts further in (a tenth of the way where counts are many) is beyond the rate.
        const step = Math.max(2, Math.round((mean - lower) / 10));
        expect(below(lower + step, mean, variation ** 2), `${mean} at ${rate}`).toBeGreaterThan(rate * 0.9);
      }
    }
  });

  test('of nothing say nothing', () => {
    expect(volumeBounds(0, 0, RATE)).toEqual({ lower: 0, upper: Infinity });
  });
});
