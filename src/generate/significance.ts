/**
 * How far chance alone carries a number, so that a rule asks for both: more than what matters, and more than what luck
 * explains at this number of observations. The collector publishes critical values for its drift statistics; for shares
 * (missing values, failed predictions …) they follow from the number of observations in one line of PromQL, given here.
 */

/**
 * Upper quantile of the standard normal distribution: P(Z > z) = `probability`, for 0 < probability < 0.5.
 * Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.23; absolute error below 4.5e-4.
 */
export function upperNormalQuantile(probability: number): number {
  const t = Math.sqrt(-2 * Math.log(probability));
  const numerator = 2.515517 + t * (0.802853 + t * 0.010328);
  const denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return t - numerator / denominator;
}

/**
 * The share that is exceeded with `falseAlarmRate` when the true share is `share`, at `n` observations; both are PromQL.
 * A count with mean λ = n·share is near enough Poisson, whose upper quantile by Cornish and Fisher with a correction for
 * continuity is λ + z√λ + (z²−1)/6 + ½: the constant is what keeps one bad value of three from counting. The tail beyond it
 * is at most the rate for any λ from 1e-4 to 1e3 (computed); a binomial varies less still, so it errs to silence.
 */
export function criticalShare(share: string, n: string, falseAlarmRate: number): string {
  const z = upperNormalQuantile(falseAlarmRate);
  return `${share} + (${rounded(z)} * sqrt(${n} * ${share}) + ${rounded((z * z + 2) / 6)}) / ${n}`;
}

/** Mean of a Poisson count that is zero with `falseAlarmRate`: fewer expected than this and silence proves nothing. */
export function expectedBeforeSilenceCounts(falseAlarmRate: number): number {
  return rounded(-Math.log(falseAlarmRate));
}

/** Mean λ of a Poisson count from which a halving is beyond chance: λ/2 < λ − z√λ, that is λ > 4z². */
export function expectedBeforeHalvingCounts(falseAlarmRate: number): number {
  return rounded(4 * upperNormalQuantile(falseAlarmRate) ** 2);
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
