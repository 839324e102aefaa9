/** Different texts: the sketch against exact counts, and through windows, threads, restarts and references. */
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addHash,
  estimateDistinct,
  hashString,
  mergeSketch,
  registersOf,
  SKETCH_CELLS,
} from '../../src/observe/distinct-sketch.js';
import { ROW_SAMPLE_CELLS } from '../../src/observe/row-sample.js';
import type {
  Introduction,
  Profile,
  ReferenceProfiles,
  VersionSchemas,
  VersionState,
} from '../../src/observe/index.js';
import { CellSpace, FEATURE_CELL, FEATURE_CELLS, Profile as ProfileOf } from '../../src/observe/index.js';
import { Pipeline } from './pipeline.js';

const MINUTE_MS = 60_000;

function sketchOf(texts: Iterable<string>): Float64Array {
  const cells = new Float64Array(SKETCH_CELLS);
  const registers = registersOf(cells, 0);
  for (const text of texts) addHash(registers, hashString(text));
  return cells;
}

const numbered = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `value ${from + i}`);

describe('the sketch', () => {
  test.each([0, 1, 2, 10, 100, 500, 2_000, 10_000, 100_000])(
    '%i different texts, within four standard errors',
    (count) => {
      const estimate = estimateDistinct(registersOf(sketchOf(numbered(count)), 0));
      const error = 4 * Math.min(1.04 / Math.sqrt(1024), Math.sqrt(count / 2048)) * count;
      expect(Math.abs(estimate - count)).toBeLessThanOrEqual(error);
    },
  );

  test('over many sets the error is unbiased and as large as stated', () => {
    const count = 3_000;
    const errors = Array.from({ length: 200 }, (_, set) => {
      const texts = Array.from({ length: count }, (_, i) => `${set}-${i}`);
      return estimateDistinct(registersOf(sketchOf(texts), 0)) / count - 1;
    });
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const root = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(root).toBeLessThan(0.037);
    expect(root).toBeGreaterThan(0.025);
  });

  test('merging is replaying, bit by bit', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (a, b) => {
        const merged = sketchOf(a);
        mergeSketch(merged, 0, sketchOf(b), 0);
        expect(merged).toEqual(sketchOf([...a, ...b]));
      }),
    );
  });

  test('in cells, sums around it add and it does not', () => {
    const space = new CellSpace(10_000);
    const header = space.allocateHeader();
    const sketch = space.allocateSketch();
    const after = space.allocate(1);
    const pane = (texts: string[]): Float64Array => {
      const cells = new Float64Array(space.width);
      cells[header + FEATURE_CELL.present] = texts.length;
      cells.set(sketchOf(texts), sketch);
      cells[after] = 1;
      return cells;
    };
    const into = pane(numbered(50));
    space.merge(into, pane(numbered(50, 25)));
    expect([into[header + FEATURE_CELL.present], into[after]]).toEqual([100, 2]);
    expect(into.slice(sketch, sketch + SKETCH_CELLS)).toEqual(sketchOf(numbered(75)));
    space.merge(into, new Float64Array(sketch + 3));
    expect(into.slice(sketch, sketch + SKETCH_CELLS)).toEqual(sketchOf(numbered(75)));
  });
});

const categories = (count: number, told?: number): ReferenceProfiles => {
  const bins = told ?? count;
  const cells = new Float64Array(FEATURE_CELLS + bins);
  cells.fill(1, FEATURE_CELLS);
  cells[FEATURE_CELL.present] = count;
  cells[FEATURE_CELL.other] = count - bins;
  const schema = {
    kind: 'categorical' as const,
    name: 'c',
    categories: numbered(count),
    ...(told === undefined ? {} : { told }),
  };
  const profile = new ProfileOf(schema, cells, { offset: 0, binsOffset: FEATURE_CELLS, pages: undefined }, count);
  return { kind: 'training', name: 'r', hash: '', features: new Map([['c', profile]]), outputs: new Map() };
};

function send(pipeline: Pipeline, texts: readonly string[]): void {
  for (let from = 0; from < texts.length; from += 500) {
    pipeline.predict(...texts.slice(from, from + 500).map((c) => ({ features: { c } })));
  }
}

describe('of a feature', () => {
  test('categories that have a bin are counted exactly, and unseen ones beside them', () => {
    const pipeline = new Pipeline({ referenceOf: () => categories(30) });
    send(pipeline, numbered(20));
    expect(pipeline.profile('c').distinct).toBe(20);
    send(pipeline, [...numbered(200, 1000), ...numbered(200, 1000)]);
    const profile = pipeline.profile('c');
    expect(profile.unseen).toBe(400);
    expect(Math.abs(profile.distinct - 220)).toBeLessThan(10);
  });

  test('a hundred thousand categories: the most frequent have bins, the others are known and no novelty', () => {
    const pipeline = new Pipeline({ referenceOf: () => categories(100_000, 1024) });
    send(pipeline, [...numbered(1024), ...numbered(3_000, 50_000), ...numbered(10, 200_000)]);
    const profile = pipeline.profile('c');
    expect([profile.cell(FEATURE_CELL.other), profile.unseen, profile.bins.length]).toEqual([3_000, 10, 1024]);
    expect(Math.abs(profile.distinct - 4_034)).toBeLessThan(4 * 0.033 * 3_010);
    expect([...pipeline.version().rings.panes()][0].cells.length).toBeLessThan(2_000 + ROW_SAMPLE_CELLS);
  });

  test('of the first predictions, the most frequent categories get bins, and what the others are is not forgotten', () => {
    const pipeline = new Pipeline();
    send(
      pipeline,
      Array.from({ length: 200 }, (_, i) => `value ${i < 110 ? i % 5 : i % 60}`),
    );
    const reference = pipeline.version().reference!.features.get('c')!;
    expect(reference.bins.length).toBe(20);
    expect(Math.abs(reference.distinct - 60)).toBeLessThan(3);
    expect(reference.bins.reduce((sum, count) => sum + count, 0) + reference.cell(FEATURE_CELL.other)).toBe(200);
    send(pipeline, ['value 30', 'value 3', 'never']);
    const profile = pipeline.profile('c');
    expect(profile.unseen).toBe(1);
    expect(profile.cell(FEATURE_CELL.other)).toBe(reference.cell(FEATURE_CELL.other) + 1);
    expect(Math.abs(profile.distinct - 61)).toBeLessThan(3);
  });

  test('free text has as many as there are, those before its kind was known included', () => {
    const pipeline = new Pipeline();
    send(pipeline, numbered(700));
    expect(pipeline.version().reference!.features.get('c')!.schema.kind).toBe('text');
    expect(Math.abs(pipeline.profile('c').distinct - 700)).toBeLessThan(60);
    expect(Math.abs(pipeline.version().reference!.features.get('c')!.distinct - 200)).toBeLessThan(15);
  });

  test('a text too long for a category counts among the different ones', () => {
    const pipeline = new Pipeline();
    send(
      pipeline,
      Array.from({ length: 40 }, (_, i) => 'x'.repeat(300 + (i % 10))),
    );
    expect(Math.abs(pipeline.profile('c').distinct - 10)).toBeLessThan(1);
  });

  test('numbers have none', () => {
    const pipeline = new Pipeline();
    pipeline.predict({ features: { x: 1 } });
    expect(pipeline.profile('x').distinct).toBeNaN();
  });
});

/** What the profile says, since the start. */
function said(pipeline: Pipeline): Record<string, unknown> {
  const version = pipeline.version();
  const profile: Profile = version.profile(version.features.get('c')!, version.sinceStart(), false);
  return {
    distinct: profile.distinct,
    present: profile.present,
    unseen: profile.unseen,
    other: profile.cell(FEATURE_CELL.other),
    bins: [...profile.bins],
    reference: version.reference?.features.get('c')?.distinct,
  };
}

/** Texts that come in two parts, whose border may lie anywhere. */
const PARTS = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 230, maxLength: 400 }),
    fc.integer({ min: 1, max: 220 }),
  )
  .map(([words, at]) => {
    const texts = words.map((word) => `word ${word}`);
    return [texts.slice(0, at), texts.slice(at)] as const;
  });

/** Both parts, observed without a break. */
function wholeOf(parts: readonly (readonly string[])[]): Pipeline {
  const whole = new Pipeline();
  for (const part of parts) send(whole, part);
  return whole;
}

describe('merge equals replay', () => {
  test('over windows', () => {
    const direct = new Pipeline({ windowsMs: [1440 * MINUTE_MS] });
    const paced = new Pipeline();
    for (let i = 0; i < 40; i++) {
      const texts = numbered(20, i * 7);
      send(direct, texts);
      paced.clock.advanceMs(13 * MINUTE_MS);
      send(paced, texts);
    }
    expect(said(paced)).toEqual(said(direct));
  });

  test('over a restart, at whatever moment', () => {
    fc.assert(
      fc.property(PARTS, (parts) => {
        const before = new Pipeline();
        send(before, parts[0]);
        const state = deserialize(serialize(before.version().save())) as VersionState;
        const after = new Pipeline();
        after.observer.advance();
        after.observer.directory.find('m', '1')!.restore(state);
        send(after, parts[1]);
        expect(said(after)).toEqual(said(wholeOf(parts)));
      }),
      { numRuns: 15 },
    );
  });

  test('over a hand-over between threads', () => {
    fc.assert(
      fc.property(PARTS, (parts) => {
        const principal = new Pipeline();
        const absorb = (taken: VersionState | undefined): VersionSchemas | undefined => {
          const observer = principal.observer.directory.find('m', '1')!;
          if (taken !== undefined) observer.absorb(deserialize(serialize(taken)) as VersionState);
          return observer.awaitsFirst ? undefined : observer.schemas;
        };
        for (const part of parts) {
          const introduce = (): Introduction => ({ schemas: absorb(undefined) });
          const gatherer = new Pipeline({ principal: { introduce, handOver: absorb } });
          send(gatherer, part);
          absorb(gatherer.version().take());
        }
        const [a, b] = [said(principal), said(wholeOf(parts))];
        expect([a.present, a.bins, a.other, a.unseen]).toEqual([b.present, b.bins, b.other, b.unseen]);
        expect(a.distinct).toBe(b.distinct);
      }),
      { numRuns: 15 },
    );
  });
});
