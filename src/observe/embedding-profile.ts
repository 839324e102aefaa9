/**
 * One embedding's sums as a view over cells: what windows and references of embeddings are. All cells add, so merging equals
 * replaying, and everything that is asked for is exact up to rounding.
 *
 * How much the mean of n vectors varies follows from the trace of their covariance, which is in the sums, and from that of its
 * square, whose estimate comes from vectors in fours: ((x₁ − x₂)·(x₃ − x₄))² is 4 tr(C²) on average. Which vectors make a four
 * depends on the order and on the thread; its expectation does not.
 */
import { DIRECTION_FEATURES } from './direction-features.js';

export const EMBEDDING_CELL = {
  /** Rows that carry it. */
  present: 0,
  /** Vectors that count: of the right number of dimensions, and finite. */
  vectors: 1,
  /** No vector, or one of another number of dimensions. */
  typeMismatch: 2,
  nonFinite: 3,
  length: 4,
  squaredLength: 5,
  fours: 6,
  /** Sums over the fours, of the vectors and of their features. */
  vectorFours: 7,
  featureFours: 8,
} as const;
/** Whole cache lines. */
export const EMBEDDING_HEADER = 16;

const NO_SUMS = new Float64Array(0);

export function embeddingCells(dimensions: number): number {
  return dimensions + DIRECTION_FEATURES;
}

/** Traces of a covariance matrix and of its square. */
export interface Spread {
  readonly trace: number;
  readonly squareTrace: number;
}

export class EmbeddingProfile {
  readonly dimensions: number;
  readonly cells: Float64Array;
  /** Header. */
  readonly offset: number;
  /** Of the vectors' sums, and the features' behind them; -1: no vector has come. */
  readonly sumsOffset: number;

  constructor(dimensions: number, cells: Float64Array, offset: number, sumsOffset: number) {
    this.dimensions = dimensions;
    this.cells = cells;
    this.offset = offset;
    this.sumsOffset = sumsOffset;
  }

  /** The same in cells of its own, the header first. */
  get copy(): EmbeddingProfile {
    const cells = new Float64Array(EMBEDDING_HEADER + embeddingCells(this.dimensions));
    cells.set(this.cells.subarray(this.offset, this.offset + EMBEDDING_HEADER));
    cells.set(this.sums, EMBEDDING_HEADER);
    return new EmbeddingProfile(this.dimensions, cells, 0, EMBEDDING_HEADER);
  }

  /** Of the vectors, and behind them of their features; empty where there are none. */
  get sums(): Float64Array {
    const end = this.sumsOffset + embeddingCells(this.dimensions);
    return this.sumsOffset < 0 || end > this.cells.length ? NO_SUMS : this.cells.subarray(this.sumsOffset, end);
  }

  cell(name: keyof typeof EMBEDDING_CELL): number {
    const at = this.offset + EMBEDDING_CELL[name];
    return at < this.cells.length ? this.cells[at] : 0;
  }

  get vectors(): number {
    return this.cell('vectors');
  }

  /** Of the vectors. */
  get mean(): Float64Array {
    return this.#means(0, this.dimensions);
  }

  /** Of the features of the vectors' directions. */
  get featureMean(): Float64Array {
    return this.#means(this.dimensions, DIRECTION_FEATURES);
  }

  get meanLength(): number {
    return this.cell('length') / this.vectors;
  }

  /** Of the sample (n - 1). */
  get lengthDeviation(): number {
    const n = this.vectors;
    const sum = this.cell('length');
    return n < 2 ? NaN : Math.sqrt(Math.max(0, (this.cell('squaredLength') - (sum * sum) / n) / (n - 1)));
  }

  get spread(): Spread {
    return this.#spreadOf(this.cell('squaredLength'), this.mean, this.cell('vectorFours'));
  }

  /** Feature vectors all have length 1. */
  get featureSpread(): Spread {
    return this.#spreadOf(this.vectors, this.featureMean, this.cell('featureFours'));
  }

  #spreadOf(squares: number, mean: Float64Array, fours: number): Spread {
    const n = this.vectors;
    let meanSquare = 0;
    for (const x of mean) meanSquare += x * x;
    const trace = n < 2 ? NaN : Math.max(0, (squares - n * meanSquare) / (n - 1));
    const count = this.cell('fours');
    // Between all spread in one direction and the same in each; without a four, the former, which is on the safe side.
    const most = trace * trace;
    const squareTrace = count === 0 ? most : Math.min(most, Math.max(most / mean.length, fours / (4 * count)));
    return { trace, squareTrace };
  }

  #means(from: number, count: number): Float64Array {
    const n = this.vectors;
    const { sums } = this;
    const means = new Float64Array(count);
    if (n === 0 || sums.length === 0) return means;
    for (let index = 0; index < count; index++) means[index] = sums[from + index] / n;
    return means;
  }
}
