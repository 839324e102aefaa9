/**
 * Performance statistics against scikit-learn, and estimated ones against NannyML: predictions of real models and what
 * really happened go through the collector's own stages, from OTLP bytes to the joined counts of a window.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import {
  averagePrecision,
  CONFUSION_STATISTICS,
  estimatedConfusion,
  logLoss,
  logLossOf,
  performanceOfWindow,
  REGRESSION_STATISTICS,
  regressionOfWindow,
  rocAuc,
} from '../../src/compare/index.js';
import { SCORE_BINS, VERSION_CELL, type WindowView } from '../../src/observe/index.js';
import { ATTRIBUTE } from '../../src/registry/index.js';
import { Pipeline } from '../observe/pipeline.js';
import { FLIGHTS, parquet } from '../reference/data-files.js';
import { askPeers, peersPython } from './python-environment.js';

const ROUNDING = 1e-9;
const BATCH = 500;

interface Answer {
  readonly rows: {
    readonly value: readonly (number | boolean)[];
    readonly score?: readonly number[];
    readonly truth: readonly (number | boolean)[];
  };
  readonly sklearn: Readonly<Record<string, number>>;
  readonly nannyml: Readonly<Record<string, number>>;
}
const MODELS = ['breast cancer', 'flights', 'diabetes'] as const;
type Model = (typeof MODELS)[number];

let answers: Record<Model, Answer> & { readonly nothing: Pick<Answer, 'sklearn'> };
const views = new Map<Model, WindowView>();

beforeAll(async () => {
  const flights = (month: number): Promise<string> =>
    parquet(
      `SELECT hour(date)::DOUBLE AS hour, distance::DOUBLE AS distance, dayofweek(date)::DOUBLE AS weekday, delay > 0 AS late
         FROM read_parquet('${FLIGHTS}', file_row_number = true) WHERE month(date) = ${month} AND file_row_number % 100 = 0`,
    );
  const files = [await flights(1), await flights(2)];
  answers = (await askPeers(await peersPython(), 'performance.py', files)) as typeof answers;
  for (const model of MODELS) views.set(model, windowOf(answers[model]));
});

function windowOf({ rows: { value, score, truth } }: Answer): WindowView {
  const pipeline = new Pipeline();
  const predictions = value.map((each, row) => ({
    id: String(row),
    attributes: {
      [ATTRIBUTE.predictionValue]: each,
      ...(score === undefined ? {} : { [ATTRIBUTE.predictionScore]: score[row] }),
    },
  }));
  for (let from = 0; from < predictions.length; from += BATCH)
    pipeline.predict(...predictions.slice(from, from + BATCH));
  for (const [row, happened] of truth.entries()) pipeline.groundTruth(String(row), happened);
  pipeline.observer.advance();
  return pipeline.version().window(2);
}

function close(ours: number | undefined, theirs: number, within = ROUNDING): void {
  expect(ours).toBeDefined();
  expect(Math.abs(ours! - theirs)).toBeLessThanOrEqual(within + ROUNDING * Math.abs(theirs));
}

describe.each(['breast cancer', 'flights'] as const)('%s, a binary model', (model) => {
  const cellsOf = () => views.get(model)!.cells;
  const scores = (from: number): Float64Array => cellsOf().subarray(from, from + SCORE_BINS);

  test('every prediction has found what really happened', () => {
    expect(views.get(model)!.joined).toBe(answers[model].rows.truth.length);
  });

  test.each(['accuracy', 'precision', 'recall', 'f1', 'brier'] as const)('%s, as published', (statistic) => {
    close(performanceOfWindow(views.get(model)!, 'binary').get(statistic)?.value, answers[model].sklearn[statistic]);
  });

  test.each(['specificity', 'balancedAccuracy', 'matthewsCorrelation'] as const)('%s', (statistic) => {
    const cells = cellsOf();
    const confusion = {
      tp: cells[VERSION_CELL.truePositives],
      fp: cells[VERSION_CELL.falsePositives],
      tn: cells[VERSION_CELL.trueNegatives],
      fn: cells[VERSION_CELL.falseNegatives],
    };
    close(CONFUSION_STATISTICS[statistic](confusion)?.value, answers[model].sklearn[statistic]);
  });

  test('ROC AUC is within its binning error', () => {
    const published = performanceOfWindow(views.get(model)!, 'binary').get('auc');
    const ours = rocAuc(scores(VERSION_CELL.positiveScores), scores(VERSION_CELL.negativeScores))!;
    expect(published?.value).toBe(ours.value);
    close(ours.value, answers[model].sklearn.auc, ours.binning);
  });

  test('average precision is within its binning error', () => {
    const ours = averagePrecision(scores(VERSION_CELL.positiveScores), scores(VERSION_CELL.negativeScores))!;
    close(ours.value, answers[model].sklearn.averagePrecision, ours.binning);
  });

  test('log loss', () => {
    const { score, truth } = answers[model].rows;
    const losses = score!.map((each, row) => logLossOf(each, truth[row] === true));
    const sum = losses.reduce((total, loss) => total + loss, 0);
    const squares = losses.reduce((total, loss) => total + loss * loss, 0);
    close(logLoss(sum, squares, losses.length)?.value, answers[model].sklearn.logLoss);
  });

  test.each(['accuracy', 'precision', 'recall', 'specificity', 'f1'] as const)(
    '%s before ground truth, from the same scores as NannyML',
    (statistic) => {
      const estimate = CONFUSION_STATISTICS[statistic](estimatedConfusion(answers[model].rows.score!));
      close(estimate?.value, answers[model].nannyml[statistic]);
    },
  );
});

test('precision where nothing is predicted positive: scikit-learn says 0, we say nothing', () => {
  expect(answers.nothing.sklearn.precision).toBe(0);
  expect(CONFUSION_STATISTICS.precision({ tp: 0, fp: 0, tn: 3, fn: 2 })).toBeUndefined();
});

describe('diabetes, a regression', () => {
  test.each(['mae', 'rmse', 'bias'] as const)('%s, as published', (statistic) => {
    close(regressionOfWindow(views.get('diabetes')!).get(statistic)?.value, answers.diabetes.sklearn[statistic]);
  });

  test('R²', () => {
    const value = answers.diabetes.rows.value as number[];
    const truth = answers.diabetes.rows.truth as number[];
    const sum = (of: (row: number) => number): number => truth.reduce((total, _, row) => total + of(row), 0);
    const sums = {
      observations: truth.length,
      error: sum((row) => value[row] - truth[row]),
      absoluteError: sum((row) => Math.abs(value[row] - truth[row])),
      squaredError: sum((row) => (value[row] - truth[row]) ** 2),
      truth: sum((row) => truth[row]),
      squaredTruth: sum((row) => truth[row] ** 2),
    };
    close(REGRESSION_STATISTICS.r2(sums)?.value, answers.diabetes.sklearn.r2);
  });
});
