/**
 * How many different texts there were, in 1 KiB of a pane's cells: HyperLogLog with 1,024 registers of a byte each, eight
 * to a cell. A register only grows, so two sketches merge by the larger of each pair, and merging equals replaying.
 * Sources: Flajolet, Fusy, Gandouet and Meunier, "HyperLogLog" (2007); the estimate is that of Ertl, "New cardinality
 * estimation algorithms for HyperLogLog sketches" (2017), algorithm 6, which needs no correction for small counts.
 * Error: standard error 3.3% (1.04/√1024), far less below a few hundred; different texts of one 32-bit hash count once, which is
 * 0.1% at ten million. A weight cannot count: of a sample, it is the different texts of the sample.
 * Cost: a multiplication for each four bytes, and one write.
 */
const INDEX_BITS = 10;
const REGISTERS = 1 << INDEX_BITS;
/** Bits that the rank of a hash is read from. */
const RANK_BITS = 32 - INDEX_BITS;
const CELL_BYTES = Float64Array.BYTES_PER_ELEMENT;
export const SKETCH_CELLS = REGISTERS / CELL_BYTES;
/** Standard error of an estimate, as a share of it. */
export const DISTINCT_ERROR = 1.04 / Math.sqrt(REGISTERS);
/** 1 / (2 ln 2), the limit of the bias correction. */
const ALPHA = 1 / (2 * Math.LN2);

/** MurmurHash3, 32 bits, of the same result in every process. */
export function hashText(view: DataView, start: number, end: number): number {
  let hash = 0;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash ^= scrambled(view.getInt32(at, true));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let shift = 0; at < end; at++, shift += 8) rest |= view.getUint8(at) << shift;
  hash ^= scrambled(rest) ^ (end - start);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function scrambled(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

const ENCODER = new TextEncoder();

export function hashString(text: string): number {
  const bytes = ENCODER.encode(text);
  return hashText(new DataView(bytes.buffer), 0, bytes.length);
}

/** Cells may end in the midst of a sketch that came after them: nothing was written there. */
export function coversSketch(cells: Float64Array, offset: number): boolean {
  return offset >= 0 && offset + SKETCH_CELLS <= cells.length;
}

/** The registers that lie in cells from `offset` on. */
export function registersOf(cells: Float64Array, offset: number): Uint8Array {
  return new Uint8Array(cells.buffer, cells.byteOffset + offset * CELL_BYTES, REGISTERS);
}

export function addHash(registers: Uint8Array, hash: number): void {
  const register = hash >>> RANK_BITS;
  const rank = Math.clz32(((hash << INDEX_BITS) >>> 0) | (1 << (INDEX_BITS - 1))) + 1;
  if (rank > registers[register]) registers[register] = rank;
}

/** Cells with eight registers are never NaN and zero only where all eight are, so they move as numbers bit by bit. */
export function mergeSketch(into: Float64Array, intoOffset: number, from: Float64Array, fromOffset: number): void {
  let ours: Uint8Array | undefined;
  let theirs: Uint8Array | undefined;
  for (let cell = 0; cell < SKETCH_CELLS; cell++) {
    const value = from[fromOffset + cell];
    if (value === 0) continue;
    if (into[intoOffset + cell] === 0) {
      into[intoOffset + cell] = value;
      continue;
    }
    ours ??= registersOf(into, intoOffset);
    theirs ??= registersOf(from, fromOffset);
    for (let at = cell * CELL_BYTES; at < (cell + 1) * CELL_BYTES; at++)
      if (theirs[at] > ours[at]) ours[at] = theirs[at];
  }
}

export function estimateDistinct(registers: Uint8Array): number {
  const counts = new Int32Array(RANK_BITS + 2);
  for (const rank of registers) counts[rank]++;
  if (counts[0] === REGISTERS) return 0;
  let sum = REGISTERS * tau(1 - counts[RANK_BITS + 1] / REGISTERS);
  for (let rank = RANK_BITS; rank >= 1; rank--) sum = (sum + counts[rank]) / 2;
  sum += REGISTERS * sigma(counts[0] / REGISTERS);
  return (ALPHA * REGISTERS * REGISTERS) / sum;
}

function sigma(x: number): number {
  if (x === 1) return Infinity;
  let power = x;
  let weight = 1;
  let sum = x;
  for (let before = NaN; sum !== before;) {
    power *= power;
    before = sum;
    sum += power * weight;
    weight += weight;
  }
  return sum;
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let root = x;
  let weight = 1;
  let sum = 1 - x;
  for (let before = NaN; sum !== before;) {
    root = Math.sqrt(root);
    before = sum;
    weight /= 2;
    sum -= (1 - root) ** 2 * weight;
  }
  return sum / 3;
}
