/**
 * The parts that a numeric feature is divided into where it makes segments and has more values than there are places for: a
 * continuous one would else fill them with values that never come again. Tenths of the reference, or quarters where the feature
 * makes segments together with others or there are fewer than ten places, open at both ends. They are taken from the bounds of
 * the feature's bins, which every thread has: equal shares of the reference for a continuous feature, to within 1/128; equal
 * numbers of values for a discrete one.
 */
import { BIN } from '../registry/index.js';
import type { NumericSchema } from './feature-schema.js';

const TENTHS = 10;
const QUARTERS = 4;
const NUMBER_FORMAT = new Intl.NumberFormat('en', { maximumSignificantDigits: 4, useGrouping: false });

export class SegmentParts {
  /** As `(10, 20]`; what is missing is a part too. */
  readonly names: readonly string[];
  /** Upper bounds of all but the last, ascending. */
  readonly #upper: readonly number[];

  private constructor(upper: readonly number[]) {
    this.#upper = upper;
    const shown = [-Infinity, ...upper, Infinity].map(numberText(upper));
    const parts = shown.slice(1).map((to, at) => `(${shown[at]}, ${to}${at < upper.length ? ']' : ')'}`);
    this.names = [...parts, BIN.missing];
  }

  /** Undefined: the feature has a place for each of its values. */
  static of({ upper }: NumericSchema, definition: { readonly by: { length: number }; readonly max: number }) {
    if (upper.length <= definition.max) return undefined;
    const count = definition.by.length === 1 && definition.max >= TENTHS ? TENTHS : QUARTERS;
    const bounds = Array.from(
      { length: count - 1 },
      (_, at) => upper[Math.ceil(((at + 1) * upper.length) / count) - 1],
    );
    return new SegmentParts(bounds);
  }

  nameOf(value: number): string {
    const part = this.#upper.findIndex((bound) => value <= bound);
    return this.names[part < 0 ? this.#upper.length : part];
  }
}

/** In four digits, where those tell the bounds apart. */
function numberText(bounds: readonly number[]): (bound: number) => string {
  const short = (bound: number): string => NUMBER_FORMAT.format(bound).replace('∞', 'inf');
  return new Set(bounds.map(short)).size === bounds.length ? short : String;
}
