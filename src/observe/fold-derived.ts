/** Folds what stands for a text or for a time: its own number, and what is derived from it. Allocates nothing. */
import { FEATURE_CELL } from './cells.js';
import type { CellHolder } from './cell-space.js';
import { hourOf, weekdayOf } from './derived-features.js';

/** What is asked of a feature's slot. */
interface FoldTarget {
  readonly offset: number;
  readonly binsOffset: number;
  /** What is derived from it, in the order of `DERIVED`. */
  readonly derived: readonly (FoldTarget | undefined)[];
  /** A number that has been counted as present. */
  addNumber(pane: CellHolder, x: number, weight: number, timeMs: number): void;
}

/** Of a text that has been counted as present. */
export function foldLengths(
  slot: FoldTarget,
  pane: CellHolder,
  bytes: number,
  words: number,
  nonAsciiShare: number,
  weight: number,
  timeMs: number,
): void {
  slot.addNumber(pane, bytes, weight, timeMs);
  const [ofWords, ofShare] = slot.derived;
  if (ofWords !== undefined) addNumber(ofWords, pane, words, weight, timeMs);
  if (ofShare !== undefined) addNumber(ofShare, pane, nonAsciiShare, weight, timeMs);
}

/**
 * Of a value that has been counted as present.
 * @param time milliseconds since the epoch; NaN: it is none
 * @param timeMs of the event; NaN: it has none, and the value no age
 */
export function foldTime(slot: FoldTarget, pane: CellHolder, time: number, weight: number, timeMs: number): void {
  if (time !== time) {
    pane.cells[slot.offset + FEATURE_CELL.typeMismatch] += weight;
    return;
  }
  if (timeMs === timeMs) slot.addNumber(pane, (timeMs - time) / 1000, weight, timeMs);
  const [ofHour, ofWeekday] = slot.derived;
  if (ofHour !== undefined) addCode(ofHour, pane, hourOf(time), weight);
  if (ofWeekday !== undefined) addCode(ofWeekday, pane, weekdayOf(time), weight);
}

function addNumber(slot: FoldTarget, pane: CellHolder, x: number, weight: number, timeMs: number): void {
  pane.cells[slot.offset + FEATURE_CELL.present] += weight;
  slot.addNumber(pane, x, weight, timeMs);
}

function addCode(slot: FoldTarget, pane: CellHolder, category: number, weight: number): void {
  pane.cells[slot.offset + FEATURE_CELL.present] += weight;
  if (slot.binsOffset >= 0) pane.cells[slot.binsOffset + category] += weight;
}
