/**
 * The series of the segments of a model version: how many predictions each has in each window, what share of them failed,
 * how those did whose ground truth has come, and for its features and outputs what is missing and how far they have drifted
 * from the segment's own first predictions.
 * Comparisons are made once for each segment and subject, and go when the segment goes.
 */
import { type CriticalValues, FeatureComparison, qValues, segmentLags } from '../compare/index.js';
import { inTurns } from '../lib/divisible-work.js';
import {
  coversCycle,
  type FeatureSlot,
  profileOf,
  type Segment,
  VERSION_CELLS,
  type VersionObserver,
  type WindowView,
} from '../observe/index.js';
import {
  type DriftStatistic,
  SEGMENT_FEATURE_METRIC,
  SEGMENT_METRIC,
  SEGMENT_PREDICTION_METRIC,
} from '../registry/index.js';
import type { FamilySet } from './families.js';
import { writeSegmentLags, writeSegmentPerformance } from './segment-performance.js';

/** One statistic is enough to say that a segment drifts; its version's series say how. */
const STATISTIC: DriftStatistic = 'psi';

export interface SegmentSeriesOptions {
  readonly families: FamilySet;
  readonly criticalValues: CriticalValues;
  readonly minimumObservations: number;
  /** As they are written in the `window` label, shortest first. */
  readonly windows: readonly string[];
}

type SubjectFamilies = typeof SEGMENT_FEATURE_METRIC | typeof SEGMENT_PREDICTION_METRIC;

interface Ready {
  readonly metric: SubjectFamilies;
  readonly labels: readonly string[];
  readonly pValue: number;
}

export class SegmentSeries {
  readonly #options: SegmentSeriesOptions;
  readonly #comparisons = new WeakMap<FeatureSlot, FeatureComparison>();

  constructor(options: SegmentSeriesOptions) {
    this.#options = options;
  }

  /** `pause` is awaited after each segment and window, and lets ingestion have its turn when it is due. */
  async write(
    { model, version, task }: VersionObserver,
    segments: Iterable<Segment>,
    pause: () => Promise<void>,
  ): Promise<void> {
    const { families, windows, criticalValues, minimumObservations } = this.#options;
    const byName = new Map<string, Segment[]>();
    for (const segment of segments) byName.set(segment.name, [...(byName.get(segment.name) ?? []), segment]);
    for (const [name, all] of byName) {
      for (const [index, window] of windows.entries()) {
        const ready: Ready[] = [];
        const joined: { readonly labels: readonly string[]; readonly cells: Float64Array }[] = [];
        for (const { value, observer } of all) {
          const labels = [model, version, name, value, window];
          const view = observer.window(index);
          families.set(SEGMENT_METRIC.windowPredictions, labels, view.predictions);
          if (view.predictions > 0) families.set(SEGMENT_METRIC.windowErrors, labels, view.errors / view.predictions);
          if (view.joined > 0) joined.push({ labels, cells: view.cells.slice(0, VERSION_CELLS) });
          if (task !== undefined) writeSegmentPerformance(families, labels, view, task);
          ready.push(...(await this.#writeSubjects(observer, view, labels, pause)));
          await pause();
        }
        if (task !== undefined) {
          const { falseAlarmRate } = criticalValues;
          const cells = joined.map((segment) => segment.cells);
          segmentLags(cells, { task, falseAlarmRate, minimumObservations }).forEach((lags, at) =>
            writeSegmentLags(families, joined[at].labels, lags),
          );
        }
        const corrected = qValues(ready.map(({ pValue }) => pValue));
        ready.forEach(({ metric, labels }, at) => families.set(metric.driftQValue, labels, corrected[at]));
      }
    }
  }

  async #writeSubjects(
    observer: VersionObserver,
    view: WindowView,
    labels: readonly string[],
    pause: () => Promise<void>,
  ): Promise<Ready[]> {
    const { families } = this.#options;
    const subjects = [
      ...[...observer.features.values()].map((slot) => ({ slot, isOutput: false, metric: SEGMENT_FEATURE_METRIC })),
      ...[...observer.outputs.values()].map((slot) => ({ slot, isOutput: true, metric: SEGMENT_PREDICTION_METRIC })),
    ];
    const ready: Ready[] = [];
    for (const { slot, isOutput, metric } of subjects) {
      const current = observer.profile(slot, view, isOutput);
      const own = [...labels, slot.name];
      if (current.observations > 0) families.set(metric.missing, own, current.missing / current.observations);
      const comparison = this.#comparisonOf(observer, slot, isOutput);
      if (comparison !== undefined) await inTurns(comparison.simulation(current, view.effectiveShare), pause);
      const state =
        comparison?.compare(current, view.shareOf(slot, isOutput)) ??
        (current.observations > 0 ? 'no_reference' : 'no_traffic');
      families.set(metric.driftState, [...own, state], 1);
      if (comparison === undefined || state !== 'ready') continue;
      const numbers = comparison.numbers.find(({ statistic }) => statistic === STATISTIC)!;
      families.set(metric.drift, [...own, STATISTIC], numbers.value);
      families.set(metric.driftCriticalValue, [...own, STATISTIC], numbers.criticalValue);
      ready.push({ metric, labels: own, pValue: comparison.pValue });
    }
    return ready;
  }

  #comparisonOf(observer: VersionObserver, slot: FeatureSlot, isOutput: boolean): FeatureComparison | undefined {
    const known = this.#comparisons.get(slot);
    if (known !== undefined) return known;
    // A segment's first predictions are of no whole day.
    if (!coversCycle(slot, Infinity, 0)) return undefined;
    const profile = profileOf(observer.reference, slot, isOutput);
    if (profile === undefined || profile.schema !== slot.schema) return undefined;
    const { criticalValues, minimumObservations } = this.#options;
    const comparison = new FeatureComparison(profile, criticalValues, {
      minimumObservations,
      statistics: [STATISTIC],
    });
    this.#comparisons.set(slot, comparison);
    return comparison;
  }
}
