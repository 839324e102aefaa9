/**
 * The performance of a segment in a window, as the version's own is published, each number with its interval; and how far it
 * lags behind that of the other segments.
 */
import { performanceOfWindow, regressionOfWindow, type SegmentLag } from '../compare/index.js';
import type { WindowView } from '../observe/index.js';
import { SEGMENT_METRIC, type Task } from '../registry/index.js';
import type { FamilySet } from './families.js';

export function writeSegmentPerformance(
  families: FamilySet,
  labels: readonly string[],
  view: WindowView,
  task: Task,
): void {
  if (view.joined === 0) return;
  families.set(SEGMENT_METRIC.performanceObservations, labels, view.joined);
  for (const [statistic, { value, lower, upper }] of performanceOfWindow(view, task)) {
    families.set(SEGMENT_METRIC.performance, [...labels, statistic], value);
    families.set(SEGMENT_METRIC.performanceLower, [...labels, statistic], lower);
    families.set(SEGMENT_METRIC.performanceUpper, [...labels, statistic], upper);
  }
  if (task !== 'regression') return;
  for (const [statistic, { value, lower, upper }] of regressionOfWindow(view)) {
    families.set(SEGMENT_METRIC.performanceError, [...labels, statistic], value);
    families.set(SEGMENT_METRIC.performanceErrorLower, [...labels, statistic], lower);
    families.set(SEGMENT_METRIC.performanceErrorUpper, [...labels, statistic], upper);
  }
}

export function writeSegmentLags(families: FamilySet, labels: readonly string[], lags: readonly SegmentLag[]): void {
  for (const { statistic, atMost, lag, lagLower } of lags) {
    families.set(SEGMENT_METRIC.performanceAtMost, [...labels, statistic], atMost);
    families.set(SEGMENT_METRIC.performanceLag, [...labels, statistic], lag);
    families.set(SEGMENT_METRIC.performanceLagLower, [...labels, statistic], lagLower);
  }
}
