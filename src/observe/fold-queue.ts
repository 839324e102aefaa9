/**
 * Values of one message, put in order of their features before they are folded: a feature's bounds, tables and cells are
 * then in the processor's nearest cache for all its values, and what is the same for all of them is read once. It holds
 * nothing between messages. Memory: a list for each feature that a message has, of at most `ENTRIES_MAX` numbers.
 */
import type { RecordBatch } from '../decode/index.js';
import type { CellHolder, FeatureSlot } from './feature-slot.js';

const ENTRIES_MAX = 1024;

export class EntryList {
  entries = new Int32Array(64);
  count = 0;

  add(entry: number): void {
    if (this.count === this.entries.length) {
      const entries = new Int32Array(this.entries.length * 2);
      entries.set(this.entries);
      this.entries = entries;
    }
    this.entries[this.count++] = entry;
  }
}

export class FoldQueue {
  readonly #lists: EntryList[] = [];
  readonly #slots: FeatureSlot[] = [];
  #used = 0;
  #pane: CellHolder | undefined;
  #batch: RecordBatch | undefined;
  #weight = 1;

  /** What is added from now on belongs here. */
  aim(pane: CellHolder, batch: RecordBatch, weight: number): void {
    if (pane === this.#pane && weight === this.#weight && batch === this.#batch) return;
    this.flush();
    this.#pane = pane;
    this.#batch = batch;
    this.#weight = weight;
  }

  add(slot: FeatureSlot, entry: number): void {
    const list = slot.pending ?? this.#begin(slot);
    list.add(entry);
    if (list.count === ENTRIES_MAX) this.#fold(slot, list);
  }

  /** Folds everything that waits. Due when a message ends, and before a pane leaves its window. */
  flush(): void {
    for (let index = 0; index < this.#used; index++) {
      const slot = this.#slots[index];
      this.#fold(slot, this.#lists[index]);
      slot.pending = undefined;
    }
    this.#used = 0;
    this.#pane = undefined;
    this.#batch = undefined;
  }

  #begin(slot: FeatureSlot): EntryList {
    const list = (this.#lists[this.#used] ??= new EntryList());
    this.#slots[this.#used++] = slot;
    slot.pending = list;
    return list;
  }

  #fold(slot: FeatureSlot, list: EntryList): void {
    if (list.count > 0) slot.fold(this.#pane!, this.#batch!, list.entries, list.count, this.#weight, 0);
    list.count = 0;
  }
}
