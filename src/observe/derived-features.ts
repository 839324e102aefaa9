/**
 * Features that are worked out from another one, its base. A free text is folded by its length in bytes, and beside it stand
 * the number of its words and the share of its characters that are not ASCII: the three move when texts get longer, are cut,
 * or come in another language, whatever that language is. A timestamp is folded by its age at the event time in seconds,
 * since the absolute time always drifts, and beside it stand its hour of the day and its weekday, in UTC.
 *
 * They are features like any other, with a slot, bins and a reference of their own, called by their base, a colon and what
 * is derived. They follow their base: what the base lacks is counted there and nowhere else, they make no schema of their
 * own, and a feature that is sent under such a name is left out.
 */
import type { FeatureKind } from '../registry/index.js';
import type { FeatureSchema } from './feature-schema.js';

export const DERIVED = {
  text: ['words', 'non_ascii'],
  timestamp: ['hour', 'weekday'],
} as const;
export type Derived = (typeof DERIVED)[keyof typeof DERIVED][number];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HOURS = 24;
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
/** The epoch began on a Thursday. */
const EPOCH_WEEKDAY = 3;

const CYCLES: Partial<Record<Derived, { readonly periodMs: number; readonly categories: readonly string[] }>> = {
  hour: { periodMs: DAY_MS, categories: Array.from({ length: HOURS }, (_, hour) => String(hour).padStart(2, '0')) },
  weekday: { periodMs: WEEKDAYS.length * DAY_MS, categories: WEEKDAYS },
};

export function derivedOf(kind: FeatureKind): readonly Derived[] {
  return kind === 'text' || kind === 'timestamp' ? DERIVED[kind] : [];
}

export function derivedName(base: string, derived: Derived): string {
  return `${base}:${derived}`;
}

/** Of a feature that has the same categories whatever its values; undefined: its bins are made from them. */
export function cycleSchema(base: string, derived: Derived): FeatureSchema | undefined {
  const cycle = CYCLES[derived];
  return cycle && { kind: 'categorical', name: derivedName(base, derived), categories: cycle.categories, of: base };
}

/**
 * Whether a window and what it is compared with are both long enough for a feature that goes round with the time of the day
 * or the week: an hour of a day looks like no whole day, and drift would be found in every one of them.
 * @param referenceMs how long what it is compared with took; Infinity: long enough for anything
 */
export function coversCycle(
  { name, of }: { name: string; of: string | undefined },
  windowMs: number,
  referenceMs: number,
): boolean {
  if (of === undefined) return true;
  const cycle = CYCLES[name.slice(of.length + 1) as Derived];
  return cycle === undefined || Math.min(windowMs, referenceMs) >= cycle.periodMs;
}

export function hourOf(timeMs: number): number {
  return Math.floor((timeMs - Math.floor(timeMs / DAY_MS) * DAY_MS) / HOUR_MS);
}

/** 0 is Monday. */
export function weekdayOf(timeMs: number): number {
  const day = Math.floor(timeMs / DAY_MS) + EPOCH_WEEKDAY;
  return day - Math.floor(day / WEEKDAYS.length) * WEEKDAYS.length;
}
