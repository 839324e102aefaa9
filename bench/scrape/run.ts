/**
 * What a scrape costs: our writer against prom-client's Registry, on the same series, each in a process of its own.
 * Writes the figures into the README next to it. Arguments: rounds (default 30).
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ServedResult, SubjectResult } from './subject.js';

const SUBJECT = fileURLToPath(new URL('subject.ts', import.meta.url));
const README = fileURLToPath(new URL('README.md', import.meta.url));
const NODE_ARGUMENTS = ['--expose-gc', '--import', 'tsx', SUBJECT];
const SERIES_COUNTS = [10_000, 100_000];
const KINDS = ['prom-client', 'ours', 'ours-by-labels'] as const;
const TITLE = {
  'prom-client': 'prom-client',
  ours: 'FamilySet, handles kept',
  'ours-by-labels': 'FamilySet, by label values',
};
const CPU_RATIO_GOAL = 1 / 5;
const PAUSE_GOAL_MS = 20;
const FIGURES = /(<!-- figures -->)[\s\S]*(<!-- end -->)/;

const rounds = Number(process.argv[2] ?? '30');

async function inMemory(kind: string, series: number): Promise<SubjectResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...NODE_ARGUMENTS,
    'memory',
    kind,
    String(series),
    String(rounds),
  ]);
  return JSON.parse(stdout) as SubjectResult;
}

async function scrape(url: string): Promise<number> {
  const [response] = (await once(get(url, { headers: { 'accept-encoding': 'gzip' } }), 'response')) as [
    IncomingMessage,
  ];
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  return bytes;
}

async function served(kind: string, series: number): Promise<ServedResult & { gzipBytes: number }> {
  const child = spawn(process.execPath, [...NODE_ARGUMENTS, 'serve', kind, String(series)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => String((await lines.next()).value);
  const url = await nextLine();
  let gzipBytes = 0;
  const scrapeOften = async (times: number): Promise<ServedResult> => {
    for (let index = 0; index < times; index++) gzipBytes = await scrape(url);
    child.stdin.write('\n');
    return JSON.parse(await nextLine()) as ServedResult;
  };
  await scrapeOften(5);
  const result = await scrapeOften(rounds);
  child.stdin.end();
  await once(child, 'exit');
  return { ...result, gzipBytes };
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

const HEAD = [
  'series',
  'writer',
  'CPU, ms',
  'of prom-client',
  'CPU of the longest turn, ms',
  'longest pause of a round, median (max), ms',
  'heap a series, bytes',
  'CPU a scrape with gzip, ms',
];
const table = [row(HEAD), row(HEAD.map((_, index) => (index === 1 ? '---' : '---:')))];
const verdicts: string[] = [];

function pauses(result: SubjectResult): string {
  return `${result.pauseMsMedian.toFixed(1)} (${result.pauseMsMax.toFixed(1)})`;
}

const control = await inMemory('idle', 0);
table.push(row(['none', 'an idle process', '', '', '', pauses(control), '', '']));
for (const series of SERIES_COUNTS) {
  let theirs: SubjectResult | undefined;
  for (const kind of KINDS) {
    const memory = await inMemory(kind, series);
    const http = await served(kind, series);
    theirs ??= memory;
    if (memory.digest !== theirs.digest) throw new Error(`${kind} did not write what prom-client wrote`);
    const ratio = memory.cpuMs / theirs.cpuMs;
    const count = series.toLocaleString('en');
    table.push(
      row([
        count,
        TITLE[kind],
        memory.cpuMs.toFixed(1),
        ratio.toFixed(2),
        memory.turnCpuMsMax.toFixed(1),
        pauses(memory),
        Math.round(memory.heapBytesPerSeries),
        http.cpuMs.toFixed(1),
      ]),
    );
    if (kind === 'prom-client') continue;
    const goals = [
      ['CPU', ratio <= CPU_RATIO_GOAL],
      ['CPU of the longest turn', memory.turnCpuMsMax <= PAUSE_GOAL_MS],
      ['longest pause of the median round', memory.pauseMsMedian <= PAUSE_GOAL_MS],
      ['longest pause of all rounds', memory.pauseMsMax <= PAUSE_GOAL_MS],
    ] as const;
    const missed = goals.filter(([, met]) => !met).map(([goal]) => goal);
    const verdict = missed.length === 0 ? 'the goals hold' : `missed: ${missed.join(', ')}`;
    const shrunk = (memory.pageBytes / http.gzipBytes).toFixed(0);
    verdicts.push(
      `- ${count} series, ${TITLE[kind]}: ${verdict}. Page ${(memory.pageBytes / 1e6).toFixed(1)} MB, ${shrunk} times smaller with gzip.`,
    );
  }
}
const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0].model}, load average ${loadavg()[0].toFixed(1)} at the end, ${rounds} rounds.`;
const figures = [machine, '', ...table, '', ...verdicts].join('\n');
process.stdout.write(`${figures}\n`);
const readme = await readFile(README, 'utf8');
await writeFile(
  README,
  readme.replace(FIGURES, (_, start: string, end: string) => `${start}\n\n${figures}\n\n${end}`),
);
