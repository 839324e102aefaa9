/** Every item is observed, rejected with a reason or ignored with a reason, and the three add up. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { shuffled } from '../oracle/arbitraries.js';
import { attributesOf, Pipeline } from '../observe/pipeline.js';

let pipeline = new Pipeline();

afterEach(() => {
  for (const signal of ['traces', 'logs'] as const) {
    const { received, observed, rejected, ignored } = pipeline.accounted(signal);
    const sum = [...Object.values(rejected), ...Object.values(ignored)].reduce((total, n) => total + n, observed);
    expect(received).toBe(sum);
  }
});

test.each([
  ['no model name', { 'ml.model.version': '1', 'ml.feature.x': 1 }, 'no_model_name'],
  ['no model version', { 'ml.model.name': 'm', 'ml.feature.x': 1 }, 'no_model_version'],
  [
    'a batch whose columns differ',
    { 'ml.model.name': 'm', 'ml.model.version': '1', 'ml.batch.size': 3n, 'ml.feature.x': [1, 2] },
    'bad_batch',
  ],
  [
    'a batch larger than the limit',
    { 'ml.model.name': 'm', 'ml.model.version': '1', 'ml.batch.size': 10_000n },
    'bad_batch',
  ],
])('rejected: %s', (_, attributes, reason) => {
  pipeline = new Pipeline();
  const span = { ...pipeline.span({}), attributes: attributesOf(attributes) };
  const { rejected, message } = pipeline.sendSpans([span, pipeline.span({ features: { x: 1 } })]);
  expect(rejected).toBe(1);
  expect(message).toContain(reason);
  expect(pipeline.accounted()).toEqual({ received: 2, observed: 1, rejected: { [reason]: 1 }, ignored: {} });
});

test.each([
  ['a span of something else', { 'http.request.method': 'GET' }],
  ['a span that only names a model', { 'ml.model.name': 'm', 'ml.model.version': '1' }],
])('ignored: %s', (_, attributes) => {
  pipeline = new Pipeline();
  pipeline.sendSpans([{ ...pipeline.span({}), attributes: attributesOf(attributes) }]);
  expect(pipeline.accounted()).toEqual({ received: 1, observed: 0, rejected: {}, ignored: { not_ml: 1 } });
});

test('a pipeline run is ignored as such', () => {
  pipeline = new Pipeline();
  pipeline.sendSpans([
    { ...pipeline.span({}), attributes: attributesOf({ 'ml.pipeline.name': 'p', 'ml.pipeline.run.id': '1' }) },
  ]);
  expect(pipeline.accounted().ignored).toEqual({ pipeline: 1 });
});

test('ground truth without a value or a key is rejected', () => {
  pipeline = new Pipeline();
  const record = (attributes: Record<string, unknown>) => ({
    eventName: 'ml.ground_truth',
    timeUnixNano: BigInt(pipeline.clock.nowMs()) * 1_000_000n,
    attributes: attributesOf({ 'ml.model.name': 'm', ...attributes }),
  });
  pipeline.sendLogs([record({ 'ml.prediction.id': 'a' }), record({ 'ml.ground_truth.value': true })]);
  expect(pipeline.accounted('logs').rejected).toEqual({ no_ground_truth_value: 1, no_join_key: 1 });
});

test('the same span twice counts once; so does the same prediction id', () => {
  pipeline = new Pipeline();
  const span = pipeline.span({ features: { x: 1 } });
  pipeline.sendSpans([span]);
  pipeline.sendSpans([
    span,
    pipeline.span({ id: 'p', features: { x: 1 } }),
    pipeline.span({ id: 'p', features: { x: 1 } }),
  ]);
  expect(pipeline.accounted()).toEqual({ received: 4, observed: 2, rejected: {}, ignored: { duplicate: 2 } });
  expect(pipeline.profile('x').present).toBe(2);
});

test('model and version may stand on the resource; the span wins', () => {
  pipeline = new Pipeline();
  const span = (attributes: Record<string, unknown>) => ({
    ...pipeline.span({}),
    attributes: attributesOf(attributes),
  });
  const resource = { attributes: attributesOf({ 'ml.model.name': 'm', 'ml.model.version': '1' }) };
  const spans = [span({ 'ml.feature.x': 1 }), span({ 'ml.feature.x': 1, 'ml.model.version': '2' })];
  pipeline.sendResourceSpans([
    { resource, scopeSpans: [{ spans }] },
    { scopeSpans: [{ spans: [span({ 'ml.feature.x': 1 })] }] },
  ]);
  expect([...pipeline.observer.directory.models.get('m')!.keys()]).toEqual(['1', '2']);
  expect(pipeline.accounted().rejected).toEqual({ no_model_name: 1 });
});

test('names without end are cut, keys without end are left out and counted: both cost a bounded number of bytes', () => {
  pipeline = new Pipeline();
  const long = 'x'.repeat(100_000);
  pipeline.predict(
    { model: `a${long}`, version: `b${long}`, features: { y: 1 } },
    { features: { [long]: 1, [`${long}y`]: 2, z: 3 }, attributes: { 'ml.features': { [`${long}z`]: 1 } } },
  );
  const names = [...pipeline.observer.directory.models].flatMap(([name, versions]) => [name, ...versions.keys()]);
  expect(names.map(({ length }) => length)).toEqual([1024, 1024, 1, 1]);
  expect([...pipeline.version().features.keys()]).toEqual(['z']);
  const { keys, nestedKeys } = pipeline.interpreter.meanings;
  expect([keys.overflow, nestedKeys.overflow]).toEqual([2, 1]);
  expect(pipeline.accounted()).toEqual({ received: 2, observed: 2, rejected: {}, ignored: {} });
});

test('features in one kvlist are the same features', () => {
  pipeline = new Pipeline();
  pipeline.predict({ features: { x: 1 } }, { attributes: { 'ml.features': { x: 3, y: 'a' } } });
  expect(pipeline.profile('x').mean).toBe(2);
  expect(pipeline.profile('y').present).toBe(1);
});

test('columns of a batch are so many predictions, as arrays or as little-endian doubles', () => {
  pipeline = new Pipeline();
  const column = Buffer.alloc(24);
  [1.5, NaN, 4.5].forEach((value, row) => column.writeDoubleLE(value, row * 8));
  pipeline.predict({
    attributes: {
      'ml.batch.size': 3n,
      'ml.feature.x': [1, 2, 6],
      'ml.feature.y': new Uint8Array(column),
      'ml.feature.c': ['a', '', 'b'],
      'ml.prediction.value': [true, false, true],
      'ml.prediction.id': ['p1', 'p2', 'p3'],
    },
  });
  expect(pipeline.profile('x').mean).toBe(3);
  expect([pipeline.profile('y').mean, pipeline.profile('y').nan]).toEqual([3, 1]);
  expect(pipeline.profile('c').empty).toBe(1);
  expect(pipeline.version().window(2).predictions).toBe(3);
  pipeline.groundTruth('p2', false);
  expect(pipeline.version().window(2).joined).toBe(1);
});

test('a sender may be held to its models', () => {
  pipeline = new Pipeline();
  const spans = [pipeline.span({ features: { x: 1 } }), pipeline.span({ model: 'other', features: { x: 1 } })];
  const { rejected } = pipeline.sendResourceSpans([{ scopeSpans: [{ spans }] }], new Set(['m']));
  expect(rejected).toBe(1);
  expect(pipeline.accounted().rejected).toEqual({ forbidden_model: 1 });
});

test('whatever arrives, the counts add up', () => {
  fc.assert(
    fc.property(
      shuffled('ExportTraceServiceRequest', {
        fields: {
          'KeyValue.key': fc.constantFrom(
            'ml.model.name',
            'ml.model.version',
            'ml.feature.a',
            'ml.feature.b',
            'ml.prediction.value',
            'ml.ground_truth.value',
            'ml.batch.size',
            'ml.prediction.id',
            'ml.features',
            'other',
          ),
        },
      }),
      ({ bytes }) => {
        pipeline = new Pipeline();
        pipeline.interpreter.interpret('traces', bytes);
        const { received, observed, rejected, ignored } = pipeline.accounted();
        const sum = [...Object.values(rejected), ...Object.values(ignored)].reduce((total, n) => total + n, observed);
        expect(received).toBe(sum);
      },
    ),
    { numRuns: 300 },
  );
});
