/**
 * The difference of two points of one cumulative exponential histogram. An SDK that runs out of buckets merges pairs of
 * them, which lowers the scale by one, and may widen the zero bucket; so the older point is first brought to the newer
 * one's form, or the newer to the older's where that is the coarser: index >> (difference of scales), exactly
 * (OpenTelemetry metrics data model, 'Scale'). A bucket that a wider zero bucket covers joins it.
 */
import type { ExponentialBuckets, MetricPoint } from '../decode/index.js';

/** One sign of a remembered exponential histogram. */
export interface RememberedBuckets {
  offset: number;
  values: Float64Array;
}

/** What is kept of a point to be subtracted from the next. */
export interface RememberedPoint {
  startMs: number;
  timeMs: number;
  count: number;
  sum: number;
  counts: Float64Array;
  bounds: Float64Array;
  scale: number;
  zeroCount: number;
  positive: RememberedBuckets;
  negative: RememberedBuckets;
}

/** Takes `before` from `point`; where any count has gone down it leaves the point as it is and says false. */
export function subtractExponential(point: MetricPoint, before: RememberedPoint): boolean {
  const scale = Math.min(point.scale, before.scale);
  const older = { zeroCount: before.zeroCount, scale, zeroThreshold: point.zeroThreshold };
  const olderPositive = coarser(before.positive, before.scale, older);
  const olderNegative = coarser(before.negative, before.scale, older);
  const newer = { zeroCount: point.zeroCount, scale, zeroThreshold: 0 };
  const newerPositive = coarser(remembered(point.positive), point.scale, newer);
  const newerNegative = coarser(remembered(point.negative), point.scale, newer);
  if (point.count < before.count || newer.zeroCount < older.zeroCount) return false;
  if (!covers(newerPositive, olderPositive) || !covers(newerNegative, olderNegative)) return false;
  point.scale = scale;
  point.count -= before.count;
  point.zeroCount -= older.zeroCount;
  putDifference(point.positive, newerPositive, olderPositive);
  putDifference(point.negative, newerNegative, olderNegative);
  return true;
}

interface Target {
  readonly scale: number;
  /** What reaches no further than this joins `zeroCount`. */
  readonly zeroThreshold: number;
  zeroCount: number;
}

type Counts = Map<number, number>;

function coarser({ offset, values }: RememberedBuckets, scale: number, target: Target): Counts {
  const counts: Counts = new Map();
  const shift = scale - target.scale;
  for (let at = 0; at < values.length; at++) {
    if (values[at] === 0) continue;
    const index = (offset + at) >> shift;
    const reach = 2 ** ((index + 1) * 2 ** -target.scale);
    if (reach <= target.zeroThreshold) target.zeroCount += values[at];
    else counts.set(index, (counts.get(index) ?? 0) + values[at]);
  }
  return counts;
}

function remembered({ offset, values, length }: ExponentialBuckets): RememberedBuckets {
  return { offset, values: values.subarray(0, length) };
}

function covers(newer: Counts, older: Counts): boolean {
  for (const [index, count] of older) if ((newer.get(index) ?? 0) < count) return false;
  return true;
}

function putDifference(buckets: ExponentialBuckets, newer: Counts, older: Counts): void {
  const indexes = [...newer.keys()].sort((a, b) => a - b);
  buckets.clear();
  if (indexes.length === 0) return;
  buckets.offset = indexes[0];
  for (let index = indexes[0]; index <= indexes[indexes.length - 1]; index++) {
    buckets.add((newer.get(index) ?? 0) - (older.get(index) ?? 0));
  }
}
