/** Ground truth finds its prediction: by id or span, before or after it, once, in every version, within bounds. */
import { describe, expect, test } from 'vitest';
import { VERSION_CELL } from '../../src/observe/index.js';
import { OUTCOME } from '../../src/interpret/index.js';
import { attributesOf, Pipeline } from '../observe/pipeline.js';

const MINUTE_MS = 60_000;

function confusion(pipeline: Pipeline, version = '1') {
  const { cells } = pipeline.version('m', version).window(2);
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = VERSION_CELL;
  return [truePositives, falsePositives, trueNegatives, falseNegatives].map((cell) => cells[cell]);
}

const predicted = (id: string, value: unknown, score?: number) => ({
  id,
  attributes: { 'ml.prediction.value': value, ...(score === undefined ? {} : { 'ml.prediction.score': score }) },
});

test('joins by prediction id', () => {
  const pipeline = new Pipeline();
  pipeline.predict(predicted('a', true), predicted('b', true), predicted('c', false), predicted('d', false));
  pipeline.groundTruth('a', true);
  pipeline.groundTruth('b', false);
  pipeline.groundTruth('c', false);
  pipeline.groundTruth('d', true);
  expect(confusion(pipeline)).toEqual([1, 1, 1, 1]);
  expect(pipeline.correlator.outcomes('m')).toEqual({ joined: 4, late: 0, orphaned: 0, duplicate: 0 });
});

test('joins by the span where no id was given, from either side', () => {
  const pipeline = new Pipeline();
  const span = pipeline.span({ attributes: { 'ml.prediction.value': true } });
  pipeline.sendSpans([span]);
  const hex = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString('hex');
  pipeline.groundTruth(`${hex(span.traceId)}:${hex(span.spanId)}`, true);
  expect(confusion(pipeline)).toEqual([1, 0, 0, 0]);
});

test('joins a ground truth that came as a span', () => {
  const pipeline = new Pipeline();
  pipeline.predict(predicted('a', true));
  const span = {
    ...pipeline.span({}),
    attributes: attributesOf({ 'ml.model.name': 'm', 'ml.prediction.id': 'a', 'ml.ground_truth.value': true }),
  };
  pipeline.sendSpans([span]);
  expect(confusion(pipeline)).toEqual([1, 0, 0, 0]);
});

describe('a ground truth that comes before its prediction', () => {
  test('waits for it', () => {
    const pipeline = new Pipeline();
    pipeline.groundTruth('a', true);
    pipeline.predict(predicted('a', true));
    expect(confusion(pipeline)).toEqual([1, 0, 0, 0]);
    expect(pipeline.correlator.outcomes('m').joined).toBe(1);
  });

  test('is orphaned when none comes in time', () => {
    const pipeline = new Pipeline();
    pipeline.groundTruth('a', true);
    pipeline.clock.advanceMs(11 * MINUTE_MS);
    pipeline.observer.advance();
    expect(pipeline.correlator.outcomes('m')).toEqual({ joined: 0, late: 0, orphaned: 1, duplicate: 0 });
    pipeline.predict(predicted('a', true));
    expect(confusion(pipeline)).toEqual([0, 0, 0, 0]);
  });

  test('is bounded in number', () => {
    const pipeline = new Pipeline();
    for (let i = 0; i < 150; i++) pipeline.groundTruth(`${i}`, true);
    expect(pipeline.correlator.limits[1].used).toBe(100);
    expect(pipeline.correlator.outcomes('m').orphaned).toBe(50);
  });
});

test('twice counts once', () => {
  const pipeline = new Pipeline();
  pipeline.predict(predicted('a', true));
  pipeline.groundTruth('a', true);
  pipeline.groundTruth('a', false);
  expect(confusion(pipeline)).toEqual([1, 0, 0, 0]);
  expect(pipeline.correlator.outcomes('m').duplicate).toBe(1);
});

test('two versions that answered one request are both joined', () => {
  const pipeline = new Pipeline();
  pipeline.predict({ version: '1', ...predicted('a', true) }, { version: '2', ...predicted('a', false) });
  pipeline.groundTruth('a', true);
  expect(confusion(pipeline, '1')).toEqual([1, 0, 0, 0]);
  expect(confusion(pipeline, '2')).toEqual([0, 0, 0, 1]);
});

test('a version whose prediction comes after the ground truth is joined as well', () => {
  const pipeline = new Pipeline();
  pipeline.predict({ version: '1', ...predicted('a', true) });
  pipeline.groundTruth('a', true);
  pipeline.predict({ version: '2', ...predicted('a', false) });
  expect(confusion(pipeline, '1')).toEqual([1, 0, 0, 0]);
  expect(confusion(pipeline, '2')).toEqual([0, 0, 0, 1]);
  expect(pipeline.correlator.outcomes('m')).toEqual({ joined: 1, late: 0, orphaned: 0, duplicate: 0 });
});

test('ground truth for one version joins no other, also when it comes first', () => {
  const pipeline = new Pipeline();
  pipeline.sendSpans([
    {
      ...pipeline.span({}),
      attributes: attributesOf({
        'ml.model.name': 'm',
        'ml.model.version': '2',
        'ml.prediction.id': 'a',
        'ml.ground_truth.value': true,
      }),
    },
  ]);
  pipeline.predict({ version: '1', ...predicted('a', true) }, { version: '2', ...predicted('a', false) });
  expect(confusion(pipeline, '1')).toEqual([0, 0, 0, 0]);
  expect(confusion(pipeline, '2')).toEqual([0, 0, 0, 1]);
});

test('ground truths that have joined take no room from those that wait', () => {
  const pipeline = new Pipeline();
  pipeline.groundTruth('waits', true);
  for (let i = 0; i < 150; i++) {
    pipeline.predict(predicted(`${i}`, true));
    pipeline.groundTruth(`${i}`, true);
  }
  pipeline.predict(predicted('waits', true));
  expect(pipeline.correlator.outcomes('m')).toEqual({ joined: 151, late: 0, orphaned: 0, duplicate: 0 });
});

test('models that only ground truth names are bounded', () => {
  const pipeline = new Pipeline();
  for (let i = 0; i < 20; i++) pipeline.groundTruth('a', true, `never seen ${i}`);
  expect([...pipeline.correlator.models]).toHaveLength(6);
  pipeline.clock.advanceMs(11 * MINUTE_MS);
  pipeline.observer.advance();
  expect(pipeline.correlator.outcomes('__overflow__').orphaned).toBe(15);
});

test('performance belongs to the window of the prediction', () => {
  const pipeline = new Pipeline();
  pipeline.predict(predicted('a', true));
  pipeline.clock.advanceMs(90 * MINUTE_MS);
  pipeline.groundTruth('a', true);
  pipeline.observer.advance();
  expect([0, 1, 2].map((index) => pipeline.version().window(index).joined)).toEqual([0, 0, 1]);
});

test('a prediction that has left the longest window is joined late', () => {
  const pipeline = new Pipeline();
  pipeline.predict(predicted('a', true));
  pipeline.clock.advanceMs(4 * 1440 * MINUTE_MS);
  pipeline.observer.advance();
  pipeline.groundTruth('a', true);
  expect(pipeline.correlator.outcomes('m')).toEqual({ joined: 0, late: 1, orphaned: 0, duplicate: 0 });
});

test('the oldest prediction makes room, and that is counted', () => {
  const pipeline = new Pipeline({ maxPredictions: 3 });
  for (const id of ['a', 'b', 'c', 'd']) pipeline.predict(predicted(id, true));
  for (const id of ['a', 'b', 'c', 'd']) pipeline.groundTruth(id, true);
  expect(confusion(pipeline)).toEqual([3, 0, 0, 0]);
  expect(pipeline.correlator.predictionLimit.overflow).toBe(1);
});

test('versions that only ground truths name fill nothing: they are orphaned, and real versions are joined as ever', () => {
  const pipeline = new Pipeline();
  const truthOf = (version: string) => ({
    eventName: 'ml.ground_truth',
    timeUnixNano: BigInt(pipeline.clock.nowMs()) * 1_000_000n,
    attributes: attributesOf({
      'ml.model.name': 'm',
      'ml.model.version': version,
      'ml.prediction.id': version,
      'ml.ground_truth.value': true,
    }),
  });
  pipeline.sendLogs(Array.from({ length: 2000 }, (_, index) => truthOf(`made up ${index}`)));
  expect(pipeline.correlator.limits[3].used).toBe(50);
  pipeline.predict(predicted('a', true));
  pipeline.groundTruth('a', true);
  expect(confusion(pipeline)).toEqual([1, 0, 0, 0]);
});

test('classes by name, with the positive one configured', () => {
  const pipeline = new Pipeline();
  expect(OUTCOME.text).toBe(3);
  pipeline.predict(predicted('a', 'late', 0.9), predicted('b', 'on time', 0.2));
  pipeline.groundTruth('a', 'late');
  pipeline.groundTruth('b', 'late');
  const { cells } = pipeline.version().window(2);
  expect([cells[VERSION_CELL.joined], cells[VERSION_CELL.correct]]).toEqual([2, 1]);
});

test('numbers are errors of a regression', () => {
  const pipeline = new Pipeline();
  pipeline.predict(predicted('a', 10), predicted('b', 20));
  pipeline.groundTruth('a', 13);
  pipeline.groundTruth('b', 19);
  const { cells } = pipeline.version().window(2);
  const { numeric, error, absoluteError, squaredError } = VERSION_CELL;
  expect([numeric, error, absoluteError, squaredError].map((cell) => cells[cell])).toEqual([2, -2, 4, 10]);
});
