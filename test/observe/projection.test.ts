/** Principal components against numpy's, and what is projected on them, by their laws. */
import { describe, expect, test } from 'vitest';
import { normalDeviates, seededRandom } from '../../src/lib/random.js';
import { ComponentFit, principalComponents, Projector } from '../../src/observe/index.js';

/** Correlations of Fisher's iris measurements, as numpy computes them. */
const IRIS = [
  -0.11756978413300205, 0.8717537758865829, 0.817941126271576, -0.42844010433054014, -0.36612593253643955,
  0.9628654314027958,
];

function symmetric(upper: readonly number[], size: number): Float64Array {
  const matrix = new Float64Array(size * size).fill(1);
  let at = 0;
  for (let row = 0; row < size; row++) {
    for (let column = row + 1; column < size; column++, at++) {
      matrix[row * size + column] = matrix[column * size + row] = upper[at];
    }
  }
  return matrix;
}

function close(ours: readonly number[], theirs: readonly number[]): void {
  expect(ours).toHaveLength(theirs.length);
  ours.forEach((number, at) => expect(number).toBeCloseTo(theirs[at], 12));
}

describe('principal components', () => {
  test('of the iris measurements are those that scikit-learn finds', () => {
    const one = principalComponents(symmetric(IRIS, 4), 4, 0.65);
    close(one.vectors[0], [0.5210659146701196, -0.2693474425059428, 0.5804130957962944, 0.5648565357793611]);
    expect([one.vectors.length, one.kept]).toEqual([1, expect.closeTo(0.729624454132999, 12)]);
    const two = principalComponents(symmetric(IRIS, 4), 4, 0.95);
    close(two.vectors[1], [0.37741761556456765, 0.9232956595407148, 0.024491609085586057, 0.06694198696805814]);
    expect(two.kept).toBeCloseTo(0.9581320720000164, 12);
  });

  test('of two features are their sum and their difference', () => {
    const { vectors, kept } = principalComponents(symmetric([-0.6], 2), 2, 0.99);
    close(vectors[0].map(Math.abs), [Math.SQRT1_2, Math.SQRT1_2]);
    expect(vectors[0][0]).toBeCloseTo(-vectors[0][1], 12);
    // All of them would leave nothing to err about.
    expect([vectors.length, kept]).toEqual([1, expect.closeTo(0.8, 12)]);
  });

  test.each([2, 3, 10, 40, 100])('of %i features: unit vectors, at right angles, that keep what they say', (size) => {
    const normal = normalDeviates(seededRandom(size));
    const fit = new ComponentFit(
      Array.from({ length: size }, (_, at) => ({ name: `f${at}`, kind: 'numeric' as const, mean: 0, deviation: 1 })),
    );
    const rows = Array.from({ length: 300 }, () => {
      const shared = normal();
      return Float64Array.from({ length: size }, (_, at) => normal() + (at % 3) * shared);
    });
    for (const row of rows) fit.add(row, 1);
    const { projection } = fit.projection(0.65)!;
    const { components, features, kept } = projection;
    const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, at) => sum + x * b[at], 0);
    for (const [at, component] of components.entries()) {
      components.forEach((other, place) => expect(dot(component, other)).toBeCloseTo(Number(place === at), 10));
    }
    // Over the rows that were fitted, the squared errors are the variance that is not kept.
    const projector = new Projector(projection);
    const standardised = rows.map((row) => row.map((x, at) => x / features[at].deviation));
    const squares = standardised.reduce((sum, row) => sum + projector.error(row, 0) ** 2, 0);
    expect(squares / rows.length / size).toBeCloseTo(1 - kept, 10);
    const fewer = components.length === 1 ? 0 : 1 - squaresWithout(components, standardised) / rows.length / size;
    expect(fewer).toBeLessThan(0.65 + 1e-9);
  });
});

/** The sum of squared errors if the last component were left out. */
function squaresWithout(components: readonly (readonly number[])[], rows: readonly Float64Array[]): number {
  const features = components[0].map((_, at) => ({ name: `${at}`, kind: 'numeric' as const, mean: 0, deviation: 1 }));
  const projector = new Projector({ features, components: components.slice(0, -1) });
  return rows.reduce((sum, row) => sum + projector.error(row, 0) ** 2, 0);
}

describe('the reconstruction error', () => {
  const features = ['a', 'b'].map((name) => ({ name, kind: 'numeric' as const, mean: 0, deviation: 1 }));
  const projector = new Projector({ features, components: [[Math.SQRT1_2, Math.SQRT1_2]] });

  test('is the distance from what the components span', () => {
    expect(projector.error(Float64Array.of(9, 9, 3, -1), 2)).toBeCloseTo(Math.sqrt(8), 12);
    close([...projector.residual], [2, -2]);
  });

  test('of a row within it is 0, not what rounding leaves', () => {
    for (const x of [1e-9, 0.1, 0.3, 7, 1e6]) expect(projector.error(Float64Array.of(x, x), 0)).toBe(0);
  });
});

test('features that do not vary, or fewer than two, are not projected', () => {
  const features = ['a', 'b', 'c'].map((name) => ({ name, kind: 'numeric' as const, mean: 0, deviation: 1 }));
  const fit = new ComponentFit(features);
  for (const a of [-1, 1, 2]) fit.add(Float64Array.of(a, 0, -2 * a), 1);
  const { projection, places } = fit.projection(0.65)!;
  expect(places).toEqual([0, 2]);
  close([...projection.components[0]].map(Math.abs), [Math.SQRT1_2, Math.SQRT1_2]);
  const alone = new ComponentFit(features);
  for (const a of [-1, 1, 2]) alone.add(Float64Array.of(a, 0, 0), 1);
  expect(alone.projection(0.65)).toBeUndefined();
});
