/** The performance of a part of the sample: of its rows whose ground truth has come and is remembered. */
import { performanceOfWindow, regressionOfWindow } from '../compare/index.js';
import { type Correlator, JoinedPair } from '../correlate/index.js';
import { OUTCOME, outcomeOfClass } from '../interpret/index.js';
import { type KeptPrediction, VERSION_CELLS, type VersionObserver } from '../observe/index.js';
import { effective, proportion, type Row, sum } from './weighted-rows.js';

export function performanceOf(rows: readonly Row[], version: VersionObserver, correlator: Correlator) {
  const { task } = version;
  const index = correlator.versionIndex(version.model, version.version);
  const pairs = new Map(rows.flatMap((row) => [[row, pairOf(row.row, index, correlator)] as const]));
  const joined = rows.filter((row) => pairs.get(row) !== undefined);
  const groundTruth = { predictions: joined.length, share: proportion(rows, (row) => pairs.get(row) !== undefined) };
  if (task === undefined || joined.length === 0) return { groundTruth };
  const cells = new Float64Array(VERSION_CELLS);
  const scale = effective(joined) / sum(joined);
  for (const row of joined) {
    const own = new Float64Array(VERSION_CELLS);
    version.addPair(own, pairs.get(row)!);
    own.forEach((count, cell) => (cells[cell] += count * row.weight * scale));
  }
  const view = version.viewOf(cells);
  const estimates = [...performanceOfWindow(view, task), ...(task === 'regression' ? regressionOfWindow(view) : [])];
  const shown = estimates.map(([name, { value, lower, upper }]) => [name, { value, lower, upper }]);
  return { groundTruth, statistics: Object.fromEntries(shown) as Record<string, unknown> };
}

function pairOf({ identity, value, score }: KeptPrediction, version: number, correlator: Correlator) {
  const actual = identity && correlator.outcomeOf(version, identity.high, identity.low);
  if (actual === undefined) return undefined;
  const predicted = (value ?? null) === null ? { kind: OUTCOME.none, number: 0 } : outcomeOfClass(value!);
  const pair = new JoinedPair();
  pair.predictedKind = predicted.kind;
  pair.predicted = predicted.number;
  pair.score = typeof score === 'number' ? score : NaN;
  pair.actualKind = actual.kind;
  pair.actual = actual.number;
  return pair;
}
