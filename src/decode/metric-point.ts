/**
 * One histogram data point of a metrics request, explicit or exponential. It is reused from point to point: a visitor
 * takes what it needs before it returns. Lists keep at most `MAX_BUCKETS` numbers and say when there were more, so that
 * a message costs no more memory than its longest point.
 */
import { AttributeColumns } from './attribute-columns.js';

export const TEMPORALITY = { unspecified: 0, delta: 1, cumulative: 2 } as const;

/** More than any SDK makes (160 by default); of a longer list the rest is not kept. */
export const MAX_BUCKETS = 4096;

/** Bit of `flags`: the point has no value. */
export const NO_RECORDED_VALUE = 1;

export class NumberList {
  length = 0;
  /** There were more than `MAX_BUCKETS`. */
  overflowing = false;
  values = new Float64Array(32);

  clear(): void {
    this.length = 0;
    this.overflowing = false;
  }

  add(value: number): void {
    if (this.length === MAX_BUCKETS) {
      this.overflowing = true;
      return;
    }
    if (this.length === this.values.length) {
      const values = new Float64Array(this.length * 2);
      values.set(this.values);
      this.values = values;
    }
    this.values[this.length++] = value;
  }
}

/** Counts of the exponential buckets of one sign; the first one's index is `offset`. */
export class ExponentialBuckets extends NumberList {
  offset = 0;

  override clear(): void {
    super.clear();
    this.offset = 0;
  }
}

export class MetricPoint {
  exponential = false;
  temporality = 0;
  /** Milliseconds since the epoch; 0: not given. */
  startMs = 0;
  timeMs = 0;
  flags = 0;
  count = 0;
  /** NaN where they are not given. */
  sum = NaN;
  min = NaN;
  max = NaN;
  /** Explicit: one count more than bounds. */
  readonly counts = new NumberList();
  readonly bounds = new NumberList();
  scale = 0;
  zeroCount = 0;
  zeroThreshold = 0;
  readonly positive = new ExponentialBuckets();
  readonly negative = new ExponentialBuckets();
  /** Wanted attributes: the resource's come first, up to `resourceEnd`, then the point's own. */
  readonly attributes = new AttributeColumns();
  resourceEnd = 0;
  /** 64-bit identity of the point's series, over the bytes of everything that tells series apart. */
  seriesHigh = 0;
  seriesLow = 0;

  begin(): void {
    this.startMs = 0;
    this.timeMs = 0;
    this.flags = 0;
    this.count = 0;
    this.sum = NaN;
    this.min = NaN;
    this.max = NaN;
    this.scale = 0;
    this.zeroCount = 0;
    this.zeroThreshold = 0;
    this.counts.clear();
    this.bounds.clear();
    this.positive.clear();
    this.negative.clear();
    this.attributes.count = this.resourceEnd;
  }

  get overflowing(): boolean {
    return this.counts.overflowing || this.bounds.overflowing || this.positive.overflowing || this.negative.overflowing;
  }
}
