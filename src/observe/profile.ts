/**
 * One feature's profile as a view over cells: what windows, references and segments all are. Everything a statistic
 * needs is read from here. Profiles of one schema merge by adding their cells.
 */
import { FEATURE_CELL } from './cells.js';
import { coversSketch, estimateDistinct, registersOf } from './distinct-sketch.js';
import { binCount, type FeatureSchema, isNumeric } from './feature-schema.js';
import { BUCKETS_PER_OCTAVE, midpoint, nearEnd, OCTAVES } from './log-buckets.js';

/** Where a feature's cells are. */
export interface ProfilePlace {
  /** Header. */
  readonly offset: number;
  /** Bins; -1: the feature has none (yet). */
  readonly binsOffset: number;
  /** For each octave the offset of its sketch page; -1: none. */
  readonly pages: Int32Array | undefined;
  /** Sketch of the different texts that have no bin of their own; absent or -1: there were none. */
  readonly distinctOffset?: number;
}

export class Profile {
  readonly schema: FeatureSchema;
  readonly cells: Float64Array;
  readonly place: ProfilePlace;
  /** Predictions of the same time that should have had the feature. */
  readonly expected: number;

  constructor(schema: FeatureSchema, cells: Float64Array, place: ProfilePlace, expected: number) {
    this.schema = schema;
    this.cells = cells;
    this.place = place;
    this.expected = expected;
  }

  cell(index: number): number {
    const at = this.place.offset + index;
    return at < this.cells.length ? this.cells[at] : 0;
  }

  get present(): number {
    return this.cell(FEATURE_CELL.present);
  }

  /** Predictions without the key. */
  get absent(): number {
    return Math.max(0, this.expected - this.cell(FEATURE_CELL.base) - this.present);
  }

  get empty(): number {
    return this.cell(FEATURE_CELL.empty);
  }

  get nan(): number {
    return this.cell(FEATURE_CELL.nan);
  }

  get missing(): number {
    return this.absent + this.empty + this.nan;
  }

  get typeMismatch(): number {
    return this.cell(FEATURE_CELL.typeMismatch);
  }

  get outOfRange(): number {
    return this.cell(FEATURE_CELL.below) + this.cell(FEATURE_CELL.above);
  }

  get unseen(): number {
    return this.cell(FEATURE_CELL.unseen);
  }

  /** Missing values included. */
  get observations(): number {
    return this.present + this.absent;
  }

  get finite(): number {
    return this.cell(FEATURE_CELL.finite);
  }

  get mean(): number {
    return this.finite === 0 ? NaN : this.#shift + this.cell(FEATURE_CELL.sum) / this.finite;
  }

  /** Of the sample (n - 1); NaN below two values. */
  get standardDeviation(): number {
    const n = this.finite;
    if (n < 2) return NaN;
    const sum = this.cell(FEATURE_CELL.sum);
    return Math.sqrt(Math.max(0, (this.cell(FEATURE_CELL.squares) - (sum * sum) / n) / (n - 1)));
  }

  get min(): number {
    return this.finite === 0 ? NaN : this.cell(FEATURE_CELL.min);
  }

  get max(): number {
    return this.finite === 0 ? NaN : this.cell(FEATURE_CELL.max);
  }

  /**
   * Different categories or texts: those with a bin exactly, the others within the sketch's error; NaN for what is no text.
   * Weights do not count: of a sample, it is the different ones of the sample.
   */
  get distinct(): number {
    const isCategorical = !isNumeric(this.schema);
    const { distinctOffset = -1 } = this.place;
    if (!isCategorical && distinctOffset < 0) return NaN;
    let occupied = 0;
    if (isCategorical) for (const count of this.bins) if (count > 0) occupied++;
    return (
      occupied +
      (coversSketch(this.cells, distinctOffset) ? estimateDistinct(registersOf(this.cells, distinctOffset)) : 0)
    );
  }

  /** Counts over the schema's bins or categories; zeros where nothing has come. */
  get bins(): Float64Array {
    const count = binCount(this.schema);
    const from = this.place.binsOffset;
    if (from < 0 || from + count > this.cells.length) return new Float64Array(count);
    return this.cells.subarray(from, from + count);
  }

  /** Finite values' quantile, within 1/32 of its magnitude; NaN when there is none or no sketch was kept. */
  quantile(q: number): number {
    const n = this.finite;
    if (n === 0 || this.place.pages === undefined) return NaN;
    const rank = q * (n - 1);
    let seen = 0;
    for (let step = 0; step < OCTAVES * BUCKETS_PER_OCTAVE; step++) {
      const bucket = step < 2048 ? 4095 - step : step - 2048;
      const page = this.place.pages[bucket >>> 4];
      if (page < 0) {
        step += BUCKETS_PER_OCTAVE - 1;
        continue;
      }
      const at = page + (bucket & 15);
      if (at >= this.cells.length) continue;
      seen += this.cells[at];
      if (seen > rank) return Math.min(this.max, Math.max(this.min, midpoint(bucket)));
    }
    return this.max;
  }

  /** Calls `visit` for each occupied bucket of the quantile sketch: with its end towards 0, its middle, and its count. */
  forEachBucket(visit: (nearEnd: number, midpoint: number, count: number) => void): void {
    for (const [octave, page] of (this.place.pages ?? []).entries()) {
      if (page < 0) continue;
      for (let at = 0; at < BUCKETS_PER_OCTAVE; at++) {
        const bucket = octave * BUCKETS_PER_OCTAVE + at;
        const count = page + at < this.cells.length ? this.cells[page + at] : 0;
        if (count > 0) visit(nearEnd(bucket), midpoint(bucket), count);
      }
    }
  }

  get #shift(): number {
    return isNumeric(this.schema) ? this.schema.shift : 0;
  }
}
