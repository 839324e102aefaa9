/** The series of a version's embeddings: totals, and for each window lengths, quality and drift. There are few of them. */
import {
  embeddingDrift,
  failingVectors,
  hasCollapsed,
  type QualityOptions,
  toleratedVectors,
} from '../compare/index.js';
import {
  embeddingOf,
  type EmbeddingProfile,
  type EmbeddingSlot,
  type VersionObserver,
  type WindowView,
} from '../observe/index.js';
import { type DriftState, EMBEDDING_CHECKS, EMBEDDING_METRIC, EMBEDDING_MOMENTS } from '../registry/index.js';
import type { FamilySet } from './families.js';
import type { ReferenceComparisons } from './reference-comparisons.js';

/** Drift that alerts: one of the tests that the version makes in a window. */
export interface EmbeddingTest {
  readonly pValue: number;
  readonly writeQValue: (qValue: number) => void;
}

const SHARE_OF_CHECK = {
  type_mismatch: EMBEDDING_METRIC.windowTypeMismatch,
  non_finite: EMBEDDING_METRIC.windowNonFinite,
} as const;

export class EmbeddingSeries {
  readonly #families: FamilySet;
  readonly #version: VersionObserver;
  readonly #quality: QualityOptions;

  constructor(families: FamilySet, version: VersionObserver, quality: QualityOptions) {
    this.#families = families;
    this.#version = version;
    this.#quality = quality;
  }

  writeTotals(total: WindowView): void {
    const families = this.#families;
    for (const slot of this.#version.embeddings.values()) {
      const labels = this.#labelsOf(slot);
      const profile = slot.profile(total.cells);
      families.set(EMBEDDING_METRIC.dimensions, labels, slot.dimensions);
      families.set(EMBEDDING_METRIC.observations, labels, profile.cell('present'));
      families.set(EMBEDDING_METRIC.typeMismatches, labels, profile.cell('typeMismatch'));
      families.set(EMBEDDING_METRIC.nonFinite, labels, profile.cell('nonFinite'));
      const reference = this.#primaryOf(slot);
      if (reference !== undefined) this.#writeLength(EMBEDDING_METRIC.referenceLength, labels, reference);
    }
  }

  /** @returns the drift that alerts, for which q-values are wanted */
  async writeWindow(
    index: number,
    window: string,
    view: WindowView,
    references: ReferenceComparisons,
    pause: () => Promise<void>,
  ): Promise<EmbeddingTest[]> {
    const tests: EmbeddingTest[] = [];
    const { primary } = this.#version.references;
    for (const slot of this.#version.embeddings.values()) {
      const labels = [...this.#labelsOf(slot), window];
      const current = slot.profile(view.cells);
      const reference = this.#primaryOf(slot);
      this.#families.set(EMBEDDING_METRIC.windowObservations, labels, current.vectors);
      if (current.vectors > 0) this.#writeLength(EMBEDDING_METRIC.length, labels, current);
      this.#writeQuality(labels, current, reference, view.effectiveShare);
      const compare = ({ name, alerts }: typeof primary, against: EmbeddingProfile | undefined): void => {
        const test = this.#writeDrift([...labels, name], current, against, view.effectiveShare);
        if (alerts && test !== undefined) tests.push(test);
      };
      compare(primary, reference);
      for (const plan of references.plans) {
        const against = references.embedding(plan, index, slot);
        if (against !== 'not_enough_data') compare(plan, against);
        else this.#writeState([...labels, plan.name], current.cell('present') === 0 ? 'no_traffic' : against);
      }
      await pause();
    }
    return tests;
  }

  #writeDrift(
    labels: readonly string[],
    current: EmbeddingProfile,
    reference: EmbeddingProfile | undefined,
    effectiveShare: number,
  ): EmbeddingTest | undefined {
    const families = this.#families;
    const { state, numbers, pValue } = embeddingDrift(current, reference, effectiveShare, this.#quality);
    this.#writeState(labels, state);
    for (const { statistic, value, criticalValue } of numbers) {
      families.set(EMBEDDING_METRIC.drift, [...labels, statistic], value);
      families.set(EMBEDDING_METRIC.driftCriticalValue, [...labels, statistic], criticalValue);
    }
    if (state !== 'ready') return undefined;
    return { pValue, writeQValue: (qValue) => families.set(EMBEDDING_METRIC.driftQValue, labels, qValue) };
  }

  #writeQuality(
    labels: readonly string[],
    current: EmbeddingProfile,
    reference: EmbeddingProfile | undefined,
    effectiveShare: number,
  ): void {
    const families = this.#families;
    const present = current.cell('present');
    if (present === 0) return;
    for (const check of EMBEDDING_CHECKS) {
      families.set(SHARE_OF_CHECK[check], labels, failingVectors(current, check) / present);
      if (reference === undefined) continue;
      const tolerated = toleratedVectors(check, current, reference, effectiveShare, this.#quality);
      families.set(EMBEDDING_METRIC.windowTolerance, [...labels, check], tolerated);
    }
    if (hasCollapsed(current, reference, effectiveShare, this.#quality)) {
      families.set(EMBEDDING_METRIC.windowFinding, [...labels, 'collapsed'], 1);
    }
  }

  #writeState(labels: readonly string[], state: DriftState): void {
    this.#families.set(EMBEDDING_METRIC.driftState, [...labels, state], 1);
  }

  /** A moment that is not defined has no series. */
  #writeLength(
    metric: typeof EMBEDDING_METRIC.length | typeof EMBEDDING_METRIC.referenceLength,
    labels: readonly string[],
    { meanLength, lengthDeviation }: EmbeddingProfile,
  ): void {
    [meanLength, lengthDeviation].forEach((moment, at) => {
      if (Number.isFinite(moment)) this.#families.set(metric, [...labels, EMBEDDING_MOMENTS[at]], moment);
    });
  }

  #primaryOf(slot: EmbeddingSlot): EmbeddingProfile | undefined {
    return embeddingOf(this.#version.reference, slot);
  }

  #labelsOf({ name }: EmbeddingSlot): string[] {
    return [this.#version.model, this.#version.version, name];
  }
}
