/**
 * Predictions whose inputs repeat those of an earlier one in the window, beside what the reference has of them. How many
 * there are by nature grows with their number (birthdays), so the two are compared among equally many rows: as many as the
 * smaller of both has. Among n rows drawn from N, a row that came c times there is expected to come c·n/N times, and to be
 * there at all with chance 1 − (1 − n/N)ᶜ; what is above is repeats (rarefaction; H. Sanders 1968, S. Hurlbert 1971).
 * Half a pair is added to those of the reference, as Jeffreys' prior would.
 *
 * More than `tolerated` come by chance at the false-alarm rate: that chance is a count's with variance at most its mean (of
 * the repeats, or of the different rows, whichever are fewer), times 1 + n/N for the reference's own; and where the window's
 * rows are a sample, the noise of the sample, Σ(repeats of a sampled row)²·every². A single repeat never is too much.
 *
 * A sample of different rows hardly ever has the few that come over and over. They are seen by what is missing: rows of the
 * window that the sampled ones, times `every`, do not account for are taken for repeats where chance does not explain
 * it, and where the sample's keys tell rows apart. A row of more than a hundredth of the window counts only for itself.
 * Error: none up to 1,024 different rows; beyond, the share of pairs to about ±1%, and a row that is repeated must come to
 * about a seventh of the window to be seen. Cost: O(rows of the sample).
 */
import type { RowFrequencies, RowSample } from '../observe/index.js';
import { normalQuantile } from './normal-distribution.js';
import { volumeBounds } from './volume/volume-bounds.js';

/** A key with a larger share of the rows is looked at for itself. */
const FREQUENT = 0.01;
/** Different rows of a key, on average, up to which keys tell them apart. */
const ROWS_PER_KEY_MAX = 1.5;

export interface Duplicates {
  /** Rows of the window. */
  readonly rows: number;
  /** Share of them whose inputs came before. */
  readonly share: number;
  /** Undefined: nothing is known to compare with. */
  readonly comparison: DuplicatesComparison | undefined;
}

/** Among equally many rows, of the window and of the reference. */
export interface DuplicatesComparison {
  readonly rows: number;
  readonly share: number;
  readonly expected: number;
  readonly tolerated: number;
}

/** @returns undefined where too little of the window is in the sample to tell */
export function duplicatesOf(
  sample: RowSample,
  reference: RowFrequencies | undefined,
  falseAlarmRate: number,
): Duplicates | undefined {
  const { rows } = sample;
  if (rows === 0) return undefined;
  const z = normalQuantile(falseAlarmRate);
  const all = repeatsAmong(sample, rows, z);
  if (all === undefined) return undefined;
  const result = { rows, share: all.repeats / rows };
  if (reference === undefined || reference.rows === 0) return { ...result, comparison: undefined };
  const among = Math.min(rows, reference.rows);
  const { repeats, variance } = among === rows ? all : repeatsAmong(sample, among, z)!;
  const expected = expectedRepeats(reference, among);
  const bound = boundOf(expected, among, reference.rows, falseAlarmRate);
  const tolerated = Math.max(1, bound + z * Math.sqrt(variance));
  return {
    ...result,
    comparison: {
      rows: among,
      share: repeats / among,
      expected: expected / among,
      tolerated: Math.min(1, tolerated / among),
    },
  };
}

function boundOf(expected: number, among: number, referenceRows: number, falseAlarmRate: number): number {
  const widened = 1 + among / referenceRows;
  const different = among - expected;
  if (expected <= different) return volumeBounds(expected, expected * widened, falseAlarmRate).upper;
  return among - volumeBounds(different, different * widened, falseAlarmRate).lower;
}

/** How many of `among` rows of the reference repeat an earlier one. */
export function expectedRepeats({ rows, times }: RowFrequencies, among: number): number {
  const share = among / rows;
  let repeats = share * share * 0.5;
  for (const [count, different] of times) repeats += different * repeatsOfOne(count, share);
  return Math.min(repeats, among - 1);
}

/** Of a row that came so often, the repeats among a share of all rows. */
function repeatsOfOne(count: number, share: number): number {
  return count === 1 ? 0 : count * share - (1 - (1 - share) ** count);
}

interface Estimate {
  readonly repeats: number;
  /** Of the sample's noise. */
  readonly variance: number;
}

function repeatsAmong({ rows, every, sampled }: RowSample, among: number, z: number): Estimate | undefined {
  const share = among / rows;
  if (every === 1) {
    if (share === 1) return { repeats: rows - sampled.length, variance: 0 };
    return { repeats: sampled.reduce((sum, { count }) => sum + repeatsOfOne(count, share), 0), variance: 0 };
  }
  const ofKey = new Map<number, number>();
  for (const { key, count } of sampled) ofKey.set(key, (ofKey.get(key) ?? 0) + count);
  const isFrequent = (key: number): boolean => (ofKey.get(key) ?? 0) > FREQUENT * rows;
  let [accounted, repeats, squares, different] = [0, 0, 0, 0];
  for (const { key, count } of sampled) {
    const ofOne = repeatsOfOne(count, share);
    const weight = isFrequent(key) ? 1 : every;
    accounted += weight * count;
    repeats += weight * ofOne;
    if (weight === 1) continue;
    different++;
    squares += ofOne * ofOne;
  }
  let [keys, noise] = [0, 0];
  for (const [key, count] of ofKey) {
    if (isFrequent(key)) continue;
    keys++;
    noise += count * count;
  }
  if (different > ROWS_PER_KEY_MAX * keys) return undefined;
  const missing = rows - accounted;
  const isRepeated = missing > z * every * Math.sqrt(noise);
  return {
    repeats: Math.min(among, repeats + (isRepeated ? missing * share : 0)),
    variance: every * (every - 1) * squares,
  };
}
