/**
 * What is remembered of each metric series, so that nothing counts twice: of a cumulative one its latest point, which is
 * subtracted from the next; of a delta one the times of its latest points, by which one that comes again is known.
 *
 * - The first point of a cumulative series counts whole where its start is known and not before `sinceMs` (when this
 *   process began to listen, or when the table last had to forget something): then nobody can have counted any of it.
 *   Else it is a baseline, and only what comes after it counts.
 * - Another start, or a count that has gone down, is a reset: the point counts whole. One of an earlier start, or no
 *   later than the latest, is a duplicate.
 * - A delta point that is older than all of the times remembered cannot be told from a duplicate and is taken for one.
 *
 * Bounded by series and by numbers kept; the series that was silent for longest goes first.
 */
import { type MetricPoint, type NumberList, TEMPORALITY } from '../decode/index.js';
import { Limit } from '../lib/limit.js';
import { type RememberedPoint, subtractExponential } from './metric-scale.js';

/** Points of a delta series that are recognised when they come again. */
const REMEMBERED_TIMES = 16;

export type SeriesAdvance = 'counts' | 'duplicate' | 'baseline';

export interface MetricSeriesOptions {
  readonly maxSeries: number;
  /** Bucket counts and bounds kept of all series together. */
  readonly maxNumbers: number;
  readonly sinceMs: number;
}

interface Series {
  /** Of a cumulative series. */
  point: RememberedPoint | undefined;
  /** Of a delta series, ascending. */
  readonly times: number[];
  numbers: number;
}

const NOTHING = new Float64Array(0);

export class MetricSeries {
  readonly limit: Limit;
  /** When the values of the point advanced last began to come; 0: not known. */
  fromMs = 0;
  readonly #options: MetricSeriesOptions;
  /** In the order in which they were last heard of. */
  readonly #series = new Map<number, Series>();
  #sinceMs: number;
  #numbers = 0;

  constructor(options: MetricSeriesOptions) {
    this.#options = options;
    this.#sinceMs = options.sinceMs;
    this.limit = new Limit('metric_series', options.maxSeries);
  }

  /** Takes a consistent point in and leaves in it what has not been counted yet; that is all of it but for 'counts'. */
  advance(point: MetricPoint): SeriesAdvance {
    const key = keyOf(point);
    const known = this.#series.get(key);
    const series = known ?? { point: undefined, times: [], numbers: 0 };
    if (known !== undefined) this.#series.delete(key);
    this.#series.set(key, series);
    const advance =
      point.temporality === TEMPORALITY.delta ? this.#advanceDelta(point, series) : this.#advanceSum(point, series);
    this.#shrink();
    this.limit.used = this.#series.size;
    return advance;
  }

  #advanceDelta({ startMs, timeMs }: MetricPoint, { times }: Series): SeriesAdvance {
    this.fromMs = startMs;
    let at = times.length;
    while (at > 0 && times[at - 1] > timeMs) at--;
    if (at > 0 && times[at - 1] === timeMs) return 'duplicate';
    if (at === 0 && times.length === REMEMBERED_TIMES) return 'duplicate';
    times.splice(at, 0, timeMs);
    if (times.length > REMEMBERED_TIMES) times.shift();
    return 'counts';
  }

  #advanceSum(point: MetricPoint, series: Series): SeriesAdvance {
    const before = series.point;
    if (before === undefined) {
      this.#remember(point, series);
      this.fromMs = point.startMs;
      return point.startMs > 0 && point.startMs >= this.#sinceMs ? 'counts' : 'baseline';
    }
    const isSameStart = point.startMs === before.startMs;
    if (point.startMs < before.startMs || (isSameStart && point.timeMs <= before.timeMs)) return 'duplicate';
    this.#remember(point, series);
    if (!isSameStart) {
      this.fromMs = point.startMs;
      return 'counts';
    }
    this.fromMs = before.timeMs;
    if (point.exponential) {
      if (subtractExponential(point, before)) point.sum -= before.sum;
      return 'counts';
    }
    if (!isSame(point.bounds, before.bounds)) return 'baseline';
    const { values, length } = point.counts;
    if (point.count < before.count || length !== before.counts.length) return 'counts';
    for (let at = 0; at < length; at++) if (values[at] < before.counts[at]) return 'counts';
    for (let at = 0; at < length; at++) values[at] -= before.counts[at];
    point.count -= before.count;
    point.sum -= before.sum;
    return 'counts';
  }

  #remember(point: MetricPoint, series: Series): void {
    const { startMs, timeMs, count, sum, scale, zeroCount, positive, negative } = point;
    const before = series.point;
    const bounds = before !== undefined && isSame(point.bounds, before.bounds) ? before.bounds : copied(point.bounds);
    const counts = copied(point.counts);
    const kept = {
      positive: { offset: positive.offset, values: copied(positive) },
      negative: { offset: negative.offset, values: copied(negative) },
    };
    series.point = { startMs, timeMs, count, sum, counts, bounds, scale, zeroCount, ...kept };
    this.#numbers -= series.numbers;
    series.numbers = counts.length + bounds.length + positive.length + negative.length;
    this.#numbers += series.numbers;
  }

  #shrink(): void {
    for (const [key, { point, times, numbers }] of this.#series) {
      if (this.#series.size <= this.#options.maxSeries && this.#numbers <= this.#options.maxNumbers) return;
      this.#series.delete(key);
      this.#numbers -= numbers;
      this.limit.overflow++;
      this.#sinceMs = Math.max(this.#sinceMs, point?.timeMs ?? times[times.length - 1]);
    }
  }
}

/** 53 of the 64 bits, which a number holds exactly: of 20,000 series two collide with a chance of 2e-8. */
function keyOf({ seriesHigh, seriesLow, temporality }: MetricPoint): number {
  return (seriesHigh & 0x1fffff) * 2 ** 32 + ((seriesLow ^ temporality) >>> 0);
}

function copied({ values, length }: NumberList): Float64Array {
  return length === 0 ? NOTHING : values.slice(0, length);
}

function isSame({ values, length }: NumberList, other: Float64Array): boolean {
  if (length !== other.length) return false;
  for (let at = 0; at < length; at++) if (values[at] !== other[at]) return false;
  return true;
}
