/**
 * Answers a question about a segment that nobody configured, from the sample of recent predictions: its share of all, the
 * mean of each numeric feature and the share of each category, what is missing, how the model did where ground truth has
 * come, every one with the 95% interval that the sample allows; whether it has drifted within the window; and traces to click
 * through to. The two halves of the sample, and spans that were sampled, stand for different numbers of predictions each.
 */
import { qValues } from '../compare/index.js';
import type { Correlator } from '../correlate/index.js';
import { nearestName } from '../lib/nearest-name.js';
import type { KeptPrediction, KeptValue, Observer, VersionObserver } from '../observe/index.js';
import { ATTRIBUTE } from '../registry/index.js';
import { type Change, changeWithin } from './segment-change.js';
import { performanceOf } from './segment-outcomes.js';
import { matches, parseSegmentQuery, QueryFault, type SegmentQuery, valueOf } from './segment-query.js';
import { meanOf, proportion, type Row, type Share, sum } from './weighted-rows.js';

const CATEGORIES_MAX = 20;
const TRACES_MAX = 10;
const NAMES_SHOWN = 20;

export interface SegmentSources {
  readonly observer: Observer;
  readonly correlator: Correlator;
  /** As they are configured, shortest first. */
  readonly windows: readonly string[];
}

interface Subject {
  readonly missing: Share | null;
  readonly mean?: ReturnType<typeof meanOf>;
  readonly distinct?: number;
  readonly categories?: readonly (Share & { readonly category: string })[];
  readonly drift: Change;
}

/** @throws QueryFault */
export function answerSegmentQuery(parameters: URLSearchParams, { observer, correlator, windows }: SegmentSources) {
  const query = parseSegmentQuery(parameters);
  const version = observer.directory.models.get(query.model)?.get(query.version);
  if (version === undefined) {
    throw new QueryFault(
      `No prediction of version '${query.version}' of the model '${query.model}' was observed.${meant(query, observer)}`,
      404,
    );
  }
  if (version.sample === undefined) {
    throw new QueryFault('No predictions are kept: observe.reservoir.size is 0.', 404);
  }
  const rows = rowsOf(version, query, windows);
  for (const { name } of query.where) expectKnown(name, rows);
  const matching = rows.filter(({ row }) => query.where.every((condition) => matches(row, condition)));
  const isMatching = new Set(matching);
  const share = proportion(rows, (row) => isMatching.has(row));
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
      standsFor: sum(matching),
      share: share && { value: share.share, lower: share.lower, upper: share.upper },
      failed: proportion(matching, ({ row }) => row.failed),
    },
    performance: performanceOf(matching, version, correlator),
    ...subjects(matching),
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
  const nearest = nearestName(name, names);
  throw new QueryFault(
    `No prediction that was kept has '${name}'.${nearest === undefined ? '' : ` Did you mean '${nearest}'?`} There are ${names.slice(0, NAMES_SHOWN).join(', ')}${names.length > NAMES_SHOWN ? ' and others' : ''}; another attribute is kept when observe.reservoir.attributes names it.`,
  );
}

/** The model or the version that was probably meant. */
function meant({ model, version }: SegmentQuery, { directory: { models } }: Observer): string {
  const versions = models.get(model);
  const nearest = versions === undefined ? nearestName(model, models.keys()) : nearestName(version, versions.keys());
  return nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
}

/** All features and the outputs. The q-values of what has changed are over all of them. */
function subjects(rows: readonly Row[]) {
  const names = namesOf(rows);
  const all = [
    ...names.map((name) => summary(rows, (row) => row.features.get(name))),
    summary(rows, ({ value }) => value),
    summary(rows, ({ score }) => score),
  ];
  const ready = all.flatMap(({ drift }, at) => (drift.pValue === undefined ? [] : [{ at, pValue: drift.pValue }]));
  const corrected = qValues(ready.map(({ pValue }) => pValue));
  const qValueAt = new Map(ready.map(({ at }, index) => [at, corrected[index]]));
  const shown = all.map((subject, at) => ({ ...subject, drift: { ...subject.drift, qValue: qValueAt.get(at) } }));
  return {
    features: Object.fromEntries(names.map((name, at) => [name, shown[at]])),
    value: shown[names.length],
    score: shown[names.length + 1],
  };
}

function namesOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap(({ row }) => [...row.features.keys()]))].sort();
}

/** Of one feature or output: how much is missing, its mean or its categories, and whether it has drifted. */
function summary(rows: readonly Row[], of: (row: KeptPrediction) => KeptValue | undefined): Subject {
  const present = rows.filter(({ row }) => (of(row) ?? null) !== null);
  const missing = proportion(rows, ({ row }) => (of(row) ?? null) === null);
  const numbers = present.filter(({ row }) => typeof of(row) === 'number');
  const isNumeric = numbers.length > present.length / 2;
  const drift = changeWithin(present.length === 0 ? [] : rows, of, isNumeric);
  if (present.length === 0) return { missing, drift };
  if (isNumeric) return { missing, mean: meanOf(numbers, ({ row }) => of(row) as number), drift };
  const counts = new Map<string, number>();
  for (const { row, weight } of present) {
    const category = String(of(row));
    counts.set(category, (counts.get(category) ?? 0) + weight);
  }
  const categories = [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, CATEGORIES_MAX)
    .map(([category]) => ({ category, ...proportion(present, ({ row }) => String(of(row)) === category)! }));
  return { missing, distinct: counts.size, categories, drift };
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
