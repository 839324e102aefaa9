/** Ever new models, versions, features, categories, keys, senders and series stop growing the process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Left } from './ever-new-process.js';

/** Of what is left after garbage collection, between the second third of the messages and the last. */
const MARGIN = 1.02;
/** Names that are told apart, and the one that all others are counted under. */
const NAMES_MAX = 51;
/** Of one feature. */
const DERIVED_MAX = 2;
let left: Left;

beforeAll(async () => {
  const child = fork(fileURLToPath(new URL('ever-new-process.ts', import.meta.url)), {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    serialization: 'advanced',
  });
  [left] = (await once(child, 'message')) as [Left];
  child.disconnect();
  await once(child, 'exit');
});

test('what is left after garbage collection does not grow from the second third to the last', () => {
  const third = left.bytes.length / 3;
  const largest = (from: number): number => Math.max(...left.bytes.slice(from, from + third));
  expect(largest(2 * third)).toBeLessThan(MARGIN * largest(third));
});

describe('limits', () => {
  test.each([
    'attribute_keys',
    'models',
    'versions',
    'features_per_version',
    'waiting_predictions',
    'early_ground_truths',
    'metric_series',
  ])('%s was filled', (name) => {
    const limit = left.limits.find((one) => one.name === name);
    expect(limit?.overflow).toBeGreaterThan(0);
  });

  test('none was passed', () => {
    expect(left.limits.filter(({ used, max }) => used > max)).toEqual([]);
  });

  test('whatever is kept by name is bounded', () => {
    const max = Object.fromEntries(left.limits.map((limit) => [limit.name, limit.max]));
    const { counts } = left;
    expect(counts.models).toBeLessThanOrEqual(max.models);
    expect(counts.versions).toBeLessThanOrEqual(max.versions);
    expect(counts.features).toBeLessThanOrEqual(max.features_per_version);
    expect(counts.withDerived).toBeLessThanOrEqual((1 + DERIVED_MAX) * max.features_per_version);
    expect(counts.featureNames).toBeLessThanOrEqual(2 * max.attribute_keys);
    expect(counts.roles).toBeLessThanOrEqual(NAMES_MAX);
    expect(counts.errorTypes).toBeLessThanOrEqual(NAMES_MAX);
    expect(counts.modelsOfGroundTruth).toBeLessThanOrEqual(max.models + 1);
  });
});
