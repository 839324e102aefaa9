/**
 * The drift series of one subject in one window against one reference. Handles are made once and kept. Where the reference
 * alerts, there are a q-value and, of the statistics that can alert, the time since which each has been over its limits.
 */
import type { FeatureComparison } from '../compare/index.js';
import type { Profile } from '../observe/index.js';
import {
  type AlertingStatistic,
  canAlert,
  type DriftState,
  type DriftStatistic,
  type MetricDefinition,
} from '../registry/index.js';
import type { Series } from './scalar-family.js';

/** Below this drift is of no practical matter; from configuration. */
export type ThresholdOf = (statistic: AlertingStatistic) => number;

export type DriftFamilies = Readonly<
  Record<
    'drift' | 'driftCriticalValue' | 'driftDegreesOfFreedom' | 'driftSince' | 'driftQValue' | 'driftState',
    MetricDefinition
  >
>;

interface StatisticSeries {
  readonly value: Series;
  readonly critical: Series;
  /** Once the reference has alerted. */
  since?: Series;
  /** Event time since which it has been over both limits; 0: it is not. */
  sinceMs: number;
}

type MakeSeries = (definition: MetricDefinition, ...rest: string[]) => Series;

export class DriftSeries {
  readonly #metric: DriftFamilies;
  readonly #make: MakeSeries;
  readonly #statistics = new Map<DriftStatistic, StatisticSeries>();
  readonly #states: Partial<Record<DriftState, Series>> = {};
  #degreesOfFreedom: Series | undefined;
  #qValue: Series | undefined;

  /** @param make makes a handle from the labels that come after window and reference */
  constructor(metric: DriftFamilies, make: MakeSeries) {
    this.#metric = metric;
    this.#make = make;
  }

  /** Where nothing can be said. */
  writeState(state: DriftState): DriftState {
    (this.#states[state] ??= this.#make(this.#metric.driftState, state)).set(1);
    if (state !== 'ready') for (const series of this.#statistics.values()) series.sinceMs = 0;
    return state;
  }

  write(current: Profile, comparison: FeatureComparison, effectiveShare: number): DriftState {
    const state = this.writeState(comparison.compare(current, effectiveShare));
    if (state !== 'ready') return state;
    for (const { statistic, value, criticalValue } of comparison.numbers) {
      if (!Number.isFinite(value)) continue;
      const series = this.#of(statistic);
      series.value.set(value);
      series.critical.set(criticalValue);
      if (statistic !== 'chi2') continue;
      this.#degreesOfFreedom ??= this.#make(this.#metric.driftDegreesOfFreedom);
      this.#degreesOfFreedom.set(comparison.degreesOfFreedom);
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
    (this.#qValue ??= this.#make(this.#metric.driftQValue)).set(qValue);
    for (const { statistic, value, criticalValue } of numbers) {
      if (!canAlert(statistic) || !Number.isFinite(value)) continue;
      const series = this.#of(statistic);
      const over = value > criticalValue && value > thresholdOf(statistic) && qValue <= limit;
      if (!over) series.sinceMs = 0;
      else if (series.sinceMs === 0) series.sinceMs = endMs;
      series.since ??= this.#make(this.#metric.driftSince, statistic);
      series.since.set(series.sinceMs / 1000);
    }
  }

  #of(statistic: DriftStatistic): StatisticSeries {
    let series = this.#statistics.get(statistic);
    if (series === undefined) {
      const { drift, driftCriticalValue } = this.#metric;
      series = { value: this.#make(drift, statistic), critical: this.#make(driftCriticalValue, statistic), sinceMs: 0 };
      this.#statistics.set(statistic, series);
    }
    return series;
  }
}
