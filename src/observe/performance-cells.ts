/** Folds a prediction and its ground truth into the version's block of a pane. */
import type { JoinedPair } from '../correlate/index.js';
import { OUTCOME, type OutcomeCode } from '../interpret/index.js';
import type { Task } from '../registry/index.js';
import { SCORE_BINS, VERSION_CELL } from './cells.js';

/** The classes that count as positive where configuration names none. */
const POSITIVE_BY_DEFAULT: readonly OutcomeCode[] = [
  { kind: OUTCOME.bool, number: 1 },
  { kind: OUTCOME.number, number: 1 },
];

/** What a model does where configuration does not say: read off the first joined pair. */
export function taskOf(pair: JoinedPair): Task {
  if (pair.actualKind === OUTCOME.bool) return 'binary';
  if (pair.actualKind === OUTCOME.text) return pair.score === pair.score ? 'binary' : 'multiclass';
  return pair.score === pair.score ? 'binary' : 'regression';
}

export function addJoinedPair(
  cells: Float64Array,
  pair: JoinedPair,
  task: Task,
  positive: OutcomeCode | undefined,
): void {
  cells[VERSION_CELL.joined]++;
  if (pair.predictedKind === pair.actualKind && pair.predicted === pair.actual) cells[VERSION_CELL.correct]++;
  if (task === 'regression') addNumericPair(cells, pair);
  else if (task === 'binary') addBinaryPair(cells, pair, positive);
}

function addNumericPair(cells: Float64Array, pair: JoinedPair): void {
  if (pair.predictedKind !== OUTCOME.number || pair.actualKind !== OUTCOME.number) return;
  const error = pair.predicted - pair.actual;
  cells[VERSION_CELL.numeric]++;
  cells[VERSION_CELL.error] += error;
  cells[VERSION_CELL.absoluteError] += Math.abs(error);
  cells[VERSION_CELL.squaredError] += error * error;
}

function addBinaryPair(cells: Float64Array, pair: JoinedPair, positive: OutcomeCode | undefined): void {
  const actual = isPositive(pair.actualKind, pair.actual, positive);
  if (pair.predictedKind !== OUTCOME.none) {
    const predicted = isPositive(pair.predictedKind, pair.predicted, positive);
    const cell = predicted
      ? actual
        ? VERSION_CELL.truePositives
        : VERSION_CELL.falsePositives
      : actual
        ? VERSION_CELL.falseNegatives
        : VERSION_CELL.trueNegatives;
    cells[cell]++;
  }
  const { score } = pair;
  if (!(score >= 0 && score <= 1)) return;
  const error = score - (actual ? 1 : 0);
  cells[VERSION_CELL.scored]++;
  cells[VERSION_CELL.squaredScoreError] += error * error;
  const bin = Math.min(SCORE_BINS - 1, Math.floor(score * SCORE_BINS));
  cells[(actual ? VERSION_CELL.positiveScores : VERSION_CELL.negativeScores) + bin]++;
}

function isPositive(kind: number, number: number, positive: OutcomeCode | undefined): boolean {
  if (positive !== undefined) return kind === positive.kind && number === positive.number;
  return POSITIVE_BY_DEFAULT.some((code) => code.kind === kind && code.number === number);
}
