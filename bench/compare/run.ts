/**
 * What comparing costs: the statistics of a large fleet at one evaluation, the price of calibration, and one batch of the
 * e-detector. Writes its figures into the README beside it. Counts are drawn, seeded; sums of results are printed so that
 * nothing is optimised away.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  CriticalValues,
  EDetector,
  FeatureComparison,
  jensenShannonDistance,
  kolmogorovSmirnov,
  psi,
  qualityFindings,
  qValues,
  Tolerances,
  UnorderedStatistics,
  type Counts,
} from '../../src/compare/index.js';
import { drawMultinomial } from '../../src/compare/multinomial.js';
import { seededRandom } from '../../src/lib/random.js';
import { FEATURE_CELL, FEATURE_CELLS, Profile } from '../../src/observe/index.js';

const FEATURES = 10_000;
const WINDOWS = 3;
const ROUNDS = 15;
const random = seededRandom(1);

interface Row {
  readonly what: string;
  readonly milliseconds: number;
  readonly times: number;
}

let witness = 0;

/** The best of the rounds, after two that warm up: what the machine does beside it only adds. */
function measure(what: string, times: number, run: () => number, rounds = ROUNDS): Row {
  const taken: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const start = performance.now();
    witness += run();
    if (round >= 0) taken.push(performance.now() - start);
  }
  return { what, milliseconds: Math.min(...taken), times };
}

/** One array of the counts of all features, a subarray each, as a profile store has them. */
function fleet(bins: number, observations: number): Float64Array[] {
  const shares = new Array<number>(bins).fill(1 / bins);
  const all = new Float64Array(FEATURES * bins);
  return Array.from({ length: FEATURES }, (_, feature) => {
    const counts = all.subarray(feature * bins, (feature + 1) * bins);
    drawMultinomial(random, observations, shares, counts);
    return counts;
  });
}

function overFleet(what: string, current: Counts[], reference: Counts[], compute: typeof psi): Row {
  return measure(what, FEATURES * WINDOWS, () => {
    let sum = 0;
    for (let window = 0; window < WINDOWS; window++) {
      for (let feature = 0; feature < FEATURES; feature++) sum += compute(current[feature], reference[feature]);
    }
    return sum;
  });
}

const [current, reference] = [fleet(13, 1_000), fleet(13, 30_000)];
const [currentOrdered, referenceOrdered] = [fleet(131, 1_000), fleet(131, 30_000)];
const referenceBins = reference.map((counts) => {
  const statistics = new UnorderedStatistics(counts.length);
  statistics.setReference(counts);
  return statistics;
});
const rows: Row[] = [
  measure('all six unordered statistics in one pass, 13 bins', FEATURES * WINDOWS, () => {
    for (let window = 0; window < WINDOWS; window++) {
      for (let feature = 0; feature < FEATURES; feature++) referenceBins[feature].compare(current[feature]);
    }
    return referenceBins[0].values[0];
  }),
  overFleet('PSI, 13 bins', current, reference, psi),
  overFleet('Jensen-Shannon, 13 bins', current, reference, jensenShannonDistance),
  overFleet('Kolmogorov-Smirnov, 131 bins', currentOrdered, referenceOrdered, kolmogorovSmirnov),
];

const criticalValues = new CriticalValues({ falseAlarmRate: 0.001 });
const deciles = [0, ...new Array<number>(10).fill(3_000), 0, 12];
const noDrift = criticalValues.forBins(deciles);
const noDriftOrdered = criticalValues.forOrderedBins(new Array<number>(131).fill(230));
rows.push(
  measure('critical value of PSI and of KS, once known', FEATURES * WINDOWS, () => {
    let sum = 0;
    for (let index = 0; index < FEATURES * WINDOWS; index++) {
      sum += noDrift.criticalValue('psi', 1_000 + (index % 50)) + noDriftOrdered.criticalValue(1_000);
    }
    return sum;
  }),
  measure('p-value of PSI', FEATURES, () => {
    let sum = 0;
    for (let index = 0; index < FEATURES; index++) sum += noDrift.pValue('psi', 0.01 + index * 1e-6, 1_000);
    return sum;
  }),
);

/** A new object each time, so that nothing is remembered: two sizes of the grid are simulated. */
const firstTime = (counts: number[]) => (): number =>
  new CriticalValues({ falseAlarmRate: 0.001 }).forBins(counts).criticalValue('psi', 1_000);
const categories = Array.from({ length: 100 }, (_, bin) => Math.round(6_000 / (bin + 1)));
rows.push(
  measure('first critical value, 13 bins (two sizes simulated)', 1, firstTime(deciles), 5),
  measure('first critical value, 100 categories (two sizes simulated)', 1, firstTime(categories), 5),
  measure(
    'first critical value of KS, 131 bins',
    1,
    () =>
      new CriticalValues({ falseAlarmRate: 0.001 })
        .forOrderedBins(new Array<number>(131).fill(230))
        .criticalValue(1_000),
    5,
  ),
  measure(
    'forBins of a fleet that shares its deciles',
    FEATURES,
    () => {
      const values = new CriticalValues({ falseAlarmRate: 0.001 });
      let sum = 0;
      for (let feature = 0; feature < FEATURES; feature++) sum += values.forBins(deciles).criticalValue('psi', 1_000);
      return sum;
    },
    3,
  ),
);

const detector = new EDetector(deciles, { ordered: true });
rows.push(
  measure('e-detector, one batch over 13 ordered bins', FEATURES, () => {
    let sum = 0;
    for (const counts of current) sum += detector.observe(counts);
    return sum / 1e300;
  }),
);

/** What the collector asks of a feature and window, with profiles as it has them: statistics, critical values, findings. */
function comparisons(): Row[] {
  const bins = 128;
  const upper = Float64Array.from({ length: bins }, (_, bin) => bin + 1);
  const schema = { kind: 'numeric', name: 'x', min: 0, upper, shift: 0 } as const;
  const place = { offset: 0, binsOffset: FEATURE_CELLS, pages: undefined };
  const profile = (observations: number, fill: (counts: Float64Array) => void): Profile => {
    const cells = new Float64Array(FEATURE_CELLS + bins);
    fill(cells.subarray(FEATURE_CELLS));
    cells[FEATURE_CELL.present] = observations;
    cells[FEATURE_CELL.finite] = observations;
    cells[FEATURE_CELL.max] = bins;
    return new Profile(schema, cells, place, observations);
  };
  const shares = new Float64Array(bins).fill(1 / bins);
  const tolerances = new Tolerances(0.001);
  const options = { tolerances, falseAlarmRate: 0.001, minimumObservations: 100 };
  const fleetComparisons = Array.from(
    { length: FEATURES },
    () =>
      new FeatureComparison(
        profile(bins * 234, (counts) => counts.fill(234)),
        criticalValues,
        { minimumObservations: 100 },
      ),
  );
  const windows = fleetComparisons.map(() =>
    profile(1_000, (counts) => drawMultinomial(random, 1_000, shares, counts)),
  );
  const gained = Float64Array.from(fleetComparisons[0].currentCounts);
  return [
    measure('all of it: statistics, critical values, q-values, tolerances, findings', FEATURES * WINDOWS, () => {
      let found = 0;
      for (let window = 0; window < WINDOWS; window++) {
        for (let feature = 0; feature < FEATURES; feature++) {
          const comparison = fleetComparisons[feature];
          comparison.compare(windows[feature], 1);
          const { reference, referenceShares, checks, referenceObservations } = comparison;
          for (const { count } of checks) found += tolerances.share(count, referenceObservations, 1_000);
          found += qualityFindings(reference, referenceShares, windows[feature], 1, options).length;
        }
        found += qValues(fleetComparisons.map(({ pValue }) => pValue))[0];
      }
      return found;
    }),
    measure('shift detectors, once a minute', FEATURES, () => {
      for (let bin = 0; bin < 10; bin++) gained[bin] += 100;
      for (const { shift } of fleetComparisons) shift.observe(gained, 1);
      return fleetComparisons[0].shift.evidence / 1e12;
    }),
  ];
}
rows.push(...comparisons());

const figures = [
  '<!-- figures -->',
  '',
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}; best of ${ROUNDS} rounds (3 or 5 of simulations).`,
  '',
  '| what | times | ms in all | µs each |',
  '| --- | ---: | ---: | ---: |',
  ...rows.map(
    ({ what, milliseconds, times }) =>
      `| ${what} | ${times.toLocaleString('en')} | ${milliseconds.toFixed(1)} | ${((milliseconds * 1000) / times).toPrecision(3)} |`,
  ),
  '',
  `All nine statistics over ${FEATURES.toLocaleString('en')} features and ${WINDOWS} windows, with critical values and findings, take ${rows
    .find(({ what }) => what.startsWith('all of it'))!
    .milliseconds.toFixed(0)} ms.`,
  '',
  '<!-- end -->',
].join('\n');
const readme = fileURLToPath(new URL('README.md', import.meta.url));
const text = readFileSync(readme, 'utf8');
writeFileSync(
  readme,
  text.replace(/<!-- figures -->[^]*<!-- end -->/, () => figures),
);
process.stdout.write(`${figures}\n${witness}\n`);
