/**
 * The drift series of one subject in one window against one reference. Handles are made once and kept. Where the reference
 * alerts, there are a q-value and the time since which it has been over its limits.
 */
import type { FeatureComparison } from '../compare/index.js';
import type { Profile } from '../observe/index.js';
import {
  DRIFT_STATES,
  DRIFT_STATISTICS,
  type DriftState,
  type DriftStatistic,
  type MetricDefinition,
} from '../registry/index.js';
import type { Series } from './scalar-family.js';

/** Below this drift is of no practical matter; from configuration. */
export type ThresholdOf = (statistic: DriftStatistic) => number;

export type DriftFamilies = Readonly<
  Record<'drift' | 'driftCriticalValue' | 'driftSince' | 'driftQValue' | 'driftState', MetricDefinition>
>;

export class DriftSeries {
  readonly #drift: readonly Series[];
  readonly #critical: readonly Series[];
  readonly #since: readonly Series[];
  readonly #qValue: Series;
  readonly #states: Readonly<Record<DriftState, Series>>;
  /** Event time since which each statistic has been over both limits; 0: it is not. */
  readonly #sinceMs: number[] = DRIFT_STATISTICS.map(() => 0);

  /** @param series makes a handle from the labels that come after window and reference */
  constructor(metric: DriftFamilies, series: (definition: MetricDefinition, ...rest: string[]) => Series) {
    this.#drift = DRIFT_STATISTICS.map((statistic) => series(metric.drift, statistic));
    this.#critical = DRIFT_STATISTICS.map((statistic) => series(metric.driftCriticalValue, statistic));
    this.#since = DRIFT_STATISTICS.map((statistic) => series(metric.driftSince, statistic));
    this.#qValue = series(metric.driftQValue);
    this.#states = Object.fromEntries(DRIFT_STATES.map((state) => [state, series(metric.driftState, state)])) as Record<
      DriftState,
      Series
    >;
  }

  /** Where nothing can be said. */
  writeState(state: DriftState): DriftState {
    this.#states[state].set(1);
    if (state !== 'ready') this.#sinceMs.fill(0);
    return state;
  }

  write(current: Profile, comparison: FeatureComparison, effectiveShare: number): DriftState {
    const state = this.writeState(comparison.compare(current, effectiveShare));
    if (state !== 'ready') return state;
    for (const { statistic, value, criticalValue } of comparison.numbers) {
      const at = DRIFT_STATISTICS.indexOf(statistic);
      this.#drift[at].set(value);
      this.#critical[at].set(criticalValue);
    }
    return state;
  }

  /** For a window that is ready and the last that was compared, once all subjects of the version have been written. */
  writeQValue(
    { numbers }: FeatureComparison,
    qValue: number,
    limit: number,
    endMs: number,
    thresholdOf: ThresholdOf,
  ): void {
    this.#qValue.set(qValue);
    for (const { statistic, value, criticalValue } of numbers) {
      const at = DRIFT_STATISTICS.indexOf(statistic);
      const over = value > criticalValue && value > thresholdOf(statistic) && qValue <= limit;
      if (!over) this.#sinceMs[at] = 0;
      else if (this.#sinceMs[at] === 0) this.#sinceMs[at] = endMs;
      this.#since[at].set(this.#sinceMs[at] / 1000);
    }
  }
}
