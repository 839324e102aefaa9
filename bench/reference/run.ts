/**
 * What building a reference costs: rows a second and the peak of resident memory, for the 3,000,000 flights of
 * vega-datasets as Parquet, CSV and JSON Lines, and for several times as many rows, to see that memory does not grow with
 * them. Each build is a process of its own. Writes the figures into the README.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { buildReference } from '../../src/reference/index.js';

const FLIGHTS = join(import.meta.dirname, '../../node_modules/vega-datasets/data/flights-3m.parquet');
const README = join(import.meta.dirname, 'README.md');
const ROUNDS = Number(process.argv[3] ?? 5);
const TIMES_THE_ROWS = [1, 4, 16];

interface Measured {
  readonly rows: number;
  readonly seconds: number;
  readonly peakBytes: number;
}

if (process.argv[2] === 'subject') process.stdout.write(JSON.stringify(await measure(process.argv.slice(3))));
else await compare();

async function measure(from: string[]): Promise<Measured> {
  const startMs = performance.now();
  const { rows } = await buildReference({ model: 'flights', version: '2001', from });
  const seconds = (performance.now() - startMs) / 1000;
  return { rows, seconds, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

async function compare(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
  try {
    const csv = join(folder, 'flights.csv');
    const jsonLines = join(folder, 'flights.jsonl');
    await copy(csv, 'FORMAT csv, HEADER');
    await copy(jsonLines, 'FORMAT json');
    const lines = [
      ...TIMES_THE_ROWS.map((times) => line('Parquet', new Array<string>(times).fill(FLIGHTS))),
      line('CSV', [csv]),
      line('JSON Lines', [jsonLines]),
    ];
    writeFigures(lines);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function copy(path: string, format: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (FROM '${FLIGHTS}') TO '${path}' (${format})`);
  connection.closeSync();
  instance.closeSync();
}

function line(format: string, files: readonly string[]): string {
  const rounds = Array.from({ length: ROUNDS }, () => subject(files)).sort((a, b) => a.seconds - b.seconds);
  const { rows, seconds } = rounds[Math.floor(rounds.length / 2)];
  const peak = Math.max(...rounds.map(({ peakBytes }) => peakBytes));
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const columns = [
    format,
    rows.toLocaleString('en'),
    (bytes / 1e6).toFixed(0),
    seconds.toFixed(1),
    (rows / seconds / 1e6).toFixed(2),
    (peak / 1e6).toFixed(0),
  ];
  return `| ${columns.join(' | ')} |`;
}

function subject(files: readonly string[]): Measured {
  const args = ['--import', 'tsx', import.meta.filename, 'subject', ...files];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Measured;
}

function writeFigures(lines: readonly string[]): void {
  const figures = [
    `Node ${process.version}, ${cpus().length} × ${cpus()[0].model}, load average ${loadavg()[0].toFixed(1)} at the end, ${ROUNDS} rounds.`,
    '',
    '| format | rows | data, MB | seconds | million rows a second | peak of resident memory, MB |',
    '| :-- | --: | --: | --: | --: | --: |',
    ...lines,
  ].join('\n');
  const readme = readFileSync(README, 'utf8');
  writeFileSync(README, readme.replace(/(<!-- figures -->)[^]*(<!-- end -->)/, `$1\n\n${figures}\n\n$2`));
  process.stdout.write(`${figures}\n`);
}
