/** What a service counts about itself: by model and version, never sampled, and bounded. */
import { describe, expect, test } from 'vitest';
import { instrumentModel } from '../../src/instrumentation/index.js';
import { SERVICE_METRIC } from '../../src/registry/index.js';
import { inMemorySdk } from './sdk.js';

const attributes = (name: string, version: string) => ({ 'ml.model.name': name, 'ml.model.version': version });

describe('service metrics', () => {
  test('are kept apart by model and version, and added up for the same one', async () => {
    const sdk = inMemorySdk();
    const calls: [string, string, number][] = [
      ['a', '1', 2],
      ['a', '2', 1],
      ['b', '1', 3],
      ['a', '1', 4],
    ];
    for (const [name, version, times] of calls) {
      const model = instrumentModel({ name, version, ...sdk });
      for (let i = 0; i < times; i++) model.predict({}, () => 1);
    }
    const expected = [
      { attributes: attributes('a', '1'), value: 6 },
      { attributes: attributes('a', '2'), value: 1 },
      { attributes: attributes('b', '1'), value: 3 },
    ];
    expect(await sdk.metric('ml.predictions')).toEqual(expected);
    expect(await sdk.metric('ml.predictions')).toEqual(expected);
    const counts = (await sdk.metric('ml.prediction.duration')).map(({ value }) => (value as { count: number }).count);
    expect(counts).toEqual([6, 1, 3]);
  });

  test('count failures by type; a failed prediction is a prediction', async () => {
    const sdk = inMemorySdk();
    const model = instrumentModel({ name: 'failing', version: '1', ...sdk });
    const failing = (error: Error): void => {
      expect(() =>
        model.predict({}, () => {
          throw error;
        }),
      ).toThrow(error);
    };
    for (const error of [new TypeError('a'), new TypeError('b'), new RangeError('c')]) failing(error);
    expect(await sdk.metric('ml.prediction.errors')).toEqual([
      { attributes: { ...attributes('failing', '1'), 'error.type': 'TypeError' }, value: 2 },
      { attributes: { ...attributes('failing', '1'), 'error.type': 'RangeError' }, value: 1 },
    ]);
    expect(await sdk.metric('ml.predictions')).toMatchObject([{ value: 3 }]);
  });

  test('hold the number of error types down', async () => {
    const sdk = inMemorySdk();
    const model = instrumentModel({ name: 'inventive', version: '1', ...sdk });
    for (let i = 0; i < 200; i++)
      model.record({}, undefined, { error: Object.assign(new Error('x'), { name: `E${i}` }) });
    const errors = await sdk.metric('ml.prediction.errors');
    expect(errors).toHaveLength(51);
    expect(errors.find(({ attributes }) => attributes['error.type'] === '_OTHER')?.value).toBe(150);
  });

  test('have the buckets of the registry', async () => {
    const sdk = inMemorySdk();
    instrumentModel({ name: 'm', version: '1', ...sdk }).record({}, 1, { durationMs: 30 });
    const [{ value }] = await sdk.metric(SERVICE_METRIC.duration.instrument);
    const { buckets, sum } = value as { buckets: { boundaries: number[]; counts: number[] }; sum: number };
    expect(buckets.boundaries).toEqual(SERVICE_METRIC.duration.buckets);
    expect(buckets.counts.indexOf(1)).toBe(SERVICE_METRIC.duration.buckets.indexOf(0.05));
    expect(sum).toBe(0.03);
  });
});
