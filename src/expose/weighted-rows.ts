/**
 * Estimates from sampled predictions, each with its 95% interval. Rows stand for different numbers of predictions: they are
 * weighted by that, and what the weights cost is taken off the number of observations (Kish: (Σw)²/Σw²).
 */
import { studentInterval, wilson } from '../compare/index.js';
import type { KeptPrediction } from '../observe/index.js';

export interface Row {
  readonly row: KeptPrediction;
  /** Predictions that it stands for. */
  readonly weight: number;
}

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

export interface Share extends Interval {
  readonly share: number;
}

/** null: of no rows. */
export function proportion(rows: readonly Row[], is: (row: Row) => boolean): Share | null {
  if (rows.length === 0) return null;
  const observations = effective(rows);
  const { value, lower, upper } = wilson((sum(rows.filter(is)) / sum(rows)) * observations, observations);
  return { share: value, lower, upper };
}

/** Infinite values have no mean and are left out. */
export function meanOf(
  rows: readonly Row[],
  of: (row: Row) => number,
): ({ readonly value: number } & Partial<Interval>) | null {
  const finite = rows.filter((row) => Number.isFinite(of(row)));
  if (finite.length === 0) return null;
  const total = sum(finite);
  const mean = finite.reduce((partial, row) => partial + (row.weight / total) * of(row), 0);
  const observations = effective(finite);
  const spread = finite.reduce((partial, row) => partial + (row.weight / total) * (of(row) - mean) ** 2, 0);
  return studentInterval(mean, (spread * observations) / (observations - 1), observations) ?? { value: mean };
}

export function sum(rows: readonly Row[]): number {
  return rows.reduce((partial, { weight }) => partial + weight, 0);
}

/** What weighted rows are worth in rows of equal weight. */
export function effective(rows: readonly Row[]): number {
  const squares = rows.reduce((partial, { weight }) => partial + weight * weight, 0);
  return squares === 0 ? 0 : sum(rows) ** 2 / squares;
}
