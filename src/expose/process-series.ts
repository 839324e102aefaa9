/** What this process says of itself: the accounting identity, its requests, its limits. */
import type { Accounting } from '../interpret/index.js';
import type { Limit } from '../lib/limit.js';
import { MODEL_METRIC, PROCESS_METRIC, type GroundTruthOutcome } from '../registry/index.js';
import type { FamilySet } from './families.js';

/** Requests of one transport: by signal and answer, and their bytes. */
export interface TransportCounts {
  readonly requests: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly bodyBytes: Readonly<Record<string, number>>;
}

export function writeAccounting(families: FamilySet, accounting: Accounting): void {
  for (const signal of ['traces', 'logs', 'metrics'] as const) {
    const account = accounting[signal];
    families.set(PROCESS_METRIC.received, [signal], account.received);
    families.set(PROCESS_METRIC.observed, [signal], account.observed);
    for (const [reason, count] of Object.entries(account.rejected)) {
      families.set(PROCESS_METRIC.rejected, [signal, reason], count);
    }
    for (const [reason, count] of Object.entries(account.ignored)) {
      families.set(PROCESS_METRIC.ignored, [signal, reason], count);
    }
  }
}

export function writeTransports(families: FamilySet, transports: Readonly<Record<string, TransportCounts>>): void {
  for (const [transport, counts] of Object.entries(transports)) {
    for (const [signal, outcomes] of Object.entries(counts.requests)) {
      for (const [status, count] of Object.entries(outcomes)) {
        families.set(PROCESS_METRIC.requests, [transport, signal, status], count);
      }
    }
    for (const [signal, bytes] of Object.entries(counts.bodyBytes)) {
      families.set(PROCESS_METRIC.requestBytes, [transport, signal], bytes);
    }
  }
}

export function writeLimits(families: FamilySet, limits: readonly Limit[]): void {
  for (const limit of limits) {
    families.set(PROCESS_METRIC.limitUsed, [limit.name], limit.used);
    families.set(PROCESS_METRIC.limitMax, [limit.name], limit.max);
    families.set(PROCESS_METRIC.limitOverflow, [limit.name], limit.overflow);
  }
}

export function writeGroundTruth(
  families: FamilySet,
  model: string,
  outcomes: Record<GroundTruthOutcome, number>,
): void {
  for (const [outcome, count] of Object.entries(outcomes)) {
    families.set(MODEL_METRIC.groundTruth, [model, outcome], count);
  }
}
