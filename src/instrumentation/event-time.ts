/**
 * Event time of a replay as OpenTelemetry's `[seconds, nanoseconds]`. A bare number would be ambiguous: SDKs read small ones
 * as offsets from the start of the process.
 */
import { type HrTime } from '@opentelemetry/api';

/** Milliseconds since the epoch, sub-millisecond allowed, to the nearest microsecond; undefined where it is no finite time. */
export function eventTime(timeMs: number): HrTime | undefined {
  if (!Number.isFinite(timeMs) || timeMs < 0) return undefined;
  const seconds = Math.floor(timeMs / 1000);
  const microseconds = Math.min(999_999, Math.round((timeMs - seconds * 1000) * 1000));
  return [seconds, microseconds * 1000];
}
