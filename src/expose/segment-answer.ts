/**
 * Answers a question about a segment that nobody configured, from the sample of recent predictions: its share of all, the
 * mean of each numeric feature and the share of each category, every one with the 95% interval that the sample allows, and
 * traces to click through to.
 *
 * The two halves of the sample, and spans that were sampled, stand for different numbers of predictions each; rows are
 * weighted by that, and what the weights cost is taken off the number of observations (Kish: (Σw)²/Σw²).
 */
import { studentInterval, wilson } from '../compare/index.js';
import type { KeptPrediction, KeptValue, Observer, VersionObserver } from '../observe/index.js';
import { ATTRIBUTE } from '../registry/index.js';
import { matches, parseSegmentQuery, QueryFault, type SegmentQuery, valueOf } from './segment-query.js';

const CATEGORIES_MAX = 20;
const TRACES_MAX = 10;
const NAMES_SHOWN = 20;

interface Row {
  readonly row: KeptPrediction;
  /** Predictions that it stands for. */
  readonly weight: number;
}

interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** @throws QueryFault */
export function answerSegmentQuery(parameters: URLSearchParams, observer: Observer, windows: readonly string[]) {
  const query = parseSegmentQuery(parameters);
  const version = observer.directory.models.get(query.model)?.get(query.version);
  if (version === undefined) {
    throw new QueryFault(
      `No prediction of version '${query.version}' of the model '${query.model}' was observed.`,
      404,
    );
  }
  if (version.sample === undefined) {
    throw new QueryFault('No predictions are kept: observe.reservoir.size is 0.', 404);
  }
  const rows = rowsOf(version, query, windows);
  for (const { name } of query.where) expectKnown(name, rows);
  const matching = rows.filter(({ row }) => query.where.every((condition) => matches(row, condition)));
  const [all, weight] = [effective(rows), sum(matching)];
  const share = rows.length === 0 ? undefined : wilson((weight / sum(rows)) * all, all);
  const times = rows.map(({ row }) => row.timeMs);
  return {
    model: query.model,
    version: query.version,
    where: query.where,
    sample: {
      predictions: rows.length,
      standsFor: sum(rows),
      from: times.length === 0 ? null : timeText(times.reduce((least, time) => Math.min(least, time))),
      to: times.length === 0 ? null : timeText(times.reduce((most, time) => Math.max(most, time))),
    },
    segment: {
      predictions: matching.length,
      standsFor: weight,
      share: share === undefined ? null : { value: share.value, ...interval(share) },
      failed: proportion(matching, ({ row }) => row.failed),
    },
    features: Object.fromEntries(
      namesOf(matching).map((name) => [name, summary(matching, (row) => row.features.get(name))]),
    ),
    value: summary(matching, ({ value }) => value),
    score: summary(matching, ({ score }) => score),
    traces: matching
      .map(({ row }) => row)
      .sort((a, b) => b.timeMs - a.timeMs)
      .flatMap(({ traceId }) => (traceId === '' ? [] : [traceId]))
      .slice(0, TRACES_MAX),
  };
}

function rowsOf(version: VersionObserver, { window }: SegmentQuery, windows: readonly string[]): Row[] {
  const index = window === undefined ? windows.length - 1 : windows.indexOf(window);
  if (index < 0) throw new QueryFault(`The window '${window}' is not observed; there are ${windows.join(', ')}.`);
  const fromMs = version.rings.windowStartMs(index);
  return version
    .sample!.save()
    .flatMap(({ seen, rows }) =>
      rows.map((row) => ({ row, weight: (row.weight * seen) / rows.length })).filter(({ row }) => row.timeMs >= fromMs),
    );
}

function expectKnown(name: string, rows: readonly Row[]): void {
  if (rows.length === 0 || name === ATTRIBUTE.predictionValue || name === ATTRIBUTE.predictionScore) return;
  if (rows.some(({ row }) => valueOf(row, name) !== undefined)) return;
  const names = [...new Set(rows.flatMap(({ row }) => [...row.features.keys(), ...row.attributes.keys()]))].sort();
  throw new QueryFault(
    `No prediction that was kept has '${name}'. There are ${names.slice(0, NAMES_SHOWN).join(', ')}${names.length > NAMES_SHOWN ? ' and others' : ''}; another attribute is kept when observe.reservoir.attributes names it.`,
  );
}

function namesOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap(({ row }) => [...row.features.keys()]))].sort();
}

/** Of one feature or output: how much is missing, and its mean or its categories. */
function summary(rows: readonly Row[], of: (row: KeptPrediction) => KeptValue | undefined) {
  const present = rows.filter(({ row }) => (of(row) ?? null) !== null);
  const missing = proportion(rows, ({ row }) => (of(row) ?? null) === null);
  const numbers = present.filter(({ row }) => typeof of(row) === 'number');
  if (present.length === 0) return { missing };
  if (numbers.length > present.length / 2) return { missing, mean: meanOf(numbers, ({ row }) => of(row) as number) };
  const counts = new Map<string, number>();
  for (const { row, weight } of present) {
    const category = String(of(row));
    counts.set(category, (counts.get(category) ?? 0) + weight);
  }
  const categories = [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, CATEGORIES_MAX)
    .map(([category]) => ({ category, ...proportion(present, ({ row }) => String(of(row)) === category) }));
  return { missing, distinct: counts.size, categories };
}

function proportion(rows: readonly Row[], is: (row: Row) => boolean): ({ readonly share: number } & Interval) | null {
  if (rows.length === 0) return null;
  const observations = effective(rows);
  const estimate = wilson((sum(rows.filter(is)) / sum(rows)) * observations, observations);
  return { share: estimate.value, ...interval(estimate) };
}

/** Infinite values have no mean and are left out. */
function meanOf(
  rows: readonly Row[],
  of: (row: Row) => number,
): ({ readonly value: number } & Partial<Interval>) | null {
  const finite = rows.filter((row) => Number.isFinite(of(row)));
  if (finite.length === 0) return null;
  const total = sum(finite);
  const mean = finite.reduce((partial, row) => partial + (row.weight / total) * of(row), 0);
  const observations = effective(finite);
  const spread = finite.reduce((partial, row) => partial + (row.weight / total) * (of(row) - mean) ** 2, 0);
  const estimate = studentInterval(mean, (spread * observations) / (observations - 1), observations);
  return estimate === undefined ? { value: mean } : { value: mean, ...interval(estimate) };
}

function interval({ lower, upper }: Interval): Interval {
  return { lower, upper };
}

function sum(rows: readonly Row[]): number {
  return rows.reduce((partial, { weight }) => partial + weight, 0);
}

/** What weighted rows are worth in rows of equal weight. */
function effective(rows: readonly Row[]): number {
  const squares = rows.reduce((partial, { weight }) => partial + weight * weight, 0);
  return squares === 0 ? 0 : sum(rows) ** 2 / squares;
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
