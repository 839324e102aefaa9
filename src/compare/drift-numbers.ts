/** What is published of one drift statistic of one feature. */
import type { DriftStatistic } from '../registry/index.js';

export interface DriftNumbers<Statistic extends DriftStatistic = DriftStatistic> {
  readonly statistic: Statistic;
  /** NaN, like its critical value: it is beyond what a double holds. */
  value: number;
  criticalValue: number;
}
