/**
 * The series of one subject (a feature, or an output) of one model version: what the registry's subject families name,
 * for each window. Handles are made once and kept.
 */
import { type FeatureComparison, qualityFindings, type QualityOptions } from '../compare/index.js';
import { isNumeric, type Profile } from '../observe/index.js';
import {
  DRIFT_STATES,
  type DriftState,
  type DriftStatistic,
  type FEATURE_METRIC,
  type MetricDefinition,
  MISSING_REASONS,
  MOMENTS,
  type QualityCheck,
  type QualityFinding,
  QUANTILES,
} from '../registry/index.js';
import type { FamilySet } from './families.js';
import type { Series } from './scalar-family.js';

export type SubjectFamilies = Record<keyof typeof FEATURE_METRIC, MetricDefinition>;

/** Below this drift is of no practical matter; from configuration. */
export type ThresholdOf = (statistic: DriftStatistic) => number;

interface WindowSeries {
  readonly window: string;
  readonly observations: Series;
  readonly missing: Series;
  readonly typeMismatch: Series;
  readonly outOfRange: Series;
  readonly unseen: Series;
  /** Of the checks that apply, once it is known which do. */
  readonly tolerances: Partial<Record<QualityCheck, Series>>;
  readonly moments: readonly Series[];
  readonly quantiles: readonly Series[];
  readonly drift: readonly Series[];
  readonly critical: readonly Series[];
  readonly since: readonly Series[];
  readonly qValue: Series;
  readonly states: Readonly<Record<DriftState, Series>>;
  /** Event time since which each statistic has been over both limits; 0: it is not. */
  readonly sinceMs: number[];
}

const ALL_STATISTICS: readonly DriftStatistic[] = ['psi', 'js', 'ks'];

/** One batch of the shift detector is what has come in this much event time, or since the evaluation before if that is longer. */
export const SHIFT_BATCH_MS = 60_000;

export class SubjectSeries {
  readonly #families: FamilySet;
  readonly #metric: SubjectFamilies;
  readonly #labels: readonly string[];
  readonly #windows: readonly WindowSeries[];
  readonly #thresholdOf: ThresholdOf;
  readonly #counters: ReturnType<SubjectSeries['createCounters']>;
  #binNames: readonly string[] | undefined;
  #bins: readonly Series[] = [];
  #referenceBins: readonly Series[] = [];

  /** @param labels model, version, and the subject's name */
  constructor(
    families: FamilySet,
    metric: SubjectFamilies,
    labels: readonly string[],
    windows: readonly string[],
    thresholdOf: ThresholdOf,
  ) {
    this.#families = families;
    this.#metric = metric;
    this.#labels = labels;
    this.#thresholdOf = thresholdOf;
    this.#windows = windows.map((window) => this.#createWindow(window));
    this.#counters = this.createCounters();
  }

  /**
   * What has been counted since the start, and the reference beside it.
   * @param batch what an observation since the last batch is worth; undefined: the batch is not due
   */
  writeTotals(total: Profile, comparison: FeatureComparison | undefined, batch: number | undefined): void {
    const counters = this.#counters;
    counters.observations.set(total.observations);
    [total.absent, total.empty, total.nan].forEach((count, index) => counters.missing[index].set(count));
    counters.typeMismatches.set(total.typeMismatch);
    if (comparison === undefined) return;
    counters.outOfRange.set(total.outOfRange);
    counters.unseen.set(total.unseen);
    this.#useBins(comparison.bins.names);
    comparison.bins.fill(total, comparison.currentCounts);
    if (batch !== undefined) comparison.shift.observe(comparison.currentCounts, batch);
    counters.shiftEvidence.set((comparison.shift.evidence * SHIFT_BATCH_MS) / 1000);
    comparison.bins.names.forEach((_, index) => {
      this.#bins[index].set(comparison.currentCounts[index]);
      this.#referenceBins[index].set(comparison.referenceShares[index]);
    });
    if (isNumeric(comparison.reference.schema) && comparison.reference.finite > 0) {
      momentsOf(comparison.reference).forEach((moment, index) => counters.referenceMoments[index].set(moment));
    }
  }

  writeWindow(
    index: number,
    current: Profile,
    comparison: FeatureComparison | undefined,
    effectiveShare: number,
    quality: QualityOptions,
  ): DriftState {
    const series = this.#windows[index];
    const { observations } = current;
    series.observations.set(observations);
    if (observations > 0) {
      series.missing.set(current.missing / observations);
      series.typeMismatch.set(current.typeMismatch / observations);
    }
    if (current.finite > 0) {
      momentsOf(current).forEach((moment, at) => series.moments[at].set(moment));
      QUANTILES.forEach((q, at) => series.quantiles[at].set(current.quantile(q)));
    }
    if (comparison === undefined) {
      const state = observations === 0 ? 'no_traffic' : 'no_reference';
      series.states[state].set(1);
      return state;
    }
    if (observations > 0) {
      if (isNumeric(comparison.reference.schema)) series.outOfRange.set(current.outOfRange / observations);
      else series.unseen.set(current.unseen / observations);
      this.#writeQuality(series, current, comparison, effectiveShare, quality);
    }
    const state = comparison.compare(current, effectiveShare);
    series.states[state].set(1);
    if (state !== 'ready') {
      series.sinceMs.fill(0);
      return state;
    }
    for (const { statistic, value, criticalValue } of comparison.numbers) {
      const at = ALL_STATISTICS.indexOf(statistic);
      series.drift[at].set(value);
      series.critical[at].set(criticalValue);
    }
    return state;
  }

  #writeQuality(
    series: WindowSeries,
    current: Profile,
    { reference, referenceShares, referenceObservations, checks }: FeatureComparison,
    effectiveShare: number,
    quality: QualityOptions,
  ): void {
    const observations = Math.round(current.observations * effectiveShare);
    for (const { check, count } of checks) {
      const tolerance = (series.tolerances[check] ??= this.#bound().series(
        this.#metric.windowTolerance,
        series.window,
        check,
      ));
      tolerance.set(quality.tolerances.share(count, referenceObservations, observations));
    }
    for (const finding of qualityFindings(reference, referenceShares, current, effectiveShare, quality)) {
      this.#writeFinding(series, finding);
    }
  }

  #writeFinding({ window }: WindowSeries, finding: QualityFinding): void {
    this.#families.set(this.#metric.windowFinding, [...this.#labels, window, finding], 1);
  }

  /** For a window of a feature that the reference, which the version has, does not know. */
  writeExtra(index: number): void {
    this.#writeFinding(this.#windows[index], 'extra');
  }

  /** For a window that is ready and the last that was compared, once all subjects of the version have been written. */
  writeQValue(index: number, { numbers }: FeatureComparison, qValue: number, limit: number, endMs: number): void {
    const series = this.#windows[index];
    series.qValue.set(qValue);
    for (const { statistic, value, criticalValue } of numbers) {
      const at = ALL_STATISTICS.indexOf(statistic);
      const over = value > criticalValue && value > this.#thresholdOf(statistic) && qValue <= limit;
      if (!over) series.sinceMs[at] = 0;
      else if (series.sinceMs[at] === 0) series.sinceMs[at] = endMs;
      series.since[at].set(series.sinceMs[at] / 1000);
    }
  }

  createCounters() {
    const { series } = this.#bound();
    const metric = this.#metric;
    return {
      observations: series(metric.observations),
      missing: MISSING_REASONS.map((reason) => series(metric.missing, reason)),
      typeMismatches: series(metric.typeMismatches),
      outOfRange: series(metric.outOfRange),
      unseen: series(metric.unseenCategories),
      shiftEvidence: series(metric.shiftEvidence),
      referenceMoments: MOMENTS.map((moment) => series(metric.referenceMoment, moment)),
    };
  }

  #createWindow(window: string): WindowSeries {
    const { series } = this.#bound();
    const metric = this.#metric;
    return {
      window,
      observations: series(metric.windowObservations, window),
      missing: series(metric.windowMissing, window),
      typeMismatch: series(metric.windowTypeMismatch, window),
      outOfRange: series(metric.windowOutOfRange, window),
      unseen: series(metric.windowUnseen, window),
      tolerances: {},
      moments: MOMENTS.map((moment) => series(metric.moment, window, moment)),
      quantiles: QUANTILES.map((quantile) => series(metric.quantile, window, String(quantile))),
      drift: ALL_STATISTICS.map((statistic) => series(metric.drift, window, statistic)),
      critical: ALL_STATISTICS.map((statistic) => series(metric.driftCriticalValue, window, statistic)),
      since: ALL_STATISTICS.map((statistic) => series(metric.driftSince, window, statistic)),
      qValue: series(metric.driftQValue, window),
      states: byName(DRIFT_STATES, (state) => series(metric.driftState, window, state)),
      sinceMs: ALL_STATISTICS.map(() => 0),
    };
  }

  #useBins(names: readonly string[]): void {
    if (this.#binNames === names) return;
    const { series } = this.#bound();
    this.#binNames = names;
    this.#bins = names.map((name) => series(this.#metric.bin, name));
    this.#referenceBins = names.map((name) => series(this.#metric.referenceBin, name));
  }

  #bound() {
    return {
      series: (definition: MetricDefinition, ...rest: string[]): Series =>
        this.#families.series(definition, [...this.#labels, ...rest]),
    };
  }
}

function byName<Name extends string>(names: readonly Name[], make: (name: Name) => Series): Record<Name, Series> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, Series>;
}

function momentsOf(profile: Profile): number[] {
  return [profile.mean, profile.standardDeviation, profile.min, profile.max];
}
