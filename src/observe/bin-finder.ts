/**
 * Finds the bin of a number fast. The upper bounds that lie in one octave of the doubles get a table of their own, fine
 * enough that a cell of it holds a quarter of a bound on average, and the table says where the search in that cell
 * begins. A look-up is three loads and, four times in five, one comparison; what costs in a plain search, steps that no
 * processor can predict, is gone. Memory: about four bytes a bound, and 1.3 KiB.
 */
import type { NumericSchema } from './feature-schema.js';
import { highWord, OCTAVES, octaveOf } from './log-buckets.js';

const FINEST_BITS = 8;
/** Cells of a table for each bound in it, as a power of two. */
const CELLS_PER_BOUND_BITS = 2;

export class BinFinder {
  readonly #upper: Float64Array;
  /** By octave: where its table begins, and how far the eight leading bits of a mantissa are shifted to index it. */
  readonly #table = new Int32Array(OCTAVES);
  readonly #shift = new Uint8Array(OCTAVES).fill(FINEST_BITS);
  readonly #first: Uint8Array;

  constructor({ upper }: NumericSchema) {
    this.#upper = upper;
    const inside = new Int32Array(OCTAVES);
    for (const bound of upper) inside[octaveOf(highWord(bound))]++;
    let cells = 0;
    for (let octave = 0; octave < OCTAVES; octave++) {
      const bits = isEndless(octave) || inside[octave] === 0 ? 0 : tableBits(inside[octave]);
      this.#shift[octave] = FINEST_BITS - bits;
      this.#table[octave] = cells;
      cells += 1 << bits;
    }
    this.#first = new Uint8Array(cells);
    const last = Math.max(0, upper.length - 1);
    for (let octave = 0; octave < OCTAVES; octave++) {
      const cellsOfOctave = 1 << (FINEST_BITS - this.#shift[octave]);
      for (let cell = 0; cell < cellsOfOctave; cell++) {
        const bound = lowerBound(octave, cell / cellsOfOctave, (cell + 1) / cellsOfOctave);
        this.#first[this.#table[octave] + cell] = Math.min(firstAtLeast(upper, bound), last);
      }
    }
  }

  /** Bin of a value between the schema's min and max. @param high its `highWord` */
  bin(value: number, high: number, octave: number): number {
    const upper = this.#upper;
    let bin = this.#first[this.#table[octave] + (((high >>> 12) & 255) >>> this.#shift[octave])];
    while (value > upper[bin]) bin++;
    return bin;
  }
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
