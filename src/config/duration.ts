/** Durations as people and Prometheus write them: `30s`, `5m`, `1h30m`, `1d`, `2w`, `500ms`. */
import { z } from 'zod';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const SHAPE = /^(\d+(ms|s|m|h|d|w))+$/;
/** Node's timers hold 2^31 - 1 ms; a longer one fires at once. */
const TIMER_MS_MAX = 24 * UNIT_MS.d;
const WINDOW_MS_MIN = 1000;
const WINDOW_MS_MAX = 366 * UNIT_MS.d;

export const durationSchema = z
  .string()
  .regex(SHAPE, 'is not a duration; write it like 30s, 5m, 1h, 1d or 1h30m')
  .describe('A duration such as 30s, 5m, 1h or 1d.');

/** A duration that something is repeated after. */
export const timerSchema = durationSchema.refine((text) => between(text, 1, TIMER_MS_MAX), {
  error: 'is out of range; write a duration from 1ms to 24d',
});

export const windowSchema = durationSchema.refine((text) => between(text, WINDOW_MS_MIN, WINDOW_MS_MAX), {
  error: 'is out of range; write a window from 1s to 366d',
});

export function durationMs(text: string): number {
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|s|m|h|d|w)/g)) totalMs += Number(amount) * UNIT_MS[unit];
  return totalMs;
}

/** Text that is no duration is left to the shape, which says so better. */
function between(text: string, minMs: number, maxMs: number): boolean {
  if (!SHAPE.test(text)) return true;
  const ms = durationMs(text);
  return ms >= minMs && ms <= maxMs;
}
