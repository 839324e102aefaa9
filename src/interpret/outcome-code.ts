/**
 * A prediction's value or a ground truth as one number with a kind, so that it can wait in a typed array: a bool as 0 or
 * 1, a number as itself, a text as 53 bits of its hash. Two outcomes agree where kind and number do; int and double are
 * one kind.
 */
import { hashBytes, VALUE, viewOf } from '../decode/index.js';

export const OUTCOME = { none: 0, bool: 1, number: 2, text: 3 } as const;

export interface OutcomeCode {
  kind: number;
  number: number;
}

export function outcomeOf(
  type: number,
  number: number,
  view: DataView,
  start: number,
  end: number,
  into: OutcomeCode,
): void {
  into.kind = OUTCOME.none;
  into.number = 0;
  if (type === VALUE.bool) {
    into.kind = OUTCOME.bool;
    into.number = number;
  } else if ((type === VALUE.int || type === VALUE.double) && number === number) {
    into.kind = OUTCOME.number;
    into.number = number;
  } else if (type === VALUE.string && end > start) {
    into.kind = OUTCOME.text;
    into.number = textCode(view, start, end);
  }
}

function textCode(view: DataView, start: number, end: number): number {
  const hash = hashBytes(view, start, end);
  const second = Math.imul(hash ^ (end - start), 0x9e3779b1) ^ view.getUint8(start) ^ (view.getUint8(end - 1) << 8);
  return (second >>> 11) * 4294967296 + hash;
}

/** The code of a class that configuration names; absent: none. */
export function outcomeOfClass(value: string | number | boolean): OutcomeCode {
  if (typeof value === 'boolean') return { kind: OUTCOME.bool, number: value ? 1 : 0 };
  if (typeof value === 'number') return { kind: OUTCOME.number, number: value };
  const bytes = new TextEncoder().encode(value);
  return { kind: OUTCOME.text, number: textCode(viewOf(bytes), 0, bytes.length) };
}
