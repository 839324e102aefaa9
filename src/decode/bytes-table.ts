/**
 * Interns byte strings: the same bytes always give the same small number, and seeing them again allocates nothing.
 * Open addressing with linear probing over a word-wise multiplicative hash; equality is always checked on the bytes.
 * Cost: about 1 ns for each four bytes plus one probe. Bounded by `max` entries.
 */
const TEXT_DECODER = new TextDecoder();
const TEXT_ENCODER = new TextEncoder();

/** No entry has this number. */
export const NOT_FOUND = -1;

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function hashBytes(view: DataView, start: number, end: number): number {
  let hash = (end - start) * 0x9e3779b1;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0xc2b2ae35);
  return (hash ^ (hash >>> 13)) >>> 0;
}

export class BytesTable {
  readonly max: number;
  size = 0;
  #pool = new Uint8Array(1024);
  #poolView = viewOf(this.#pool);
  #poolLength = 0;
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #hashes = new Uint32Array(64);
  #slots = new Int32Array(128).fill(NOT_FOUND);
  readonly #texts: string[] = [];

  constructor(max: number) {
    this.max = max;
  }

  find(view: DataView, start: number, end: number): number {
    const hash = hashBytes(view, start, end);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot];
      if (id === NOT_FOUND) return NOT_FOUND;
      if (this.#hashes[id] === hash && this.equals(id, view, start, end)) return id;
    }
  }

  /** The entry's number; a new one if there is room, `NOT_FOUND` if there is not. */
  intern(view: DataView, start: number, end: number): number {
    const found = this.find(view, start, end);
    if (found !== NOT_FOUND || this.size >= this.max) return found;
    return this.#append(view, start, end);
  }

  internText(text: string): number {
    const bytes = TEXT_ENCODER.encode(text);
    return this.intern(viewOf(bytes), 0, bytes.length);
  }

  findText(text: string): number {
    const bytes = TEXT_ENCODER.encode(text);
    return this.find(viewOf(bytes), 0, bytes.length);
  }

  equals(id: number, view: DataView, start: number, end: number): boolean {
    const from = this.#starts[id];
    const length = end - start;
    if (this.#ends[id] - from !== length) return false;
    const pool = this.#poolView;
    let at = 0;
    for (; at + 4 <= length; at += 4) {
      if (pool.getInt32(from + at, true) !== view.getInt32(start + at, true)) return false;
    }
    for (; at < length; at++) if (pool.getUint8(from + at) !== view.getUint8(start + at)) return false;
    return true;
  }

  text(id: number): string {
    return (this.#texts[id] ??= TEXT_DECODER.decode(this.#pool.subarray(this.#starts[id], this.#ends[id])));
  }

  clear(): void {
    this.size = 0;
    this.#poolLength = 0;
    this.#texts.length = 0;
    this.#slots.fill(NOT_FOUND);
  }

  #append(view: DataView, start: number, end: number): number {
    const id = this.size++;
    if (id === this.#starts.length) this.#growEntries();
    const length = end - start;
    if (this.#poolLength + length > this.#pool.length) this.#growPool(length);
    for (let at = 0; at < length; at++) this.#pool[this.#poolLength + at] = view.getUint8(start + at);
    this.#starts[id] = this.#poolLength;
    this.#poolLength += length;
    this.#ends[id] = this.#poolLength;
    this.#hashes[id] = hashBytes(view, start, end);
    if (this.size * 2 > this.#slots.length) this.#rehash(this.#slots.length * 2);
    else this.#place(id);
    return id;
  }

  #place(id: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#hashes[id] & mask;
    while (this.#slots[slot] !== NOT_FOUND) slot = (slot + 1) & mask;
    this.#slots[slot] = id;
  }

  #rehash(slots: number): void {
    this.#slots = new Int32Array(slots).fill(NOT_FOUND);
    for (let id = 0; id < this.size; id++) this.#place(id);
  }

  #growEntries(): void {
    const grow = <T extends Int32Array | Uint32Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const length = this.#starts.length * 2;
    this.#starts = grow(this.#starts, new Int32Array(length));
    this.#ends = grow(this.#ends, new Int32Array(length));
    this.#hashes = grow(this.#hashes, new Uint32Array(length));
  }

  #growPool(extra: number): void {
    const pool = new Uint8Array(Math.max(this.#pool.length * 2, this.#poolLength + extra));
    pool.set(this.#pool);
    this.#pool = pool;
    this.#poolView = viewOf(pool);
  }
}
