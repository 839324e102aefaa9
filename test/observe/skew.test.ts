/** Offline features meet the online ones of the same prediction or entity, from telemetry on: whichever come first. */
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/lib/random.js';
import type { SkewOptions, SkewPair, SkewWindows } from '../../src/observe/index.js';
import { attributesOf, Pipeline } from './pipeline.js';

const MINUTE_MS = 60_000;
const OPTIONS: SkewOptions = {
  maxRows: 1000,
  maxValues: 10_000,
  maxDelayMs: 60 * MINUTE_MS,
  maxComparedValues: 1_000_000,
};

const skewing = (options: Partial<SkewOptions> = {}): Pipeline => new Pipeline({ skew: { ...OPTIONS, ...options } });

interface Offline {
  readonly id?: string;
  readonly entity?: string;
  readonly version?: string;
  readonly features?: Readonly<Record<string, unknown>>;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

function offline(
  pipeline: Pipeline,
  { id, entity, version, features = {}, attributes }: Offline,
  timeMs = pipeline.clock.nowMs(),
): ReturnType<Pipeline['sendLogs']> {
  const named = Object.entries(features).map(([name, value]) => [`ml.feature.${name}`, value]);
  return pipeline.sendLogs([
    {
      eventName: 'ml.offline_features',
      timeUnixNano: BigInt(timeMs) * 1_000_000n,
      attributes: attributesOf({
        'ml.model.name': 'm',
        ...(id === undefined ? {} : { 'ml.prediction.id': id }),
        ...(entity === undefined ? {} : { 'ml.entity.id': entity }),
        ...(version === undefined ? {} : { 'ml.model.version': version }),
        ...(Object.fromEntries(named) as Record<string, unknown>),
        ...attributes,
      }),
    },
  ]);
}

const windowsOf = ({ observer }: Pipeline, version = '1'): SkewWindows | undefined => {
  const found = [...observer.versions()].find((one) => one.version === version);
  return found && observer.skew!.windowsOf(found);
};
const pairsOf = (pipeline: Pipeline, version = '1'): readonly SkewPair[] =>
  windowsOf(pipeline, version)?.windows[0].pairs ?? [];
const valuesOf = (pipeline: Pipeline, version = '1') =>
  pairsOf(pipeline, version).map(({ online, offline: other }) => [online.values, other.values]);

describe('pairs', () => {
  test('by prediction id, the online values first or the offline ones', () => {
    const pipeline = skewing();
    pipeline.predict({ id: 'a', features: { x: 1, y: 'p' } });
    expect(windowsOf(pipeline)).toBeUndefined();
    offline(pipeline, { id: 'a', features: { x: 2 } });
    offline(pipeline, { id: 'b', features: { x: 3 } });
    pipeline.predict({ id: 'b', features: { x: 4 } });
    expect(pairsOf(pipeline).map(({ online }) => online.features)).toEqual([['x', 'y'], ['x']]);
    expect(valuesOf(pipeline).map(([online, other]) => [online[0], other[0]])).toEqual([
      [1, 2],
      [4, 3],
    ]);
    expect(pipeline.interpreter.accounting.logs).toMatchObject({ received: 2, observed: 2 });
  });

  test('once for each prediction, whatever is sent again', () => {
    const pipeline = skewing();
    for (let round = 0; round < 2; round++) {
      pipeline.predict({ id: 'a', features: { x: 1 } });
      offline(pipeline, { id: 'a', features: { x: 2 } });
    }
    expect(pairsOf(pipeline)).toHaveLength(1);
  });

  test('the id that follows from the span is one as good', () => {
    const pipeline = skewing();
    pipeline.predict({ features: { x: 1 } });
    offline(pipeline, { id: `${'1'.padStart(32, '0')}:${'1'.padStart(16, '0')}`, features: { x: 2 } });
    expect(valuesOf(pipeline)).toEqual([[[1], [2]]]);
  });

  test('by entity: the latest prediction about it, then each one that comes, against the newest offline values', () => {
    const pipeline = skewing();
    const about = (x: number) => ({ features: { x }, attributes: { 'ml.entity.id': 'customer-7' } });
    pipeline.predict(about(1));
    pipeline.predict(about(2));
    offline(pipeline, { entity: 'customer-7', features: { x: 10 } });
    pipeline.predict(about(3));
    offline(pipeline, { entity: 'customer-7', features: { x: 9 } }, pipeline.clock.nowMs() - MINUTE_MS);
    pipeline.predict(about(4));
    offline(pipeline, { entity: 'customer-7', features: { x: 20 } });
    pipeline.predict(about(5));
    expect(valuesOf(pipeline)).toEqual([
      [[2], [10]],
      [[3], [10]],
      [[4], [10]],
      [[5], [20]],
    ]);
    expect(JSON.stringify(pipeline.observer.save().skew)).not.toContain('customer-7');
  });

  test('of an entity the offline values before the newest stay too, whatever is sent again', () => {
    const pipeline = skewing();
    const about = (x: number) => ({ features: { x }, attributes: { 'ml.entity.id': 'e' } });
    for (const x of [1, 2, 2]) offline(pipeline, { entity: 'e', features: { x } });
    pipeline.predict(about(1));
    expect(pipeline.observer.skew!.limits[1].used).toBe(2);
    offline(pipeline, { entity: 'e', features: { x: 3 } });
    pipeline.predict(about(2));
    expect(pipeline.observer.skew!.limits[1].used).toBe(2);
    expect(pairsOf(pipeline).map(({ offline: now, previous }) => [now.values, previous?.values])).toEqual([
      [[2], [1]],
      [[3], [2]],
    ]);
    expect(pipeline.observer.skew!.limits[2].used).toBe(3 * pairsOf(pipeline).length * 3);
    pipeline.clock.advanceMs(61 * MINUTE_MS);
    pipeline.observer.advance();
    expect(pipeline.observer.skew!.limits[1].used).toBe(0);
  });

  test('an entity is no prediction of the same name', () => {
    const pipeline = skewing();
    pipeline.predict({ id: '7', features: { x: 1 } });
    offline(pipeline, { entity: '7', features: { x: 2 } });
    expect(pairsOf(pipeline)).toEqual([]);
  });

  test('offline values that name no version are compared with every version that answered, else with that one', () => {
    const pipeline = skewing();
    pipeline.predict({ id: 'a', version: '1', features: { x: 1 } }, { id: 'a', version: '2', features: { x: 2 } });
    pipeline.predict({ id: 'b', version: '1', features: { x: 3 } }, { id: 'b', version: '2', features: { x: 4 } });
    offline(pipeline, { id: 'a', features: { x: 0 } });
    offline(pipeline, { id: 'b', version: '2', features: { x: 0 } });
    expect(valuesOf(pipeline, '1').map(([online]) => online)).toEqual([[1]]);
    expect(valuesOf(pipeline, '2').map(([online]) => online)).toEqual([[2], [4]]);
  });

  test('all features in one attribute', () => {
    const pipeline = skewing();
    pipeline.predict({ id: 'a', features: { x: 1 } });
    offline(pipeline, { id: 'a', attributes: { 'ml.features': { x: 2, y: 3 } } });
    expect(pairsOf(pipeline)[0].offline).toMatchObject({ features: ['x', 'y'], values: [2, 3] });
  });
});

describe('columnar batches', () => {
  test('of offline features, against single predictions', () => {
    const pipeline = skewing();
    pipeline.predict(...[1, 2, 3].map((x) => ({ id: `p${x}`, features: { x } })));
    offline(pipeline, {
      attributes: {
        'ml.batch.size': 3n,
        'ml.prediction.id': ['p3', 'p9', 'p1'],
        'ml.feature.x': [30, 90, 10],
        'ml.feature.c': ['', 'b', 'a'],
      },
    });
    expect(valuesOf(pipeline).map(([online, other]) => [online[0], other[0]])).toEqual([
      [3, 30],
      [1, 10],
    ]);
    expect(pairsOf(pipeline).map(({ offline: { kinds } }) => kinds[1])).toEqual([0, 3]);
  });

  test('of predictions too, doubles in bytes or arrays, once offline features come at all', () => {
    const pipeline = skewing();
    offline(pipeline, { id: 'p2', features: { x: 20, y: 'b' } });
    offline(pipeline, { entity: 'e1', features: { x: 11 } });
    pipeline.predict({
      attributes: {
        'ml.batch.size': 3n,
        'ml.prediction.id': ['p1', 'p2', 'p3'],
        'ml.entity.id': ['e1', 'e2', 'e3'],
        'ml.feature.x': new Uint8Array(Float64Array.of(1, 2, 3).buffer),
        'ml.feature.y': ['a', 'b', 'c'],
      },
    });
    expect(valuesOf(pipeline).map(([online, other]) => [online[0], other[0]])).toEqual([
      [1, 11],
      [2, 20],
    ]);
    const [, { online, offline: other }] = pairsOf(pipeline);
    expect(online.values[1]).toBe(other.values[1]);
  });
});

describe('accounting', () => {
  test.each([
    ['no_features', { id: 'a' }],
    ['no_join_key', { features: { x: 1 } }],
    ['no_join_key', { id: '', features: { x: 1 } }],
    ['bad_batch', { features: { x: [1] }, attributes: { 'ml.batch.size': 2n, 'ml.entity.id': ['a', 'b'] } }],
    ['no_join_key', { id: 'a', features: { x: [1, 2] }, attributes: { 'ml.batch.size': 2n } }],
  ] as const)('rejected: %s', (reason, sent) => {
    const pipeline = skewing();
    expect(offline(pipeline, sent as Offline).rejected).toBe(1);
    expect(pipeline.interpreter.accounting.logs.rejected[reason]).toBe(1);
  });

  test('switched off, they are ignored and say so', () => {
    const pipeline = new Pipeline();
    pipeline.predict({ id: 'a', features: { x: 1 } });
    expect(offline(pipeline, { id: 'a', features: { x: 1 } }).rejected).toBe(0);
    expect(pipeline.interpreter.accounting.logs.ignored.offline_features).toBe(1);
  });
});

describe('bounds', () => {
  test('rows of entities from before count as rows', () => {
    const pipeline = skewing();
    const rows = pipeline.observer.skew!.limits[1];
    for (let round = 0; round < 3; round++) {
      for (let entity = 0; entity < 2000; entity++) {
        offline(pipeline, { entity: `e${entity}`, features: { x: round } });
        expect(pipeline.observer.skew!.limits[1].used).toBeLessThanOrEqual(1000);
      }
    }
    expect(pipeline.observer.skew!.guidance.every).toBeGreaterThanOrEqual(4);
    expect(rows.overflow).toBeGreaterThan(0);
  });

  test('at any traffic the rows that wait stay within the limit, and both halves of a pair are kept or neither', () => {
    const pipeline = skewing();
    offline(pipeline, { id: 'first', features: { x: 1 } });
    const ids = Array.from({ length: 20_000 }, (_, number) => `p${number}`);
    for (let at = 0; at < ids.length; at += 500) {
      pipeline.predict(...ids.slice(at, at + 500).map((id) => ({ id, features: { x: at } })));
    }
    const [online] = pipeline.observer.skew!.limits;
    expect(online.used).toBeLessThanOrEqual(1000);
    const { every } = pipeline.observer.skew!.guidance;
    expect(every).toBe(32);
    for (const id of ids) offline(pipeline, { id, features: { x: 1 } });
    const compared = windowsOf(pipeline)!.compared;
    expect(compared).toBeGreaterThan((0.8 * ids.length) / every);
    expect(compared).toBeLessThan((1.2 * ids.length) / every);
    expect(pipeline.observer.skew!.limits[0].used).toBe(0);
    expect(online.overflow).toBeGreaterThan(0);
    for (let step = 0; step < 5; step++) pipeline.observer.advance();
    expect(pipeline.observer.skew!.guidance.every).toBe(1);
  });

  test('before any offline features have come a tenth of the room is used, and all of it from then on', () => {
    const pipeline = skewing();
    const send = (): void => {
      for (let at = 0; at < 2000; at++) pipeline.predict({ features: { x: at } });
    };
    send();
    expect(pipeline.observer.skew!.limits[0].used).toBeLessThanOrEqual(100);
    offline(pipeline, { entity: 'e', features: { x: 1 } });
    for (let step = 0; step < 8; step++) pipeline.observer.advance();
    send();
    expect(pipeline.observer.skew!.limits[0].used).toBeGreaterThan(400);
  });

  test('what has waited too long is let go of, and windows forget', () => {
    const pipeline = skewing();
    pipeline.predict({ id: 'a', features: { x: 1 } }, { id: 'b', features: { x: 1 } });
    offline(pipeline, { id: 'b', features: { x: 1 } });
    pipeline.clock.advanceMs(61 * MINUTE_MS);
    pipeline.observer.advance();
    expect(pipeline.observer.skew!.limits[0].used).toBe(0);
    offline(pipeline, { id: 'a', features: { x: 1 } });
    expect(windowsOf(pipeline)!.windows.map(({ pairs }) => pairs.length)).toEqual([0, 0, 1]);
    expect(pipeline.observer.skew!.limits[2].used).toBe(2);
  });

  test('a window keeps pairs from all of its length', () => {
    const pipeline = skewing();
    const random = seededRandom(1);
    for (let minute = 0; minute < 60; minute++) {
      for (let row = 0; row < 100; row++) {
        const id = `${minute} ${row}`;
        pipeline.predict({ id, features: { x: random.next() } });
        offline(pipeline, { id, features: { x: random.next() } });
      }
      pipeline.clock.advanceMs(MINUTE_MS);
    }
    pipeline.observer.advance();
    const [short, hour] = windowsOf(pipeline)!.windows;
    expect(short.pairs.length).toBe(400);
    expect(hour.pairs.length).toBeGreaterThan(1000);
    expect(hour.pairs.length).toBeLessThanOrEqual(2048);
    const early = hour.pairs.filter(({ timeMs }) => timeMs < pipeline.clock.nowMs() - 30 * MINUTE_MS).length;
    expect(Math.abs(early / hour.pairs.length - 0.5)).toBeLessThan(0.05);
  });
});

test('a restart changes nothing: what waits is joined, what was compared is there, and states from before have none', () => {
  const before = skewing();
  before.predict(...['a', 'b'].map((id) => ({ id, features: { x: 1 } })));
  offline(before, { id: 'a', features: { x: 2 } });
  for (const x of [2, 3]) offline(before, { entity: 'e', features: { x } });
  const after = skewing();
  after.observer.restore(structuredClone(before.observer.save()));
  offline(after, { id: 'b', features: { x: 4 } });
  after.predict({ features: { x: 5 }, attributes: { 'ml.entity.id': 'e' } });
  expect(valuesOf(after)).toEqual([
    [[1], [2]],
    [[1], [4]],
    [[5], [3]],
  ]);
  expect(pairsOf(after).map(({ previous }) => previous?.values)).toEqual([undefined, undefined, [2]]);
  expect(windowsOf(after)!.compared).toBe(3);
  const old = skewing();
  old.observer.restore({ ...before.observer.save(), skew: undefined });
  expect(windowsOf(old)).toBeUndefined();
});
