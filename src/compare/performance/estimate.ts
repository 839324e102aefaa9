/**
 * A performance statistic with its confidence interval. A statistic that the data do not define (precision with nothing
 * predicted positive) is absent, `undefined`: publishing a 0 or a 1 for it would be a lie that alerts act on.
 */
export interface Estimate {
  readonly value: number;
  /** Ends of the 95% confidence interval. */
  readonly lower: number;
  readonly upper: number;
}

/** The standard normal deviate that leaves 2.5% above it. */
export const Z_95 = 1.959963984540054;

/** An interval of ± z standard errors, cut at the statistic's range. */
export function normalInterval(value: number, variance: number, least: number, most: number): Estimate {
  const half = Z_95 * Math.sqrt(Math.max(0, variance));
  return { value, lower: Math.max(least, value - half), upper: Math.min(most, value + half) };
}
