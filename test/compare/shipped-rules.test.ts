/**
 * The alert rules as they are shipped, on the numbers that are published and with the default configuration: how often
 * they are wrong in a day of looks at a version of 100 features, and how soon they see a shift. The words of the rules
 * themselves are held by promtool.
 */
import { describe, expect, test } from 'vitest';
import { CriticalValues, normalTail, psi, qValues, ShiftDetector } from '../../src/compare/index.js';
import { drawMultinomial } from '../../src/compare/multinomial.js';
import { defaultConfig, durationMs } from '../../src/config/index.js';
import { seededRandom } from '../../src/lib/random.js';

const FEATURES = 100;
const MINUTES = 1_440;
const { compare, alerts } = defaultConfig();
const criticalValues = new CriticalValues({ falseAlarmRate: compare.falseAlarmRate });
/** In batches of a minute: what `model_version:ml_feature_shift_evidence_seconds:threshold` is. */
const shiftThreshold = (FEATURES * durationMs(alerts.falseShiftEvery)) / 60_000;

const DECILE_EDGES = [-1.2815516, -0.8416212, -0.5244005, -0.2533471, 0, 0.2533471, 0.5244005, 0.8416212, 1.2815516];
/** Shares of a normal feature in its reference's deciles, then below, above and missing, as `DriftBins` has them. */
function sharesOf(shift: number): Float64Array {
  const below = [...DECILE_EDGES.map((edge) => 1 - normalTail(edge - shift)), 1];
  const deciles = below.map((share, bin) => (share - (below[bin - 1] ?? 0)) * (1 - 3e-4));
  return Float64Array.from([...deciles, 1e-4, 1e-4, 1e-4]);
}
const ORDER = [10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12];

function references(random: ReturnType<typeof seededRandom>, observations: number): Float64Array[] {
  return Array.from({ length: FEATURES }, () => {
    const counts = new Float64Array(13);
    drawMultinomial(random, observations, sharesOf(0), counts);
    return counts;
  });
}

/** Alerts of FeatureDrift in a day: over at two looks in a row, a minute apart. `observe` gives a window's counts. */
function falseAlarms(own: Float64Array[], observe: (feature: number, minute: number) => Float64Array) {
  const noDrift = own.map((counts) => criticalValues.forBins(counts));
  const over = { corrected: new Uint8Array(FEATURES), single: new Uint8Array(FEATURES) };
  const alarms = { corrected: 0, single: 0, looks: 0 };
  const values = new Float64Array(FEATURES);
  for (let minute = 0; minute < MINUTES; minute++) {
    const pValues = own.map((reference, feature) => {
      const current = observe(feature, minute);
      values[feature] = psi(current, reference);
      return noDrift[feature].pValue('psi', values[feature], 100);
    });
    const corrected = qValues(pValues);
    for (let feature = 0; feature < FEATURES; feature++) {
      const critical = noDrift[feature].criticalValue('psi', 100);
      const single = values[feature] > alerts.thresholds.psi && values[feature] > critical;
      const both = single && corrected[feature] <= compare.falseAlarmRate;
      if (both) alarms.looks++;
      if (single && over.single[feature] === 1) alarms.single++;
      if (both && over.corrected[feature] === 1) alarms.corrected++;
      over.single[feature] = single ? over.single[feature] + 1 : 0;
      over.corrected[feature] = both ? over.corrected[feature] + 1 : 0;
    }
  }
  return alarms;
}

describe('no drift, 100 observations, 100 features, 24 hours of looks a minute apart', () => {
  test('FeatureDrift, another 100 at every look: at most one false alarm', () => {
    const random = seededRandom(101);
    const own = references(random, 10_000);
    const current = new Float64Array(13);
    const alarms = falseAlarms(own, () => {
      drawMultinomial(random, 100, sharesOf(0), current);
      return current;
    });
    expect(alarms.corrected).toBeLessThanOrEqual(1);
    // A look of a whole version errs at 0.001, so a day of them a few times, which `for: 1m` is there for.
    expect(alarms.looks).toBeLessThanOrEqual(6);
  });

  test('FeatureDrift, a window that rolls on by a twentieth: at most one false alarm, where without q-values there are many', () => {
    const random = seededRandom(103);
    const own = references(random, 10_000);
    const panes = 20;
    const rings = own.map(() =>
      Array.from({ length: panes }, () => {
        const pane = new Float64Array(13);
        drawMultinomial(random, 100 / panes, sharesOf(0), pane);
        return pane;
      }),
    );
    const current = new Float64Array(13);
    const alarms = falseAlarms(own, (feature, minute) => {
      drawMultinomial(random, 100 / panes, sharesOf(0), rings[feature][minute % panes]);
      current.fill(0);
      for (const pane of rings[feature]) for (let bin = 0; bin < 13; bin++) current[bin] += pane[bin];
      return current;
    });
    expect(alarms.corrected).toBeLessThanOrEqual(1);
    expect(alarms.single).toBeGreaterThan(10);
  });

  test('FeatureShift: at most one false alarm', () => {
    const random = seededRandom(107);
    const gained = new Float64Array(13);
    const sum = new Float64Array(13);
    let alarms = 0;
    for (const reference of references(random, 10_000)) {
      const detector = new ShiftDetector(reference, ORDER);
      let most = 0;
      sum.fill(0);
      for (let minute = 0; minute <= MINUTES; minute++) {
        detector.observe(sum, 1);
        most = Math.max(most, detector.evidence);
        drawMultinomial(random, 100, sharesOf(0), gained);
        for (let bin = 0; bin < 13; bin++) sum[bin] += gained[bin];
      }
      if (most > shiftThreshold) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(1);
  });
});

test('FeatureShift sees 0.3 σ of one feature among 100, at 1,000 rows a minute, inside three minutes, and no other feature', () => {
  const random = seededRandom(109);
  const gained = new Float64Array(13);
  const detectors = references(random, 10_000).map((reference) => new ShiftDetector(reference, ORDER));
  const sums = detectors.map(() => new Float64Array(13));
  const seen = new Set<number>();
  const minutesUntilSeen = (shifted: number, most: number): number | undefined => {
    seen.add(shifted);
    for (let minute = 1; minute <= most; minute++) {
      detectors.forEach((detector, feature) => {
        drawMultinomial(random, 1_000, sharesOf(feature === shifted ? 0.3 : 0), gained);
        for (let bin = 0; bin < 13; bin++) sums[feature][bin] += gained[bin];
        detector.observe(sums[feature], 1);
        if (!seen.has(feature)) expect(detector.evidence).toBeLessThan(shiftThreshold);
      });
      if (shifted >= 0 && detectors[shifted].evidence > shiftThreshold) return minute;
    }
    return undefined;
  };
  expect(minutesUntilSeen(-1, 60)).toBeUndefined();
  for (const shifted of [0, 17, 42, 63, 99]) expect(minutesUntilSeen(shifted, 3)).toBeLessThanOrEqual(3);
  // Undone, the evidence is gone within the quarter of an hour.
  expect(detectors[99].evidence).toBeGreaterThan(shiftThreshold);
  for (let minute = 0; minute < 15; minute++) {
    drawMultinomial(random, 1_000, sharesOf(0), gained);
    for (let bin = 0; bin < 13; bin++) sums[99][bin] += gained[bin];
    detectors[99].observe(sums[99], 1);
  }
  expect(detectors[99].evidence).toBeLessThan(shiftThreshold);
});

describe('ShiftDetector', () => {
  const reference = sharesOf(0).map((share) => share * 100_000);

  test('a shift of a twentieth of σ is none, whatever the number of observations', () => {
    const detector = new ShiftDetector(reference, ORDER);
    const sum = new Float64Array(13);
    for (let batch = 0; batch < 100; batch++) {
      sharesOf(0.04).forEach((share, bin) => (sum[bin] += share * 1e6));
      detector.observe(sum, 1);
    }
    expect(detector.evidence).toBeLessThan(100);
  });

  test('begins with the first counts, takes what is weighted for what it is worth, and nothing for nothing', () => {
    const shifted = sharesOf(0.3).map((share) => share * 1_000);
    const whole = new ShiftDetector(reference, ORDER);
    whole.observe(shifted, 1);
    expect(whole.evidence).toBe(0);
    whole.observe(shifted, 1);
    expect(whole.evidence).toBeCloseTo(1, 10);
    const twice = shifted.map((count) => count * 2);
    whole.observe(twice, 1);
    const tenfold = new ShiftDetector(reference, ORDER);
    tenfold.observe(new Float64Array(13), 1);
    tenfold.observe(new Float64Array(13), 1);
    tenfold.observe(
      shifted.map((count) => count * 10),
      0.1,
    );
    expect(tenfold.evidence).toBeCloseTo(whole.evidence, 3);
  });
});
