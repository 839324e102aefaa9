/**
 * Attribute keys to small numbers. Only keys that the next stage asked for (by name or by prefix) get one; all others
 * are `UNKNOWN_KEY` and are skipped by the decoder without being stored.
 *
 * A sender writes its attributes in the same order again and again, so the key that followed last time is tried first:
 * one comparison of the bytes and no hash. Bounded by `maxKeys` of up to `NAME_BYTES_MAX` bytes; what is over is counted in `overflow`.
 */
import { BytesTable, NAME_BYTES_MAX, NOT_FOUND } from './bytes-table.js';
import { KeyFrames } from './key-frames.js';

export const UNKNOWN_KEY = -1;

export interface KeyTableOptions {
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
  readonly maxKeys: number;
}

export class KeyTable {
  readonly #table: BytesTable;
  readonly #prefixes: readonly Uint8Array[];
  /** The key that followed, by key. */
  successor = new Int32Array(64).fill(UNKNOWN_KEY);
  /** The key found last; also set by who finds one by its frame. */
  last = 0;
  readonly frames = new KeyFrames();
  overflow = 0;
  #framed = 0;

  constructor(options: KeyTableOptions) {
    this.#table = new BytesTable(options.maxKeys, NAME_BYTES_MAX);
    this.#prefixes = options.prefixes.map((prefix) => new TextEncoder().encode(prefix));
    for (const name of options.names) this.#table.internText(name);
    this.#cover();
  }

  get size(): number {
    return this.#table.size;
  }

  get max(): number {
    return this.#table.max;
  }

  text(key: number): string {
    return this.#table.text(key);
  }

  /** The number of a name given at construction. */
  numberOf(name: string): number {
    return this.#table.findText(name);
  }

  lookup(view: DataView, start: number, end: number): number {
    const guess = this.successor[this.last];
    if (guess !== UNKNOWN_KEY && this.#table.equals(guess, view, start, end)) {
      this.last = guess;
      return guess;
    }
    return this.lookupByHash(view, start, end);
  }

  lookupByHash(view: DataView, start: number, end: number): number {
    let key = this.#table.find(view, start, end);
    if (key === NOT_FOUND) {
      if (!this.#hasPrefix(view, start, end)) return UNKNOWN_KEY;
      key = this.#table.intern(view, start, end);
      if (key === NOT_FOUND) {
        this.overflow++;
        return UNKNOWN_KEY;
      }
      this.#cover();
    }
    this.successor[this.last] = key;
    this.last = key;
    return key;
  }

  #hasPrefix(view: DataView, start: number, end: number): boolean {
    next: for (const prefix of this.#prefixes) {
      if (end - start < prefix.length) continue;
      for (let at = 0; at < prefix.length; at++) if (view.getUint8(start + at) !== prefix[at]) continue next;
      return true;
    }
    return false;
  }

  /** Makes successors and frames cover every key that the table holds by now. */
  #cover(): void {
    const { size } = this.#table;
    if (size > this.successor.length) {
      const successor = new Int32Array(Math.max(this.successor.length * 2, size)).fill(UNKNOWN_KEY);
      successor.set(this.successor);
      this.successor = successor;
    }
    for (; this.#framed < size; this.#framed++) this.frames.add(this.#table.bytes(this.#framed));
  }
}
