/**
 * The embeddings of one model version: their slots, bounded, and the references that their first vectors make where none is
 * given that they can be compared with.
 */
import type { RecordDecoder } from '../decode/index.js';
import type { Prediction } from '../interpret/index.js';
import type { CellHolder, CellSpace } from './cell-space.js';
import { EMBEDDING_HEADER, type EmbeddingProfile } from './embedding-profile.js';
import { EmbeddingSlot, type EmbeddingSlotState } from './embedding-slot.js';
import type { PaneRings } from './pane-rings.js';
import { embeddingOf, type ReferenceProfiles } from './reference-profiles.js';

export interface EmbeddingOptions {
  /** Absent: none are looked at. */
  readonly maxEmbeddings?: number;
  /** Vectors that make a provisional reference. */
  readonly provisionalSize: number;
  readonly reference?: Pick<ReferenceProfiles, 'kind' | 'embeddings'>;
}

export type EmbeddingDimensions = Pick<EmbeddingSlot, 'name' | 'dimensions'>;

export class VersionEmbeddings {
  readonly slots = new Map<string, EmbeddingSlot>();
  readonly #space: CellSpace;
  readonly #rings: PaneRings;
  readonly #options: EmbeddingOptions;
  readonly #onFirstVectors: (() => void) | undefined;

  /** @param onFirstVectors told when they have become a reference; absent: they are for another observer */
  constructor(space: CellSpace, rings: PaneRings, options: EmbeddingOptions, onFirstVectors?: () => void) {
    this.#space = space;
    this.#rings = rings;
    this.#options = options;
    this.#onFirstVectors = onFirstVectors;
    this.#expectTrained();
  }

  /** What the first vectors have made. */
  get references(): ReadonlyMap<string, EmbeddingProfile> {
    return new Map([...this.slots.values()].flatMap(({ name, reference }) => (reference ? [[name, reference]] : [])));
  }

  /** How many dimensions each has, where that is known. */
  get dimensions(): readonly EmbeddingDimensions[] {
    return [...this.slots.values()].flatMap(({ name, dimensions }) => (dimensions > 0 ? [{ name, dimensions }] : []));
  }

  /** Vectors of another number of dimensions are type mismatches from now on. */
  expect({ name, dimensions }: EmbeddingDimensions): void {
    this.#slot(name)?.takes(dimensions);
  }

  /** @returns how many values there is no room for */
  observe({ layout, base, batch, rows, weight }: Prediction, pane: CellHolder, decoder: RecordDecoder): number {
    if (this.#options.maxEmbeddings === undefined) return 0;
    let excluded = 0;
    for (const { name, place } of layout.embeddings) {
      const slot = this.#slot(name);
      if (slot === undefined) {
        excluded += weight * rows;
        continue;
      }
      this.#space.widen(pane);
      slot.fold(pane, batch, base + place, rows, weight, decoder);
      this.#freezeIfDue(slot);
    }
    return excluded;
  }

  /** Adds one pane of what another observer has taken. */
  absorb(states: readonly EmbeddingSlotState[], into: CellHolder, cells: Float64Array): void {
    for (const state of states) {
      const slot = this.#slot(state.name);
      if (slot === undefined) continue;
      this.#space.widen(into);
      slot.absorb(into, state, cells);
    }
  }

  freezeDue(): void {
    for (const slot of this.slots.values()) this.#freezeIfDue(slot);
  }

  save(): EmbeddingSlotState[] {
    return [...this.slots.values()].map((slot) => slot.save());
  }

  /** Only where nothing has been observed; the cells' layout has been restored. */
  restore(states: readonly EmbeddingSlotState[]): void {
    this.slots.clear();
    for (const state of states) {
      const slot = new EmbeddingSlot(state.name, state.offset, this.#space);
      slot.restore(state);
      this.slots.set(state.name, slot);
    }
    this.#expectTrained();
  }

  /** What a model was trained with is what it needs; a version before may have had another embedding. */
  #expectTrained(): void {
    const { reference } = this.#options;
    if (reference?.kind !== 'training') return;
    for (const [name, { dimensions }] of reference.embeddings ?? []) this.expect({ name, dimensions });
  }

  #slot(name: string): EmbeddingSlot | undefined {
    const known = this.slots.get(name);
    if (known !== undefined) return known;
    const isFull = this.slots.size >= (this.#options.maxEmbeddings ?? 0);
    const offset = isFull ? -1 : this.#space.allocate(EMBEDDING_HEADER);
    if (offset < 0) return undefined;
    const slot = new EmbeddingSlot(name, offset, this.#space);
    this.slots.set(name, slot);
    return slot;
  }

  #freezeIfDue(slot: EmbeddingSlot): void {
    const { provisionalSize, reference } = this.#options;
    if (this.#onFirstVectors === undefined || slot.added < provisionalSize) return;
    if (embeddingOf(reference, slot) !== undefined) return;
    const all = new Float64Array(this.#space.width);
    this.#rings.collectAll(all);
    slot.freeze(all);
    this.#onFirstVectors();
  }
}
