/** `plumbline reference`: what it prints and the status it ends with, on data whose drift is known. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/run.js';
import { normalDeviate, normalDeviates, seededRandom } from '../../src/lib/random.js';
import { loadReference } from '../../src/reference/index.js';
import { ALERTING_STATISTICS, DRIFT_STATISTICS } from '../../src/registry/index.js';
import { RememberedTerminal } from '../cli/remembered-terminal.js';
import { csv, jsonLines, temporaryFolder } from './data-files.js';

async function reference(...parameters: string[]) {
  const terminal = new RememberedTerminal();
  const status = await run(['reference', ...parameters], terminal);
  return { status, stdout: terminal.stdout, stderr: terminal.stderr };
}

interface Population {
  readonly seed: number;
  readonly rows?: number;
  readonly mean?: number;
  readonly colours?: readonly string[];
}

/** Rows of `amount`, `colour`, `score` and `late`. */
function sales({ seed, rows = 5_000, mean = 0, colours = ['red', 'red', 'green', 'blue'] }: Population): string {
  const random = seededRandom(seed);
  const lines = Array.from({ length: rows }, () => {
    const colour = colours[Math.floor(random.next() * colours.length)];
    return `${normalDeviate(random) + mean},${colour},${random.next()},${random.next() < 0.2}`;
  });
  return csv('amount,colour,score,late', ...lines);
}

async function built(from: string): Promise<string> {
  const out = join(temporaryFolder(), 'reference.json');
  const roles = ['--score', 'score', '--ground-truth', 'late'];
  const { status, stderr } = await reference('build', '-m', 'sales', '-v', '1', '-f', from, '-o', out, ...roles);
  expect(status, stderr).toBe(0);
  return out;
}

describe('build', () => {
  test('says what it made, on standard output, and how long it took, on standard error', async () => {
    const out = join(temporaryFolder(), 'reference.json');
    const from = sales({ seed: 1 });
    const { status, stdout, stderr } = await reference(
      'build',
      '-m',
      'sales',
      '-v',
      '1',
      '-f',
      from,
      '-o',
      out,
      '--score',
      'score',
    );
    expect(status).toBe(0);
    expect(stdout).toBe(
      [
        'reference sales 1',
        'rows      5,000',
        'features  1 numeric, 1 categorical, 1 boolean',
        'besides   score, reconstruction_error',
        `hash      ${loadReference(out).hash}`,
        '',
      ].join('\n'),
    );
    expect(stderr).toMatch(/read 100%\n.*written in \d+\.\d s\n$/s);
  });

  test('a folder that is not there is refused before anything is read', async () => {
    const out = join(temporaryFolder(), 'nowhere', 'reference.json');
    const { status, stderr } = await reference('build', '-m', 'm', '-v', '1', '-f', sales({ seed: 1 }), '-o', out);
    expect(status).toBe(2);
    expect(stderr).toMatch(/PB7001 .*\[--out\]/);
  });

  test.each([
    ['--max-categories', '0'],
    ['--max-categories', 'many'],
    ['--max-categories', '1.5'],
    ['--variance', '1'],
    ['--variance', 'most'],
  ])('%s %s is refused', async (option, value) => {
    const { status, stderr } = await reference('build', '-m', 'm', '-v', '1', '-f', 'x.csv', '-o', 'x', option, value);
    expect(status).toBe(2);
    expect(stderr).toMatch(/PB7001/);
  });
});

describe('show', () => {
  test('a line for each feature, output and the ground truth', async () => {
    const { status, stdout } = await reference('show', await built(sales({ seed: 1 })));
    expect(status).toBe(0);
    expect(stdout).toMatch(/^amount +numeric +0\.0% +[▁-█]{24} +-\d.* to \d.*, mean .*, sd .*$/m);
    expect(stdout).toMatch(
      /^colour +categorical +0\.0% +red (49|50|51)\.\d%, (green|blue) 2\d\.\d%, (green|blue) 2\d\.\d%$/m,
    );
    expect(stdout).toMatch(/^score +numeric/m);
    expect(stdout).toMatch(/^together +1 principal component of 2 features, 5\d\.\d% of their variance$/m);
    expect(stdout).toMatch(/^reconstruction_error +numeric/m);
    expect(stdout).toMatch(/^ground_truth +boolean .*false (79|80|81)\.\d%/m);
  });

  test('a feature in full', async () => {
    const { stdout } = await reference('show', await built(sales({ seed: 1 })), '--feature', 'amount');
    expect(stdout).toMatch(/^quantiles 1% -2\.\d+, 25% -0\.\d+, 50% -?0\.0\d+, 75% 0\.\d+, 99% 2\.\d+$/m);
    const bars = stdout.split('\n').filter((line) => line.includes('█'));
    expect(bars.length).toBeGreaterThan(15);
    expect(Math.max(...bars.map((line) => line.length))).toBeLessThan(100);
  });

  test('a feature that is not there', async () => {
    const { status, stderr } = await reference('show', await built(sales({ seed: 1 })), '--feature', 'color');
    expect([status, stderr]).toEqual([2, expect.stringMatching(/PB7001.*\n {2}Did you mean colour\?/)]);
  });

  test('as JSON, counts add up', async () => {
    const { stdout } = await reference('show', await built(sales({ seed: 1 })), '--json');
    const { subjects } = JSON.parse(stdout) as {
      subjects: { name: string; observations: number; bins: { count: number }[] }[];
    };
    expect(subjects.map(({ name }) => name)).toEqual([
      'amount',
      'colour',
      'score',
      'reconstruction_error',
      'ground_truth',
    ]);
    for (const { name, observations, bins } of subjects) {
      expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(observations);
      // Half of the rows made the components.
      if (name !== 'reconstruction_error') expect(observations).toBe(5_000);
      else expect(Math.abs(observations - 2_500)).toBeLessThan(200);
    }
  });

  test('a category cannot move the cursor', async () => {
    const out = await built(jsonLines({ amount: 1, colour: '\u001b[2Jred', score: 1, late: true }));
    const { stdout } = await reference('show', out);
    expect(stdout).not.toContain('\u001b');
  });
});

describe('diff', () => {
  const diff = async (own: string, current: string, ...flags: string[]) => {
    const { status, stdout, stderr } = await reference('diff', own, current, '--json', ...flags);
    const report = stdout === '' ? undefined : (JSON.parse(stdout) as Report);
    const names = report?.subjects.filter(({ over }) => over).map(({ name }) => name);
    return { status, stderr, report, drifted: names };
  };
  interface Report {
    readonly schema: readonly unknown[];
    readonly subjects: {
      readonly name: string;
      readonly over: boolean;
      readonly state: string;
      readonly qValue?: number;
      readonly statistics: {
        readonly statistic: string;
        readonly value: number;
        readonly criticalValue: number;
        readonly threshold?: number;
        readonly degreesOfFreedom?: number;
      }[];
    }[];
  }

  test('other rows of the same population have not drifted: nothing passes its critical value', async () => {
    const { status, drifted, report } = await diff(
      await built(sales({ seed: 1 })),
      sales({ seed: 2 }),
      '--threshold-psi',
      '0',
    );
    expect([status, drifted]).toEqual([0, []]);
    for (const { statistics } of report!.subjects) {
      for (const { value, criticalValue } of statistics) expect(value).toBeLessThan(criticalValue);
    }
  });

  test('a mean that has moved by a deviation has drifted, with how the features hang together, and nothing else', async () => {
    const { status, drifted, stderr } = await diff(await built(sales({ seed: 1 })), sales({ seed: 2, mean: 1 }));
    expect([status, drifted]).toEqual([1, ['amount', 'reconstruction_error']]);
    expect(stderr).toMatch(/2 of 5 have drifted\.\n$/);
  });

  test('colours that were never seen are a drift', async () => {
    const current = sales({ seed: 2, colours: ['red', 'green', 'violet'] });
    expect(await diff(await built(sales({ seed: 1 })), current)).toMatchObject({
      status: 1,
      drifted: ['colour', 'reconstruction_error'],
    });
  });

  test('a threshold decides what matters', async () => {
    const own = await built(sales({ seed: 1 }));
    const current = sales({ seed: 2, mean: 0.2 });
    expect(await diff(own, current)).toMatchObject({ status: 0 });
    expect(await diff(own, current, '--threshold-psi', '0.01')).toMatchObject({ status: 1, drifted: ['amount'] });
  });

  test('thresholds of the model’s feature come from the configuration', async () => {
    const config = join(temporaryFolder(), 'plumbline.yaml');
    writeFileSync(config, 'models:\n  - name: sales\n    features:\n      amount: { thresholds: { psi: 0.01 } }\n');
    const own = await built(sales({ seed: 1 }));
    expect(await diff(own, sales({ seed: 2, mean: 0.2 }), '--config', config)).toMatchObject({
      status: 1,
      drifted: ['amount'],
    });
  });

  test('a column that is gone is missing everywhere, which is a drift', async () => {
    const lines = readFileSync(sales({ seed: 2 }), 'utf8')
      .trim()
      .split('\n');
    const current = csv(...lines.map((line) => line.split(',').toSpliced(1, 1).join(',')));
    const { status, drifted, stderr } = await diff(await built(sales({ seed: 1 })), current);
    expect([status, drifted]).toEqual([1, ['colour', 'reconstruction_error']]);
    expect(stderr).toMatch(/no column colour/);
  });

  test('columns that do not go together any more have drifted together, and none of them alone', async () => {
    const pairs = (seed: number, sign: number): string => {
      const normal = normalDeviates(seededRandom(seed));
      const rows = Array.from({ length: 2_000 }, () => {
        const x = normal();
        return `${x},${0.9 * sign * x + Math.sqrt(1 - 0.81) * normal()}`;
      });
      return csv('x,y', ...rows);
    };
    const out = join(temporaryFolder(), 'pairs.json');
    await reference('build', '-m', 'pairs', '-v', '1', '-f', pairs(1, 1), '-o', out);
    expect(await diff(out, pairs(2, 1))).toMatchObject({ status: 0, drifted: [] });
    expect(await diff(out, pairs(3, -1))).toMatchObject({ status: 1, drifted: ['reconstruction_error'] });
    // A reference of its own has components of its own: what is left of them is something else.
    const other = join(temporaryFolder(), 'other.json');
    await reference('build', '-m', 'pairs', '-v', '2', '-f', pairs(1, 1), '-o', other, '--variance', '0');
    expect(await diff(out, other)).toMatchObject({ status: 0, drifted: [] });
  });

  test('too few rows are no evidence', async () => {
    const current = sales({ seed: 2, rows: 20, mean: 3 });
    const { status, stderr, report } = await diff(await built(sales({ seed: 1 })), current);
    expect(status).toBe(0);
    expect(stderr).toMatch(/5 have too few rows/);
    expect(report!.subjects.map(({ state }) => state)).toEqual(Array(5).fill('not_enough_data'));
  });

  test('texts of digits stay texts, where the reference has texts', async () => {
    const code = (prefix: string) => csv('code', ...Array.from({ length: 500 }, (_, row) => `${prefix}${row % 4}`));
    const out = join(temporaryFolder(), 'reference.json');
    const from = csv('code', ...Array.from({ length: 500 }, (_, row) => `00${row % 4}`), 'none');
    await reference('build', '-m', 'm', '-v', '1', '-f', from, '-o', out);
    expect(await diff(out, code('00'))).toMatchObject({ status: 0 });
    expect(await diff(out, code('0'))).toMatchObject({ status: 1, drifted: ['code'] });
  });

  test('a column of another type is refused by name', async () => {
    const current = jsonLines({ amount: 'a lot', colour: 'red', score: 1, late: true });
    const { status, stderr } = await diff(await built(sales({ seed: 1 })), current);
    expect(status).toBe(2);
    expect(stderr).toMatch(/PB4004 .*VARCHAR.*numeric.*\[amount\]/);
  });

  describe('with another reference', () => {
    test('itself has not drifted', async () => {
      const own = await built(sales({ seed: 1 }));
      expect(await diff(own, own)).toMatchObject({ status: 0, drifted: [] });
    });

    test('categories are compared by name, whatever their order', async () => {
      const one = (colours: string[]) =>
        built(
          jsonLines(...Array.from({ length: 400 }, (_, row) => ({ colour: colours[row % 4], score: 1, late: true }))),
        );
      const own = await one(['red', 'red', 'green', 'blue']);
      expect(await diff(own, await one(['blue', 'green', 'red', 'red']))).toMatchObject({ status: 0 });
      expect(await diff(own, await one(['violet', 'violet', 'violet', 'red']))).toMatchObject({
        status: 1,
        drifted: ['colour'],
      });
    });

    test('numbers with other bins are refused, with the command that compares exactly', async () => {
      const current = sales({ seed: 2 });
      const { status, stderr } = await diff(await built(sales({ seed: 1 })), await built(current));
      expect(status).toBe(2);
      expect(stderr).toMatch(/PB7001 .*different bins for amount, score/);
      expect(stderr).toContain(`plumbline reference diff`);
      expect(stderr).toContain(current);
    });
  });

  test('what two references call their features, and what they are, is told by name', async () => {
    const rows = (shown: (row: number) => Record<string, unknown>): Promise<string> =>
      built(jsonLines(...Array.from({ length: 400 }, (_, row) => ({ ...shown(row), score: 1, late: true }))));
    const colours = ['red', 'red', 'green', 'blue'];
    const own = await rows((row) => ({ colour: colours[row % 4], day: row % 7, kept: row % 3 === 0 }));
    const other = await rows((row) => ({ shade: colours[row % 4], hour: `${row % 24} o'clock`, kept: row % 3 === 0 }));
    const { stderr, report } = await diff(own, other);
    expect(report?.schema).toEqual([
      { change: 'renamed', feature: 'shade', before: 'colour', compatibility: 'breaking' },
      { change: 'removed', feature: 'day', compatibility: 'breaking' },
      { change: 'added', feature: 'hour', compatibility: 'compatible' },
    ]);
    expect(stderr).toContain('schema: shade renamed, from colour (breaking).\n');
    expect((await diff(own, own)).report?.schema).toEqual([]);
  });

  test('every statistic has its critical value, χ² its degrees of freedom, and all that can alert a threshold', async () => {
    const { report } = await diff(await built(sales({ seed: 1 })), sales({ seed: 2, mean: 1 }));
    const of = (name: string) => report!.subjects.find((subject) => subject.name === name)!;
    expect(
      of('amount')
        .statistics.map(({ statistic }) => statistic)
        .sort(),
    ).toEqual([...DRIFT_STATISTICS].sort());
    expect(of('colour').statistics.map(({ statistic }) => statistic)).not.toContain('ks');
    for (const { statistic, value, criticalValue, threshold } of of('amount').statistics) {
      expect(value, statistic).toBeGreaterThan(criticalValue);
      expect(threshold !== undefined, statistic).toBe(ALERTING_STATISTICS.some((name) => name === statistic));
    }
    expect(of('colour').statistics.find(({ statistic }) => statistic === 'chi2')).toMatchObject({
      degreesOfFreedom: 2,
    });
    expect(of('amount').statistics.find(({ statistic }) => statistic === 'wasserstein')!.value).toBeCloseTo(1, 1);
  });

  test('a statistic of many features that one in a thousand would exceed by chance is no drift: q-values allow for them', async () => {
    const random = seededRandom(7);
    const names = Array.from({ length: 40 }, (_, index) => `f${index}`);
    const rows = (moved: number): string =>
      csv(
        names.join(','),
        ...Array.from({ length: 400 }, () =>
          names.map((_, index) => normalDeviate(random) + (index === 0 ? moved : 0)).join(','),
        ),
      );
    const out = join(temporaryFolder(), 'reference.json');
    await reference('build', '-m', 'm', '-v', '1', '-f', rows(0), '-o', out);
    const zero = ['--statistics', 'psi', '--threshold-psi', '0', '--false-alarm-rate', '0.05'];
    const still = await diff(out, rows(0), ...zero);
    const above = still.report!.subjects.filter(({ statistics: [{ value, criticalValue }] }) => value > criticalValue);
    expect(above.length).toBeGreaterThan(0);
    expect(still).toMatchObject({ status: 0, drifted: [] });
    const moved = await diff(out, rows(1), ...zero);
    expect(moved.status).toBe(1);
    expect(moved.drifted).toContain('f0');
  });

  test('in words, one line each, of at most 100 characters, with what there is no room for', async () => {
    const own = await built(sales({ seed: 1 }));
    const { stdout, stderr } = await reference('diff', own, sales({ seed: 2, mean: 1 }));
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    expect(stdout).toMatch(/^amount +[\d.]+! .*drifted$/m);
    expect(stdout).toMatch(/^score \(output\) +[\d.e-]+ /m);
    expect(stderr).toMatch(/no room for .*wasserstein: choose with --statistics/);
  });

  test('shows and judges by the statistics that were chosen', async () => {
    const own = await built(sales({ seed: 1 }));
    const chosen = await reference(
      'diff',
      own,
      sales({ seed: 2, mean: 1 }),
      '--statistics',
      'wasserstein_normalised,chi2',
    );
    expect(chosen.stdout).toMatch(/^ +w1\/sd +chi2 +q-value$/m);
    expect(chosen.stderr).not.toContain('no room');
    const high = await reference(
      'diff',
      own,
      sales({ seed: 2, mean: 1 }),
      '--statistics',
      'wasserstein_normalised',
      '--threshold-wasserstein-normalised',
      '1.5',
    );
    expect([chosen.status, high.status]).toEqual([1, 0]);
  });

  test.each([
    ['psi,entropy', /'entropy' is none of psi, js/],
    ['chi2', /None of them has a threshold/],
  ])('refuses the statistics %s', async (names, message) => {
    const { status, stderr } = await reference('diff', 'a.json', 'b.csv', '--statistics', names);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(message);
  });
});
