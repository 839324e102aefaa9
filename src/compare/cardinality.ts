/**
 * Whether a window has far more different values than its reference would have had among as many: an identifier that got
 * into a category, a code list written in two ways, timestamps in a text.
 *
 * Expected of n values: Σ(1 − (1 − p)ⁿ) over the reference's shares p; categories without a bin of their own are taken as
 * equally frequent, which is the most they can come to; and n/m times the categories that the reference had once (Good and
 * Turing's share of what it had not: I. J. Good, Biometrika 40, 1953). Of free text only the number of different ones
 * among the reference's m values is known: the same number up to m values, and in proportion beyond.
 * The finding needs twice as many, and more than the noise of both numbers lets pass at the false-alarm rate. The variance
 * of a number of different values is below its mean; that of a sketch's estimate is its square times `DISTINCT_ERROR`².
 * Cost: O(bins), and nothing where there is no value that has no bin.
 */
import { DISTINCT_ERROR, FEATURE_CELL, isNumeric, type Profile } from '../observe/index.js';
import { normalQuantile } from './normal-distribution.js';

const EXPLOSION = 2;

/** @param values those of the window that are neither missing nor of another type, in independent ones */
export function hasExploded(reference: Profile, current: Profile, values: number, falseAlarmRate: number): boolean {
  if (!isNumeric(current.schema) && current.unseen === 0) return false;
  const before = reference.distinct;
  const distinct = current.distinct;
  if (!(distinct > EXPLOSION) || !(before > 0)) return false;
  const expected = expectedDistinct(reference, before, values);
  if (distinct <= EXPLOSION * expected) return false;
  const deviation = Math.sqrt(expected + (DISTINCT_ERROR * distinct) ** 2 + (DISTINCT_ERROR * expected) ** 2);
  return distinct - expected > normalQuantile(falseAlarmRate) * deviation;
}

/** @param distinct of the reference */
export function expectedDistinct(reference: Profile, distinct: number, values: number): number {
  const { schema } = reference;
  const count = reference.present - reference.empty - reference.nan - reference.typeMismatch;
  if (isNumeric(schema)) return distinct * Math.max(1, values / count);
  const { bins } = reference;
  let expected = 0;
  let occupied = 0;
  let once = 0;
  for (const inBin of bins) {
    if (inBin === 0) continue;
    occupied++;
    if (inBin <= 1) once++;
    expected += 1 - (1 - inBin / count) ** values;
  }
  const rest = reference.cell(FEATURE_CELL.other) + reference.unseen;
  const others = Math.min(rest, Math.max(1, distinct - occupied));
  if (rest > 0) {
    expected += others * (1 - (1 - rest / others / count) ** values);
    if (others > rest / 2) once += 2 * others - rest;
  }
  return expected + (values / count) * once;
}
