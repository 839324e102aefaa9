/**
 * Where the search for a number's bin begins. The upper bounds that lie in one octave of the doubles get a table of their
 * own, fine enough that a cell of it holds a quarter of a bound on average; the cell says which bin is the first that its
 * values can be in. So a look-up is two loads and, four times in five, one comparison; what costs in a plain search,
 * steps that no processor can predict, is gone. Memory: about four numbers a bound, and one an octave.
 */
import { highWord, OCTAVES, octaveOf } from './log-buckets.js';

export const FINEST_BITS = 8;
/** Cells of a table for each bound in it, as a power of two. */
const CELLS_PER_BOUND_BITS = 2;

export interface BinTable {
  /** By octave: where its table begins in `first`. */
  readonly start: Int32Array;
  /** By octave: how far the eight leading bits of a mantissa are shifted to index its table. */
  readonly shift: Uint8Array;
  readonly first: Uint8Array;
}

export function binTable(upper: Float64Array): BinTable {
  const inside = new Int32Array(OCTAVES);
  for (const bound of upper) inside[octaveOf(highWord(bound))]++;
  const start = new Int32Array(OCTAVES);
  const shift = new Uint8Array(OCTAVES);
  let cells = 0;
  for (let octave = 0; octave < OCTAVES; octave++) {
    const bits = isEndless(octave) || inside[octave] === 0 ? 0 : tableBits(inside[octave]);
    shift[octave] = FINEST_BITS - bits;
    start[octave] = cells;
    cells += 1 << bits;
  }
  const first = new Uint8Array(cells);
  const last = Math.max(0, upper.length - 1);
  for (let octave = 0; octave < OCTAVES; octave++) {
    const cellsOfOctave = 1 << (FINEST_BITS - shift[octave]);
    for (let cell = 0; cell < cellsOfOctave; cell++) {
      const bound = lowerBound(octave, cell / cellsOfOctave, (cell + 1) / cellsOfOctave);
      first[start[octave] + cell] = Math.min(firstAtLeast(upper, bound), last);
    }
  }
  return { start, shift, first };
}

function tableBits(bounds: number): number {
  return Math.min(FINEST_BITS, CELLS_PER_BOUND_BITS + Math.ceil(Math.log2(bounds)));
}

/** The octaves that take what is too small or too large for any other: their mantissas say nothing. */
function isEndless(octave: number): boolean {
  return (octave & 127) === 0 || (octave & 127) === 127;
}

/** A lower bound of the values whose mantissas lie between two shares of an octave. */
function lowerBound(octave: number, fromShare: number, toShare: number): number {
  const exponent = octave & 127;
  const isNegative = octave > 127;
  if (exponent === 0) return isNegative ? -(2 ** -63) : 0;
  if (exponent === 127 && isNegative) return -Infinity;
  const power = 2 ** (exponent - 64);
  return isNegative ? -power * (1 + toShare) : power * (1 + fromShare);
}

function firstAtLeast(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] >= value) high = middle;
    else low = middle + 1;
  }
  return low;
}
