/**
 * Attribute keys to small numbers. Only keys that the next stage asked for (by name or by prefix) get one; all others
 * are `UNKNOWN_KEY` and are skipped by the decoder without being stored.
 *
 * A sender writes its attributes in the same order again and again, so the key that followed last time is tried first:
 * one comparison of the bytes and no hash. So that the comparison proves the layout too, each key is kept a second time
 * as its frame: tag and length before it, the tag of the value after it. Bounded by `maxKeys`; what is over is counted
 * in `overflow`.
 */
import { BytesTable, isPlain, NOT_FOUND, viewOf } from './bytes-table.js';

export const UNKNOWN_KEY = -1;

/** Fields of `KeyValue`. */
export const KEY_VALUE = { key: 0x0a, value: 0x12 } as const;

/** What a frame adds to its key. */
const FRAME_BYTES = 3;
/** The length of a frame that fits nowhere. */
const NO_FRAME = 1 << 20;

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
  /** The key found last. Whoever finds one by its frame says so here. */
  last = 0;
  /** By key: the bytes that stand around and in it in the usual layout. Only of plain keys that are short enough. */
  frames: DataView = new DataView(new ArrayBuffer(4096));
  frameStart = new Int32Array(64);
  frameLength = new Int32Array(64).fill(NO_FRAME);
  overflow = 0;
  #framed = 0;
  #framesEnd = 0;

  constructor(options: KeyTableOptions) {
    this.#table = new BytesTable(options.maxKeys);
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

  /** Makes the arrays cover every key that the table holds by now. */
  #cover(): void {
    const { size } = this.#table;
    if (size > this.successor.length) {
      const length = Math.max(this.successor.length * 2, size);
      this.successor = grown(this.successor, length, UNKNOWN_KEY);
      this.frameStart = grown(this.frameStart, length, 0);
      this.frameLength = grown(this.frameLength, length, NO_FRAME);
    }
    for (; this.#framed < size; this.#framed++) this.#frame(this.#framed);
  }

  #frame(key: number): void {
    const bytes = this.#table.bytes(key);
    const frame = Uint8Array.of(KEY_VALUE.key, bytes.length, ...bytes.subarray(0, 0x80), KEY_VALUE.value);
    if (bytes.length >= 0x80 || !isPlain(frame, 0, frame.length)) return;
    const start = this.#framesEnd;
    this.#framesEnd += bytes.length + FRAME_BYTES;
    let pool = new Uint8Array(this.frames.buffer);
    if (this.#framesEnd > pool.length) {
      const wider = new Uint8Array(pool.length * 2);
      wider.set(pool);
      pool = wider;
      this.frames = viewOf(wider);
    }
    pool.set(frame, start);
    this.frameStart[key] = start;
    this.frameLength[key] = frame.length;
  }
}

function grown(from: Int32Array, length: number, rest: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(length).fill(rest);
  to.set(from);
  return to;
}
