/** One prediction on the real SDK: what is on its span, what comes back, and what nests below it. */
import { context, INVALID_SPAN_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AlwaysOffSampler, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { instrumentModel } from '../../src/instrumentation/index.js';
import { inMemorySdk, warnings } from './sdk.js';

// Context has no provider of its own kind: nesting needs the global context manager.
beforeAll(() => inMemorySdk().tracerProvider.register());
afterAll(() => {
  trace.disable();
  context.disable();
});

const MODEL = { 'ml.model.name': 'flight-delay', 'ml.model.version': '2' };

function flightDelay(options: { role?: 'shadow'; task?: 'binary' } = {}) {
  const sdk = inMemorySdk();
  const model = instrumentModel({ name: 'flight-delay', version: '2', ...sdk, ...options });
  return { sdk, model };
}

const nanoseconds = ([seconds, nanos]: readonly [number, number]): bigint =>
  BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
const durationMs = (span: ReadableSpan): number =>
  Number(nanoseconds(span.endTime) - nanoseconds(span.startTime)) / 1e6;

describe('a prediction', () => {
  test('is a span with features, value and score, and gives back id and result', () => {
    const { sdk, model } = flightDelay({ role: 'shadow' });
    const features = { distance: 733, origin: 'ORD', weekend: true };

    const { id, prediction } = model.predict(features, (given) => ({ features: given, late: 0.83 }), {
      requestId: 'r-31',
      entityId: 'customer-7',
      callerId: 'key-12',
      describe: ({ late }) => ({ value: 'late', score: late }),
      attributes: { 'deployment.environment.name': 'test' },
    });

    const span = sdk.span();
    expect(prediction.features).toBe(features);
    expect(span.name).toBe('predict flight-delay');
    expect(span.kind).toBe(SpanKind.INTERNAL);
    expect(span.instrumentationScope.name).toBe('plumbline');
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
    expect(span.attributes).toEqual({
      ...MODEL,
      'ml.model.role': 'shadow',
      'ml.feature.distance': 733,
      'ml.feature.origin': 'ORD',
      'ml.feature.weekend': true,
      'ml.prediction.value': 'late',
      'ml.prediction.score': 0.83,
      'ml.request.id': 'r-31',
      'ml.entity.id': 'customer-7',
      'ml.caller.id': 'key-12',
      'deployment.environment.name': 'test',
    });
    const { traceId, spanId } = span.spanContext();
    expect(id).toBe(`${traceId}:${spanId}`);
    expect(id).toMatch(/^[0-9a-f]{32}:[0-9a-f]{16}$/);
  });

  test('has the id that it was given', () => {
    const { sdk, model } = flightDelay();
    expect(model.predict({}, () => 'late', { id: 'f-8812' }).id).toBe('f-8812');
    expect(sdk.span().attributes['ml.prediction.id']).toBe('f-8812');
  });

  test('of a promise is recorded when it is fulfilled', async () => {
    const { sdk, model } = flightDelay();
    const pending = model.predict({ distance: 1 }, async (features) => {
      await new Promise(setImmediate);
      return features.distance === 1 ? 'late' : 'on time';
    });
    expect(sdk.spans()).toHaveLength(0);
    expect(await pending).toEqual({ id: expect.any(String) as string, prediction: 'late' });
    expect(sdk.span().attributes['ml.prediction.value']).toBe('late');
  });

  test('is the parent of the spans of the model, across waiting, and a child of the request', async () => {
    const { sdk, model } = flightDelay();
    const tracer = sdk.tracerProvider.getTracer('service');
    await tracer.startActiveSpan('request', async (request) => {
      await model.predict({}, async () => {
        tracer.startSpan('look up').end();
        await Promise.resolve();
        tracer.startSpan('score').end();
      });
      expect(trace.getActiveSpan()).toBe(request);
      request.end();
    });
    const byName = new Map(sdk.spans().map((span) => [span.name, span]));
    const predicted = byName.get('predict flight-delay');
    expect(predicted?.parentSpanContext?.spanId).toBe(byName.get('request')?.spanContext().spanId);
    for (const name of ['look up', 'score']) {
      expect(byName.get(name)?.parentSpanContext?.spanId).toBe(predicted?.spanContext().spanId);
    }
  });

  test('that fails is recorded and the error comes out unchanged', async () => {
    class OutOfMemory extends Error {}
    const error = new OutOfMemory('no room');
    for (const isAsync of [false, true]) {
      const { sdk, model } = flightDelay();
      const fails = (): string => {
        throw error;
      };
      if (isAsync) await expect(model.predict({ a: 1 }, async () => fails())).rejects.toBe(error);
      else expect(() => model.predict({ a: 1 }, fails)).toThrow(error);
      const span = sdk.span();
      expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: 'no room' });
      expect(span.attributes).toEqual({ ...MODEL, 'ml.feature.a': 1, 'error.type': 'OutOfMemory' });
      expect(span.events.map(({ name }) => name)).toEqual(['exception']);
    }
  });

  test.each([
    [Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'ECONNRESET'],
    [new TypeError('x'), 'TypeError'],
    [new Error('x'), 'Error'],
    ['text', 'string'],
    [undefined, '_OTHER'],
    [Object.create(null) as unknown, '_OTHER'],
  ])('that throws %s has an error of type %s', (thrown, type) => {
    const { sdk, model } = flightDelay();
    let caught: unknown = 'nothing';
    try {
      model.predict({}, () => {
        throw thrown;
      });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe(thrown);
    expect(sdk.span().attributes['error.type']).toBe(type);
  });

  test('of a replay happens at its event time', () => {
    const { sdk, model } = flightDelay();
    const time = Date.UTC(2001, 0, 1, 6, 30) + 0.25;
    model.predict({}, () => 'late', { time });
    const span = sdk.span();
    expect(nanoseconds(span.startTime)).toBe(BigInt(time * 1000) * 1000n);
    expect(durationMs(span)).toBeGreaterThanOrEqual(0);
  });
});

describe('what a model returns', () => {
  test.each([
    ['a number', 12.5, {}, { 'ml.prediction.value': 12.5 }],
    ['a boolean', false, {}, { 'ml.prediction.value': false }],
    ['a number of a binary model', 0.25, { task: 'binary' as const }, { 'ml.prediction.score': 0.25 }],
    ['a class of a binary model', 'late', { task: 'binary' as const }, { 'ml.prediction.value': 'late' }],
    [
      'classes with scores and attributions',
      { value: 'b', scores: { a: 0.2, b: 0.8 }, attributions: { distance: 0.07 } },
      {},
      {
        'ml.prediction.value': 'b',
        'ml.prediction.scores.a': 0.2,
        'ml.prediction.scores.b': 0.8,
        'ml.attribution.distance': 0.07,
      },
    ],
    ['something else', { tensor: [1, 2] }, {}, {}],
    ['nothing', undefined, {}, {}],
  ])('%s', (_, returned, options, expected) => {
    const { sdk, model } = flightDelay(options);
    expect(model.predict({}, () => returned).prediction).toBe(returned);
    expect(sdk.span().attributes).toEqual({ ...MODEL, ...expected });
  });
});

describe('features', () => {
  test('missing ones are told apart: absent, empty, NaN', () => {
    const { sdk, model } = flightDelay();
    model.predict({ absent: undefined, none: null, empty: '', nan: Number.NaN, zero: 0 }, () => undefined);
    expect(sdk.span().attributes).toEqual({
      ...MODEL,
      'ml.feature.empty': '',
      'ml.feature.nan': Number.NaN,
      'ml.feature.zero': 0,
    });
  });

  test('dates become text, big integers numbers where they are exact', () => {
    const { sdk, model } = flightDelay();
    const departed = new Date(Date.UTC(2001, 0, 1));
    model.predict({ departed, never: new Date(Number.NaN), small: 12n, large: 2n ** 60n + 1n }, () => undefined);
    expect(sdk.span().attributes).toEqual({
      ...MODEL,
      'ml.feature.departed': '2001-01-01T00:00:00.000Z',
      'ml.feature.never': Number.NaN,
      'ml.feature.small': 12,
      'ml.feature.large': '1152921504606846977',
    });
  });

  test('what cannot be an attribute is left out and told once a feature', () => {
    const told = warnings();
    const sdk = inMemorySdk();
    const model = instrumentModel({ name: 'nested', version: '1', ...sdk });
    const features = { origin: 'ORD', airport: { code: 'ORD' }, route: ['ORD', 'SFO'], hash: Symbol('x') };
    for (let i = 0; i < 3; i++) model.predict(features as never, () => undefined);
    expect(sdk.spans()).toHaveLength(3);
    for (const span of sdk.spans())
      expect(Object.keys(span.attributes).filter((key) => key.startsWith('ml.feature.'))).toEqual([
        'ml.feature.origin',
      ]);
    expect(told.filter((text) => text.includes("'nested'"))).toHaveLength(3);
  });

  test('keep their own keys when rows differ in order and in names', () => {
    const { sdk, model } = flightDelay();
    for (const features of [
      { a: 1, b: 2, c: 3 },
      { c: 4, a: 5 },
      { d: 6, b: 7 },
      { a: 8, b: 9, c: 10 },
    ]) {
      model.predict(features, () => undefined);
    }
    const sent = sdk.spans().map(({ attributes }) => Object.fromEntries(Object.entries(attributes).slice(2)));
    expect(sent).toEqual([
      { 'ml.feature.a': 1, 'ml.feature.b': 2, 'ml.feature.c': 3 },
      { 'ml.feature.c': 4, 'ml.feature.a': 5 },
      { 'ml.feature.d': 6, 'ml.feature.b': 7 },
      { 'ml.feature.a': 8, 'ml.feature.b': 9, 'ml.feature.c': 10 },
    ]);
  });

  test('that the SDK drops over its limit are told once, with the remedy', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`f${i}`, i]));
    const told = warnings();
    const narrow = inMemorySdk();
    const model = instrumentModel({ name: 'wide', version: '1', ...narrow });
    for (let i = 0; i < 2; i++) model.predict(many, () => 1);
    expect(narrow.spans()[0].droppedAttributesCount).toBe(75);
    expect(told.filter((text) => text.includes('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT'))).toHaveLength(1);
    expect(told[0]).toContain('200 features');

    const roomy = inMemorySdk({ spanLimits: { attributeCountLimit: 256 } });
    instrumentModel({ name: 'wide, with room', version: '1', ...roomy }).predict(many, () => 1);
    expect(roomy.span().droppedAttributesCount).toBe(0);
    expect(told).toHaveLength(1);
  });

  test('cannot be sent in one attribute: this SDK keeps no map', () => {
    const { tracerProvider, span } = inMemorySdk();
    warnings();
    const map = { distance: 733 } as never;
    tracerProvider
      .getTracer('service')
      .startSpan('map', { attributes: { 'ml.features': map } })
      .setAttribute('ml.features', map)
      .end();
    expect(span().attributes).toEqual({});
  });
});

describe('a sampled-out prediction', () => {
  test('is counted, has an id, and takes its children with it', async () => {
    const sdk = inMemorySdk({ sampler: new AlwaysOffSampler() });
    const model = instrumentModel({ name: 'sampled', version: '1', ...sdk });
    const { id } = model.predict({ a: 1 }, () => {
      expect(trace.getSpanContext(context.active())?.traceFlags).toBe(0);
      return 1;
    });
    expect(id).toMatch(/^[0-9a-f]{32}:[0-9a-f]{16}$/);
    expect(id).not.toContain(INVALID_SPAN_CONTEXT.traceId);
    expect(sdk.spans()).toHaveLength(0);
    expect(await sdk.metric('ml.predictions')).toEqual([
      { attributes: { 'ml.model.name': 'sampled', 'ml.model.version': '1' }, value: 1 },
    ]);
  });
});

describe('a prediction that is recorded after the fact', () => {
  test('has the duration that it took and the time at which it started', async () => {
    const { sdk, model } = flightDelay();
    const time = Date.UTC(2001, 1, 1);
    const id = model.record({ distance: 5 }, { value: true, score: 0.6 }, { time, durationMs: 250, id: 'a' });
    expect(id).toBe('a');
    const span = sdk.span();
    expect(nanoseconds(span.startTime)).toBe(BigInt(time) * 1_000_000n);
    expect(durationMs(span)).toBe(250);
    expect(span.attributes).toEqual({
      ...MODEL,
      'ml.feature.distance': 5,
      'ml.prediction.id': 'a',
      'ml.prediction.value': true,
      'ml.prediction.score': 0.6,
    });
    expect(await sdk.metric('ml.prediction.duration')).toMatchObject([{ value: { count: 1, sum: 0.25 } }]);
  });

  test('ends about now where only its duration is known', () => {
    const { sdk, model } = flightDelay();
    const before = Date.now();
    model.record({}, 'late', { durationMs: 5000 });
    const after = Date.now();
    expect(durationMs(sdk.span())).toBe(5000);
    const [seconds, nanos] = sdk.span().endTime;
    const endMs = seconds * 1000 + nanos / 1e6;
    expect(endMs).toBeGreaterThanOrEqual(before);
    expect(endMs).toBeLessThanOrEqual(after);
  });

  test('has no duration where none is known, and may have failed', async () => {
    const { sdk, model } = flightDelay();
    model.record({}, undefined, { error: new RangeError('too far') });
    expect(sdk.span().attributes['error.type']).toBe('RangeError');
    expect(sdk.span().status.code).toBe(SpanStatusCode.ERROR);
    expect(await sdk.metric('ml.prediction.duration')).toEqual([]);
    expect(await sdk.metric('ml.prediction.errors')).toMatchObject([{ value: 1 }]);
  });
});
