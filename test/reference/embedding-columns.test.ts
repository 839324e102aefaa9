/** Columns of lists of numbers: which become embeddings, that their sums are exact, and the way to a file and back. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/run.js';
import { PlumblineError } from '../../src/lib/plumbline-error.js';
import {
  buildReference,
  type BuildOptions,
  foldDataSet,
  formatReference,
  parseReference,
} from '../../src/reference/index.js';
import { RememberedTerminal } from '../cli/remembered-terminal.js';
import { jsonLines, parquet, temporaryFolder } from './data-files.js';

type Given = Partial<BuildOptions> & { readonly from: readonly string[] };
const build = (given: Given) => buildReference({ model: 'm', version: '1', ...given });
const refusal = async (given: Given): Promise<unknown> => build(given).catch((error: unknown) => error);

/** Around (1, 2, 3), in a circle of the first two dimensions, moved by `shift` in the third. */
const circle = (shift = 0, type = 'DOUBLE[]'): string =>
  `SELECT i AS x, [1 + cos(i), 2 + sin(i), 3 + ${shift}]::${type} AS title FROM range(1000) t(i)`;

describe('columns', () => {
  test.each(['DOUBLE[]', 'FLOAT[]', 'DOUBLE[3]', 'FLOAT[3]'])('of %s are embeddings', async (type) => {
    const { embeddings, features } = await build({ from: [await parquet(circle(0, type))] });
    expect([...features.keys()]).toEqual(['x']);
    const profile = embeddings!.get('title')!;
    expect([profile.dimensions, profile.vectors, profile.cell('present')]).toEqual([3, 1000, 1000]);
    const exact = (of: (i: number) => number): number =>
      Array.from({ length: 1000 }, (_, i) => of(i)).reduce((sum, x) => sum + x, 0) / 1000;
    expect(profile.mean[0]).toBeCloseTo(
      exact((i) => 1 + Math.cos(i)),
      6,
    );
    expect(profile.mean[1]).toBeCloseTo(
      exact((i) => 2 + Math.sin(i)),
      6,
    );
    expect(profile.mean[2]).toBe(3);
  });

  test('whole numbers and decimals too; no list is no vector, a missing element is not finite', async () => {
    const from = [jsonLines({ e: [1, 2] }, { e: null }, { e: [3, null] }, { e: [3, 4.5] })];
    const profile = (await build({ from })).embeddings!.get('e')!;
    expect([profile.cell('present'), profile.vectors, profile.cell('nonFinite')]).toEqual([3, 2, 1]);
    expect([...profile.mean]).toEqual([2, 3.25]);
  });

  test('long vectors, of which few fit the buffer', async () => {
    const list = 'list_transform(range(4096), k -> (k + i)::DOUBLE)';
    const { embeddings } = await build({ from: [await parquet(`SELECT ${list} AS e FROM range(50) t(i)`)] });
    const { mean } = embeddings!.get('e')!;
    expect([mean[0], mean[4095]]).toEqual([24.5, 4119.5]);
  });

  test('that vary in length, or are too long, are skipped with a notice, and refused where they are named', async () => {
    const notices: string[] = [];
    const list = (length: number): number[] => Array.from({ length }, () => 1);
    const from = [jsonLines({ ragged: [1], wide: list(4097) }, { ragged: [1, 2], wide: list(4097) })];
    const { embeddings } = await build({ from, onNotice: (notice) => notices.push(notice) });
    expect(embeddings!.size).toBe(0);
    expect(notices).toEqual([
      'ragged is skipped: its lists are of 1 to 2 numbers',
      'wide is skipped: its vectors have more than 4096 dimensions',
    ]);
    for (const name of ['ragged', 'wide']) {
      const error = await refusal({ from, embedding: [name] });
      expect(error).toBeInstanceOf(PlumblineError);
      expect(error).toMatchObject({ code: 'PB4004', key: name });
    }
  });

  test('only those that are named, where any are; one that holds no lists is refused', async () => {
    const from = [jsonLines({ a: [1], b: [1], c: 1 })];
    expect([...(await build({ from, embedding: ['b'] })).embeddings!.keys()]).toEqual(['b']);
    expect([...(await build({ from, exclude: ['a'] })).embeddings!.keys()]).toEqual(['b']);
    expect(await refusal({ from, embedding: ['c'] })).toMatchObject({ code: 'PB4004', key: 'c' });
  });
});

describe('the file', () => {
  test('gives back every bit, under the hash; a changed sum is refused', async () => {
    const reference = await build({ from: [await parquet(circle())] });
    const text = formatReference(reference);
    const back = parseReference(text, 'file');
    expect(back.hash).toBe(reference.hash);
    expect([...back.embeddings!.get('title')!.cells]).toEqual([...reference.embeddings!.get('title')!.cells]);
    expect(formatReference(back)).toBe(text);
    const other = await build({ from: [await parquet(circle(1e-9))] });
    expect(other.hash).not.toBe(reference.hash);
    const sums = /"sums":"([^"]*)"/.exec(formatReference(other))![1];
    expect(() => parseReference(text.replace(/"sums":"[^"]*"/, `"sums":"${sums}"`), 'file')).toThrow(/its hash/);
    expect(() => parseReference(text.replace(/"sums":"..../, '"sums":"'), 'file')).toThrow(/embeddings.0.sums/);
  });

  test('without embeddings is what it was before there were any', async () => {
    const from = [jsonLines({ x: 1 }, { x: 2 })];
    expect(formatReference(await build({ from }))).not.toContain('embeddings');
  });
});

test('a data set of other dimensions folds to type mismatches', async () => {
  const reference = await build({ from: [await parquet(circle())] });
  const folded = await foldDataSet(reference, {
    files: [jsonLines({ x: 1, title: [1, 2] }, { x: 2, title: [1, 2, 3] })],
  });
  const profile = folded.embeddings!.get('title')!;
  expect([profile.dimensions, profile.vectors, profile.cell('typeMismatch')]).toEqual([3, 1, 1]);
});

describe('the command', () => {
  const command = async (...parameters: string[]) => {
    const terminal = new RememberedTerminal();
    const status = await run(['reference', ...parameters], terminal);
    return { status, stdout: terminal.stdout, stderr: terminal.stderr };
  };
  const built = async (from: string): Promise<string> => {
    const out = join(temporaryFolder(), 'reference.json');
    const { status, stderr } = await command('build', '-m', 'm', '-v', '1', '-f', from, '-o', out);
    expect(status, stderr).toBe(0);
    return out;
  };

  test('shows dimensions, vectors, length and spread', async () => {
    const file = await built(await parquet(circle()));
    const shown = await command('show', file);
    expect(shown.stdout).toMatch(/embedding +dimensions +vectors +faulty +length +spread/);
    expect(shown.stdout).toMatch(/title +3 +1,000 +0 +mean 3\.\d+, sd \d\.\d+ +1\.0/);
    const json = JSON.parse((await command('show', file, '--json')).stdout) as { embeddings: object[] };
    expect(json.embeddings).toEqual([
      expect.objectContaining({ name: 'title', dimensions: 3, vectors: 1000, faulty: 0 }),
    ]);
  });

  test('gates: the same data pass, a shift fails, in data and in another reference', async () => {
    const file = await built(await parquet(circle()));
    const same = await command('diff', file, await parquet(circle()));
    expect(same.status, same.stderr).toBe(0);
    for (const other of [await parquet(circle(2)), await built(await parquet(circle(2)))]) {
      const shifted = await command('diff', file, other);
      expect(shifted.status).toBe(1);
      expect(shifted.stdout).toMatch(/title +2 .*drifted/);
      expect(shifted.stderr).toContain('1 of 2 have drifted');
    }
    const tolerant = await command(
      'diff',
      file,
      await parquet(circle(2)),
      '--threshold-mmd',
      '2',
      '--threshold-cosine',
      '2',
    );
    expect(tolerant.status).toBe(0);
  });

  test('gates: another number of dimensions, or none at all', async () => {
    const file = await built(await parquet(circle()));
    const x = 'SELECT i AS x';
    const other = await command('diff', file, await parquet(`${x}, [1.5, 2.5] AS title FROM range(1000) t(i)`));
    expect([other.status, /title .*faulty/.test(other.stdout)]).toEqual([1, true]);
    const none = await command('diff', file, await parquet(`${x} FROM range(1000) t(i)`));
    expect([none.status, /title .*absent/.test(none.stdout)]).toEqual([1, true]);
  });
});
