/**
 * Fits principal components to rows: second moments about the reference's means, one pass, d²/2 steps a row. Every
 * feature is scaled to unit variance over the rows that were fitted (a missing value is the mean), so that the matrix is
 * that of correlations, whatever the features' units are.
 */
import { principalComponents } from './principal-components.js';
import type { ProjectedFeature, Projection } from './projection.js';

export class ComponentFit {
  readonly #features: readonly ProjectedFeature[];
  readonly #moments: Float64Array;
  #weight = 0;
  /** Rows that were added. */
  rows = 0;

  constructor(features: readonly ProjectedFeature[]) {
    this.#features = features;
    this.#moments = new Float64Array(features.length ** 2);
  }

  /** @param row in standard deviations from the mean */
  add(row: Float64Array, weight: number): void {
    const size = this.#features.length;
    const moments = this.#moments;
    for (let a = 0; a < size; a++) {
      const weighted = row[a] * weight;
      if (weighted === 0) continue;
      for (let b = a; b < size; b++) moments[a * size + b] += weighted * row[b];
    }
    this.#weight += weight;
    this.rows++;
  }

  /**
   * @param share of the variance that the components keep at least
   * @returns what is projected, and which of the features that is; undefined: fewer than two vary
   */
  projection(
    share: number,
  ): { readonly projection: Omit<Projection, 'residuals'>; readonly places: readonly number[] } | undefined {
    const all = this.#features.length;
    const moment = (a: number, b: number): number => this.#moments[Math.min(a, b) * all + Math.max(a, b)];
    const places = this.#features.map((_, at) => at).filter((at) => moment(at, at) > 0);
    const size = places.length;
    if (size < 2) return undefined;
    const correlations = new Float64Array(size * size);
    for (const [row, a] of places.entries()) {
      for (const [column, b] of places.entries()) {
        correlations[row * size + column] = moment(a, b) / Math.sqrt(moment(a, a) * moment(b, b));
      }
    }
    const { vectors, kept } = principalComponents(correlations, size, share);
    const features = places.map((at) => {
      const feature = this.#features[at];
      return { ...feature, deviation: feature.deviation * Math.sqrt(moment(at, at) / this.#weight) };
    });
    return { projection: { features, components: vectors, kept }, places };
  }
}
