/** References that are soon replaced share what is simulated more widely: the false-alarm rate stays what was promised. */
import { describe, expect, test } from 'vitest';
import { CriticalValues, psi } from '../../src/compare/index.js';
import { seededRandom } from '../../src/lib/random.js';
import { drawMultinomial } from '../../src/compare/multinomial.js';

const RATE = 0.05;
const TIMES = 2_000;
const cases: readonly [string, readonly number[], number, number][] = [
  ['deciles with hardly anything beyond', [0.0005, ...new Array<number>(10).fill(0.0999), 0.0005], 2_000, 200],
  ['an hour of uneven bins', [0.3, 0.25, 0.15, 0.1, 0.08, 0.05, 0.04, 0.02, 0.01], 1_000, 500],
  ['many rows', [0.001, ...new Array<number>(10).fill(0.0998), 0.001], 40_000, 1_500],
  ['few rows', new Array<number>(10).fill(0.1), 150, 120],
];

describe('a brief reference', () => {
  test.each(cases)('%s: alarms at about the promised rate', (_, shares, m, n) => {
    const random = seededRandom(3);
    const criticalValues = new CriticalValues({ falseAlarmRate: RATE });
    const reference = new Float64Array(shares.length);
    const current = new Float64Array(shares.length);
    let alarms = 0;
    for (let time = 0; time < TIMES; time++) {
      drawMultinomial(random, m, Float64Array.from(shares), reference);
      drawMultinomial(random, n, Float64Array.from(shares), current);
      const limit = criticalValues.forBins(reference, true).criticalValue('psi', n);
      if (psi(current, reference) > limit) alarms++;
    }
    const share = alarms / TIMES;
    expect(share).toBeLessThan(1.5 * RATE);
    expect(share).toBeGreaterThan(RATE / 2);
    expect(criticalValues.limit.used).toBeLessThan(TIMES / 10);
  });
});
