/** The series of a version's embeddings: totals, and for each window lengths and drift. There are few of them. */
import { embeddingDrift, type QualityOptions } from '../compare/index.js';
import type { EmbeddingProfile, EmbeddingSlot, VersionObserver, WindowView } from '../observe/index.js';
import { EMBEDDING_METRIC, EMBEDDING_MOMENTS } from '../registry/index.js';
import type { FamilySet } from './families.js';

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
      const { reference } = slot;
      if (reference === undefined) continue;
      for (const [index, moment] of EMBEDDING_MOMENTS.entries()) {
        families.set(EMBEDDING_METRIC.referenceLength, [...labels, moment], momentsOf(reference)[index]);
      }
    }
  }

  writeWindow(window: string, view: WindowView): void {
    const families = this.#families;
    for (const slot of this.#version.embeddings.values()) {
      const labels = [...this.#labelsOf(slot), window];
      const current = slot.profile(view.cells);
      families.set(EMBEDDING_METRIC.windowObservations, labels, current.vectors);
      if (current.vectors > 0) {
        for (const [index, moment] of EMBEDDING_MOMENTS.entries()) {
          families.set(EMBEDDING_METRIC.length, [...labels, moment], momentsOf(current)[index]);
        }
      }
      const { state, numbers } = embeddingDrift(current, slot.reference, view.effectiveShare, this.#quality);
      families.set(EMBEDDING_METRIC.driftState, [...labels, state], 1);
      for (const { statistic, value, criticalValue } of numbers) {
        families.set(EMBEDDING_METRIC.drift, [...labels, statistic], value);
        families.set(EMBEDDING_METRIC.driftCriticalValue, [...labels, statistic], criticalValue);
      }
    }
  }

  #labelsOf({ name }: EmbeddingSlot): string[] {
    return [this.#version.model, this.#version.version, name];
  }
}

function momentsOf(profile: EmbeddingProfile): number[] {
  return [profile.meanLength, profile.lengthDeviation];
}
