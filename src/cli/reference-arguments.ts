/** Arguments that several verbs of `plumbline reference` have in common. */
import { InvalidArgumentError } from 'commander';
import {
  ALERTING_STATISTICS,
  canAlert,
  DRIFT_STATISTICS,
  type DriftStatistic,
  FEATURE_KINDS,
  type FeatureKind,
} from '../registry/index.js';

export const listed = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** `name=kind`, several separated by commas, or the option given several times. */
export function kinds(text: string, before: ReadonlyMap<string, FeatureKind> = new Map()): Map<string, FeatureKind> {
  const all = new Map(before);
  for (const one of listed(text)) {
    const at = one.lastIndexOf('=');
    const kind = FEATURE_KINDS.find((each) => each === one.slice(at + 1));
    if (at <= 0 || kind === undefined) {
      throw new InvalidArgumentError(`It is name=kind, and the kind one of ${FEATURE_KINDS.join(', ')}.`);
    }
    all.set(one.slice(0, at), kind);
  }
  return all;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It is a whole number above 0.');
}

export function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It is a number, 0 or above.');
}

export function probability(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 0.5) return value;
  throw new InvalidArgumentError('It is a number between 0 and 0.5.');
}

export function shareBelowOne(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value < 1) return value;
  throw new InvalidArgumentError('It is a number from 0 up to, and not, 1.');
}

/** Drift statistics by name, of which one at least has a threshold to be judged by. */
export function statisticNames(text: string): DriftStatistic[] {
  const names = listed(text).map((name) => {
    const statistic = DRIFT_STATISTICS.find((known) => known === name);
    if (statistic !== undefined) return statistic;
    throw new InvalidArgumentError(`'${name}' is none of ${DRIFT_STATISTICS.join(', ')}.`);
  });
  if (names.some(canAlert)) return names;
  throw new InvalidArgumentError(`None of them has a threshold: add one of ${ALERTING_STATISTICS.join(', ')}.`);
}
