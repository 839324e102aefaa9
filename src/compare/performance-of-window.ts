/** The performance of one version in one window, from the joined pairs that observe folded into its cells. */
import { SCORE_BINS, VERSION_CELL, type WindowView } from '../observe/index.js';
import { type PerformanceStatistic, REGRESSION_STATISTICS as REGRESSION_NAMES, type Task } from '../registry/index.js';
import { brier } from './performance/brier.js';
import type { Estimate } from './performance/estimate.js';
import { rocAuc } from './performance/roc-auc.js';
import {
  CONFUSION_STATISTICS,
  PUBLISHED_CONFUSION_STATISTICS,
  REGRESSION_STATISTICS,
} from './performance/statistics.js';
import { wilson } from './performance/wilson.js';

export type RegressionName = (typeof REGRESSION_NAMES)[number];

/** Shares between 0 and 1, by statistic; what the data do not define is not there. */
export function performanceOfWindow(view: WindowView, task: Task): Map<PerformanceStatistic, Estimate> {
  const { cells } = view;
  const estimates = new Map<PerformanceStatistic, Estimate>();
  const put = (name: PerformanceStatistic, estimate: Estimate | undefined): void => {
    if (estimate !== undefined) estimates.set(name, estimate);
  };
  if (view.joined === 0) return estimates;
  if (task === 'multiclass') put('accuracy', wilson(cells[VERSION_CELL.correct], view.joined));
  if (task !== 'binary') return estimates;
  const confusion = {
    tp: cells[VERSION_CELL.truePositives],
    fp: cells[VERSION_CELL.falsePositives],
    tn: cells[VERSION_CELL.trueNegatives],
    fn: cells[VERSION_CELL.falseNegatives],
  };
  for (const name of PUBLISHED_CONFUSION_STATISTICS) {
    put(name as PerformanceStatistic, CONFUSION_STATISTICS[name](confusion));
  }
  const scores = (from: number): Float64Array => cells.subarray(from, from + SCORE_BINS);
  put('auc', rocAuc(scores(VERSION_CELL.positiveScores), scores(VERSION_CELL.negativeScores)));
  put('brier', brier(cells[VERSION_CELL.squaredScoreError], cells[VERSION_CELL.scored]));
  return estimates;
}

/** Errors of a regression, in the target's unit. */
export function regressionOfWindow(view: WindowView): Map<RegressionName, Estimate> {
  const { cells } = view;
  const sums = {
    observations: cells[VERSION_CELL.numeric],
    error: cells[VERSION_CELL.error],
    absoluteError: cells[VERSION_CELL.absoluteError],
    squaredError: cells[VERSION_CELL.squaredError],
    truth: 0,
    squaredTruth: 0,
  };
  const estimates = new Map<RegressionName, Estimate>();
  if (sums.observations === 0) return estimates;
  for (const name of REGRESSION_NAMES) {
    const estimate = REGRESSION_STATISTICS[name](sums);
    if (estimate !== undefined) estimates.set(name, estimate);
  }
  return estimates;
}
