/**
 * What one `ml.feature.value` point says of a feature: how many values lie between which bounds. Explicit and
 * exponential points come out alike: right-closed buckets, ascending, without empty ones. Reused from point to point.
 *
 * Bounds are tightened by the point's minimum and maximum. Where an end is open and neither is given, its values are put
 * at the bucket's finite bound, and how far off that is cannot be said. Where the sum is not given (or is not finite) it
 * is that of the buckets' midpoints, off by at most half a bucket's width for each value.
 */
import { type ExponentialBuckets, type MetricPoint, TEMPORALITY } from '../decode/index.js';

/** The scales that exponential histograms have (OpenTelemetry metrics data model). */
const SCALE_MIN = -10;
const SCALE_MAX = 20;
const ABOVE = 1 + Number.EPSILON;

export class FeatureHistogram {
  modelName = '';
  modelVersion = '';
  feature = '';
  /** The middle of the time in which the values came, milliseconds since the epoch. */
  timeMs = 0;
  /** Its end. */
  endMs = 0;
  count = 0;
  sum = 0;
  /** Filled buckets. */
  length = 0;
  lower = new Float64Array(64);
  upper = new Float64Array(64);
  counts = new Float64Array(64);

  /** Takes in a point that `isConsistent`. */
  read(point: MetricPoint): void {
    this.count = point.count;
    this.length = 0;
    if (point.exponential) this.#readExponential(point);
    else if (point.bounds.length === 0) this.#readWithoutBuckets(point);
    else this.#readExplicit(point);
    this.#tighten(point.min, point.max);
    this.sum = Number.isFinite(point.sum) ? point.sum : this.#sumOfMidpoints();
  }

  get min(): number {
    return this.lower[0];
  }

  get max(): number {
    return this.upper[this.length - 1];
  }

  #readExplicit({ counts, bounds }: MetricPoint): void {
    const last = bounds.length;
    for (let bucket = 0; bucket < counts.length; bucket++) {
      const lower = bucket === 0 ? -Infinity : bounds.values[bucket - 1];
      const upper = bucket === last ? Infinity : bounds.values[bucket];
      this.#add(lower, upper, counts.values[bucket]);
    }
  }

  #readWithoutBuckets({ count, sum, min, max }: MetricPoint): void {
    if (isRange(min, max)) this.#add(min, max, count);
    else this.#add(sum / count, sum / count, count);
  }

  #readExponential({ scale, positive, negative, zeroCount, zeroThreshold }: MetricPoint): void {
    for (let at = negative.length - 1; at >= 0; at--) {
      const index = negative.offset + at;
      this.#add(-exponentialBound(index + 1, scale), -exponentialBound(index, scale), negative.values[at]);
    }
    this.#add(-zeroThreshold, zeroThreshold, zeroCount);
    for (let at = 0; at < positive.length; at++) {
      const index = positive.offset + at;
      this.#add(exponentialBound(index, scale), exponentialBound(index + 1, scale), positive.values[at]);
    }
  }

  #add(lower: number, upper: number, count: number): void {
    if (count === 0) return;
    if (this.length === this.counts.length) this.#grow();
    this.lower[this.length] = lower;
    this.upper[this.length] = upper;
    this.counts[this.length++] = count;
  }

  /** Minimum and maximum lie in the outermost filled buckets; one that does not is not believed. */
  #tighten(min: number, max: number): void {
    const { lower, upper } = this;
    const last = this.length - 1;
    if (min >= lower[0] && min <= upper[0]) lower[0] = min;
    if (max >= lower[last] && max <= upper[last]) upper[last] = max;
    if (lower[0] === -Infinity) lower[0] = Number.isFinite(upper[0]) ? upper[0] : 0;
    if (upper[last] === Infinity) upper[last] = nextAbove(lower[last]);
  }

  #sumOfMidpoints(): number {
    let sum = 0;
    for (let at = 0; at < this.length; at++) sum += this.counts[at] * (this.lower[at] / 2 + this.upper[at] / 2);
    return sum;
  }

  #grow(): void {
    const grown = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(from.length * 2);
      to.set(from);
      return to;
    };
    this.lower = grown(this.lower);
    this.upper = grown(this.upper);
    this.counts = grown(this.counts);
  }
}

/** Whether a point is what the data model says a histogram is, and says enough to be read. */
export function isConsistent(point: MetricPoint): boolean {
  const { temporality, count, overflowing } = point;
  if (overflowing || (temporality !== TEMPORALITY.delta && temporality !== TEMPORALITY.cumulative)) return false;
  return point.exponential ? isExponential(point, count) : isExplicit(point, count);
}

function isExplicit({ counts, bounds, min, max, sum }: MetricPoint, count: number): boolean {
  for (let at = 0; at < bounds.length; at++) {
    if (!Number.isFinite(bounds.values[at]) || (at > 0 && bounds.values[at] <= bounds.values[at - 1])) return false;
  }
  if (bounds.length > 0 || counts.length > 1) {
    return counts.length === bounds.length + 1 && isTotal(sumOf(counts.values, counts.length), count);
  }
  if (counts.length === 1 && counts.values[0] !== count) return false;
  return count === 0 || isRange(min, max) || Number.isFinite(sum);
}

function isRange(min: number, max: number): boolean {
  return Number.isFinite(min) && Number.isFinite(max) && min <= max;
}

function isExponential(point: MetricPoint, count: number): boolean {
  const { scale, positive, negative, zeroCount, zeroThreshold } = point;
  if (scale < SCALE_MIN || scale > SCALE_MAX || !(zeroThreshold >= 0 && zeroThreshold < Infinity)) return false;
  const counted = zeroCount + sumOf(positive.values, positive.length) + sumOf(negative.values, negative.length);
  return isTotal(counted, count) && isFiniteRange(positive, scale) && isFiniteRange(negative, scale);
}

/** Filled buckets reach no further than doubles do. */
function isFiniteRange({ values, offset, length }: ExponentialBuckets, scale: number): boolean {
  for (let at = length - 1; at >= 0; at--) {
    if (values[at] > 0) return 2 ** ((offset + at) * 2 ** -scale) < Infinity;
  }
  return true;
}

/** Counts are exact to 2^53 and sums of more are not. */
function isTotal(counted: number, count: number): boolean {
  return counted === count || (count > Number.MAX_SAFE_INTEGER && Math.abs(counted - count) <= count * 1e-12);
}

function sumOf(values: Float64Array, length: number): number {
  let sum = 0;
  for (let at = 0; at < length; at++) sum += values[at];
  return sum;
}

function exponentialBound(index: number, scale: number): number {
  return Math.min(2 ** (index * 2 ** -scale), Number.MAX_VALUE);
}

/** A number just above: the bucket is open at the top and does not contain its bound. */
function nextAbove(bound: number): number {
  if (bound === 0) return Number.MIN_VALUE;
  return bound > 0 ? Math.min(bound * ABOVE, Number.MAX_VALUE) : bound / ABOVE;
}
