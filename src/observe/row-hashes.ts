/**
 * The hashes by which the inputs of two predictions are the same, whatever their order. A first one, the key, is taken of a
 * few features that many different values are known of (`chooseRowKeys`); only of rows whose key the sample lets pass
 * are all of them hashed. A number counts by its value, a text by its bytes (beyond 32 of them by words spread over it, as
 * far as the key is concerned).
 * Cost: a multiplication a key feature, about 1 ns; 5 ns a feature of the rows that are looked at.
 */
import { type RecordBatch, VALUE } from '../decode/index.js';
import type { CellHolder, CellSpace } from './cell-space.js';
import { hashText } from './distinct-sketch.js';
import { isNumeric } from './feature-schema.js';
import type { FeatureSlot } from './feature-slot.js';
import { addRow, countRows, sampleMask } from './row-sample.js';

/** Features that make a key: as few as have so many bits together by their bins, and at least so many bins each. */
const KEY_BITS = 20;
const KEY_BINS_MIN = 32;
const TEXT_WORDS = 8;

/** Which features make the key: numbers with many bins; all of them where these do not tell enough rows apart. */
export function chooseRowKeys(slots: Iterable<FeatureSlot>): void {
  // What is derived from a feature does not come by itself.
  const all = [...slots].filter(({ of }) => of === undefined);
  const bins = ({ schema }: FeatureSlot): number =>
    schema !== undefined && isNumeric(schema) && schema.kind === 'numeric' ? schema.upper.length : 0;
  const fine = all
    .filter((slot) => bins(slot) >= KEY_BINS_MIN)
    .sort((a, b) => bins(b) - bins(a) || (a.name < b.name ? -1 : 1));
  let bits = 0;
  const keys = new Set(fine.filter((slot) => bits < KEY_BITS && (bits += Math.log2(bins(slot))) > 0));
  for (const slot of all) slot.isRowKey = bits < KEY_BITS || keys.has(slot);
}

export class RowHashes {
  readonly #space: CellSpace;
  #keys = new Int32Array(1024);
  #hashes = new Int32Array(1024);
  #wanted = new Int32Array(1024);
  #wantedCount = 0;
  #count = 0;

  constructor(space: CellSpace) {
    this.#space = space;
  }

  /** So many rows of one pane come: first their key features, then `select`, then all others. */
  begin(count: number): void {
    if (count > this.#keys.length) {
      this.#keys = new Int32Array(count);
      this.#hashes = new Int32Array(count);
      this.#wanted = new Int32Array(count);
    }
    this.#count = count;
    this.#keys.fill(0, 0, count);
  }

  /** @param first the row of the first entry */
  add(slot: FeatureSlot, batch: RecordBatch, entries: Int32Array, count: number, first: number): void {
    if (slot.isRowKey) this.addToKeys(slot, batch, entries, count, first);
    else this.#addToHashes(slot, batch, entries, count, first);
  }

  addToKeys(slot: FeatureSlot, batch: RecordBatch, entries: Int32Array, count: number, first: number): void {
    const { type, words, start, end } = batch.attributes;
    const keys = this.#keys;
    const seed = slot.nameHash;
    for (let at = 0; at < count; at++) {
      const entry = entries[at];
      const of = type[entry];
      if (of === VALUE.double || of === VALUE.int || of === VALUE.bool) {
        const high = words[entry * 2 + 1];
        keys[first + at] += Math.imul(words[entry * 2] + seed, (high ^ (high >>> 16)) + (seed >>> 7));
      } else keys[first + at] += Math.imul(wordOf(of, batch.view, start[entry], end[entry]) ^ seed, 0x85ebca6b);
    }
  }

  /** Which rows are looked at. @returns whether there are any */
  select(pane: CellHolder): boolean {
    const offset = this.#space.rowSample();
    this.#wantedCount = 0;
    if (offset < 0) return false;
    this.#space.widen(pane);
    const mask = sampleMask(pane.cells, offset);
    const [keys, wanted] = [this.#keys, this.#wanted];
    let count = 0;
    for (let row = 0; row < this.#count; row++) {
      const key = finished(keys[row]);
      if ((key & mask) !== 0) continue;
      this.#hashes[row] = key;
      keys[row] = key;
      wanted[count++] = row;
    }
    this.#wantedCount = count;
    return count > 0;
  }

  /** Of a feature that is not in the key, the values of the rows that are looked at: `place` behind each row's base. */
  addAll(slot: FeatureSlot, { attributes, view }: RecordBatch, bases: Int32Array, place: number): void {
    const { type, number, start, end } = attributes;
    for (let index = 0; index < this.#wantedCount; index++) {
      const row = this.#wanted[index];
      const entry = bases[row] + place;
      this.#hashes[row] += hashOf(type[entry], number[entry], view, start[entry], end[entry], slot.nameHash);
    }
  }

  #addToHashes(slot: FeatureSlot, batch: RecordBatch, entries: Int32Array, count: number, first: number): void {
    const { type, number, start, end } = batch.attributes;
    const seed = slot.nameHash;
    for (let index = 0; index < this.#wantedCount; index++) {
      const row = this.#wanted[index];
      if (row < first || row >= first + count) continue;
      const entry = entries[row - first];
      this.#hashes[row] += hashOf(type[entry], number[entry], batch.view, start[entry], end[entry], seed);
    }
  }

  finish(pane: CellHolder): void {
    const offset = this.#space.rowSample();
    if (offset < 0) return;
    countRows(pane.cells, offset, this.#count);
    for (let index = 0; index < this.#wantedCount; index++) {
      const row = this.#wanted[index];
      addRow(pane.cells, offset, this.#keys[row], finished(this.#hashes[row]));
    }
  }
}

/** Of anything but a number: a few words of it, spread over all of it. */
function wordOf(type: number, view: DataView, start: number, end: number): number {
  const length = end - start;
  if (type === VALUE.empty || length <= 0) return 0;
  if (length <= TEXT_WORDS * 4) return hashText(view, start, end);
  const stride = Math.floor((length - 4) / (TEXT_WORDS - 1));
  let word = length;
  for (let at = 0; at < TEXT_WORDS; at++) word = Math.imul(word ^ view.getInt32(start + at * stride, true), 0x9e3779b1);
  return word ^ (word >>> 15);
}

const NUMBER = new DataView(new ArrayBuffer(8));

function hashOf(type: number, number: number, view: DataView, start: number, end: number, seed: number): number {
  if (type === VALUE.double || type === VALUE.int || type === VALUE.bool) {
    NUMBER.setFloat64(0, number, true);
    return finished(hashText(NUMBER, 0, 8) ^ seed);
  }
  return finished((type === VALUE.empty ? 1 : hashText(view, start, end)) ^ seed);
}

/** MurmurHash3's last step: every bit depends on every bit. */
function finished(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
