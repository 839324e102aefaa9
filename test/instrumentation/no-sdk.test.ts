/** With no SDK nothing is recorded and nothing changes; an SDK that is registered later, or anew, is found. */
import { context, metrics, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterEach, describe, expect, test } from 'vitest';
import { instrumentModel, recordGroundTruth } from '../../src/instrumentation/index.js';
import { inMemorySdk } from './sdk.js';

afterEach(() => {
  trace.disable();
  metrics.disable();
  context.disable();
});

const PARENT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

describe('with no SDK', () => {
  const model = instrumentModel<{ distance: number }>({ name: 'flight-delay', version: '1' });

  test('the result comes back, with no id but one that was given', async () => {
    const result = { late: true };
    expect(model.predict({ distance: 1 }, () => result)).toEqual({ id: '', prediction: result });
    expect(model.predict({ distance: 1 }, () => result, { id: 'a' }).id).toBe('a');
    expect(await model.predict({ distance: 1 }, async () => result)).toEqual({ id: '', prediction: result });
    expect(model.predictBatch({ distance: [1, 2] }, () => [3, 4])).toEqual({ ids: ['', ''], predictions: [3, 4] });
    expect(model.record({ distance: 1 }, 2)).toBe('');
    model.groundTruth('a', true);
    model.groundTruths(['a'], [true]);
    recordGroundTruth({ model: 'flight-delay', id: 'a', value: true });
  });

  test('errors come out, and features are not even read', () => {
    const error = new Error('of the model');
    const fails = (): never => {
      throw error;
    };
    expect(() => model.predict({ distance: 1 }, fails)).toThrow(error);
    let reads = 0;
    const features = {
      get distance(): number {
        return ++reads;
      },
    };
    expect(model.predict(features, () => 'late').prediction).toBe('late');
    expect(reads).toBe(0);
  });

  test('the span of the caller does not stand for the prediction', () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    context.with(trace.setSpanContext(ROOT_CONTEXT, PARENT), () => {
      expect(model.predict({ distance: 1 }, () => trace.getSpanContext(context.active())?.spanId)).toEqual({
        id: '',
        prediction: PARENT.spanId,
      });
    });
  });
});

describe('an SDK', () => {
  test('that is registered after the model was instrumented and used records from then on', async () => {
    const model = instrumentModel({ name: 'late', version: '1' });
    model.predict({ a: 1 }, () => 1);
    for (let round = 0; round < 2; round++) {
      const sdk = inMemorySdk();
      sdk.tracerProvider.register();
      metrics.setGlobalMeterProvider(sdk.meterProvider);
      expect(model.predict({ a: 1 }, () => 1).id).not.toBe('');
      model.groundTruth('a', 1);
      expect(sdk.spans().map(({ name }) => name)).toEqual(['predict late', 'ground_truth late']);
      expect(await sdk.metric('ml.predictions')).toMatchObject([{ value: 1 }]);
      trace.disable();
      metrics.disable();
      context.disable();
      expect(model.predict({ a: 1 }, () => 1).id).toBe('');
    }
  });

  test('of metrics alone counts', async () => {
    const { meterProvider, metric } = inMemorySdk();
    const model = instrumentModel({ name: 'counted', version: '1', meterProvider });
    expect(model.predict({ a: 1 }, () => 1).id).toBe('');
    expect(await metric('ml.predictions')).toMatchObject([{ value: 1 }]);
    expect(await metric('ml.prediction.duration')).toMatchObject([{ value: { count: 1 } }]);
  });
});
