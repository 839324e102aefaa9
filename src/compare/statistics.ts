/**
 * The statistics over bins as a table: what differs between them is data here, so that calibration, laws and whatever
 * publishes them loop over one list. `limit` says how a statistic behaves with no drift: transformed by `toLimit`, given
 * 1/n + 1/m, it follows about the same distribution whatever n and m are, χ² with occupied bins − 1 degrees of freedom
 * where `chiSquare` is true (the second-order expansion that all f-divergences share; Pardo, Statistical Inference Based
 * on Divergence Measures, 2006), else one that depends on the reference's shares and is simulated.
 */
import { chiSquareStatistic } from './chi-square.js';
import type { Counts } from './counts.js';
import { cramerVonMises } from './cramer-von-mises.js';
import { hellinger } from './hellinger.js';
import { jensenShannonDistance } from './jensen-shannon.js';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
import { kullbackLeibler } from './kullback-leibler.js';
import { lInfinity } from './l-infinity.js';
import { psi, psiRaw } from './psi.js';
import { totalVariation } from './total-variation.js';
import type { UnorderedStatistic } from './unordered-statistics.js';

export interface BinStatistic {
  readonly compute: (current: Counts, reference: Counts) => number;
  /** Largest value; ∞ where there is none. The least is 0. */
  readonly most: number;
  /** Whether exchanging the two sides changes nothing. */
  readonly symmetric: boolean;
  /** Whether merging bins can never increase it (the data-processing inequality, or a maximum over fewer edges). */
  readonly coarsening: boolean;
  /** Whether the order of the bins matters. */
  readonly ordered: boolean;
  /** Whether the value depends on shares alone, so that counting everything twice changes nothing. */
  readonly scaleFree: boolean;
}

export const STATISTICS = {
  psi: { compute: psi, most: Infinity, symmetric: true, coarsening: false, ordered: false, scaleFree: false },
  js: { compute: jensenShannonDistance, most: 1, symmetric: true, coarsening: true, ordered: false, scaleFree: true },
  ks: { compute: kolmogorovSmirnov, most: 1, symmetric: true, coarsening: true, ordered: true, scaleFree: true },
  psiRaw: { compute: psiRaw, most: Infinity, symmetric: true, coarsening: true, ordered: false, scaleFree: true },
  kl: { compute: kullbackLeibler, most: Infinity, symmetric: false, coarsening: true, ordered: false, scaleFree: true },
  hellinger: { compute: hellinger, most: 1, symmetric: true, coarsening: true, ordered: false, scaleFree: true },
  tv: { compute: totalVariation, most: 1, symmetric: true, coarsening: true, ordered: false, scaleFree: true },
  linf: { compute: lInfinity, most: 1, symmetric: true, coarsening: false, ordered: false, scaleFree: true },
  chi2: {
    compute: chiSquareStatistic,
    most: Infinity,
    symmetric: true,
    coarsening: true,
    ordered: false,
    scaleFree: false,
  },
  cvm: { compute: cramerVonMises, most: Infinity, symmetric: true, coarsening: false, ordered: true, scaleFree: false },
} as const satisfies Record<string, BinStatistic>;

export type StatisticName = keyof typeof STATISTICS;

/** How a statistic behaves with no drift, once its dependence on n and m is taken out. */
export interface NoDriftLimit {
  readonly toLimit: (value: number, perObservations: number) => number;
  readonly fromLimit: (limit: number, perObservations: number) => number;
  readonly chiSquare: boolean;
}

const linear = (factor: number): NoDriftLimit => ({
  toLimit: (value, per) => (factor * value) / per,
  fromLimit: (limit, per) => (limit * per) / factor,
  chiSquare: true,
});
const squared = (factor: number, chiSquare: boolean): NoDriftLimit => ({
  toLimit: (value, per) => (factor * value * value) / per,
  fromLimit: (limit, per) => Math.sqrt((limit * per) / factor),
  chiSquare,
});

/** Those with a critical value. KL and the unsmoothed PSI have none: with no drift at all they can be infinite. */
export const NO_DRIFT_LIMITS: Readonly<Record<UnorderedStatistic, NoDriftLimit>> = {
  psi: linear(1),
  js: squared(8 * Math.LN2, true),
  hellinger: squared(8, true),
  chi2: { toLimit: (value) => value, fromLimit: (limit) => limit, chiSquare: true },
  tv: squared(1, false),
  linf: squared(1, false),
};
