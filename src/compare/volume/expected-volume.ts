/**
 * How many predictions a window should have, from the slots before it: as many as the same window a week ago, at the level
 * of the last day; else a day ago, at the level of the last three hours; else the median of the windows just before.
 *
 * The level is the ratio of what came lately to what came a week (or a day) before that, so that growth is no anomaly. Over
 * the last hour alone it may be another, as an outage now or then is in one of the two: the one nearer to 1 counts, and at
 * least a third. Where the last hour has more than three times as much as that of the past, the past was broken (a holiday,
 * an outage) or is of another time, and the next basis is asked.
 * Source: the seasonal naive forecast with a level, R. Hyndman and G. Athanasopoulos, Forecasting: Principles and Practice, 5.2.
 */
import type { SlotSums } from './slot-sums.js';

export type VolumeBasis = 'week' | 'day' | 'before';

export interface ExpectedVolume {
  readonly mean: number;
  readonly basis: VolumeBasis;
}

export const SLOTS_PER_DAY = 288;
const SEASONS = [
  { basis: 'week', lag: 7 * SLOTS_PER_DAY, levelSlots: SLOTS_PER_DAY },
  { basis: 'day', lag: SLOTS_PER_DAY, levelSlots: SLOTS_PER_DAY / 8 },
] as const;
const SLOTS_PER_HOUR = SLOTS_PER_DAY / 24;
const LEVEL_MAX = 3;

/** Windows just before that are asked: an hour of them, or three. */
const BEFORE_MIN = 3;
const BEFORE_SLOTS = 36;
/** Of one window nobody can say whether it was usual. */
const BEFORE_KNOWN_MIN = 2;

/**
 * @param end the window is the `size` slots before it; only slots before the window are read
 * @returns undefined where too little is known
 */
export function expectedVolume(sums: SlotSums, end: number, size: number): ExpectedVolume | undefined {
  const start = end - size;
  for (const { basis, lag, levelSlots } of SEASONS) {
    const then = sums.window(end - lag, size);
    const nearby = levelOf(sums, start, lag, SLOTS_PER_HOUR);
    if (then === then && nearby <= LEVEL_MAX) {
      const level = nearerToOne(nearby, levelOf(sums, start, lag, levelSlots));
      return { mean: then * Math.max(level, 1 / LEVEL_MAX), basis };
    }
  }
  const mean = medianBefore(sums, start, size);
  return mean === undefined ? undefined : { mean, basis: 'before' };
}

/** What came just before `end`, as a multiple of what came `lag` slots earlier; NaN where too little is known. */
function levelOf(sums: SlotSums, end: number, lag: number, most: number): number {
  const size = Math.min(most, end - lag);
  if (size < SLOTS_PER_HOUR) return NaN;
  return (sums.window(end, size) + 1) / (sums.window(end - lag, size) + 1);
}

function nearerToOne(a: number, b: number): number {
  return Math.abs(Math.log(b)) < Math.abs(Math.log(a)) ? b : a;
}

function medianBefore(sums: SlotSums, start: number, size: number): number | undefined {
  const wanted = Math.max(BEFORE_MIN, Math.min(SLOTS_PER_HOUR, Math.floor(BEFORE_SLOTS / size)));
  const counts: number[] = [];
  for (let number = 0; number < wanted; number++) {
    const count = sums.window(start - number * size, size);
    if (count === count) counts.push(count);
  }
  if (counts.length < BEFORE_KNOWN_MIN) return undefined;
  // Of two, the lower: a model that is called now and then is often silent.
  return counts.toSorted((a, b) => a - b)[Math.floor((counts.length - 1) / 2)];
}
