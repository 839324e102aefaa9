/** A batch on the real SDK: one span, columns, and an id for every row. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { instrumentModel } from '../../src/instrumentation/index.js';
import { inMemorySdk, warnings, type Sdk } from './sdk.js';

const MODEL = { 'ml.model.name': 'flight-delay', 'ml.model.version': '2' };

let sdk: Sdk;
let told: string[];
beforeEach(() => {
  sdk = inMemorySdk();
  told = warnings();
});
afterEach(() => sdk.tracerProvider.shutdown());

const flightDelay = (task?: 'binary') =>
  instrumentModel({
    name: 'flight-delay',
    version: '2',
    task,
    tracerProvider: sdk.tracerProvider,
    meterProvider: sdk.meterProvider,
  });

describe('a batch', () => {
  test('is one span with columns, typed arrays too', () => {
    const columns = {
      distance: Float64Array.of(733, 12.5, Number.NaN),
      origin: ['ORD', 'SFO', ''],
      weekend: [true, false, true],
    };
    const { ids, predictions } = flightDelay().predictBatch(
      columns,
      ({ distance }) => ({
        late: Array.from(distance, (miles) => Number(miles) > 100),
        p: Float32Array.of(0.5, 0.25, 0),
      }),
      {
        ids: ['a', 'b', 'c'],
        requestIds: ['r', 'r', 's'],
        entityIds: ['x', 'y', 'z'],
        callerIds: ['k', 'k', 'k'],
        describe: ({ late, p }) => ({
          value: late,
          score: p,
          scores: { yes: p },
          attributions: { distance: [1, 2, 3] },
        }),
      },
    );
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(predictions.late).toEqual([true, false, false]);
    expect(sdk.span().attributes).toEqual({
      ...MODEL,
      'ml.batch.size': 3,
      'ml.prediction.id': ['a', 'b', 'c'],
      'ml.request.id': ['r', 'r', 's'],
      'ml.entity.id': ['x', 'y', 'z'],
      'ml.caller.id': ['k', 'k', 'k'],
      'ml.feature.distance': [733, 12.5, Number.NaN],
      'ml.feature.origin': ['ORD', 'SFO', ''],
      'ml.feature.weekend': [true, false, true],
      'ml.prediction.value': [true, false, false],
      'ml.prediction.score': [0.5, 0.25, 0],
      'ml.prediction.scores.yes': [0.5, 0.25, 0],
      'ml.attribution.distance': [1, 2, 3],
    });
    expect(told).toEqual([]);
  });

  test('has ids that follow from its span, and sends them', () => {
    const { ids } = flightDelay().predictBatch({ distance: [1, 2] }, () => [true, false]);
    const { traceId, spanId } = sdk.span().spanContext();
    expect(ids).toEqual([`${traceId}:${spanId}:0`, `${traceId}:${spanId}:1`]);
    expect(sdk.span().attributes['ml.prediction.id']).toEqual(ids);
  });

  test('counts its rows, and its duration once', async () => {
    flightDelay().predictBatch({ distance: [1, 2, 3] }, () => [1, 2, 3]);
    expect(await sdk.metric('ml.predictions')).toMatchObject([{ value: 3 }]);
    expect(await sdk.metric('ml.prediction.duration')).toMatchObject([{ value: { count: 1 } }]);
  });

  test('of a promise is recorded when it is fulfilled, and when it is rejected', async () => {
    const { predictions } = await flightDelay().predictBatch({ distance: [1] }, async () => [0.5]);
    expect(predictions).toEqual([0.5]);
    const error = new TypeError('shape');
    await expect(flightDelay().predictBatch({ distance: [1, 2] }, () => Promise.reject(error))).rejects.toBe(error);
    expect(sdk.spans().map(({ attributes }) => [attributes['ml.prediction.value'], attributes['error.type']])).toEqual([
      [[0.5], undefined],
      [undefined, 'TypeError'],
    ]);
    expect(await sdk.metric('ml.prediction.errors')).toMatchObject([{ value: 2 }]);
  });

  test.each([
    [Float64Array.of(0.1, 0.9), 'ml.prediction.score'],
    [[0.1, 0.9], 'ml.prediction.score'],
    [['late', 'on time'], 'ml.prediction.value'],
  ])('of a binary model: %o is %s', (returned, key) => {
    flightDelay('binary').predictBatch({ distance: [1, 2] }, () => returned);
    expect(sdk.span().attributes[key]).toEqual(Array.from<unknown>(returned));
  });

  test('of nothing is not recorded', async () => {
    const { ids, predictions } = flightDelay().predictBatch({ distance: [] as number[] }, () => [] as number[]);
    expect([ids, predictions, sdk.spans()]).toEqual([[], [], []]);
    expect(await sdk.metric('ml.prediction.duration')).toEqual([]);
  });

  test('that is changed by the model is recorded as it was', () => {
    const distance = [1, 2];
    flightDelay().predictBatch({ distance }, () => distance.fill(0));
    expect(sdk.span().attributes['ml.feature.distance']).toEqual([1, 2]);
  });
});

describe('a column', () => {
  test('has NaN or the empty text for what is missing, and is absent where all is', () => {
    flightDelay().predictBatch(
      {
        number: [1, null, undefined],
        text: [null, 'a', undefined],
        flag: [true, null, false],
        nothing: [null, null, null],
      },
      () => undefined,
    );
    const { attributes } = sdk.span();
    expect(attributes['ml.feature.number']).toEqual([1, Number.NaN, Number.NaN]);
    expect(attributes['ml.feature.text']).toEqual(['', 'a', '']);
    expect(attributes['ml.feature.flag']).toEqual([true, null, false]);
    expect(attributes).not.toHaveProperty('ml.feature.nothing');
  });

  test('takes dates and big integers; mixed types become text', () => {
    const when = new Date(0);
    flightDelay().predictBatch(
      { when: [when, when], big: [1n, 2n], bigs: BigInt64Array.of(3n, 4n), huge: [1n, 2n ** 60n], mixed: [1, 'a'] },
      () => undefined,
    );
    expect(sdk.span().attributes).toMatchObject({
      'ml.feature.when': ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z'],
      'ml.feature.big': [1, 2],
      'ml.feature.bigs': [3, 4],
      'ml.feature.huge': ['1', '1152921504606846976'],
      'ml.feature.mixed': ['1', 'a'],
    });
  });

  test('of another length is left out and told once', () => {
    const model = flightDelay();
    for (let i = 0; i < 2; i++) {
      model.predictBatch({ distance: [1, 2], short: [1] }, () => [1, 2, 3]);
    }
    for (const { attributes } of sdk.spans()) {
      expect(attributes['ml.feature.distance']).toEqual([1, 2]);
      expect(attributes).not.toHaveProperty('ml.feature.short');
      expect(attributes).not.toHaveProperty('ml.prediction.value');
    }
    expect(told).toHaveLength(2);
  });
});
