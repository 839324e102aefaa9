/** Offline features on the real SDK. */
import { afterEach, expect, test } from 'vitest';
import { recordOfflineFeatures } from '../../src/instrumentation/index.js';
import { inMemorySdk } from './sdk.js';

const sdk = inMemorySdk();
const { tracerProvider, span, spans } = sdk;

afterEach(() => sdk.reset());

test('are a span that says what it is, with the id of the prediction and the features', () => {
  recordOfflineFeatures({
    model: 'flight-delay',
    id: 'f-8812',
    features: { distance: 733, origin: 'ORD', weekend: true, unknown: undefined },
    time: Date.UTC(2001, 0, 2),
    tracerProvider,
  });
  expect(span().name).toBe('offline_features flight-delay');
  expect(span().attributes).toEqual({
    'event.name': 'ml.offline_features',
    'ml.model.name': 'flight-delay',
    'ml.prediction.id': 'f-8812',
    'ml.feature.distance': 733,
    'ml.feature.origin': 'ORD',
    'ml.feature.weekend': true,
  });
  expect(span().startTime).toEqual([Date.UTC(2001, 0, 2) / 1000, 0]);
  expect(span().endTime).toEqual(span().startTime);
});

test('of an entity, and of one version', () => {
  recordOfflineFeatures({
    model: 'churn',
    version: '3',
    entityId: 'customer-7',
    features: { age: 41 },
    tracerProvider,
  });
  expect(span().attributes).toMatchObject({ 'ml.entity.id': 'customer-7', 'ml.model.version': '3' });
});

test('of nobody are not sent, and nothing is thrown', () => {
  recordOfflineFeatures({ model: 'churn', features: { age: 41 }, tracerProvider });
  recordOfflineFeatures({ model: 'churn', id: '', features: { age: 41 }, tracerProvider });
  recordOfflineFeatures(undefined as never);
  expect(spans()).toEqual([]);
});
