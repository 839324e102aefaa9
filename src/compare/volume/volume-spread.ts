/**
 * How far a window's count strays from its expectation, learned by expecting the windows before it in the same way:
 * variance = dispersion · mean + variation² · mean². The first grows where callers send many rows at once, the second where
 * demand itself moves. Both come from one regression of the squared errors; until there are enough, they lean on a guess
 * that is wide on purpose. It also says how low a window has been for no reason, as a share of what was expected.
 * Source: quasi-Poisson by Pearson's residuals (P. McCullagh and J. Nelder, Generalized Linear Models, 9.2), with the
 * quadratic term of the negative binomial. Cost: at most 192 expectations, about 0.13 ms.
 */
import { expectedVolume, type VolumeBasis } from './expected-volume.js';
import type { SlotSums } from './slot-sums.js';

export interface VolumeSpread {
  readonly dispersion: number;
  readonly squaredVariation: number;
  /** Share of the expectation that earlier windows fell to, but for the lowest few; Infinity: there were none. */
  readonly lowestShare: number;
}

/**
 * Coefficient of variation that each basis is given beforehand, and the number of windows that outweigh it. What has not
 * been through a week knows no weekend (and what has not been through a day no night): there it is not outweighed.
 */
const GUESS: Record<VolumeBasis, number> = { before: 0.5, day: 0.35, week: 0.2 };
const GUESS_WINDOWS = 8;

/** What wanders does so for an hour: looks within one are not independent. */
const INDEPENDENT_SLOTS = 12;
/** The estimate is taken this many of its standard errors higher. */
const ERRORS_ABOVE = 2;

const LOOKS_MAX = 192;
const LOOKED_BACK_SLOTS = 576;
const LOOKED_BACK_WINDOWS = 8;
/** A window below this share of what was expected is low. */
const LOW_SHARE = 0.5;
/** Of the windows that are left, this share may have been incidents. */
const INCIDENT_SHARE = 0.02;
/** What is more than this many times as high says that the past was broken, not how wide chance is. */
const HIGH_MAX = 3;

interface Look {
  readonly mean: number;
  readonly count: number;
}

export function volumeSpread(sums: SlotSums, end: number, size: number, basis: VolumeBasis): VolumeSpread {
  const span = Math.max(LOOKED_BACK_SLOTS, LOOKED_BACK_WINDOWS * size);
  const stride = Math.max(1, Math.ceil(span / LOOKS_MAX));
  const all: Look[] = [];
  for (let at = end - size; at > Math.max(size, end - size - span); at -= stride) {
    const count = sums.window(at, size);
    const mean = count === count ? expectedVolume(sums, at, size)?.mean : undefined;
    if (mean !== undefined) all.push({ mean, count });
  }
  const looks = withoutEpisodes(all);
  const independent = looks.length * Math.min(1, stride / Math.max(size, INDEPENDENT_SLOTS));
  const [dispersion, squaredVariation] = fit(looks, GUESS[basis] ** 2);
  const lean = GUESS_WINDOWS / (GUESS_WINDOWS + independent);
  const upwards = (1 - lean) * (1 + ERRORS_ABOVE * Math.sqrt(2 / (GUESS_WINDOWS + independent)));
  return {
    dispersion: lean + upwards * dispersion,
    squaredVariation: Math.max(
      basis === 'week' ? 0 : GUESS[basis] ** 2,
      lean * GUESS[basis] ** 2 + upwards * squaredVariation,
    ),
    lowestShare: lowestShare(looks),
  };
}

/**
 * Without the low windows just before, which may be the beginning of what is looked at now, and without the longest
 * stretch of low ones: one outage or holiday is no habit. Who is often silent is so in many stretches.
 * @param looks latest first
 */
function withoutEpisodes(looks: readonly Look[]): readonly Look[] {
  const isLow = ({ mean, count }: Look): boolean => count < LOW_SHARE * mean;
  const first = looks.findIndex((look) => !isLow(look));
  if (first < 0) return [];
  let [longest, longestAt, length] = [0, first, 0];
  for (let at = first; at < looks.length; at++) {
    length = isLow(looks[at]) ? length + 1 : 0;
    if (length > longest) [longest, longestAt] = [length, at + 1 - length];
  }
  return [...looks.slice(first, longestAt), ...looks.slice(longestAt + longest)];
}

/** Weighted least squares of (count − mean)²/mean² on 1/mean; dispersion at least 1, squared variation at least 0. */
function fit(looks: readonly Look[], guess: number): [dispersion: number, squaredVariation: number] {
  let [weights, x, y, xx, xy] = [0, 0, 0, 0, 0];
  for (const { mean, count } of looks) {
    const inverse = 1 / Math.max(1, mean);
    const squaredError = ((Math.min(count, HIGH_MAX * Math.max(1, mean)) - mean) * inverse) ** 2;
    const weight = 1 / (inverse + guess) ** 2;
    weights += weight;
    x += weight * inverse;
    y += weight * squaredError;
    xx += weight * inverse * inverse;
    xy += weight * inverse * squaredError;
  }
  if (weights === 0) return [1, 0];
  const determinant = weights * xx - x * x;
  const slope = determinant > 1e-9 * weights * xx ? (weights * xy - x * y) / determinant : 1;
  const intercept = (y - slope * x) / weights;
  if (intercept < 0) return [Math.max(1, xy / xx), 0];
  return slope < 1 ? [1, Math.max(0, (y - x) / weights)] : [slope, intercept];
}

function lowestShare(looks: readonly Look[]): number {
  const shares = looks.flatMap(({ mean, count }) => (mean > 0 ? count / mean : []));
  if (shares.length === 0) return Infinity;
  return shares.toSorted((a, b) => a - b)[Math.floor(INCIDENT_SHARE * shares.length)];
}
