/**
 * Calls the model with a context active, so that its own spans nest below the prediction. The context manager is not
 * ours: whatever it does (throws before or after, never calls), the model is called exactly once and its own result or
 * its own exception is what comes out.
 */
import { context, type Context } from '@opentelemetry/api';
import { warnOnce } from './fault.js';

const WAITING = 0;
const RETURNED = 1;
const THREW = 2;

export function callActive<A, R>(active: Context, call: (argument: A) => R, argument: A): R {
  let state = WAITING;
  let outcome: unknown;
  try {
    context.with(active, () => {
      try {
        outcome = call(argument);
        state = RETURNED;
      } catch (error) {
        outcome = error;
        state = THREW;
      }
    });
  } catch (fault) {
    warnOnce('context', 'the context manager failed; spans of the model may not nest.', fault);
  }
  if (state === THREW) throw outcome;
  return state === RETURNED ? (outcome as R) : call(argument);
}

export function isPromiseLike(result: unknown): result is PromiseLike<unknown> {
  try {
    return typeof result === 'object' && result !== null && typeof (result as { then?: unknown }).then === 'function';
  } catch {
    return false;
  }
}
