/** Durations as people and Prometheus write them: `30s`, `5m`, `1h30m`, `1d`, `2w`, `500ms`. */
import { z } from 'zod';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const SHAPE = /^(\d+(ms|s|m|h|d|w))+$/;

export const durationSchema = z
  .string()
  .regex(SHAPE, 'is not a duration; write it like 30s, 5m, 1h, 1d or 1h30m')
  .describe('A duration such as 30s, 5m, 1h or 1d.');

export function durationMs(text: string): number {
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|s|m|h|d|w)/g)) totalMs += Number(amount) * UNIT_MS[unit];
  return totalMs;
}
