/** The door to calibration: the same numbers whatever the order of asking, bounded memory, defined at the edges. */
import { describe, expect, test } from 'vitest';
import {
  closedFormCriticalValue,
  closedFormPValue,
  CriticalValues,
  kolmogorovSmirnovCriticalValue,
  kolmogorovSmirnovPValue,
} from '../../src/compare/index.js';

const DECILES = [0, ...new Array<number>(10).fill(1_000), 0, 3];

describe('closed forms', () => {
  test.each(['psi', 'js', 'hellinger', 'chi2'] as const)('%s: the chance at the critical value is the rate', (name) => {
    const critical = closedFormCriticalValue(name, 0.001, 5_000, 20_000, 10);
    expect(closedFormPValue(name, critical, 5_000, 20_000, 10)).toBeCloseTo(0.001, 10);
  });

  test('Kolmogorov-Smirnov likewise', () => {
    const critical = kolmogorovSmirnovCriticalValue(0.001, 5_000, 20_000);
    expect(kolmogorovSmirnovPValue(critical, 5_000, 20_000)).toBeCloseTo(0.001, 10);
  });

  test('well-filled bins are not simulated', () => {
    const noDrift = new CriticalValues({ falseAlarmRate: 0.01, replicates: 1, statistics: ['psi'] }).forBins([
      5_000, 5_000, 5_000,
    ]);
    const expected = closedFormCriticalValue('psi', 0.01, 2_000, 15_000, 3);
    expect(noDrift.criticalValue('psi', 2_000)).toBeCloseTo(expected, 12);
  });
});

describe('CriticalValues', () => {
  const options = { falseAlarmRate: 0.01, replicates: 1_000 };

  test('gives the same in whatever order it is asked', () => {
    const sizes = [100, 250, 900, 5_000];
    const ask = (order: number[]): Map<number, number> => {
      const noDrift = new CriticalValues(options).forBins(DECILES);
      return new Map(order.map((n) => [n, noDrift.criticalValue('psi', n)]));
    };
    const forward = ask(sizes);
    const backward = ask([...sizes].reverse());
    for (const n of sizes) expect(backward.get(n)).toBe(forward.get(n));
  });

  test('falls as observations come in, and goes on past any size', () => {
    const noDrift = new CriticalValues(options).forBins(DECILES);
    const values = [20, 40, 100, 300, 1_000, 10_000, 1e6, 1e9].map((n) => noDrift.criticalValue('js', n));
    values.forEach((value, index) => expect(value).toBeLessThan(index === 0 ? 1 : values[index - 1] * 1.02));
    expect(values.at(-1)).toBeGreaterThan(0);
  });

  test('the p-value at the critical value is the rate, and falls with the statistic', () => {
    const criticalValues = new CriticalValues(options);
    const bins = criticalValues.forBins(DECILES);
    const ordered = criticalValues.forOrderedBins(DECILES);
    for (const n of [50, 400, 20_000]) {
      for (const name of ['psi', 'js'] as const) {
        const critical = bins.criticalValue(name, n);
        expect(bins.pValue(name, critical, n)).toBeCloseTo(0.01, 9);
        expect(bins.pValue(name, critical * 1.5, n)).toBeLessThan(0.01);
        expect(bins.pValue(name, critical / 2, n)).toBeGreaterThan(0.01);
        expect(bins.pValue(name, 0, n)).toBe(1);
      }
      expect(ordered.pValue(ordered.criticalValue(n), n)).toBeCloseTo(0.01, 9);
    }
  });

  test('references that look alike share what was simulated, whatever the order of their bins', () => {
    const criticalValues = new CriticalValues(options);
    const one = criticalValues.forBins(DECILES).criticalValue('psi', 300);
    const other = criticalValues.forBins([...DECILES].reverse().map((count) => count * 1.0001));
    expect(other.criticalValue('psi', 300)).toBeCloseTo(one, 4);
    expect(criticalValues.limit.used).toBe(1);
  });

  test('says beforehand whether an answer has to be simulated', () => {
    const noDrift = new CriticalValues(options).forBins(DECILES);
    for (const n of [20, 300, 1e9]) {
      expect(noDrift.isKnown(n)).toBe(false);
      noDrift.criticalValue('psi', n);
      expect(noDrift.isKnown(n)).toBe(true);
    }
    expect(noDrift.isKnown(0)).toBe(true);
    expect(new CriticalValues(options).forBins([700]).isKnown(50)).toBe(true);
  });

  test('well-filled bins need no simulation for statistics with a closed form, and one for all sizes for the others', () => {
    const filled = [5_000, 5_000, 5_000];
    expect(new CriticalValues({ ...options, statistics: ['psi', 'chi2'] }).forBins(filled).isKnown(2_000)).toBe(true);
    const noDrift = new CriticalValues(options).forBins(filled);
    expect(noDrift.isKnown(2_000)).toBe(false);
    noDrift.criticalValue('tv', 2_000);
    expect(noDrift.isKnown(1e6)).toBe(true);
  });

  test('lets the oldest signature go, and counts it; who holds it goes on', () => {
    const criticalValues = new CriticalValues({ ...options, signaturesMax: 2 });
    const first = criticalValues.forBins([5, 500]);
    criticalValues.forBins([50, 500]);
    criticalValues.forBins([5, 5, 500]);
    expect(criticalValues.limit).toMatchObject({ used: 2, max: 2, overflow: 1 });
    expect(first.criticalValue('psi', 100)).toBeGreaterThan(0);
  });

  test('no observations: no value can be exceeded', () => {
    const criticalValues = new CriticalValues(options);
    expect(criticalValues.forBins(DECILES).criticalValue('psi', 0)).toBe(Infinity);
    expect(criticalValues.forBins(DECILES).pValue('psi', 3, 0)).toBe(1);
    expect(criticalValues.forBins([0, 0]).criticalValue('js', 100)).toBe(Infinity);
    expect(criticalValues.forOrderedBins([0, 0]).criticalValue(100)).toBe(Infinity);
    expect(criticalValues.forBins([]).criticalValue('js', 100)).toBe(Infinity);
  });

  test('a constant feature: any change of it is more than chance', () => {
    const criticalValues = new CriticalValues(options);
    expect(criticalValues.forBins([700]).criticalValue('psi', 100)).toBe(0);
    const ordered = criticalValues.forOrderedBins([0, 700, 0]);
    expect(ordered.criticalValue(100)).toBe(0);
    expect(ordered.pValue(0.1, 100)).toBe(0);
    expect(ordered.pValue(0, 100)).toBe(1);
    const withOpenEnds = criticalValues.forBins([0, 700, 0]);
    expect(withOpenEnds.criticalValue('psi', 100)).toBeGreaterThanOrEqual(0);
    expect(withOpenEnds.pValue('psi', 0.5, 100)).toBeLessThan(0.01);
  });
});
