/** Every value of a stream has the same chance of being in the sample, wherever it stands. */
import { expect, test } from 'vitest';
import { chiSquareTail } from '../../src/compare/index.js';
import { seededRandom } from '../../src/lib/random.js';
import { Reservoir } from '../../src/reference/reservoir.js';

test('a stream that fits is kept whole, in its order', () => {
  const reservoir = new Reservoir(10, seededRandom(1));
  for (const value of [3, 1, 2]) reservoir.add(value);
  expect([...reservoir.sample]).toEqual([3, 1, 2]);
});

test.each([
  [1, 20],
  [5, 20],
  [19, 20],
  [10, 200],
])('%i of %i: each is drawn equally often', (size, length) => {
  const random = seededRandom(size);
  const drawn = new Float64Array(length);
  const repetitions = 20_000;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const reservoir = new Reservoir(size, random);
    for (let value = 0; value < length; value++) reservoir.add(value);
    const { sample } = reservoir;
    expect(new Set(sample).size).toBe(size);
    for (const value of sample) drawn[value]++;
  }
  const share = size / length;
  const variance = repetitions * share * (1 - share);
  // Draws without replacement hang together, which takes one degree of freedom and stretches the rest by this factor.
  const statistic = drawn.reduce((sum, count) => sum + (count - repetitions * share) ** 2 / variance, 0);
  expect(chiSquareTail(statistic * ((length - 1) / length), length - 1)).toBeGreaterThan(0.001);
});
