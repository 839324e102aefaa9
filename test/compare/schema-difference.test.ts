/** What changed between two lists of features: names, kinds, categories, and names of what stayed the same. */
import { describe, expect, test } from 'vitest';
import { schemaDifferences, schemaFingerprint, type SchemaFeature } from '../../src/compare/index.js';
import { VALUE } from '../../src/decode/index.js';
import { CellSpace, FEATURE_CELL, FeatureSlot, numericSchema, Profile } from '../../src/observe/index.js';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import type { FeatureKind } from '../../src/registry/index.js';

const NO_BYTES = new DataView(new ArrayBuffer(0));
const random = seededRandom(5);
const normal = (size: number, mean = 0): Float64Array =>
  Float64Array.from({ length: size }, () => mean + normalDeviate(random));

function numbers(name: string, values: Float64Array, isRetyped = false): SchemaFeature {
  const space = new CellSpace(100_000);
  const slot = new FeatureSlot(name, space.allocateHeader(), space, { maxCategories: 10, provisionalSize: 0 });
  const schema = numericSchema(name, 'numeric', values);
  slot.freeze(schema);
  const pane = { cells: new Float64Array(space.width) };
  for (const value of values) slot.add(pane, VALUE.double, value, NO_BYTES, 0, 0, 1, 0);
  const profile = new Profile(schema, pane.cells, slot, values.length);
  return { name, kind: 'numeric', profile, isRetyped, isExtended: false };
}

function classes(name: string, counts: Readonly<Record<string, number>>, isExtended = false): SchemaFeature {
  const space = new CellSpace(1_000);
  const slot = new FeatureSlot(name, space.allocateHeader(), space, { maxCategories: 10, provisionalSize: 0 });
  const schema = { kind: 'categorical', name, categories: Object.keys(counts) } as const;
  slot.freeze(schema);
  const cells = new Float64Array(space.width);
  const all = Object.values(counts);
  cells.set(all, slot.binsOffset);
  cells[slot.offset + FEATURE_CELL.present] = all.reduce((sum, count) => sum + count, 0);
  const profile = new Profile(schema, cells, slot, cells[slot.offset + FEATURE_CELL.present]);
  return { name, kind: 'categorical', profile, isRetyped: false, isExtended };
}

const map = (...features: SchemaFeature[]): Map<string, SchemaFeature> =>
  new Map(features.map((feature) => [feature.name, feature]));
const as = (feature: SchemaFeature, kind: FeatureKind): SchemaFeature => ({ ...feature, kind });

const x = numbers('x', normal(1_000));
const c = classes('c', { a: 500, b: 300, d: 200 });

test('the same has no difference', () => {
  expect(schemaDifferences(map(x, c), map(x, c))).toEqual([]);
});

test('added, removed, retyped by kind or by what is sent, extended by categories or by what is unseen', () => {
  const y = numbers('y', normal(1_000, 50));
  const z = numbers('z', normal(1_000));
  expect(schemaDifferences(map(x, c), map(x, c, y))).toEqual([{ change: 'added', feature: 'y' }]);
  expect(schemaDifferences(map(x, c), map(x))).toEqual([{ change: 'removed', feature: 'c' }]);
  expect(schemaDifferences(map(z), map(as(z, 'text')))).toEqual([{ change: 'retyped', feature: 'z' }]);
  expect(schemaDifferences(map(z), map({ ...z, isRetyped: true }))).toEqual([{ change: 'retyped', feature: 'z' }]);
  const more = classes('c', { a: 500, b: 300, d: 200, e: 50 });
  expect(schemaDifferences(map(c), map(more))).toEqual([{ change: 'extended', feature: 'c' }]);
  expect(schemaDifferences(map(more), map(c))).toEqual([]);
  expect(schemaDifferences(map(c), map({ ...c, isExtended: true }))).toEqual([{ change: 'extended', feature: 'c' }]);
});

describe('renamed', () => {
  test('numbers of one distribution under another name, also negative ones', () => {
    const before = [numbers('a', normal(1_000)), numbers('b', normal(1_000, 20))];
    const now = [numbers('beta', normal(1_000, 20)), numbers('alpha', normal(1_000))];
    expect(schemaDifferences(map(...before), map(...now))).toEqual(
      expect.arrayContaining([
        { change: 'renamed', feature: 'alpha', before: 'a' },
        { change: 'renamed', feature: 'beta', before: 'b' },
      ]),
    );
  });

  test('categories with the same shares', () => {
    const now = classes('class', { b: 310, a: 495, d: 195 });
    expect(schemaDifferences(map(c), map(now))).toEqual([{ change: 'renamed', feature: 'class', before: 'c' }]);
  });

  test('not where values differ, are few, are one, or are of another kind', () => {
    const changes = (before: SchemaFeature, now: SchemaFeature): string[] =>
      schemaDifferences(map(before), map(now)).map(({ change }) => change);
    const both = ['removed', 'added'];
    expect(changes(x, numbers('shifted', normal(1_000, 0.5)))).toEqual(both);
    expect(changes(numbers('few', normal(50)), numbers('fewer', normal(50)))).toEqual(both);
    expect(changes(numbers('one', new Float64Array(500)), numbers('other', new Float64Array(500)))).toEqual(both);
    expect(changes(x, classes('k', { a: 500, b: 500 }))).toEqual(both);
    expect(changes(c, classes('k', { a: 200, b: 300, d: 500 }))).toEqual(both);
  });

  test('each once: of two that look alike the closer one', () => {
    const values = normal(2_000);
    const [same, near] = [numbers('same', values), numbers('near', normal(2_000))];
    expect(schemaDifferences(map(numbers('old', values)), map(near, same))).toEqual([
      { change: 'renamed', feature: 'same', before: 'old' },
      { change: 'added', feature: 'near' },
    ]);
  });
});

describe('fingerprint', () => {
  test('is of names, kinds and, where asked, categories; not of order or values', () => {
    const of = (...features: SchemaFeature[]): string => schemaFingerprint(features, true);
    expect(of(x, c)).toMatch(/^[0-9a-f]{16}$/);
    expect(of(c, x)).toBe(of(x, c));
    expect(of(x, classes('c', { d: 1, a: 2, b: 3 }))).toBe(of(x, c));
    expect(of(x, classes('c', { a: 1, b: 1 }))).not.toBe(of(x, c));
    expect(schemaFingerprint([x, classes('c', { a: 1, b: 1 })], false)).toBe(schemaFingerprint([x, c], false));
    expect(of(as(x, 'text'), c)).not.toBe(of(x, c));
    expect(of({ ...x, isRetyped: true }, c)).not.toBe(of(x, c));
    expect(of(x)).not.toBe(of(x, c));
  });
});
