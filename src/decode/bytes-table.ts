/**
 * Interns byte strings: the same bytes always give the same small number, and seeing them again allocates nothing.
 * Open addressing with linear probing over a word-wise multiplicative hash; equality is always checked on the bytes.
 * Cost: about 1 ns for each four bytes hashed and each eight compared, plus one probe. Bounded by `max` entries.
 */
const TEXT_DECODER = new TextDecoder();
const TEXT_ENCODER = new TextEncoder();

/** What telemetry may make us remember of one name or category: with it, a bound on their number bounds bytes too. */
export const NAME_BYTES_MAX = 1024;

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

/** The table's own hash: a text of up to eight bytes, as categories mostly are, takes two loads and no loop. */
function spread(view: DataView, start: number, end: number): number {
  const length = end - start;
  let hash = Math.imul(length, 0x9e3779b1);
  if (length < 4) return mixed(hash ^ shortWord(view, start, length));
  const last = end - 4;
  for (let at = start; at < last; at += 4) hash = mixed(hash ^ view.getInt32(at, true));
  return mixed(hash ^ view.getInt32(last, true));
}

function mixed(hash: number): number {
  const product = Math.imul(hash, 0x85ebca6b);
  return product ^ (product >>> 15);
}

/** All of a text of less than four bytes. */
function shortWord(view: DataView, start: number, length: number): number {
  if (length === 3) return view.getUint16(start, true) | (view.getUint8(start + 2) << 16);
  if (length === 2) return view.getUint16(start, true);
  return length === 1 ? view.getUint8(start) : 0;
}

/** Whether no byte is zero or above 127: no eight of them are a NaN or a zero, so they compare as doubles do. */
function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === 0 || bytes[at] > 0x7f) return false;
  return true;
}

/**
 * Equality of bytes of which those at `from` are plain. A double is the widest that V8 loads without an allocation; the
 * last eight bytes overlap those before them, and so do the last four of less than eight.
 */
function samePlainBytes(pool: DataView, from: number, view: DataView, start: number, length: number): boolean {
  if (length < 8) return sameBytes(pool, from, view, start, length);
  const last = length - 8;
  for (let at = 0; at < last; at += 8) {
    if (pool.getFloat64(from + at, true) !== view.getFloat64(start + at, true)) return false;
  }
  return pool.getFloat64(from + last, true) === view.getFloat64(start + last, true);
}

function sameBytes(pool: DataView, from: number, view: DataView, start: number, length: number): boolean {
  if (length < 4) return shortWord(pool, from, length) === shortWord(view, start, length);
  const last = length - 4;
  for (let at = 0; at < last; at += 4) {
    if (pool.getInt32(from + at, true) !== view.getInt32(start + at, true)) return false;
  }
  return pool.getInt32(from + last, true) === view.getInt32(start + last, true);
}

export class BytesTable {
  readonly max: number;
  readonly #entryBytesMax: number;
  size = 0;
  #pool = new Uint8Array(1024);
  #poolView = viewOf(this.#pool);
  #poolLength = 0;
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #hashes = new Int32Array(64);
  #isPlain = new Uint8Array(64);
  #slots = new Int32Array(128).fill(NOT_FOUND);
  readonly #texts: string[] = [];

  /** @param entryBytesMax longer ones are not taken; absent: of any length */
  constructor(max: number, entryBytesMax = Infinity) {
    this.max = max;
    this.#entryBytesMax = entryBytesMax;
  }

  find(view: DataView, start: number, end: number): number {
    const hash = spread(view, start, end);
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
    if (found !== NOT_FOUND || this.size >= this.max || end - start > this.#entryBytesMax) return found;
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
    return this.#isPlain[id] === 1
      ? samePlainBytes(this.#poolView, from, view, start, length)
      : sameBytes(this.#poolView, from, view, start, length);
  }

  /** Valid until the next entry is made. */
  bytes(id: number): Uint8Array {
    return this.#pool.subarray(this.#starts[id], this.#ends[id]);
  }

  text(id: number): string {
    return (this.#texts[id] ??= TEXT_DECODER.decode(this.bytes(id)));
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
    this.#isPlain[id] = isPlain(this.#pool, this.#starts[id], this.#poolLength) ? 1 : 0;
    this.#hashes[id] = spread(view, start, end);
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
    const grow = <T extends Int32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const length = this.#starts.length * 2;
    this.#starts = grow(this.#starts, new Int32Array(length));
    this.#ends = grow(this.#ends, new Int32Array(length));
    this.#hashes = grow(this.#hashes, new Int32Array(length));
    this.#isPlain = grow(this.#isPlain, new Uint8Array(length));
  }

  #growPool(extra: number): void {
    const pool = new Uint8Array(Math.max(this.#pool.length * 2, this.#poolLength + extra));
    pool.set(this.#pool);
    this.#pool = pool;
    this.#poolView = viewOf(pool);
  }
}
