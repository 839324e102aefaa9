/** Three million real flights: what the builder counted against what SQL counts. */
import { beforeAll, describe, expect, test } from 'vitest';
import { FEATURE_CELL, isNumeric, type NumericSchema, type Profile } from '../../src/observe/index.js';
import { buildReference, foldDataSet, type Reference } from '../../src/reference/index.js';
import { referenceOf } from '../../src/reference/reference-file.js';
import { RECONSTRUCTION_ERROR } from '../../src/registry/index.js';
import { FLIGHTS, parquet, sql } from './data-files.js';

const QUANTILES = [0.01, 0.25, 0.5, 0.75, 0.99];
const MAX_BINS = 128;
/** Half of a bucket's width, of any value in it. */
const SKETCH_ERROR = 1 / 32;

let reference: Reference;
beforeAll(async () => {
  reference = await buildReference({ model: 'flights', version: '2001', from: [FLIGHTS], exclude: ['date'] });
});

const numeric = (profile: Profile): NumericSchema => {
  if (isNumeric(profile.schema)) return profile.schema;
  throw new Error(`${profile.schema.name} is not numeric.`);
};

test('the columns are what they are', () => {
  expect(reference.rows).toBe(3_000_000);
  expect(Array.from(reference.features, ([name, { schema }]) => [name, schema.kind])).toEqual([
    ['delay', 'numeric'],
    ['distance', 'numeric'],
    ['origin', 'categorical'],
    ['destination', 'categorical'],
  ]);
});

describe.each(['delay', 'distance'])('%s', (name) => {
  const countsByValue = async (): Promise<[value: number, rows: number][]> =>
    (await sql(`SELECT ${name}::DOUBLE, count(*)::DOUBLE FROM '${FLIGHTS}' GROUP BY 1 ORDER BY 1`)) as [
      number,
      number,
    ][];

  test('every bin holds as many as there are between its edges', async () => {
    const profile = reference.features.get(name)!;
    const { upper } = numeric(profile);
    const exact = new Float64Array(upper.length);
    for (const [value, rows] of await countsByValue()) exact[upper.findIndex((edge) => value <= edge)] += rows;
    expect(profile.bins).toEqual(exact);
    expect(exact.reduce((sum, count) => sum + count)).toBe(3_000_000);
  });

  test('what a bin holds below its upper edge is a bin’s share: more is the ties at that edge', async () => {
    const { upper } = numeric(reference.features.get(name)!);
    const below = new Float64Array(upper.length);
    for (const [value, rows] of await countsByValue()) {
      const bin = upper.findIndex((edge) => value <= edge);
      if (value < upper[bin]) below[bin] += rows;
    }
    // The edges are quantiles of a sample of 200,000: its error is a tenth of a bin, at four deviations a half.
    for (const count of below) expect(count).toBeLessThan((1.5 * 3_000_000) / MAX_BINS);
  });

  test('moments and extremes', async () => {
    const profile = reference.features.get(name)!;
    const [[mean, deviation, min, max]] = (await sql(
      `SELECT avg(${name}), stddev_samp(${name}), min(${name})::DOUBLE, max(${name})::DOUBLE FROM '${FLIGHTS}'`,
    )) as number[][];
    expect([profile.min, profile.max]).toEqual([min, max]);
    expect(profile.mean).toBeCloseTo(mean, 9);
    expect(profile.standardDeviation).toBeCloseTo(deviation, 9);
  });

  test('quantiles are within a thirty-second', async () => {
    const profile = reference.features.get(name)!;
    const [[exact]] = await sql(`SELECT quantile_disc(${name}, [${QUANTILES.join()}])::DOUBLE[] FROM '${FLIGHTS}'`);
    for (const [index, value] of (exact as { items: number[] }).items.entries()) {
      expect(Math.abs(profile.quantile(QUANTILES[index]) - value)).toBeLessThanOrEqual(Math.abs(value) * SKETCH_ERROR);
    }
  });
});

test.each(['origin', 'destination'])('%s: every category as often as SQL counts it', async (name) => {
  const profile = reference.features.get(name)!;
  const rows = await sql(`SELECT ${name}, count(*)::DOUBLE FROM '${FLIGHTS}' GROUP BY 1 ORDER BY 2 DESC, 1`);
  const { schema } = profile;
  if (isNumeric(schema)) throw new Error('It is numeric.');
  expect(schema.categories.map((category, index) => [category, profile.bins[index]])).toEqual(rows);
});

test('the profile of all rows is the sum of the profiles of its parts', async () => {
  const folded: Reference[] = [];
  for (const where of ['month(date) <= 2', 'month(date) > 2']) {
    folded.push(await foldDataSet(reference, { files: [await parquet(`SELECT * FROM '${FLIGHTS}' WHERE ${where}`)] }));
  }
  const [first, second] = folded;
  expect(first.rows).toBeGreaterThan(100_000);
  expect(first.rows + second.rows).toBe(reference.rows);
  for (const [name, whole] of reference.features) {
    const parts = [first.features.get(name)!, second.features.get(name)!];
    expect(parts.map(({ schema }) => schema)).toEqual([whole.schema, whole.schema]);
    expect(parts[0].bins.map((count, bin) => count + parts[1].bins[bin])).toEqual(whole.bins);
    for (const cell of [FEATURE_CELL.present, FEATURE_CELL.empty, FEATURE_CELL.finite, FEATURE_CELL.below]) {
      expect(parts[0].cell(cell) + parts[1].cell(cell)).toBe(whole.cell(cell));
    }
    const sum = parts[0].cell(FEATURE_CELL.sum) + parts[1].cell(FEATURE_CELL.sum);
    expect(Math.abs(sum - whole.cell(FEATURE_CELL.sum))).toBeLessThan(1e-3);
  }
});

test('the data that a reference was built from fold into the same reference', async () => {
  const again = await foldDataSet(reference, { files: [FLIGHTS] });
  // Rows that the components were made from are among those that are folded again.
  expect(again.outputs.get(RECONSTRUCTION_ERROR)!.mean).toBeCloseTo(
    reference.outputs.get(RECONSTRUCTION_ERROR)!.mean,
    2,
  );
  expect(referenceOf({ ...again, outputs: reference.outputs }).hash).toBe(reference.hash);
});

test('a bounded sample finds the same bins each time, and other bins with another seed where values do not recur', async () => {
  const scattered = await parquet(`SELECT hash(i) / 1e19 AS x FROM range(30000) t(i)`);
  const build = async (from: string, feature: string, seed: number) => {
    const options = { model: 'm', version: '1', from: [from], include: [feature], sampleRows: 5_000, seed };
    return (await buildReference(options)).hash;
  };
  expect(await build(scattered, 'x', 1)).toBe(await build(scattered, 'x', 1));
  expect(await build(scattered, 'x', 1)).not.toBe(await build(scattered, 'x', 2));
  // Counted values are sampled at even ranks: no chance in it.
  expect(await build(FLIGHTS, 'distance', 1)).toBe(await build(FLIGHTS, 'distance', 2));
});
