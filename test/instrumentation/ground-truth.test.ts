/** Ground truth on the real SDK: from the process that predicted, from another one, and as columns. */
import { SpanKind } from '@opentelemetry/api';
import { afterEach, describe, expect, test } from 'vitest';
import { instrumentModel, recordGroundTruth } from '../../src/instrumentation/index.js';
import { inMemorySdk, warnings } from './sdk.js';

const sdk = inMemorySdk();
const { tracerProvider, span, spans } = sdk;
const model = instrumentModel({ name: 'flight-delay', version: '2', tracerProvider });

afterEach(() => sdk.reset());

describe('one ground truth', () => {
  test('is a span with the value and the id that the prediction returned, linked to it', () => {
    const { id } = model.predict({ distance: 733 }, () => 'late');
    const predicted = span().spanContext();
    sdk.reset();

    model.groundTruth(id, 'on time', { source: 'arrivals-feed', time: Date.UTC(2001, 0, 2) });

    expect(span().name).toBe('ground_truth flight-delay');
    expect(span().kind).toBe(SpanKind.INTERNAL);
    expect(span().attributes).toEqual({
      'ml.model.name': 'flight-delay',
      'ml.prediction.id': id,
      'ml.ground_truth.value': 'on time',
      'ml.ground_truth.source': 'arrivals-feed',
    });
    expect(span().links.map(({ context }) => [context.traceId, context.spanId])).toEqual([
      [predicted.traceId, predicted.spanId],
    ]);
    expect(span().startTime).toEqual([Date.UTC(2001, 0, 2) / 1000, 0]);
    expect(span().endTime).toEqual(span().startTime);
  });

  test('needs no model object, and no id of ours', () => {
    recordGroundTruth({ model: 'flight-delay', id: 'f-8812', value: false, tracerProvider });
    expect(span().attributes).toEqual({
      'ml.model.name': 'flight-delay',
      'ml.prediction.id': 'f-8812',
      'ml.ground_truth.value': false,
    });
    expect(span().links).toEqual([]);
  });

  test.each([
    ['an empty id, which a prediction without an SDK has', '', 1],
    ['no value', 'a', undefined],
    ['a value that is none', 'a', { late: true }],
  ])('is not sent for %s', (_, id, value) => {
    model.groundTruth(id, value as never);
    expect(spans()).toEqual([]);
  });
});

describe('ground truths in columns', () => {
  test('are one span', () => {
    model.groundTruths(['a', 'b', 'c'], Float64Array.of(1, 0.5, 0), { source: 'feed', time: 978_307_200_000 });
    expect(span().attributes).toEqual({
      'ml.model.name': 'flight-delay',
      'ml.batch.size': 3,
      'ml.prediction.id': ['a', 'b', 'c'],
      'ml.ground_truth.value': [1, 0.5, 0],
      'ml.ground_truth.source': 'feed',
    });
    expect(span().startTime).toEqual([978_307_200, 0]);
  });

  test('join the rows of a batch', () => {
    const { ids } = model.predictBatch({ distance: [1, 2] }, () => ['late', 'late']);
    sdk.reset();
    model.groundTruths(ids, ['late', 'on time']);
    expect(span().attributes['ml.prediction.id']).toEqual(ids);
  });

  test('leave out the rows that have no id or no value yet', () => {
    model.groundTruths(['a', '', 'c', 'd'], [true, true, undefined, false] as boolean[]);
    expect(span().attributes).toMatchObject({
      'ml.batch.size': 2,
      'ml.prediction.id': ['a', 'd'],
      'ml.ground_truth.value': [true, false],
    });
  });

  test('of more than 8,192 rows are several spans', () => {
    const ids = Array.from({ length: 20_000 }, (_, row) => `id-${row}`);
    model.groundTruths(ids, new Float64Array(ids.length));
    expect(spans().map(({ attributes }) => attributes['ml.batch.size'])).toEqual([8192, 8192, 3616]);
    expect(spans().flatMap(({ attributes }) => attributes['ml.prediction.id'])).toEqual(ids);
  });

  test('with another number of values than of ids are not sent, and that is told once', () => {
    const told = warnings();
    for (let i = 0; i < 2; i++) model.groundTruths(['a', 'b'], [1]);
    expect(spans()).toEqual([]);
    expect(told).toHaveLength(1);
  });
});
