/** The ground truth as an output: folded where its prediction was, whenever it comes, with bins of its own pace. */
import { describe, expect, test } from 'vitest';
import { CriticalValues, FeatureComparison } from '../../src/compare/index.js';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import { BOOLEAN_CATEGORIES, FEATURE_CELLS, Profile, type ReferenceProfiles } from '../../src/observe/index.js';
import type { Output } from '../../src/registry/index.js';
import { attributesOf, Pipeline } from './pipeline.js';

const MINUTE_MS = 60_000;
const CLASSES = ['cat', 'dog', 'eel'];
/** Values that make a provisional reference. */
const FIRST = 200;

const ids = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `p${from + index}`);

function predict(pipeline: Pipeline, of: readonly string[], version = '1'): void {
  pipeline.predict(
    ...of.map((id) => ({ id, version, features: { x: 1 }, attributes: { 'ml.prediction.value': 'cat' } })),
  );
}

function tell(pipeline: Pipeline, of: readonly string[], value: (index: number) => unknown): void {
  const timeUnixNano = BigInt(pipeline.clock.nowMs()) * 1_000_000n;
  pipeline.sendLogs(
    of.map((id, index) => ({
      eventName: 'ml.ground_truth',
      timeUnixNano,
      attributes: attributesOf({
        'ml.model.name': 'm',
        'ml.prediction.id': id,
        'ml.ground_truth.value': value(index),
      }),
    })),
  );
}

function truth(pipeline: Pipeline, index = 2, version = '1'): Profile {
  const observer = pipeline.version('m', version);
  pipeline.observer.advance();
  return observer.profile(observer.outputs.get('ground_truth')!, observer.window(index), true);
}

function counts({ schema, bins }: Profile): Record<string, number> {
  const { categories } = schema as { categories: readonly string[] };
  return Object.fromEntries([...bins].map((count, at): [string, number] => [categories[at], count]).sort());
}

describe('classes that are texts', () => {
  test('bins come from the first ground truths, not from the first predictions, and hold every one of them', () => {
    const pipeline = new Pipeline();
    const all = ids(2 * FIRST);
    predict(pipeline, all);
    expect(pipeline.version().reference!.outputs.has('value')).toBe(true);
    tell(pipeline, all.slice(0, FIRST - 1), (index) => CLASSES[index % 3]);
    expect(pipeline.version().reference!.outputs.has('ground_truth')).toBe(false);
    tell(pipeline, all.slice(FIRST - 1), (index) => CLASSES[(FIRST - 1 + index) % 3]);
    expect(pipeline.version().reference!.outputs.get('ground_truth')!.observations).toBe(FIRST);
    expect(counts(truth(pipeline))).toEqual({ cat: 134, dog: 133, eel: 133 });
    expect(truth(pipeline)).toMatchObject({ present: 2 * FIRST, absent: 0, missing: 0, unseen: 0 });
  });

  test('one that came before its prediction keeps its class', () => {
    const pipeline = new Pipeline();
    const all = ids(FIRST);
    predict(pipeline, all);
    tell(pipeline, all, (index) => CLASSES[index % 3]);
    const early = ids(30, FIRST);
    tell(pipeline, early, (index) => CLASSES[index % 2]);
    predict(pipeline, early);
    expect(counts(truth(pipeline))).toEqual({ cat: 82, dog: 82, eel: 66 });
  });

  test('as does one that has joined one version and joins another', () => {
    const pipeline = new Pipeline();
    const all = ids(FIRST);
    predict(pipeline, all);
    tell(pipeline, all, (index) => CLASSES[index % 3]);
    // Of those that have joined, the last hundred are kept.
    predict(pipeline, all.slice(-60), '2');
    expect(truth(pipeline, 2, '2')).toMatchObject({ present: 60, missing: 0 });
    predict(pipeline, ids(FIRST, 1000), '2');
    tell(pipeline, ids(FIRST, 1000), () => 'eel');
    expect(counts(truth(pipeline, 2, '2'))).toEqual({ cat: 20, dog: 20, eel: 20 + FIRST });
  });

  test('and one that waits over a restart', () => {
    const [before, after] = [new Pipeline(), new Pipeline()];
    predict(before, ids(FIRST));
    tell(before, ids(FIRST), (index) => CLASSES[index % 3]);
    tell(before, ids(9, FIRST), (index) => CLASSES[index % 3]);
    after.correlator.restore(before.correlator.save());
    after.observer.restore(before.observer.save());
    predict(after, ids(9, FIRST));
    expect(counts(truth(after))).toEqual({ cat: 70, dog: 70, eel: 69 });
  });

  test('in columns', () => {
    const pipeline = new Pipeline();
    const all = ids(FIRST);
    const columns = {
      'ml.batch.size': BigInt(FIRST),
      'ml.prediction.id': all,
      'ml.prediction.value': all.map(() => 'cat'),
    };
    pipeline.predict({ attributes: columns });
    const record = {
      eventName: 'ml.ground_truth',
      timeUnixNano: BigInt(pipeline.clock.nowMs()) * 1_000_000n,
      attributes: attributesOf({
        'ml.model.name': 'm',
        'ml.batch.size': BigInt(FIRST),
        'ml.prediction.id': all,
        'ml.ground_truth.value': all.map((_, index) => CLASSES[index % 3]),
      }),
    };
    pipeline.sendLogs([record]);
    const late = ids(30, FIRST);
    const truths = late.map(() => 'eel');
    pipeline.predict({
      attributes: {
        ...columns,
        'ml.batch.size': 30n,
        'ml.prediction.id': late,
        'ml.prediction.value': truths,
        'ml.ground_truth.value': truths,
      },
    });
    expect(counts(truth(pipeline))).toEqual({ cat: 67, dog: 67, eel: 96 });
  });
});

test('one that is not known is no ground truth, and one that has not come is not missing', () => {
  const pipeline = new Pipeline();
  predict(pipeline, ids(FIRST));
  tell(pipeline, ids(20), (index) => (index < 10 ? NaN : index));
  expect(truth(pipeline)).toMatchObject({ present: 10, observations: 10, missing: 0 });
});

test('it is in the window of its prediction, however late it comes', () => {
  const pipeline = new Pipeline();
  predict(pipeline, ids(10));
  pipeline.clock.advanceMs(30 * MINUTE_MS);
  predict(pipeline, ids(10, 10));
  tell(pipeline, ids(20), (index) => index);
  expect([0, 1].map((index) => truth(pipeline, index).present)).toEqual([10, 20]);
  expect(truth(pipeline, 0)).toMatchObject({ min: 10, max: 19 });
});

test('what is sampled counts once', () => {
  const pipeline = new Pipeline();
  pipeline.predict(...ids(50).map((id) => ({ id, features: { x: 1 }, traceState: 'ot=th:8' })));
  tell(pipeline, ids(50), (index) => index);
  const observer = pipeline.version();
  const view = observer.window(2);
  expect([view.predictions, truth(pipeline).present]).toEqual([100, 50]);
  expect(view.shareOf(observer.outputs.get('ground_truth')!, true)).toBe(1);
});

test('segments have theirs, which add up, and a reference of their own when enough have come', () => {
  const pipeline = new Pipeline({
    wanted: ['country'],
    segments: [{ name: 's', by: [{ wanted: 0, name: 'country' }], max: 5 }],
  });
  const all = ids(3 * FIRST);
  pipeline.predict(...all.map((id, index) => ({ id, features: { country: index % 2 === 0 ? 'DE' : 'FR' } })));
  const segments = () => [...pipeline.observer.directory.segmentsOf(pipeline.version())!.all()];
  tell(pipeline, all.slice(0, FIRST), (index) => index % 4 < 2);
  const observed = () =>
    segments().map(({ observer }) => {
      const slot = observer.outputs.get('ground_truth')!;
      return [
        [...observer.profile(slot, observer.window(2), true).bins],
        observer.reference!.outputs.has('ground_truth'),
      ];
    });
  expect(observed()).toEqual([
    [[50, 50], false],
    [[50, 50], false],
  ]);
  tell(pipeline, all.slice(FIRST), (index) => index % 4 < 2);
  expect(observed()).toEqual([
    [[150, 150], true],
    [[150, 150], true],
  ]);
});

describe('label shift', () => {
  const ROWS = 200;
  const RATE = 0.1;
  const random = seededRandom(17);

  /** One in five is true. */
  function reference(): ReferenceProfiles {
    const rows = 100_000;
    const schema = { kind: 'boolean' as const, name: 'ground_truth', categories: BOOLEAN_CATEGORIES };
    const cells = new Float64Array(FEATURE_CELLS + 2);
    cells[0] = rows;
    cells.set([0.8 * rows, 0.2 * rows], FEATURE_CELLS);
    const profile = new Profile(schema, cells, { offset: 0, binsOffset: FEATURE_CELLS, pages: undefined }, rows);
    const outputs = new Map<Output, Profile>([['ground_truth', profile]]);
    return { kind: 'training', name: 'm 1', hash: 'h', features: new Map(), outputs };
  }

  function start() {
    const pipeline = new Pipeline({ referenceOf: reference, maxPredictions: 1000 });
    const criticalValues = new CriticalValues({ falseAlarmRate: RATE });
    let comparison: FeatureComparison | undefined;
    let sent = 0;
    /** A window of predictions, whose ground truths come an hour later. */
    return (share: number): boolean => {
      pipeline.clock.advanceMs(48 * 60 * MINUTE_MS);
      const all = ids(ROWS, sent);
      sent += ROWS;
      pipeline.predict(...all.map((id) => ({ id, features: { x: normalDeviate(random) } })));
      pipeline.clock.advanceMs(60 * MINUTE_MS);
      tell(pipeline, all, () => random.next() < share);
      comparison ??= new FeatureComparison(pipeline.version().reference!.outputs.get('ground_truth')!, criticalValues, {
        minimumObservations: 50,
      });
      expect(comparison.compare(truth(pipeline), 1)).toBe('ready');
      const psi = comparison.numbers.find(({ statistic }) => statistic === 'psi')!;
      return psi.value > psi.criticalValue;
    };
  }

  test('without one, windows alarm no more often than promised', () => {
    const window = start();
    const windows = 150;
    const alarms = Array.from({ length: windows }, () => window(0.2)).filter(Boolean).length;
    // Three standard deviations of a binomial count.
    const spread = 3 * Math.sqrt(windows * RATE * (1 - RATE));
    expect(alarms).toBeLessThan(windows * RATE + spread);
  });

  test('with one, of fifteen points, nearly all do', () => {
    const window = start();
    expect(Array.from({ length: 20 }, () => window(0.35)).filter(Boolean).length).toBeGreaterThan(17);
  });
});
