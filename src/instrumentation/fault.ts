/**
 * Where our own faults end: they are told once each through the API's diagnostic log and never reach the model's path.
 * Bounded: after 1,000 different messages nothing more is said.
 */
import { diag } from '@opentelemetry/api';

const MESSAGES_MAX = 1000;
const said = new Set<string>();

/** Warns once per process about `key`. Never throws, whatever the registered logger does. */
export function warnOnce(key: string, message: string, fault?: unknown): void {
  if (said.has(key) || said.size >= MESSAGES_MAX) return;
  said.add(key);
  try {
    if (fault === undefined) diag.warn(`plumbline: ${message}`);
    else diag.warn(`plumbline: ${message}`, fault);
  } catch {
    // A logger that throws has nobody left to tell.
  }
}
