/**
 * Nothing that goes wrong in the recording reaches the model's path: hostile providers, hostile values, hostile loggers.
 * The model is called exactly once, and its own result or its own exception is what comes out.
 */
import {
  context,
  diag,
  DiagLogLevel,
  metrics,
  ROOT_CONTEXT,
  trace,
  type MeterProvider,
  type Span,
  type TracerProvider,
} from '@opentelemetry/api';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { instrumentModel, recordGroundTruth, type FeatureValue } from '../../src/instrumentation/index.js';
import { inMemorySdk, warnings } from './sdk.js';

afterEach(() => {
  trace.disable();
  metrics.disable();
  context.disable();
  diag.disable();
});

const fault = (): never => {
  throw new Error('a fault of the SDK');
};

/** Every call of any method throws, at any depth that a caller can reach; `reaching` are those that answer. */
function hostile<T extends object>(reaching: Readonly<Record<string, () => unknown>> = {}): T {
  return new Proxy({} as T, { get: (_, name) => reaching[String(name)] ?? fault });
}

const CONTEXT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const recordingSpan = (): Span => hostile<Span>({ isRecording: () => true, spanContext: () => CONTEXT });
const tracerOf = (startSpan: () => unknown): TracerProvider => hostile({ getTracer: () => hostile({ startSpan }) });

const TRACER_PROVIDERS: Readonly<Record<string, () => TracerProvider>> = {
  'no tracer': () => hostile(),
  'no span': () => tracerOf(fault),
  'a span of undefined': () => tracerOf(() => undefined),
  'a span that fails at everything': () => tracerOf(() => hostile()),
  'a span that records and fails at every attribute': () => tracerOf(recordingSpan),
};

const instrument = (): object => hostile();
const METER_PROVIDERS: Readonly<Record<string, () => MeterProvider>> = {
  'no meter': () => hostile(),
  'no instruments': () => hostile({ getMeter: () => hostile() }),
  'instruments that fail': () =>
    hostile({
      getMeter: () =>
        hostile({
          createHistogram: instrument,
          createCounter: instrument,
          createObservableCounter: () => ({ addCallback: () => undefined }),
        }),
    }),
};

function everyCallWorks(options: { tracerProvider?: TracerProvider; meterProvider?: MeterProvider }): void {
  const model = instrumentModel({ name: 'm', version: '1', ...options });
  const predict = vi.fn((features: Record<string, FeatureValue>) => features);
  const features = { a: 1 };
  expect(model.predict(features, predict).prediction).toBe(features);
  expect(predict).toHaveBeenCalledTimes(1);
  const error = new Error('of the model');
  const fails = vi.fn(() => {
    throw error;
  });
  expect(() => model.predict(features, fails)).toThrow(error);
  expect(fails).toHaveBeenCalledTimes(1);
  expect(model.predictBatch({ a: [1, 2] }, () => [3, 4]).predictions).toEqual([3, 4]);
  expect(() => model.record(features, 1, { durationMs: 1, error })).not.toThrow();
  expect(() => model.groundTruth('id', 1)).not.toThrow();
  expect(() => model.groundTruths(['id'], [1])).not.toThrow();
}

describe('a provider that throws', () => {
  for (const [name, tracerProvider] of Object.entries(TRACER_PROVIDERS)) {
    test(`${name}: given or global`, () => {
      everyCallWorks({ tracerProvider: tracerProvider() });
      trace.setGlobalTracerProvider(tracerProvider());
      everyCallWorks({});
      expect(() => recordGroundTruth({ model: 'm', id: 'x', value: 1 })).not.toThrow();
    });
  }

  for (const [name, meterProvider] of Object.entries(METER_PROVIDERS)) {
    test(`${name}: given or global, and the span is recorded all the same`, () => {
      everyCallWorks({ meterProvider: meterProvider() });
      metrics.setGlobalMeterProvider(meterProvider());
      const { tracerProvider, spans } = inMemorySdk();
      everyCallWorks({ tracerProvider });
      expect(spans()).toHaveLength(6);
    });
  }

  test('a tracer provider that throws leaves the metrics alone', async () => {
    const { meterProvider, metric } = inMemorySdk();
    everyCallWorks({ tracerProvider: hostile(), meterProvider });
    expect(await metric('ml.predictions')).toMatchObject([{ value: 5 }]);
    expect(await metric('ml.prediction.errors')).toMatchObject([{ value: 2 }]);
  });

  test.each([
    ['throws before', () => fault()],
    ['throws after', (_: unknown, call: () => void) => (call(), fault())],
    ['never calls', () => undefined],
  ])('a context manager that %s', (_, withContext) => {
    context.setGlobalContextManager(
      hostile({ active: () => ROOT_CONTEXT, with: withContext as () => unknown, disable: () => undefined }),
    );
    everyCallWorks(inMemorySdk());
  });

  test('a diagnostic logger that throws', () => {
    diag.setLogger(hostile({ debug: () => undefined, info: () => undefined }), {
      logLevel: DiagLogLevel.WARN,
      suppressOverrideMessage: true,
    });
    const { tracerProvider, spans } = inMemorySdk();
    const model = instrumentModel({ name: 'unheard', version: '1', tracerProvider });
    expect(model.predict({ a: {} as never }, () => 1).prediction).toBe(1);
    expect(spans()).toHaveLength(1);
  });
});

describe('values that throw', () => {
  const features = {
    before: 1,
    get broken(): number {
      throw new Error('cannot be read');
    },
    after: 2,
  };

  test('a getter costs its own feature and is told once', () => {
    const told = warnings();
    const { tracerProvider, spans } = inMemorySdk();
    const model = instrumentModel({ name: 'broken', version: '1', tracerProvider });
    for (let i = 0; i < 2; i++) expect(model.predict(features, () => 'late').prediction).toBe('late');
    for (const { attributes } of spans()) {
      expect(attributes).toMatchObject({
        'ml.feature.before': 1,
        'ml.feature.after': 2,
        'ml.prediction.value': 'late',
      });
      expect(attributes).not.toHaveProperty('ml.feature.broken');
    }
    expect(told.filter((text) => text.includes("'broken'"))).toHaveLength(1);
  });

  test('a getter of a column costs its own column', () => {
    const { tracerProvider, span } = inMemorySdk();
    const columns = {
      get broken(): number[] {
        throw new Error('cannot be read');
      },
      after: [1, 2],
    };
    instrumentModel({ name: 'm', version: '1', tracerProvider }).predictBatch(columns, () => [0, 1]);
    expect(span().attributes).toMatchObject({ 'ml.batch.size': 2, 'ml.feature.after': [1, 2] });
  });

  test('describe, attributes and options', () => {
    const { tracerProvider, spans } = inMemorySdk();
    const model = instrumentModel({ name: 'm', version: '1', tracerProvider });
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    expect(model.predict({ a: 1 }, () => 1, { describe: fault }).prediction).toBe(1);
    expect(model.predict(revoked.proxy, () => 2).prediction).toBe(2);
    expect(model.predict({ a: 1 }, () => revoked.proxy).prediction).toBe(revoked.proxy);
    expect(model.predictBatch(revoked.proxy, () => [3]).predictions).toEqual([3]);
    expect(model.predict({ a: 1 }, () => 4, { attributes: revoked.proxy }).prediction).toBe(4);
    expect(spans().length).toBeGreaterThanOrEqual(4);
  });

  test('an error whose properties throw comes out unchanged', () => {
    const { tracerProvider, span } = inMemorySdk();
    const error = hostile<Error>();
    const evil = new Proxy(error, { get: fault });
    let caught: unknown;
    try {
      instrumentModel({ name: 'm', version: '1', tracerProvider }).predict({}, () => {
        throw evil;
      });
    } catch (thrown) {
      caught = thrown;
    }
    expect(caught === evil).toBe(true);
    expect(span().attributes['error.type']).toBe('_OTHER');
  });
});

test('any features and any result whatever pass through', () => {
  warnings();
  const sdk = inMemorySdk();
  const model = instrumentModel({ name: 'any', version: '1', ...sdk });
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
  });
  fc.assert(
    fc.property(fc.dictionary(fc.string(), anything), anything, (features, result) => {
      const given = features as Record<string, FeatureValue>;
      expect(model.predict(given, (seen) => (seen === given ? result : undefined)).prediction).toBe(result);
      expect(model.predictBatch(given as never, () => result).predictions).toBe(result);
      expect(() => model.record(given, result as never)).not.toThrow();
      expect(() => model.groundTruths(['a'], [result] as never)).not.toThrow();
      model.groundTruth('a', result as never);
    }),
  );
});
