/**
 * The series of one subject (a feature, or an output) of one model version: what the registry's subject families name,
 * for each window. Handles are made once and kept.
 */
import { type FeatureComparison, qualityFindings, type QualityOptions } from '../compare/index.js';
import { isNumeric, type Profile } from '../observe/index.js';
import {
  type DriftState,
  type FEATURE_METRIC,
  type MetricDefinition,
  MISSING_REASONS,
  MOMENTS,
  type QualityCheck,
  type QualityFinding,
  QUANTILES,
} from '../registry/index.js';
import { DriftSeries, type ThresholdOf } from './drift-series.js';
import type { FamilySet } from './families.js';
import type { Series } from './scalar-family.js';

export type SubjectFamilies = Record<keyof typeof FEATURE_METRIC, MetricDefinition>;

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
  /** Of categories and texts. */
  distinct?: Series;
  /** By name of the reference, the one that the bins are frozen with first. */
  readonly drift: Map<string, DriftSeries>;
}

/** One batch of the shift detector is what has come in this much event time, or since the evaluation before if that is longer. */
export const SHIFT_BATCH_MS = 60_000;

export class SubjectSeries {
  readonly #families: FamilySet;
  readonly #metric: SubjectFamilies;
  readonly #labels: readonly string[];
  readonly #windows: readonly WindowSeries[];
  readonly #primary: string;
  readonly #thresholdOf: ThresholdOf;
  readonly #counters: ReturnType<SubjectSeries['createCounters']>;
  #binNames: readonly string[] | undefined;
  #bins: readonly Series[] = [];
  #referenceBins: readonly Series[] = [];
  #referenceDistinct: Series | undefined;

  /**
   * @param labels model, version, and the subject's name
   * @param primary name of the reference that the bins are frozen with
   */
  constructor(
    families: FamilySet,
    metric: SubjectFamilies,
    labels: readonly string[],
    windows: readonly string[],
    primary: string,
    thresholdOf: ThresholdOf,
  ) {
    this.#families = families;
    this.#metric = metric;
    this.#labels = labels;
    this.#primary = primary;
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
      writeMoments(counters.referenceMoments, comparison.reference);
    }
    if (comparison.referenceDistinct > 0) {
      (this.#referenceDistinct ??= this.#bound().series(this.#metric.referenceDistinct)).set(
        comparison.referenceDistinct,
      );
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
      writeMoments(series.moments, current);
      QUANTILES.forEach((q, at) => series.quantiles[at].set(current.quantile(q)));
    }
    const { distinct } = current;
    if (distinct > 0) (series.distinct ??= this.#bound().series(this.#metric.distinct, series.window)).set(distinct);
    const drift = this.drift(index, this.#primary);
    if (comparison === undefined) return drift.writeState(observations === 0 ? 'no_traffic' : 'no_reference');
    if (observations > 0) {
      if (isNumeric(comparison.reference.schema)) series.outOfRange.set(current.outOfRange / observations);
      else series.unseen.set(current.unseen / observations);
      this.#writeQuality(series, current, comparison, effectiveShare, quality);
    }
    return drift.write(current, comparison, effectiveShare);
  }

  /** The drift series of a window against a reference. */
  drift(index: number, reference: string): DriftSeries {
    const { window, drift } = this.#windows[index];
    let series = drift.get(reference);
    if (series === undefined) {
      const bound = this.#bound().series;
      series = new DriftSeries(this.#metric, (definition, ...rest) => bound(definition, window, reference, ...rest));
      drift.set(reference, series);
    }
    return series;
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
  writeQValue(
    index: number,
    reference: string,
    comparison: FeatureComparison,
    qValue: number,
    limit: number,
    endMs: number,
  ): void {
    this.drift(index, reference).writeQValue(comparison, qValue, limit, endMs, this.#thresholdOf);
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
      drift: new Map(),
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

/** One that is not defined (a deviation of a single value, or beyond what a double holds) has no series. */
function writeMoments(series: readonly Series[], { mean, standardDeviation, min, max }: Profile): void {
  [mean, standardDeviation, min, max].forEach((moment, at) => {
    if (Number.isFinite(moment)) series[at].set(moment);
  });
}
