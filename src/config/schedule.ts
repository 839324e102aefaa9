/**
 * When a model's predictions are due, as the configuration says it: by a cron expression or every so often. Cron is read by
 * croner, which knows time zones and their changes of the clock.
 */
import { Cron } from 'croner';
import { z } from 'zod';
import { durationMs, durationSchema } from './duration.js';

function cronOf(pattern: string, timezone?: string): Cron {
  return new Cron(pattern, { mode: '5-part', paused: true, timezone: timezone ?? 'UTC' });
}

function isValid(pattern: string, timezone?: string): boolean {
  try {
    return cronOf(pattern, timezone).nextRun(new Date(0)) !== null;
  } catch {
    return false;
  }
}

export const scheduleSchema = z.strictObject({
  cron: z
    .string()
    .refine((pattern) => isValid(pattern), {
      error: 'is not a cron expression; write five fields (minute, hour, day, month, weekday), as in 0 3 * * 1-5',
    })
    .optional()
    .describe('Cron expression of five fields at whose times predictions are due.'),
  timezone: z
    .string()
    .refine((timezone) => isValid('0 0 * * *', timezone), {
      error: 'is not a time zone; write one of the IANA database, as in Europe/Berlin',
    })
    .optional()
    .describe('IANA time zone that `cron` is in; absent: UTC.'),
  every: durationSchema.optional().describe('Predictions are due this long after the latest one; instead of `cron`.'),
  grace: durationSchema.optional().describe('How late is not late yet; absent: a quarter of the period.'),
});

export type ScheduleConfig = z.output<typeof scheduleSchema>;

/** Undefined where neither `cron` nor `every` is given. */
export function scheduleOf({ cron, timezone, every, grace }: ScheduleConfig) {
  const graceMs = grace === undefined ? undefined : durationMs(grace);
  if (cron !== undefined) {
    const runs = cronOf(cron, timezone);
    const nextDueMs = (afterMs: number): number | undefined => runs.nextRun(new Date(afterMs))?.getTime();
    return { isFixed: true, nextDueMs, graceMs };
  }
  if (every === undefined) return undefined;
  const periodMs = durationMs(every);
  return { isFixed: false, nextDueMs: (afterMs: number): number | undefined => afterMs + periodMs, graceMs };
}
