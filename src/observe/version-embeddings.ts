/** The embeddings of one model version: their slots, bounded, and the references that their first vectors make. */
import type { RecordDecoder } from '../decode/index.js';
import type { Prediction } from '../interpret/index.js';
import type { CellHolder, CellSpace } from './cell-space.js';
import { EMBEDDING_HEADER } from './embedding-profile.js';
import { EmbeddingSlot, type EmbeddingSlotState } from './embedding-slot.js';
import type { PaneRings } from './pane-rings.js';

export interface EmbeddingOptions {
  /** Absent: none are looked at. */
  readonly maxEmbeddings?: number;
  /** Vectors that make a provisional reference. */
  readonly provisionalSize: number;
}

export class VersionEmbeddings {
  readonly slots = new Map<string, EmbeddingSlot>();
  readonly #space: CellSpace;
  readonly #rings: PaneRings;
  readonly #options: EmbeddingOptions;
  /** One that gathers for another observer leaves references to that one. */
  readonly #makesReferences: boolean;

  constructor(space: CellSpace, rings: PaneRings, options: EmbeddingOptions, makesReferences: boolean) {
    this.#space = space;
    this.#rings = rings;
    this.#options = options;
    this.#makesReferences = makesReferences;
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

  /** Only where none have been made; the cells' layout has been restored. */
  restore(states: readonly EmbeddingSlotState[]): void {
    for (const state of states) {
      const slot = new EmbeddingSlot(state.name, state.offset, this.#space);
      slot.restore(state);
      this.slots.set(state.name, slot);
    }
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
    if (!this.#makesReferences || slot.reference !== undefined || slot.added < this.#options.provisionalSize) return;
    const all = new Float64Array(this.#space.width);
    this.#rings.collectAll(all);
    slot.freeze(all);
  }
}
