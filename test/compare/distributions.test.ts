/** The distributions that critical values rest on, against scipy, far into the tails. */
import { describe, expect, test } from 'vitest';
import {
  chiSquareQuantile,
  chiSquareTail,
  kolmogorovQuantile,
  kolmogorovTail,
  normalQuantile,
  normalTail,
} from '../../src/compare/index.js';

function expectRelative(value: number, expected: number, relative = 1e-11): void {
  expect(Math.abs(value / expected - 1)).toBeLessThan(relative);
}

describe('χ²', () => {
  test.each([
    [1, 0.05, 3.8414588206941285],
    [1, 1e-9, 37.324893051362324],
    [12, 0.001, 32.90949040736021],
    [12, 1e-9, 67.34920334810165],
    [99, 0.05, 123.22522145336181],
    [99, 1e-9, 207.8975208372104],
  ])('%i degrees of freedom, tail %d', (degreesOfFreedom, tail, quantile) => {
    expectRelative(chiSquareQuantile(tail, degreesOfFreedom), quantile);
    expectRelative(chiSquareTail(quantile, degreesOfFreedom), tail);
  });

  test('ends of the range', () => {
    expect(chiSquareTail(0, 3)).toBe(1);
    expect(chiSquareTail(Infinity, 3)).toBe(0);
    expect(chiSquareTail(0, 0)).toBe(1);
    expect(chiSquareTail(1, 0)).toBe(0);
    expect(chiSquareQuantile(0.05, 0)).toBe(0);
  });
});

describe('Kolmogorov', () => {
  test.each([
    [0.3, 0.9999906941986655],
    [0.7, 0.7112351950296893],
    [1, 0.26999967167735456],
    [1.5, 0.022217962616525127],
    [3, 3.045995948942526e-8],
  ])('tail at %d', (x, tail) => {
    expectRelative(kolmogorovTail(x), tail);
  });

  test.each([
    [0.5, 0.8275735551899059],
    [0.05, 1.3580986393225507],
    [0.001, 1.9494746035043753],
    [1e-9, 3.2723396077964124],
  ])('quantile at %d', (tail, x) => {
    expectRelative(kolmogorovQuantile(tail), x);
  });

  test('the two series meet', () => {
    expect(kolmogorovTail(1 - 1e-12)).toBeCloseTo(kolmogorovTail(1 + 1e-12), 10);
    expect(kolmogorovTail(0)).toBe(1);
    expect(kolmogorovTail(0.01)).toBe(1);
  });
});

test.each([
  [0.025, 1.9599639845400545],
  [0.001, 3.090232306167813],
  [1e-12, 7.034483825301131],
])('normal, tail %d', (tail, z) => {
  expectRelative(normalQuantile(tail), z);
  expectRelative(normalTail(z), tail);
});
