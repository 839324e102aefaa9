/**
 * Kolmogorov's distribution: of the largest |B(t)| of a Brownian bridge, the limit of √(nm/(n+m)) · KS with no drift.
 * Tail: 2 Σ (−1)^(k−1) exp(−2 k² x²); below x = 1 the dual theta series, which converges where the first does not.
 * Source: A. Kolmogorov (1933); N. Smirnov, Table for estimating the goodness of fit (1948).
 * Cost: under 1 µs for the tail, about 10 µs for the quantile, no allocation. Error: relative 1e-14 of the limit; the
 * limit itself is conservative for small samples and for few bins.
 */

/** P(K ≥ x). */
export function kolmogorovTail(x: number): number {
  if (x <= 0) return 1;
  if (x < 1) {
    let sum = 0;
    for (let k = 1; k <= 7; k += 2) sum += Math.exp((-k * k * Math.PI * Math.PI) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * sum;
  }
  let sum = 0;
  for (let k = 1, sign = 1; k <= 6; k++, sign = -sign) sum += sign * Math.exp(-2 * k * k * x * x);
  return 2 * sum;
}

/** The x with P(K ≥ x) = tail, by bisection; 0 < tail < 1. */
export function kolmogorovQuantile(tail: number): number {
  let low = 0;
  let high = 1;
  while (kolmogorovTail(high) > tail) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (kolmogorovTail(middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
