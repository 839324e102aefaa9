/**
 * One version against its references besides the one that its bins are frozen with. A comparison is kept for as long as
 * what it compares with stays the same: for good where that is frozen, for an hour where it is summed from the history.
 * What changes with the hour is summed anew before its window is written, a span at a time.
 */
import { type CriticalValues, FeatureComparison } from '../compare/index.js';
import {
  alignProfile,
  type EmbeddingProfile,
  type EmbeddingSlot,
  type FeatureSlot,
  type PackedSpan,
  type Profile,
  profileOf,
  type ReferencePlan,
  type ReferenceProfiles,
  sameProjection,
  type VersionObserver,
  type WindowView,
} from '../observe/index.js';
import { MODEL_METRIC } from '../registry/index.js';
import type { FamilySet } from './families.js';
import { hashOf } from './reference-hash.js';

/** Why there is nothing to compare with. */
type Nothing = 'not_enough_data' | 'no_reference';

interface Profiles {
  readonly profileOf: (slot: FeatureSlot, isOutput: boolean) => Profile | undefined;
  readonly embeddingOf: (slot: EmbeddingSlot) => EmbeddingProfile | undefined;
}

interface Against extends Profiles {
  readonly key: string;
  /** Summed from the history, and so another one in an hour. */
  readonly isBrief: boolean;
  readonly comparisons: Map<FeatureSlot, FeatureComparison | Nothing>;
}

export class ReferenceComparisons {
  readonly #version: VersionObserver;
  readonly #criticalValues: CriticalValues;
  readonly #minimumObservations: number;
  /** By reference, then by window. */
  readonly #against = new Map<ReferencePlan, (Against | undefined)[]>();

  constructor(version: VersionObserver, criticalValues: CriticalValues, minimumObservations: number) {
    this.#version = version;
    this.#criticalValues = criticalValues;
    this.#minimumObservations = minimumObservations;
    for (const plan of version.references.others) this.#against.set(plan, []);
  }

  get plans(): Iterable<ReferencePlan> {
    return this.#against.keys();
  }

  async writeInfo(families: FamilySet, labels: readonly string[], pause: () => Promise<void>): Promise<void> {
    for (const { name, kind, source } of this.#against.keys()) {
      const profiles = this.#version.references.profiles(name);
      const hash = profiles === undefined ? '' : await hashOf(profiles, pause);
      families.set(MODEL_METRIC.referenceInfo, [...labels, name, kind, profiles?.name ?? source, hash], 1);
    }
  }

  /** Brings what a window is compared with up to date. */
  async select(index: number, view: WindowView, pause: () => Promise<void>): Promise<void> {
    for (const [plan, windows] of this.#against) {
      const selection = this.#version.references.select(plan, view);
      if (selection === undefined) {
        windows[index] = undefined;
        continue;
      }
      const { key } = selection;
      const known = windows.find((against) => against?.key === key);
      windows[index] = known ?? {
        key,
        isBrief: 'spans' in selection,
        ...('profiles' in selection ? this.#frozen(selection.profiles) : await this.#summed(selection.spans, pause)),
        comparisons: new Map(),
      };
    }
  }

  of(plan: ReferencePlan, index: number, slot: FeatureSlot, isOutput: boolean): FeatureComparison | Nothing {
    const against = this.#against.get(plan)?.[index];
    if (against === undefined) return 'not_enough_data';
    let comparison = against.comparisons.get(slot);
    if (comparison === undefined) {
      comparison = this.#compare(slot, against.profileOf(slot, isOutput), against.isBrief);
      // A feature whose bins have not been made yet may be comparable later.
      if (slot.schema !== undefined) against.comparisons.set(slot, comparison);
    }
    return comparison;
  }

  /** Undefined: the reference has no such embedding. */
  embedding(plan: ReferencePlan, index: number, slot: EmbeddingSlot): EmbeddingProfile | 'not_enough_data' | undefined {
    const against = this.#against.get(plan)?.[index];
    return against === undefined ? 'not_enough_data' : against.embeddingOf(slot);
  }

  #frozen(profiles: ReferenceProfiles): Profiles {
    return {
      profileOf: (slot, isOutput) => this.#profileOf(profiles, slot, isOutput),
      embeddingOf: ({ name }) => profiles.embeddings?.get(name),
    };
  }

  /** Errors by the components of another version are of something else. */
  #profileOf(profiles: ReferenceProfiles, slot: FeatureSlot, isOutput: boolean): Profile | undefined {
    const { reconstruction } = this.#version;
    const isOther = slot === reconstruction?.output && !sameProjection(reconstruction.projection, profiles.projection);
    return isOther ? undefined : profileOf(profiles, slot, isOutput);
  }

  #compare({ schema }: FeatureSlot, profile: Profile | undefined, isBrief: boolean): FeatureComparison | Nothing {
    const aligned = schema && profile && alignProfile(schema, profile);
    if (aligned === undefined) return 'no_reference';
    if (aligned.observations < this.#minimumObservations) return 'not_enough_data';
    const minimumObservations = this.#minimumObservations;
    return new FeatureComparison(aligned, this.#criticalValues, { minimumObservations, isBrief });
  }

  async #summed(spans: readonly PackedSpan[], pause: () => Promise<void>): Promise<Profiles> {
    const { packer } = this.#version.references;
    let cells = new Float64Array(packer.width);
    for (const span of spans) {
      if (cells.length < packer.width) cells = widened(cells, packer.width);
      packer.addTo(cells, span);
      await pause();
    }
    const view = this.#version.viewOf(cells);
    return {
      profileOf: (slot, isOutput) => this.#version.profile(slot, view, isOutput),
      embeddingOf: (slot) => slot.profile(cells),
    };
  }
}

/** Features may have come while the sum was made. */
function widened(cells: Float64Array<ArrayBuffer>, width: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(width);
  wider.set(cells);
  return wider;
}
