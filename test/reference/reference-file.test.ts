/** A reference survives its file unchanged, and a file that is not what it was is refused with what to do. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VALUE } from '../../src/decode/index.js';
import { PlumblineError } from '../../src/lib/plumbline-error.js';
import { CellSpace, FEATURE_CELLS, FeatureSlot, numericSchema, Profile } from '../../src/observe/index.js';
import {
  buildReference,
  formatReference,
  loadReference,
  parseReference,
  saveReference,
} from '../../src/reference/index.js';
import type { Output } from '../../src/registry/index.js';
import { referenceOf } from '../../src/reference/reference-file.js';
import { csv, temporaryFolder } from './data-files.js';

const NO_BYTES = new DataView(new ArrayBuffer(0));

/** Folded by the slot that folds predictions, into cells that hold more than this feature. */
function numericProfile(name: string, values: readonly number[], expected: number): Profile {
  const space = new CellSpace(Infinity);
  const pane = { cells: new Float64Array(0) };
  const slot = new FeatureSlot(name, space.allocateHeader(), space, { maxCategories: 0, provisionalSize: 0 });
  const schema = numericSchema(name, 'numeric', Float64Array.from(values.slice(0, values.length / 2)));
  slot.freeze(schema);
  space.widen(pane);
  for (const value of values) slot.add(pane, VALUE.double, value, NO_BYTES, 0, 0, 1, 0);
  return new Profile(schema, pane.cells, slot, expected);
}

function categoricalProfile(name: string, counts: ReadonlyMap<string, number>, expected: number): Profile {
  const cells = Float64Array.from([...new Array<number>(FEATURE_CELLS).fill(1), ...counts.values()]);
  const place = { offset: 0, binsOffset: FEATURE_CELLS, pages: undefined };
  return new Profile({ kind: 'categorical', name, categories: [...counts.keys()] }, cells, place, expected);
}

const arbitraryReference = fc
  .record({
    model: fc.string({ minLength: 1, unit: 'grapheme' }),
    version: fc.string({ minLength: 1 }),
    numbers: fc.dictionary(
      fc.string({ minLength: 1 }),
      fc.array(fc.oneof(fc.double({ min: -1e100, max: 1e100 }), fc.constantFrom(NaN, Infinity, 0)), { maxLength: 300 }),
      { maxKeys: 4 },
    ),
    categories: fc.dictionary(fc.string({ minLength: 1 }), fc.dictionary(fc.string({ unit: 'grapheme' }), fc.nat()), {
      maxKeys: 4,
    }),
    rows: fc.integer({ min: 1 }),
    hasTruth: fc.boolean(),
    createdAt: fc.option(fc.constant('2026-11-24T02:00:00.000Z'), { nil: undefined }),
  })
  .map(({ model, version, numbers, categories, rows, hasTruth, createdAt }) =>
    referenceOf({
      model,
      version,
      rows,
      source: { files: ['training.parquet'], columns: hasTruth ? { groundTruth: 'late' } : {} },
      ...(createdAt === undefined ? {} : { createdAt }),
      features: new Map([
        ...Object.entries(numbers).map(([name, values]): [string, Profile] => [
          name,
          numericProfile(name, values, rows),
        ]),
        ...Object.entries(categories)
          .filter(([name]) => !(name in numbers))
          .map(([name, counts]): [string, Profile] => [
            name,
            categoricalProfile(name, new Map(Object.entries(counts)), rows),
          ]),
      ]),
      outputs: new Map<Output, Profile>([
        ['score', numericProfile('score', [0.1, 0.5, 0.9], rows)],
        ...(hasTruth ? [['ground_truth', numericProfile('ground_truth', [1, 2, 3], rows)] as const] : []),
      ]),
    }),
  );

describe('round trip', () => {
  test('what is read is what was written, and is written the same again', () => {
    fc.assert(
      fc.property(arbitraryReference, (reference) => {
        const text = formatReference(reference);
        const read = parseReference(text, 'reference.json');
        expect(formatReference(read)).toBe(text);
        expect(read.hash).toBe(reference.hash);
        expect([...read.features.keys()]).toEqual([...reference.features.keys()]);
        for (const [name, profile] of reference.features) {
          const other = read.features.get(name)!;
          expect(other.schema).toEqual(profile.schema);
          expect(other.bins).toEqual(profile.bins);
          for (const key of ['expected', 'present', 'missing', 'mean', 'standardDeviation', 'min', 'max'] as const) {
            expect(other[key]).toBe(profile[key]);
          }
          for (const q of [0, 0.01, 0.5, 0.99, 1]) expect(other.quantile(q)).toBe(profile.quantile(q));
        }
      }),
    );
  });

  test('a built reference equals the one that is loaded', async () => {
    const from = [csv('x,c,late', '1,a,true', '2,b,false', ',c,true', 'NaN,,false')];
    const built = await buildReference({
      model: 'm',
      version: '1',
      from,
      groundTruth: 'late',
      createdAt: '2026-01-01T00:00:00Z',
    });
    const path = join(temporaryFolder(), 'reference.json');
    saveReference(built, path);
    expect(loadReference(path)).toEqual(built);
  });
});

describe('files that cannot be used', () => {
  const built = async () => buildReference({ model: 'm', version: '1', from: [csv('x,c', '1,a', '2,b', '3,b')] });

  function refusal(text: string): PlumblineError {
    const path = join(temporaryFolder(), 'reference.json');
    writeFileSync(path, text);
    try {
      loadReference(path);
    } catch (error) {
      if (error instanceof PlumblineError && error.key === path) return error;
      throw error;
    }
    throw new Error('It was not refused.');
  }

  test.each([
    ['a count was edited', '"bins":[1,1,1]', '"bins":[1,2,1]', /hash/],
    ['the model was renamed', '"model": "m"', '"model": "n"', /hash/],
    ['the hash was edited', /"hash": "./, '"hash": "x', /hash/],
    ['edges do not ascend', '"upper":[1,2,3]', '"upper":[1,3,2]', /edges/],
    ['a bin has no count', '"bins":[1,1,1]', '"bins":[1,1]', /one count for each bin/],
    ['a category is twice', '"categories":["b","a"]', '"categories":["b","b"]', /twice/],
    ['a number is not finite', '"shift":2', '"shift":1e999', /shift/],
    ['a count is negative', '"bins":[1,1,1]', '"bins":[1,-1,1]', /bins/],
    ['a field is unknown', '"rows": 3', '"rows": 3, "wors": 3', /wors/],
    ['a later version', '"formatVersion": 1', '"formatVersion": 2', /format version 2/],
    ['something else', '"plumbline-reference"', '"plumbline-state"', /not a reference file/],
    ['cut short', /\n {2}"outputs"[^]*/, '', /JSON/],
  ])('%s', async (_, from, to, why) => {
    const text = formatReference(await built());
    const edited = text.replace(from, to);
    expect(edited).not.toBe(text);
    const { code, message, remedy } = refusal(edited);
    expect(code).toBe('PB4002');
    expect(message).toMatch(why);
    expect(remedy).toMatch(/plumbline reference build/);
  });

  test('a file that is not there, and a folder that is not there', async () => {
    const nowhere = join(temporaryFolder(), 'nowhere', 'reference.json');
    expect(() => loadReference(nowhere)).toThrow(expect.objectContaining({ code: 'PB4001', key: nowhere }) as Error);
    const reference = await built();
    expect(() => saveReference(reference, nowhere)).toThrow(expect.objectContaining({ code: 'PB4001' }) as Error);
  });

  test('a feature stands in a line of its own', async () => {
    const path = join(temporaryFolder(), 'reference.json');
    saveReference(await built(), path);
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.filter((line) => line.includes('"kind"'))).toHaveLength(2);
  });
});
