/** Embeddings from telemetry to sums: every form they come in, what is wrong with them, and merge equals replay. */
import { deserialize, serialize } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import type { EmbeddingProfile, VersionState } from '../../src/observe/index.js';
import { Pipeline } from './pipeline.js';

const MINUTE_MS = 60_000;
const random = seededRandom(4);
const vector = (dimensions = 5): number[] => Array.from({ length: dimensions }, () => normalDeviate(random) + 1);
const vectors = (count: number): number[][] => Array.from({ length: count }, () => vector());

function send(pipeline: Pipeline, sent: readonly unknown[], name = 'e'): void {
  for (let from = 0; from < sent.length; from += 100) {
    pipeline.predict(
      ...sent.slice(from, from + 100).map((value) => ({ attributes: { [`ml.embedding.${name}`]: value } })),
    );
  }
}

function sinceStart(pipeline: Pipeline, name = 'e'): EmbeddingProfile {
  const version = pipeline.version();
  pipeline.observer.advance();
  return version.embeddings.get(name)!.profile(version.sinceStart().cells);
}

function expectSame(a: EmbeddingProfile, b: EmbeddingProfile): void {
  for (const cell of ['present', 'vectors', 'typeMismatch', 'nonFinite'] as const)
    expect(a.cell(cell)).toBe(b.cell(cell));
  expect(a.cell('squaredLength')).toBeCloseTo(b.cell('squaredLength'), 8);
  [...a.mean].forEach((x, at) => expect(x).toBeCloseTo(b.mean[at], 10));
  [...a.featureMean].forEach((x, at) => expect(x).toBeCloseTo(b.featureMean[at], 10));
}

describe('forms', () => {
  const all = vectors(30);
  const arrays = new Pipeline();
  send(arrays, all);

  test('a vector alone is a prediction', () => {
    expect(arrays.accounted()).toMatchObject({ received: 30, observed: 30 });
    expect(sinceStart(arrays).vectors).toBe(30);
  });

  test('bytes hold little-endian doubles', () => {
    const pipeline = new Pipeline();
    send(
      pipeline,
      all.map((one) => new Uint8Array(Float64Array.from(one).buffer)),
    );
    expectSame(sinceStart(pipeline), sinceStart(arrays));
  });

  test.each(['bytes', 'array'])('a batch has the vectors of its rows one after the other: %s', (form) => {
    const pipeline = new Pipeline();
    const flat = all.flat();
    const column = form === 'bytes' ? new Uint8Array(Float64Array.from(flat).buffer) : flat;
    pipeline.predict({ attributes: { 'ml.batch.size': 30n, 'ml.embedding.e': column } });
    expectSame(sinceStart(pipeline), sinceStart(arrays));
  });

  test('long vectors, past what is decoded at a time', () => {
    const long = Array.from({ length: 3 }, () => vector(4096));
    const pipeline = new Pipeline();
    send(pipeline, long);
    const mean = sinceStart(pipeline).mean;
    for (const at of [0, 999, 1000, 4095])
      expect(mean[at]).toBeCloseTo((long[0][at] + long[1][at] + long[2][at]) / 3, 12);
  });
});

test('what is wrong is counted apart and touches nothing else', () => {
  const pipeline = new Pipeline();
  send(pipeline, [[1, 2, 3]]);
  send(pipeline, [
    [1, 2],
    [1, 2, NaN],
    [1, Infinity, 3],
    'text',
    7,
    [],
    ['a', 'b', 'c'],
    [1e200, 1e200, 1],
    [3, 2, 1n],
  ]);
  const profile = sinceStart(pipeline);
  expect([profile.cell('present'), profile.vectors]).toEqual([10, 2]);
  expect([profile.cell('typeMismatch'), profile.cell('nonFinite')]).toEqual([5, 3]);
  expect([...profile.mean]).toEqual([2, 2, 2]);
  pipeline.predict({ attributes: { 'ml.batch.size': 3n, 'ml.embedding.e': [1, 2, 3, 4] } });
  expect(sinceStart(pipeline).cell('typeMismatch')).toBe(8);
});

test('limits: dimensions and embeddings over them are counted', () => {
  const pipeline = new Pipeline();
  send(pipeline, [vector(4097)], 'wide');
  expect(sinceStart(pipeline, 'wide').cell('typeMismatch')).toBe(1);
  for (let i = 0; i < 25; i++) send(pipeline, [[1]], `e${i}`);
  expect(pipeline.version().embeddings.size).toBe(20);
  expect(pipeline.version().totals.overflowObservations).toBe(6);
});

test('features are folded as they are without embeddings', () => {
  const [without, having] = [{}, { 'ml.embedding.e': [1, 2] }].map((attributes) => {
    const pipeline = new Pipeline();
    pipeline.predict(...Array.from({ length: 300 }, (_, x) => ({ features: { x }, attributes })));
    return pipeline.profile('x');
  });
  expect([having.present, having.mean, ...having.bins]).toEqual([without.present, without.mean, ...without.bins]);
});

test('the first vectors become the reference', () => {
  const pipeline = new Pipeline();
  const all = vectors(400);
  send(pipeline, all.slice(0, 199));
  expect(pipeline.version().embeddings.get('e')!.reference).toBeUndefined();
  send(pipeline, all.slice(199));
  expect(pipeline.version().embeddings.get('e')!.reference!.vectors).toBe(200);
  expect(sinceStart(pipeline).vectors).toBe(400);
});

describe('merge equals replay', () => {
  const all = vectors(450);

  test('over windows', () => {
    const direct = new Pipeline({ windowsMs: [1440 * MINUTE_MS] });
    const paced = new Pipeline();
    for (let from = 0; from < all.length; from += 10) {
      send(direct, all.slice(from, from + 10));
      paced.clock.advanceMs(13 * MINUTE_MS);
      send(paced, all.slice(from, from + 10));
    }
    expectSame(sinceStart(paced), sinceStart(direct));
  });

  test.each([1, 150, 320])('over a restart after %i', (at) => {
    const before = new Pipeline();
    send(before, all.slice(0, at));
    const after = new Pipeline();
    after.observer.advance();
    after.observer.directory.find('m', '1')!.restore(deserialize(serialize(before.version().save())) as VersionState);
    send(after, all.slice(at));
    const whole = new Pipeline();
    send(whole, all);
    expectSame(sinceStart(after), sinceStart(whole));
    expectSame(after.version().embeddings.get('e')!.reference!, whole.version().embeddings.get('e')!.reference!);
  });

  test('over a hand-over between threads, one of which had other dimensions first', () => {
    const principal = new Pipeline();
    const parts = [all.slice(0, 300), [[1, 2]], all.slice(300)];
    for (const part of parts) {
      const gatherer = new Pipeline({
        principal: {
          introduce: () => ({ schemas: { features: [], outputs: [], embeddings: [] } }),
          handOver: () => undefined,
        },
      });
      send(gatherer, part);
      expect(gatherer.version().embeddings.get('e')!.reference).toBeUndefined();
      const taken = gatherer.version().take()!;
      principal.observer.directory.find('m', '1')!.absorb(deserialize(serialize(taken)) as VersionState);
    }
    const whole = new Pipeline();
    for (const part of parts) send(whole, part);
    expectSame(sinceStart(principal), sinceStart(whole));
    expect(principal.version().embeddings.get('e')!.reference!.vectors).toBe(300);
  });
});
