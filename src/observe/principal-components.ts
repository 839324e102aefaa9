/**
 * Eigenvectors of a symmetric matrix by Jacobi's rotations, swept over all pairs until nothing is left beside the diagonal
 * (Golub and Van Loan, Matrix Computations, 8.5). Slower than tridiagonal methods, but twenty lines, and as accurate as
 * the numbers are: about ten sweeps of d³ steps, so 100 features take some 40 ms, once a reference.
 */
const SWEEPS_MAX = 60;
/** Of a correlation matrix, whose diagonal is of ones, this is rounding. */
const NOTHING = 1e-15;

export interface PrincipalComponents {
  /** Unit vectors, the one of most variance first. */
  readonly vectors: readonly (readonly number[])[];
  /** The share of the variance that they keep together. */
  readonly kept: number;
}

/**
 * The fewest components that keep more than `share` of the variance, but never all of them: what nothing is left of has
 * no reconstruction error.
 * @param matrix of correlations, row by row; it is overwritten
 */
export function principalComponents(matrix: Float64Array, size: number, share: number): PrincipalComponents {
  const vectors = jacobi(matrix, size);
  const variances = Array.from({ length: size }, (_, at) => Math.max(0, matrix[at * size + at]));
  const order = variances.map((_, at) => at).sort((a, b) => variances[b] - variances[a] || a - b);
  const total = variances.reduce((sum, variance) => sum + variance, 0);
  const chosen: number[][] = [];
  let kept = 0;
  for (const component of order.slice(0, size - 1)) {
    chosen.push(oriented(Array.from({ length: size }, (_, row) => vectors[row * size + component])));
    kept += variances[component] / total;
    if (kept > share) break;
  }
  return { vectors: chosen, kept };
}

/** Leaves the eigenvalues on the diagonal. @returns eigenvectors as columns */
function jacobi(matrix: Float64Array, size: number): Float64Array {
  const vectors = new Float64Array(size * size);
  for (let at = 0; at < size; at++) vectors[at * size + at] = 1;
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let beside = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const between = matrix[p * size + q];
        beside += Math.abs(between);
        if (Math.abs(between) < NOTHING) continue;
        const half = (matrix[q * size + q] - matrix[p * size + p]) / (2 * between);
        const tangent = (half < 0 ? -1 : 1) / (Math.abs(half) + Math.sqrt(half * half + 1));
        const cosine = 1 / Math.sqrt(tangent * tangent + 1);
        const sine = tangent * cosine;
        for (let row = 0; row < size; row++) rotate(matrix, row * size + p, row * size + q, cosine, sine);
        for (let column = 0; column < size; column++)
          rotate(matrix, p * size + column, q * size + column, cosine, sine);
        for (let row = 0; row < size; row++) rotate(vectors, row * size + p, row * size + q, cosine, sine);
      }
    }
    if (beside < NOTHING * size * size) break;
  }
  return vectors;
}

function rotate(of: Float64Array, first: number, second: number, cosine: number, sine: number): void {
  const [a, b] = [of[first], of[second]];
  of[first] = cosine * a - sine * b;
  of[second] = sine * a + cosine * b;
}

/** A component has no sign: its largest part is made positive, so that the same data give the same one. */
function oriented(vector: number[]): number[] {
  const largest = vector.reduce((best, part) => (Math.abs(part) > Math.abs(best) ? part : best), 0);
  return largest < 0 ? vector.map((part) => -part) : vector;
}
