/**
 * The series of one model version: totals, windows, performance, and through `SubjectSeries` its features and outputs.
 * Keeps what belongs to the version between evaluations: comparisons (frozen with the reference) and series handles.
 */
import {
  type CriticalValues,
  duplicatesOf,
  FeatureComparison,
  performanceOfWindow,
  type QualityOptions,
  qValues,
  regressionOfWindow,
  type Schedule,
} from '../compare/index.js';
import { inTurns } from '../lib/divisible-work.js';
import {
  coversCycle,
  type FeatureSlot,
  profileOf,
  type ReferencePlan,
  traitsOf,
  VERSION_CELL,
  type VersionObserver,
  type WindowView,
} from '../observe/index.js';
import { FEATURE_METRIC, MODEL_METRIC, MULTIVARIATE_METRIC, OVERFLOW, PREDICTION_METRIC } from '../registry/index.js';
import type { ThresholdOf } from './drift-series.js';
import { EmbeddingSeries } from './embedding-series.js';
import type { FamilySet } from './families.js';
import { ReferenceComparisons } from './reference-comparisons.js';
import { hashOf } from './reference-hash.js';
import { SHIFT_BATCH_MS, SubjectSeries } from './subject-series.js';
import { VersionSchema } from './version-schema.js';

export interface ModelFacts {
  readonly owner: string;
  readonly tier: string;
  readonly task: string;
  /** When predictions are due; undefined: it is learned. */
  readonly schedule?: Schedule;
  /** @param feature undefined for an output */
  readonly thresholdOf: (feature: string | undefined) => ThresholdOf;
}

export interface VersionSeriesOptions {
  readonly families: FamilySet;
  readonly criticalValues: CriticalValues;
  readonly quality: QualityOptions;
  /** As they are written in the `window` label, shortest first. */
  readonly windows: readonly string[];
  readonly facts: ModelFacts;
}

interface Subject {
  readonly slot: FeatureSlot;
  readonly isOutput: boolean;
  readonly series: SubjectSeries;
  comparison: FeatureComparison | undefined;
}

export class VersionSeries {
  readonly #options: VersionSeriesOptions;
  readonly #version: VersionObserver;
  readonly #labels: readonly string[];
  readonly #subjects = new Map<FeatureSlot, Subject>();
  readonly schema: VersionSchema;
  readonly #embeddings: EmbeddingSeries;
  readonly #references: ReferenceComparisons;
  /** Where the batch of the shift detectors began. */
  #batch: { readonly fromMs: number; readonly predictions: number; readonly squares: number } | undefined;

  constructor(version: VersionObserver, options: VersionSeriesOptions) {
    this.#options = options;
    this.#version = version;
    this.#labels = [version.model, version.version];
    this.#references = new ReferenceComparisons(version, options.criticalValues, options.quality.minimumObservations);
    this.#embeddings = new EmbeddingSeries(options.families, version, options.quality);
    this.schema = new VersionSchema(version, options.quality);
  }

  /**
   * Writes one evaluation; `pause` is awaited after each subject, and lets ingestion have its turn when it is due.
   * @param previous the version of the model that came before
   */
  async write(pause: () => Promise<void>, previous: VersionSeries | undefined): Promise<void> {
    const version = this.#version;
    this.#refreshSubjects();
    await this.#writeTotals(pause);
    const total = version.sinceStart();
    const batch = this.#takeBatch(total);
    this.#embeddings.writeTotals(total);
    for (const { series, slot, isOutput, comparison } of this.#subjects.values()) {
      const worth = batch === undefined || traitsOf(slot.name, isOutput).isWeighted ? batch : 1;
      // What a batch holds of a day or a week is no sign of anything.
      const shiftBatch = coversCycle(slot, SHIFT_BATCH_MS, Infinity) ? worth : undefined;
      series.writeTotals(version.profile(slot, total, isOutput), comparison, shiftBatch);
      await pause();
    }
    const { windows, families } = this.#options;
    for (const [index, name] of windows.entries()) await this.#writeWindow(name, index, pause);
    // A range whose time is over has been frozen by now.
    await this.#references.writeInfo(families, this.#labels, pause);
    this.schema.read(previous?.schema);
    this.schema.write(families);
  }

  /** What an observation of the batch that ends now is worth in independent ones; undefined: it does not end yet. */
  #takeBatch({ cells, endMs }: WindowView): number | undefined {
    const last = this.#batch;
    if (last !== undefined && endMs - last.fromMs < SHIFT_BATCH_MS) return undefined;
    const [predictions, squares] = [cells[VERSION_CELL.predictions], cells[VERSION_CELL.squaredWeights]];
    this.#batch = { fromMs: endMs, predictions, squares };
    const gained = squares - (last?.squares ?? 0);
    return gained > 0 ? Math.min(1, (predictions - (last?.predictions ?? 0)) / gained) : 1;
  }

  async #writeTotals(pause: () => Promise<void>): Promise<void> {
    const { families, facts } = this.#options;
    const version = this.#version;
    const labels = this.#labels;
    const { reference, totals } = version;
    const hash = reference === undefined ? '' : await hashOf(reference, pause);
    families.set(
      MODEL_METRIC.info,
      [
        ...labels,
        facts.owner,
        facts.tier,
        version.task ?? facts.task,
        reference === undefined ? '' : version.references.primary.name,
        reference?.kind ?? 'none',
        hash,
      ],
      1,
    );
    if (reference !== undefined) {
      const { kind, name } = reference;
      families.set(MODEL_METRIC.referenceInfo, [...labels, version.references.primary.name, kind, name, hash], 1);
    }
    for (const [role, count] of totals.predictionsByRole.entries())
      families.set(MODEL_METRIC.predictions, [...labels, role], count);
    for (const [type, count] of totals.errorsByType.entries())
      families.set(MODEL_METRIC.errors, [...labels, type], count);
    const { latency, batchSizes, groundTruthDelay } = totals;
    const exemplars = latency
      .exemplars()
      .map((exemplar) => exemplar && { traceId: exemplar.traceId, value: exemplar.seconds, timeMs: exemplar.timeMs });
    families.histogram(MODEL_METRIC.duration, labels, latency.counts, latency.sum, exemplars);
    families.histogram(MODEL_METRIC.batchSize, labels, batchSizes.counts, batchSizes.sum);
    families.histogram(MODEL_METRIC.groundTruthDelay, labels, groundTruthDelay.counts, groundTruthDelay.sum);
    families.set(MODEL_METRIC.lastPrediction, labels, totals.lastTimeMs / 1000);
    families.set(MODEL_METRIC.droppedAttributes, labels, totals.droppedAttributes);
    families.set(MODEL_METRIC.redelivered, labels, totals.redelivered);
    if (totals.overflowObservations > 0) {
      families.set(FEATURE_METRIC.observations, [...labels, OVERFLOW], totals.overflowObservations);
    }
  }

  async #writeWindow(name: string, index: number, pause: () => Promise<void>): Promise<void> {
    const { families } = this.#options;
    const version = this.#version;
    const view = version.window(index);
    const labels = [...this.#labels, name];
    families.set(MODEL_METRIC.windowPredictions, labels, view.predictions);
    this.#writeReconstruction(name, view);
    if (view.predictions > 0) {
      families.set(MODEL_METRIC.windowErrors, labels, view.errors / view.predictions);
      families.set(MODEL_METRIC.windowDropped, labels, view.dropped / view.predictions);
      this.#writeDuplicates(labels, view);
      families.set(MODEL_METRIC.groundTruthCoverage, labels, Math.min(1, view.joined / view.predictions));
    }
    families.set(MODEL_METRIC.performanceObservations, labels, view.joined);
    if (version.task !== undefined) {
      for (const [statistic, estimate] of performanceOfWindow(view, version.task)) {
        families.set(MODEL_METRIC.performance, [...labels, statistic], estimate.value);
        families.set(MODEL_METRIC.performanceLower, [...labels, statistic], estimate.lower);
        families.set(MODEL_METRIC.performanceUpper, [...labels, statistic], estimate.upper);
      }
      if (version.task === 'regression') {
        for (const [statistic, estimate] of regressionOfWindow(view)) {
          families.set(MODEL_METRIC.performanceError, [...labels, statistic], estimate.value);
        }
      }
    }
    const { endMs } = view;
    await this.#references.select(index, view, pause);
    const embeddings = await this.#embeddings.writeWindow(index, name, view, this.#references, pause);
    const alerting: { series: SubjectSeries; reference: string; comparison: FeatureComparison }[] = [];
    const { primary } = version.references;
    for (const subject of this.#subjects.values()) {
      const { series, slot, isOutput, comparison } = subject;
      const current = version.profile(slot, view, isOutput);
      const effectiveShare = view.shareOf(slot, isOutput);
      const covered = coversCycle(slot, view.windowMs, this.#referenceMs) ? comparison : undefined;
      if (covered !== undefined) await inTurns(covered.simulation(current, effectiveShare), pause);
      const state = series.writeWindow(index, current, covered, effectiveShare, this.#options.quality);
      if (state === 'ready' && primary.alerts)
        alerting.push({ series, reference: primary.name, comparison: comparison! });
      if (state === 'no_reference' && this.#isExtra(subject, current.present * effectiveShare))
        series.writeExtra(index);
      for (const plan of this.#references.plans) {
        const comparable = coversCycle(slot, ...cycleSpans(plan, view.windowMs));
        const against =
          current.observations === 0
            ? 'no_traffic'
            : comparable
              ? this.#references.of(plan, index, slot, isOutput)
              : 'no_reference';
        const drift = series.drift(index, plan.name);
        if (typeof against === 'string') {
          drift.writeState(against);
          continue;
        }
        await inTurns(against.simulation(current, effectiveShare), pause);
        if (drift.write(current, against, effectiveShare) === 'ready' && plan.alerts)
          alerting.push({ series, reference: plan.name, comparison: against });
      }
      await pause();
    }
    const tests = [...alerting.map(({ comparison }) => comparison), ...embeddings];
    const corrected = qValues(tests.map(({ pValue }) => pValue));
    const limit = this.#options.criticalValues.falseAlarmRate;
    alerting.forEach(({ series, reference, comparison }, at) => {
      series.writeQValue(index, reference, comparison, corrected[at], limit, endMs);
    });
    embeddings.forEach(({ writeQValue }, at) => writeQValue(corrected[alerting.length + at]));
  }

  #writeReconstruction(window: string, { cells }: WindowView): void {
    const { reconstruction } = this.#version;
    const excess = reconstruction?.excess(cells);
    reconstruction?.projection.features.forEach(({ name }, at) => {
      if (excess === undefined) return;
      this.#options.families.set(MULTIVARIATE_METRIC.excess, [...this.#labels, name, window], excess[at]);
    });
  }

  #writeDuplicates(labels: readonly string[], view: WindowView): void {
    const { families, quality } = this.#options;
    const sample = this.#version.rows.sampleIn(view);
    const frequencies = this.#version.reference?.rowFrequencies;
    const duplicates = sample && duplicatesOf(sample, frequencies, quality.falseAlarmRate);
    if (duplicates === undefined) return;
    families.set(MODEL_METRIC.windowDuplicates, labels, duplicates.share);
    const { comparison } = duplicates;
    if (comparison === undefined) return;
    families.set(MODEL_METRIC.duplicatesCompared, labels, comparison.share);
    families.set(MODEL_METRIC.duplicatesExpected, labels, comparison.expected);
    families.set(MODEL_METRIC.duplicatesTolerance, labels, comparison.tolerated);
  }

  /** How long what the version's bins are from took. */
  get #referenceMs(): number {
    const { reference, rings } = this.#version;
    if (reference?.kind === 'previous_version') return rings.windowsMs[rings.windowsMs.length - 1];
    return reference?.kind === 'provisional' ? 0 : Infinity;
  }

  #isExtra({ slot, isOutput }: Subject, present: number): boolean {
    const { reference } = this.#version;
    if (
      reference === undefined ||
      isOutput ||
      slot.of !== undefined ||
      profileOf(reference, slot, isOutput) !== undefined
    )
      return false;
    return present >= this.#options.quality.minimumObservations;
  }

  /** Takes in features that are new and references that have come since. */
  #refreshSubjects(): void {
    const version = this.#version;
    for (const slot of version.features.values()) this.#refresh(slot, false);
    for (const slot of version.outputs.values()) this.#refresh(slot, true);
  }

  #refresh(slot: FeatureSlot, isOutput: boolean): void {
    const reference = profileOf(this.#version.reference, slot, isOutput);
    let subject = this.#subjects.get(slot);
    const { families, windows, facts, criticalValues, quality } = this.#options;
    if (subject === undefined) {
      const metric = isOutput ? PREDICTION_METRIC : FEATURE_METRIC;
      const threshold = facts.thresholdOf(isOutput ? undefined : slot.name);
      const series = new SubjectSeries(
        families,
        metric,
        [...this.#labels, slot.name],
        windows,
        this.#version.references.primary.name,
        threshold,
      );
      subject = { slot, isOutput, series, comparison: undefined };
      this.#subjects.set(slot, subject);
    }
    if (subject.comparison === undefined && reference !== undefined && slot.schema === reference.schema) {
      subject.comparison = new FeatureComparison(reference, criticalValues, quality);
    }
  }
}

/** How long a window is, and what a plan compares it with: at the same time of a day or a week, both may be short. */
function cycleSpans(plan: ReferencePlan, windowMs: number): [windowMs: number, referenceMs: number] {
  switch (plan.kind) {
    case 'seasonal':
      return [Infinity, Infinity];
    case 'range':
      return [windowMs, plan.toMs - plan.fromMs];
    case 'rolling':
      return [windowMs, plan.windowMs];
    case 'training':
    case 'previous_version':
      return [windowMs, Infinity];
  }
}
