/** What the builder makes of columns of every kind, told by small data sets whose counts can be seen by eye. */
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { PlumblineError } from '../../src/lib/plumbline-error.js';
import { FEATURE_CELL, isNumeric, type Profile } from '../../src/observe/index.js';
import { buildReference, type BuildOptions } from '../../src/reference/index.js';
import type { FeatureKind } from '../../src/registry/index.js';
import { csv, jsonLines, parquet, textFile } from './data-files.js';

type Given = Partial<BuildOptions> & { readonly from: readonly string[] };

const build = (given: Given) => buildReference({ model: 'm', version: '1', ...given });

async function refusal(given: Given): Promise<PlumblineError> {
  const outcome: unknown = await build(given).catch((error: unknown) => error);
  if (!(outcome instanceof PlumblineError)) throw new Error('It was not refused.', { cause: outcome });
  return outcome;
}

const categories = ({ schema, bins }: Profile): [string, number][] => {
  if (isNumeric(schema)) throw new Error(`${schema.name} is numeric.`);
  return schema.categories.map((category, index) => [category, bins[index]]);
};

describe('columns', () => {
  test('numbers: missing, not a number and infinite are counted apart', async () => {
    const from = [csv('x,y', '1,a', '2.5,b', ',b', 'NaN,b', 'inf,b', '-Infinity,b', '2.5,b')];
    const x = (await build({ from })).features.get('x')!;
    expect(x.schema.kind).toBe('numeric');
    expect([x.expected, x.present, x.absent, x.empty, x.nan, x.finite]).toEqual([7, 7, 0, 1, 1, 3]);
    expect(x.cell(FEATURE_CELL.infinite)).toBe(2);
    expect([x.cell(FEATURE_CELL.below), x.cell(FEATURE_CELL.above)]).toEqual([1, 1]);
    expect([x.min, x.max, x.mean]).toEqual([1, 2.5, 2]);
    expect(isNumeric(x.schema) && [...x.schema.upper]).toEqual([1, 2.5]);
    expect([...x.bins]).toEqual([1, 2]);
  });

  test('categories: the most frequent first, then by name; quotes, commas, lines and any script', async () => {
    const from = [csv('c', '"a, ""b"""', 'Zürich', '東京', '"two\nlines"', '東京', '""', '', '👍🏽')];
    const c = (await build({ from })).features.get('c')!;
    expect(categories(c)).toEqual([
      ['東京', 2],
      ['Zürich', 1],
      ['a, "b"', 1],
      ['two\nlines', 1],
      ['👍🏽', 1],
    ]);
    expect([c.present, c.empty, c.unseen]).toEqual([8, 2, 0]);
  });

  test('truth values have their two categories, whichever occur', async () => {
    const from = [csv('b,x', 'true,1', 'true,2', ',3')];
    const b = (await build({ from })).features.get('b')!;
    expect(b.schema.kind).toBe('boolean');
    expect(categories(b)).toEqual([
      ['false', 0],
      ['true', 2],
    ]);
    expect(b.empty).toBe(1);
  });

  test('texts that are mostly different are folded by their length in bytes', async () => {
    const rows = Array.from({ length: 60 }, (_, index) => ({ t: index === 0 ? 'ü'.repeat(3) : `text ${index}`, x: 1 }));
    const t = (await build({ from: [jsonLines({ t: '', x: 1 }, ...rows)] })).features.get('t')!;
    expect(t.schema.kind).toBe('text');
    expect([t.min, t.max, t.empty, t.finite]).toEqual([6, 7, 1, 60]);
    expect(isNumeric(t.schema) && [...t.schema.upper]).toEqual([6, 7]);
    expect([...t.bins]).toEqual([10, 50]);
  });

  test('more different texts than asked for are free text, however often each occurs', async () => {
    const rows = Array.from({ length: 400 }, (_, index) => ({ t: `t${index % 5}` }));
    const from = [jsonLines(...rows)];
    const kind = async (maxCategories: number) => (await build({ from, maxCategories })).features.get('t')!.schema.kind;
    expect(await kind(4)).toBe('text');
    expect(await kind(5)).toBe('categorical');
  });

  test('a column of numbers that turns to text late is text from the start', async () => {
    const numbers = Array.from({ length: 40_000 }, (_, index) => String(index % 7));
    const c = (await build({ from: [csv('c', ...numbers, 'seven', 'seven')] })).features.get('c')!;
    expect(categories(c).find(([category]) => category === 'seven')).toEqual(['seven', 2]);
  });

  test('times are folded by their age at the event, and that there is none is said', async () => {
    const notices: string[] = [];
    const from = [
      csv('t,d,e', '2001-01-01 00:01:00,2001-01-02,2001-01-03 01:00:00', '2001-01-01 23:00:00,2001-01-03,'),
    ];
    const { features, source } = await build({ from, eventTime: 'e', onNotice: (notice) => notices.push(notice) });
    const t = features.get('t')!;
    expect([t.schema.kind, t.present, t.finite, t.min]).toEqual(['timestamp', 2, 1, 2 * 86_400 + 59 * 60]);
    expect(features.get('d')!.max).toBe(25 * 3600);
    expect(categories(features.get('t:hour')!).filter(([, count]) => count > 0)).toEqual([
      ['00', 1],
      ['23', 1],
    ]);
    expect(categories(features.get('t:weekday')!)[0]).toEqual(['Monday', 2]);
    expect([source.columns.eventTime, features.has('e'), notices]).toEqual(['e', false, []]);
    const without = await build({ from, exclude: ['e'], onNotice: (notice) => notices.push(notice) });
    expect([without.features.get('t')!.finite, without.features.get('t')!.bins.length]).toEqual([0, 0]);
    expect(without.features.get('t:hour')!.present).toBe(2);
    expect(notices.map((notice) => notice.slice(0, 14))).toEqual(['t is a time, a', 'd is a time, a']);
  });

  test('what a column is told to be', async () => {
    const kinds = (...of: [string, FeatureKind][]) => new Map(of);
    const from = [csv('code,t,s,d', '0501,1000000000,a b,2001-01-01', '7,1000003600,a b,2001-01-02')];
    const { features } = await build({
      from,
      kinds: kinds(['code', 'categorical'], ['t', 'timestamp'], ['s', 'text'], ['d', 'numeric']),
    });
    expect(categories(features.get('code')!)).toEqual([
      ['0501', 1],
      ['7', 1],
    ]);
    expect(features.get('t:hour')!.bins.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect([features.get('s')!.max, features.get('s:words')!.max, features.get('s:non_ascii')!.max]).toEqual([3, 2, 0]);
    expect(features.get('d')!.max - features.get('d')!.min).toBe(86_400);
    for (const [column, kind] of [
      ['t', 'text'],
      ['s', 'numeric'],
      ['t', 'boolean'],
      ['nowhere', 'text'],
    ] as const) {
      expect((await refusal({ from, kinds: kinds([column, kind]) })).code).toBe('PB4004');
    }
  });

  test('every numeric type of Parquet is a number', async () => {
    const types =
      'TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT FLOAT DOUBLE DECIMAL(9,2)';
    const columns = types.split(' ').map((type, index) => `i::${type} AS c${index}`);
    const { features } = await build({ from: [await parquet(`SELECT ${columns.join(', ')} FROM range(1, 4) t(i)`)] });
    expect(features.size).toBe(columns.length);
    for (const profile of features.values()) expect([profile.min, profile.max, profile.finite]).toEqual([1, 3, 3]);
  });

  test('lists and structs are skipped with a notice, and refused where they are named', async () => {
    const notices: string[] = [];
    const from = [jsonLines({ x: 1, list: [1, 2], struct: { a: 1 } }, { x: 2, list: [3], struct: { a: 2 } })];
    const { features } = await build({ from, onNotice: (notice) => notices.push(notice) });
    expect([...features.keys()]).toEqual(['x']);
    expect(notices.join()).toMatch(/struct is skipped.*list is skipped/s);
    expect(await refusal({ from, include: ['x', 'list'] })).toMatchObject({ code: 'PB4004', key: 'list' });
  });

  test('numbers whose squares are too large are refused by name', async () => {
    expect(await refusal({ from: [csv('x', '1e200', '-1e200')] })).toMatchObject({ code: 'PB4004', key: 'x' });
  });
});

describe('roles', () => {
  const from = [csv('id,x,late,predicted,p', '1,10,true,true,0.9', '2,20,false,true,0.6', '3,30,false,false,0.1')];

  test('outputs and the ground truth are no features', async () => {
    const reference = await build({ from, exclude: ['id'], value: 'predicted', score: 'p', groundTruth: 'late' });
    expect([...reference.features.keys()]).toEqual(['x']);
    expect([...reference.outputs.keys()]).toEqual(['value', 'score', 'ground_truth']);
    expect(categories(reference.outputs.get('value')!)).toEqual([
      ['false', 1],
      ['true', 2],
    ]);
    expect(reference.outputs.get('score')!.max).toBe(0.9);
    expect(categories(reference.outputs.get('ground_truth')!)).toEqual([
      ['false', 2],
      ['true', 1],
    ]);
    expect(reference.source.columns).toEqual({ value: 'predicted', score: 'p', groundTruth: 'late' });
    expect(reference).toMatchObject({ kind: 'training', name: 'm 1', rows: 3 });
  });

  test('what is included is all there is', async () => {
    expect([...(await build({ from, include: ['p', 'x'] })).features.keys()]).toEqual(['p', 'x']);
  });

  test.each([['value'], ['score'], ['groundTruth']] as const)('an unknown column for %s is refused', async (role) => {
    const { code, key, remedy } = await refusal({ from, [role]: 'Predictet' });
    expect([code, key, remedy]).toEqual(['PB4004', 'Predictet', 'Did you mean predicted?']);
  });

  test('an unknown column that resembles none is answered with all', async () => {
    expect((await refusal({ from, exclude: ['customer_number'] })).remedy).toBe(
      'Its columns are: id, x, late, predicted, p.',
    );
  });
});

describe('files', () => {
  test('the same rows give the same hash, whatever holds them and wherever it lies', async () => {
    const lines = ['x,c', '1,a', '2,b', '3,a'];
    const one = await build({ from: [csv(...lines)], createdAt: '2026-01-01T00:00:00.000Z' });
    const other = await build({ from: [csv(...lines)], seed: 7 });
    const asJson = await build({ from: [jsonLines({ x: 1, c: 'a' }, { x: 2, c: 'b' }, { x: 3, c: 'a' })] });
    const asParquet = await build({
      from: [await parquet(`SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'a')) t(x, c)`)],
    });
    expect(new Set([one, other, asJson, asParquet].map(({ hash }) => hash)).size).toBe(1);
    expect((await build({ from: [csv('x,c', '1,a', '2,b', '3,b')] })).hash).not.toBe(one.hash);
  });

  test('compressed text, which is parsed for every scan, gives what is parsed once', async () => {
    const path = csv('x,c', ...Array.from({ length: 5_000 }, (_, index) => `${(index * 7919) % 4_999},c${index % 7}`));
    const compressed = `${path}.gz`;
    writeFileSync(compressed, gzipSync(readFileSync(path)));
    const of = async (from: string) => (await build({ from: [from], sampleRows: 300 })).hash;
    expect(await of(compressed)).toBe(await of(path));
  });

  test('several files are one data set; a column that one of them lacks is empty there', async () => {
    const { rows, features } = await build({ from: [csv('x,c', '1,a'), csv('x', '2')] });
    expect(rows).toBe(2);
    expect(features.get('c')!.empty).toBe(1);
  });

  test('a glob names several', async () => {
    const from = [csv('x', '1', '2').replace('data.csv', '*.csv')];
    expect((await build({ from })).rows).toBe(2);
  });

  test.each([
    ['a file that is not there', () => '/nowhere/at/all.csv', /no such file/],
    ['a file without rows', () => csv('x,y'), /no rows/],
    ['a name that says no format', () => textFile('data.xlsx', ['x']), /format cannot be told/],
    ['a file that is not what its name says', () => textFile('data.parquet', ['x']), /cannot be read/],
  ])('%s is refused', async (_, file, sentence) => {
    const path = file();
    const error = await refusal({ from: [path] });
    expect(error).toMatchObject({ code: 'PB4003', key: path });
    expect(error.message).toMatch(sentence);
  });

  test('progress ends where it said it would', async () => {
    const steps: { done: number; total: number }[] = [];
    await build({
      from: [csv('x', ...Array.from({ length: 5_000 }, (_, index) => String(index)))],
      onProgress: (step) => steps.push(step),
    });
    expect(steps.at(-1)).toEqual({ done: 10_000, total: 10_000 });
  });
});
