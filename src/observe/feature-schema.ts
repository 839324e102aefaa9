/**
 * How one feature is folded: frozen with the reference, and shared by it and by every window compared with it.
 *
 * Numeric: up to 128 bins between the reference's quantiles, right-closed, the first one closed on both sides; values
 * below the minimum and above the maximum have counts of their own. A discrete feature gets a bin for each value.
 * Text is folded by its length, a timestamp by its age at the event time (`derived-features.ts`). Categories and booleans are counted each; of very many categories the most frequent are, and
 * the others are known by name and counted together.
 */
export const MAX_BINS = 128;
/** Categories with a bin of their own: 8 KiB a pane. Those beyond would each be far too rare for any drift statistic. */
export const CATEGORY_BINS_MAX = 1024;
export const BOOLEAN_CATEGORIES = ['false', 'true'] as const;

interface NamedSchema {
  readonly name: string;
  /** The feature that it is derived from; absent: it came by itself. */
  readonly of?: string;
}

export interface NumericSchema extends NamedSchema {
  readonly kind: 'numeric' | 'text' | 'timestamp';
  readonly min: number;
  /** Upper bounds of the bins, ascending; the last is the maximum. */
  readonly upper: Float64Array;
  /** Subtracted before sums are taken, so that they stay exact where values are large and spread little. */
  readonly shift: number;
}

export interface CategoricalSchema extends NamedSchema {
  readonly kind: 'categorical' | 'boolean';
  /** All that the reference has; where `told` is less, the most frequent first. */
  readonly categories: readonly string[];
  /** How many of them, from the first on, have a bin of their own; absent: all. The others are counted as one. */
  readonly told?: number;
}

export type FeatureSchema = NumericSchema | CategoricalSchema;

export function isNumeric(schema: FeatureSchema): schema is NumericSchema {
  return schema.kind !== 'categorical' && schema.kind !== 'boolean';
}

export function binCount(schema: FeatureSchema): number {
  return isNumeric(schema) ? schema.upper.length : (schema.told ?? schema.categories.length);
}

interface Known extends Pick<NamedSchema, 'of'> {
  readonly min?: number;
  readonly max?: number;
  readonly shift?: number;
}

/** Bins at the quantiles of `values`, which may be a sample; min and max may be given where they are known better. */
export function numericSchema(
  name: string,
  kind: NumericSchema['kind'],
  values: Float64Array,
  known: Known = {},
): NumericSchema {
  const named = known.of === undefined ? { kind, name } : { kind, name, of: known.of };
  const sorted = ascending(values);
  if (sorted.length === 0) return { ...named, min: 0, upper: new Float64Array(0), shift: known.shift ?? 0 };
  const min = Math.min(sorted[0], known.min ?? Infinity);
  const max = Math.max(sorted[sorted.length - 1], known.max ?? -Infinity);
  const upper: number[] = [];
  const distinct = distinctUpTo(sorted, MAX_BINS);
  if (distinct !== undefined) upper.push(...distinct);
  else {
    for (let bin = 1; bin < MAX_BINS; bin++) {
      const value = sorted[Math.ceil((bin * sorted.length) / MAX_BINS) - 1];
      if (upper.length === 0 || value > upper[upper.length - 1]) upper.push(value);
    }
  }
  if (upper[upper.length - 1] < max) upper.push(max);
  let sum = 0;
  for (let at = 0; at < sorted.length; at++) sum += sorted[at] / sorted.length;
  return { ...named, min, upper: Float64Array.from(upper), shift: known.shift ?? sum };
}

/** The finite ones. What was counted comes in that order, and is not sorted again. */
function ascending(values: Float64Array): Float64Array {
  const finite = new Float64Array(values.length);
  let count = 0;
  let isAscending = true;
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (value - value !== 0) continue;
    isAscending &&= count === 0 || finite[count - 1] < value || Object.is(finite[count - 1], value);
    finite[count++] = value;
  }
  const kept = finite.subarray(0, count);
  return isAscending ? kept : kept.sort();
}

function distinctUpTo(sorted: Float64Array, limit: number): number[] | undefined {
  const distinct: number[] = [];
  for (const value of sorted) {
    if (distinct.length > 0 && distinct[distinct.length - 1] === value) continue;
    if (distinct.length === limit) return undefined;
    distinct.push(value);
  }
  return distinct;
}
