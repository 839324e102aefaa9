/**
 * The rhythm in which a model is called, learned from the slots in which it was: the median time between the beginnings of
 * its runs (a run is a stretch of slots with predictions). Only a steady rhythm is one: where the longest time is more than
 * half as long again as the median (nights, weekends, chance), nothing is learned. A model that is always called has the
 * period of a slot. It takes a day to have seen a night, and for periods of hours a week to have seen a weekend.
 * Cost: one pass over the slots.
 */
const GAPS_MIN = 3;
const LONGEST_OF_MEDIAN = 1.5;
const SLOTS_PER_DAY = 288;
const LONG_PERIOD_SLOTS = SLOTS_PER_DAY / 4;
const SLOTS_PER_WEEK = 7 * SLOTS_PER_DAY;

/**
 * @param slots counts, oldest first; NaN is unknown
 * @returns the period in slots, undefined where there is no rhythm
 */
export function learnedPeriod(slots: Float64Array): number | undefined {
  const firstKnown = slots.findIndex((count) => count === count);
  if (firstKnown < 0) return undefined;
  const watched = slots.length - firstKnown;
  const gaps: number[] = [];
  let [beginning, wasActive, silent] = [-1, true, 0];
  for (let slot = firstKnown; slot < slots.length; slot++) {
    const count = slots[slot];
    // After an unknown slot nobody knows whether a run begins.
    if (count !== count) [beginning, wasActive] = [-1, true];
    else if (count > 0) {
      if (!wasActive && beginning >= 0) gaps.push(slot - beginning);
      if (!wasActive) beginning = slot;
      wasActive = true;
    } else {
      wasActive = false;
      silent++;
    }
  }
  if (silent === 0) return watched >= SLOTS_PER_DAY ? 1 : undefined;
  return periodOf(gaps, watched);
}

function periodOf(gaps: readonly number[], watchedSlots: number): number | undefined {
  if (gaps.length < GAPS_MIN) return undefined;
  const sorted = gaps.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  if (sorted[sorted.length - 1] > LONGEST_OF_MEDIAN * median) return undefined;
  return watchedSlots >= (median >= LONG_PERIOD_SLOTS ? SLOTS_PER_WEEK : SLOTS_PER_DAY) ? median : undefined;
}
