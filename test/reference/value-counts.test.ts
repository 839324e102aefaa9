/** Numbers that recur are counted by DuckDB: the profile is that of the slot which folds live predictions, row by row. */
import { expect, test } from 'vitest';
import { RecordBatch, VALUE } from '../../src/decode/index.js';
import { CellSpace, FEATURE_CELL, FeatureSlot, isNumeric, Profile } from '../../src/observe/index.js';
import { type BuildOptions, buildReference } from '../../src/reference/index.js';
import { entryOf, type ProfileEntry } from '../../src/reference/profile-entry.js';
import { parquet, sql } from './data-files.js';

const build = async (select: string, kinds: BuildOptions['kinds'] = new Map()) =>
  (await buildReference({ model: 'm', version: '1', from: [await parquet(select)], kinds })).features;

/** As each row would be folded that arrives as a prediction. */
function foldedByRow(profile: Profile, rows: readonly (number | null)[]): ProfileEntry {
  if (!isNumeric(profile.schema)) throw new Error(`${profile.schema.name} is not numeric.`);
  const space = new CellSpace(Infinity);
  const slot = new FeatureSlot('x', space.allocateHeader(), space, { maxCategories: 0, provisionalSize: 0 });
  slot.freeze(profile.schema);
  const pane = { cells: new Float64Array(0) };
  space.widen(pane);
  const batch = new RecordBatch();
  batch.attributes.reserve(1);
  for (const x of rows) {
    batch.attributes.type[0] = x === null ? VALUE.empty : VALUE.double;
    batch.attributes.number[0] = x ?? 0;
    slot.fold(pane, batch, Int32Array.of(0), 1, 1, 0);
  }
  return entryOf(profile.schema.name, new Profile(profile.schema, pane.cells, slot, rows.length));
}

test.each([
  ['whole numbers', `CASE WHEN i % 11 > 0 THEN (hash(i) % 700)::BIGINT - 350 END`],
  ['fractions', `CASE i % 97 WHEN 0 THEN 'nan' WHEN 1 THEN '-inf' ELSE round(ln(1 + hash(i) % 1000), 2) END::DOUBLE`],
  ['single precision', `((hash(i) % 500) / 7)::FLOAT`],
  ['decimals', `((hash(i) % 900) / 100)::DECIMAL(9, 2)`],
  ['whole numbers that doubles cannot tell apart', `9007199254740990 + (i % 9)`],
  ['times as numbers', `TIMESTAMP '2001-01-01' + INTERVAL (hash(i) % 5000) MINUTE`],
])('%s', async (what, x) => {
  const select = `SELECT ${x} AS x FROM range(20000) t(i)`;
  const profile = (await build(select, new Map([['x', 'numeric']]))).get('x')!;
  const number = what === 'times as numbers' ? 'epoch(x)' : 'x::DOUBLE';
  const rows = (await sql(`SELECT ${number} FROM (${select})`)).map(([value]) => value as number | null);
  const [counted, folded] = [entryOf('x', profile), foldedByRow(profile, rows)];
  // Sums alone depend on the order in which they are taken.
  const exact = ({ cells, ...entry }: ProfileEntry) => ({ ...entry, cells: { ...cells, sum: 0, squares: 0 } });
  expect(exact(counted)).toEqual(exact(folded));
  for (const cell of ['sum', 'squares'] as const) {
    expect(Math.abs(counted.cells[cell] - folded.cells[cell])).toBeLessThan(1e-9 * Math.max(1, folded.cells.squares));
  }
});

test('columns may be called what the counts are called', async () => {
  const features = await build(`SELECT i % 3 AS key, i % 5 AS "value", i % 7 AS "rows" FROM range(1000) t(i)`);
  expect(Array.from(features, ([name, { finite, max }]) => [name, finite, max])).toEqual([
    ['key', 1000, 2],
    ['value', 1000, 4],
    ['rows', 1000, 6],
  ]);
});

test('times that never come are missing; so are texts that are empty', async () => {
  const times = `CASE i % 4 WHEN 0 THEN 'infinity' WHEN 1 THEN '-infinity' WHEN 2 THEN '2001-01-01' END::TIMESTAMP`;
  const texts = `CASE i % 4 WHEN 0 THEN '' WHEN 1 THEN 'a' WHEN 2 THEN 'b' END`;
  const features = await build(
    `SELECT ${times} AS t, ${texts} AS c FROM range(1000) t(i)`,
    new Map([['t', 'numeric']]),
  );
  expect([features.get('t')!.empty, features.get('t')!.finite]).toEqual([750, 250]);
  const c = features.get('c')!;
  expect([c.empty, c.cell(FEATURE_CELL.present), ...c.bins]).toEqual([500, 1000, 250, 250]);
});
