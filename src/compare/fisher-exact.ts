/**
 * Fisher's exact test of a 2 × 2 table, two-sided: the chance, with all margins fixed, of a table no likelier than this.
 * For a share of two kinds in two samples where counts are too small for a normal approximation.
 * Source: R. A. Fisher (1934); two-sided by summing likelihoods, as R and scipy do (relative slack 1e-7 for ties).
 * Cost: O(smallest margin), no allocation. Range: 0 to 1. Error: relative 1e-12: the likelihoods are taken relative to
 * the likeliest table, by ratios, so that nothing overflows.
 */
export function fisherExact(a: number, b: number, c: number, d: number): number {
  const row = a + b;
  const column = a + c;
  const all = a + b + c + d;
  const least = Math.max(0, row + column - all);
  const most = Math.min(row, column);
  const likeliest = Math.min(most, Math.max(least, Math.floor(((row + 1) * (column + 1)) / (all + 2))));
  const ratioUp = (x: number): number => ((row - x) * (column - x)) / ((x + 1) * (all - row - column + x + 1));

  const likelihoodOf = (target: number): number => {
    let likelihood = 1;
    for (let x = likeliest; x < target; x++) likelihood *= ratioUp(x);
    for (let x = likeliest; x > target; x--) likelihood /= ratioUp(x - 1);
    return likelihood;
  };
  const limit = likelihoodOf(a) * (1 + 1e-7);

  let sum = 0;
  let asUnlikely = 0;
  const count = (likelihood: number): void => {
    sum += likelihood;
    if (likelihood <= limit) asUnlikely += likelihood;
  };
  count(1);
  for (let x = likeliest, likelihood = 1; x < most; x++) count((likelihood *= ratioUp(x)));
  for (let x = likeliest, likelihood = 1; x > least; x--) count((likelihood /= ratioUp(x - 1)));
  return Math.min(1, asUnlikely / sum);
}
