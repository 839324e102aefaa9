/**
 * The same work here, at Evidently and at whylogs: all columns of 3,000,000 flights, drift against January. Each run is a
 * process of its own; the three take turns, so that what else the machine does falls on all of them. Writes the README.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { flightsFile, PLAY_START } from '../../demo/flights.js';
import { pythonWith } from '../../test/peers/python-environment.js';
import { machine, median, spread, table } from '../ingest/figures.js';

const ROUNDS = Number(process.argv[2] ?? 3);
const README = join(import.meta.dirname, 'README.md');

interface Result {
  readonly version: string;
  readonly columns: readonly string[];
  readonly cpuSeconds: number;
  /** Of them, by what was done; ours alone. */
  readonly parts?: Readonly<Record<string, number>>;
  readonly cpuSecondsWithReading: number;
  readonly seconds: number;
  readonly peakBytes: number;
}

interface Subject {
  readonly name: string;
  readonly command: string;
  readonly parameters: readonly string[];
  /** How many times its rows per CPU-second ours are to be. */
  readonly goal?: number;
}

const here = (file: string): string => join(import.meta.dirname, file);

async function subjects(): Promise<Subject[]> {
  const peer = async (name: string, goal: number): Promise<Subject> => {
    const command = await pythonWith(name, here(`${name}-requirements.txt`));
    return { name, command, parameters: [here(`${name}-drift.py`)], goal };
  };
  return [
    { name: 'plumbline', command: process.execPath, parameters: ['--import', 'tsx', here('plumbline-drift.ts')] },
    await peer('evidently', 30),
    await peer('whylogs', 5),
  ];
}

function run({ command, parameters }: Subject, files: readonly string[]): Result {
  const env = { ...process.env, DO_NOT_TRACK: '1', WHYLOGS_NO_ANALYTICS: 'True' };
  const stdio: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'ignore'];
  return JSON.parse(execFileSync(command, [...parameters, ...files], { encoding: 'utf8', env, stdio })) as Result;
}

/** @returns how many rows there are in January and in all */
async function writeJanuary(path: string): Promise<[january: number, all: number]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (FROM '${flightsFile()}' WHERE date < '${PLAY_START}') TO '${path}' (FORMAT parquet)`);
  const counted = await connection.runAndReadAll(
    `SELECT (SELECT count(*) FROM '${path}')::DOUBLE, (SELECT count(*) FROM '${flightsFile()}')::DOUBLE`,
  );
  const [[january, all]] = counted.getRows() as [number, number][];
  connection.closeSync();
  instance.closeSync();
  return [january, all];
}

async function compare(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
  try {
    const january = join(folder, 'january.parquet');
    const [referenceRows, currentRows] = await writeJanuary(january);
    const all = await subjects();
    const results = all.map((): Result[] => []);
    const loadBefore = loadavg()[0];
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, subject] of all.entries()) {
        results[index].push(run(subject, [january, flightsFile()]));
        process.stderr.write(`round ${round + 1}: ${subject.name} ${results[index][round].cpuSeconds.toFixed(2)} s\n`);
      }
    }
    writeFigures(all, results, referenceRows + currentRows, loadBefore);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function writeFigures(all: readonly Subject[], results: readonly Result[][], rows: number, loadBefore: number): void {
  const lines = all.map(({ name, goal }, index) => {
    const of = results[index];
    const cpu = of.map(({ cpuSeconds }) => cpuSeconds);
    // Round by round: what else ran then slowed both.
    const times = cpu.map((seconds, round) => seconds / results[0][round].cpuSeconds);
    return [
      name,
      of[0].version,
      of[0].columns.length.toString(),
      spread(cpu, 2),
      spread(
        of.map((each) => each.cpuSecondsWithReading),
        2,
      ),
      spread(
        of.map(({ seconds }) => seconds),
        1,
      ),
      (rows / median(cpu) / 1e6).toFixed(2),
      goal === undefined ? '' : spread(times, 1),
      goal === undefined ? '' : `${goal}, ${median(times) >= goal ? 'met' : 'missed'}`,
      (Math.max(...of.map(({ peakBytes }) => peakBytes)) / 1e6).toFixed(0),
    ];
  });
  const head = [
    '',
    'version',
    'columns compared',
    'CPU seconds',
    'with reading',
    'seconds',
    'million rows a CPU-second',
    'ours is so many times as fast',
    'goal',
    'peak of resident memory, MB',
  ];
  const parts = Object.keys(results[0][0].parts ?? {}).map((name) => {
    const seconds = results[0].map((result) => result.parts?.[name] ?? NaN);
    return `${name} ${median(seconds).toFixed(2)}`;
  });
  const figures = `${machine()}, ${loadBefore.toFixed(1)} at the start, ${ROUNDS} rounds, ${rows.toLocaleString('en')} rows.\n\n${table(2, head, lines)}\n\nOur CPU seconds, by what they went into: ${parts.join('; ')}.`;
  const readme = readFileSync(README, 'utf8');
  writeFileSync(README, readme.replace(/(<!-- figures -->)[^]*(<!-- end -->)/, `$1\n\n${figures}\n\n$2`));
  process.stdout.write(`${figures}\n`);
}

await compare();
