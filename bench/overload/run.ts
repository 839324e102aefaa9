/**
 * What overload costs those whose requests are accepted. One collector, four senders with tokens of their own in another
 * process, in rounds: first closed loop, for the rate that can be sustained; then a fifth of that, for the latency of a
 * receiver with little to do; then twice that. One of the four sends four times what each other one does. Arguments: seconds
 * of overload a round (60), rounds (3), `http` or `grpc` for one transport only, which prints only.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type LAYOUTS, makeBodies, PREDICTIONS_PER_BODY } from '../ingest/bodies.js';
import { machine, median, spread, table } from '../ingest/figures.js';
import { flightRows } from '../ingest/flight-rows.js';
import { freePort, ReceivingProcess } from '../ingest/receiving-process.js';
import { publishHere } from './publish.js';
import { type SenderOrder, type SenderReport, Senders } from './senders.js';

const NAMES = ['greedy', 'modest_1', 'modest_2', 'modest_3'];
const SHARES = [4 / 7, 1 / 7, 1 / 7, 1 / 7];
const CONNECTIONS = 48;
const BODIES = 16;
const FEATURES = 100;
/** Many predictions in few bytes: the senders need a core of their own, but no more. */
const LAYOUT: (typeof LAYOUTS)[number] = 'columns';
const SUSTAINED_SECONDS = 5;
const UNLOADED_SECONDS = 12;
const UNLOADED = 0.2;
const OVERLOAD = 2;
const GOAL = 2;
const SAMPLE_EVERY_MS = 1000;
/** Evaluated at most every five seconds. */
const PAGE_AGE_MS = 6000;

type Transport = 'http' | 'grpc';

const seconds = Number(process.argv[2] ?? '60');
const ROUNDS = Number(process.argv[3] ?? '3');
const only = process.argv[4] as Transport | undefined;
const folder = await mkdtemp(join(tmpdir(), 'plumbline-overload-'));
const senders = new Senders();
const ports = { http: await freePort(), grpc: await freePort(), metrics: await freePort() };
const receiver = await startReceiver();
let accepted = 0;
try {
  await senders.bodies(makeBodies(await flightRows(BODIES * PREDICTIONS_PER_BODY), FEATURES, LAYOUT));
  await run('http', 2 * SUSTAINED_SECONDS, [{ name: NAMES[0], connections: 2 }]);
  const sections: string[] = [];
  for (const transport of ['http', 'grpc'] as const) {
    if (only === undefined || only === transport) sections.push(await measure(transport));
  }
  await checkCounts();
  const found = [
    `${machine()}; bodies of ${PREDICTIONS_PER_BODY} predictions with ${FEATURES} features, ${LAYOUT}.`,
    ...sections,
  ];
  if (only === undefined) await publishHere('overload', found.join('\n\n'));
  else process.stdout.write(`${found.join('\n\n')}\n`);
} finally {
  senders.end();
  await receiver.stop();
  await rm(folder, { recursive: true });
}

async function startReceiver(): Promise<ReceivingProcess> {
  const config = join(folder, 'plumbline.yaml');
  const tokens = NAMES.map((name) => `{ name: ${name}, file: ${join(folder, name)} }`).join(', ');
  for (const name of NAMES) await writeFile(join(folder, name), name);
  await writeFile(
    config,
    `log: { level: error }\nreceive:\n  http: { port: ${ports.http} }\n  grpc: { port: ${ports.grpc} }\n  bearerTokens: [${tokens}]\nexpose: { port: ${ports.metrics} }\n`,
  );
  const cli = process.env.PLUMBLINE_CLI ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
  return ReceivingProcess.start(process.execPath, [cli, 'serve', '--config', config], ports.http);
}

async function measure(transport: Transport): Promise<string> {
  const resident: number[] = [];
  const rows: string[][] = [];
  const ratios: number[] = [];
  const shares = new Map<string, number[]>(NAMES.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    const cpuBefore = receiver.cpuSeconds;
    const closed = await run(
      transport,
      SUSTAINED_SECONDS,
      NAMES.map((name) => ({ name, connections: 1 })),
    );
    const cores = (receiver.cpuSeconds - cpuBefore) / SUSTAINED_SECONDS;
    const sustained = sum(closed, ({ accepted: count }) => count) / SUSTAINED_SECONDS;
    const open = (times: number): SenderOrder[] =>
      NAMES.map((name, index) => ({ name, perSecond: times * sustained * SHARES[index], connections: CONNECTIONS }));
    // Scraped in both, since that costs the loop time too.
    let kept: number[] = [];
    const sampler = setInterval(() => void residentMib().then((mib) => kept.push(mib)), SAMPLE_EVERY_MS);
    const unloaded = await run(transport, UNLOADED_SECONDS, open(UNLOADED));
    kept = resident;
    const overloaded = await run(transport, seconds, open(OVERLOAD));
    clearInterval(sampler);
    ratios.push(quantile(latencies(overloaded), 0.99) / quantile(latencies(unloaded), 0.99));
    const all = sum(overloaded, ({ accepted: count }) => count);
    for (const { name, accepted: count } of overloaded) shares.get(name)?.push((100 * count) / all);
    rows.push(
      row(`${round + 1}: a fifth of ${sustained.toFixed(0)}/s (${cores.toFixed(2)} cores)`, unloaded, UNLOADED_SECONDS),
      row(`${round + 1}: twice`, overloaded, seconds),
    );
  }
  const third = Math.floor(resident.length / 3);
  const ratio = median(ratios);
  return [
    `**${transport}**: under ${OVERLOAD} times what can be sustained, for ${seconds} s, the p99 of what is accepted is ${spread(ratios, 2)} times the unloaded one; ${ratio <= GOAL ? `the goal of ${GOAL} holds` : `the goal of ${GOAL} is missed`}. Resident memory under overload, MiB: ${mean(resident.slice(0, third)).toFixed(0)} in the first third, ${mean(resident.slice(-third)).toFixed(0)} in the last, ${Math.max(...resident).toFixed(0)} at most.`,
    table(
      1,
      [
        'round: load',
        'sent/s',
        'accepted/s',
        'refused/s',
        'lost',
        'left out/s',
        'p50, ms',
        'p90, ms',
        'p99, ms',
        'max, ms',
      ],
      rows,
    ),
    table(
      1,
      ['sender', 'of what is offered', 'of what is accepted under overload'],
      NAMES.map((name, index) => [
        name,
        `${(100 * SHARES[index]).toFixed(0)} %`,
        `${spread(shares.get(name) ?? [], 0)} %`,
      ]),
    ),
  ].join('\n\n');
}

async function run(transport: Transport, runSeconds: number, orders: readonly SenderOrder[]): Promise<SenderReport[]> {
  const reports = await senders.run({ transport, port: ports[transport], seconds: runSeconds, senders: orders });
  accepted += sum(reports, ({ accepted: count }) => count);
  return reports;
}

function row(name: string, reports: readonly SenderReport[], runSeconds: number): string[] {
  const rate = (of: (report: SenderReport) => number): string => (sum(reports, of) / runSeconds).toFixed(0);
  return [
    name,
    rate(({ sent }) => sent),
    rate(({ accepted: count }) => count),
    rate(({ refused }) => refused),
    String(sum(reports, ({ lost }) => lost)),
    rate(({ leftOut }) => leftOut),
    ...[0.5, 0.9, 0.99, 1].map((share) => quantile(latencies(reports), share).toFixed(1)),
  ];
}

function latencies(reports: readonly SenderReport[]): number[] {
  return reports.flatMap(({ latenciesMs }) => latenciesMs);
}

/** What was accepted, and nothing else, must have been observed. */
async function checkCounts(): Promise<void> {
  await sleep(PAGE_AGE_MS);
  const page = await metricsPage();
  const observed = sample(page, /^plumbline_items_observed_total\{[^}]*signal="traces"[^}]*\} (\S+)$/gm);
  if (observed !== accepted) throw new Error(`${accepted} batches were accepted and ${observed} observed`);
}

async function residentMib(): Promise<number> {
  return sample(await metricsPage(), /^process_resident_memory_bytes (\S+)$/gm) / 2 ** 20;
}

async function metricsPage(): Promise<string> {
  return (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text();
}

function sample(page: string, line: RegExp): number {
  return [...page.matchAll(line)].reduce((total, [, value]) => total + Number(value), 0);
}

function sum(reports: readonly SenderReport[], of: (report: SenderReport) => number): number {
  return reports.reduce((total, report) => total + of(report), 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
