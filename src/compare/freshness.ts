/**
 * Whether a model's predictions are overdue: by a schedule that somebody gave, or by a rhythm learned from when they came.
 * The next run is due at the first time of the schedule after the latest prediction. Where times are fixed, what comes up to
 * a quarter of a period early (or as early as the grace, if that is less) counts for them.
 * Pure; asks a schedule for two times.
 */
export interface Schedule {
  /** Its times stand fixed, whenever predictions come; else they count from the latest one. */
  readonly isFixed: boolean;
  /** The first time that is due after `afterMs`; undefined: there is none any more. */
  readonly nextDueMs: (afterMs: number) => number | undefined;
  /** How late is not late yet; undefined: a quarter of the period. */
  readonly graceMs?: number;
}

const EARLY_SHARE = 0.25;
const GRACE_SHARE = 0.25;

/**
 * How far `nowMs` is past the time that predictions were due, grace included; 0: nothing is due.
 * @param latestMs event time of the latest prediction; where there was none, when watching began
 */
export function overdueMs(schedule: Schedule, latestMs: number, nowMs: number): number {
  const next = schedule.nextDueMs(latestMs);
  if (next === undefined || next > nowMs) return 0;
  const periodMs = (schedule.nextDueMs(next) ?? Infinity) - next;
  const graceMs = schedule.graceMs ?? (periodMs < Infinity ? periodMs * GRACE_SHARE : 0);
  const earlyMs = schedule.isFixed ? Math.min(graceMs, periodMs * EARLY_SHARE) : 0;
  const due = schedule.nextDueMs(latestMs + earlyMs);
  return due === undefined ? 0 : Math.max(0, nowMs - due - graceMs);
}

/** A schedule of every so often, counted from the latest prediction. */
export function everySchedule(periodMs: number, graceMs?: number): Schedule {
  return { isFixed: false, nextDueMs: (afterMs) => afterMs + periodMs, graceMs };
}
