/**
 * One measured process: the same series, held by our FamilySet or by prom-client's Registry, set and rendered again and
 * again, in memory or for a scraper over HTTP with gzip. `run.ts` starts it; it prints JSON lines.
 *
 * Half of the series are gauges of fractions, half are counters of whole numbers, and every value changes at every round,
 * which is the dearest case for a writer. What the caller may keep it keeps, on both sides: handles here, label objects there.
 */
import { createHash } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { Gauge, Registry } from 'prom-client';
import { FamilySet } from '../../src/expose/families.js';
import { startExposition } from '../../src/expose/server.js';
import { silentLog } from '../../src/lib/log.js';
import { seededRandom } from '../../src/lib/random.js';
import { FEATURE_METRIC, prometheusName } from '../../src/registry/index.js';

const FRACTION = FEATURE_METRIC.drift;
const WHOLE = FEATURE_METRIC.bin;
const WARM_UP_ROUNDS = 20;
const IDLE_MS = 50;
const SET_SLICE = 5_000;
const STATISTICS = ['psi', 'js', 'ks', 'hellinger'];
const WINDOWS = ['5m', '1h', '1d'];

export interface SubjectResult {
  /** CPU of the whole process, all threads, for setting all series and making the page: the median of the rounds. */
  readonly cpuMs: number;
  /** The longest event-loop delay of a round, by `monitorEventLoopDelay`: the median of the rounds, and of all rounds. */
  readonly pauseMsMedian: number;
  readonly pauseMsMax: number;
  /** The most CPU that the process used between two turns of the event loop: what of the pause is our own doing. */
  readonly turnCpuMsMax: number;
  readonly heapBytesPerSeries: number;
  readonly pageBytes: number;
  /** Of the sample lines in order, to prove that both wrote the same. */
  readonly digest: string;
}

export interface ServedResult {
  /** CPU of the whole process, all threads, per scrape: setting, rendering, gzip, sending. */
  readonly cpuMs: number;
}

interface Subject {
  /** Sets two series for each index; the last of them completes the evaluation. */
  set(fractions: Float64Array, wholes: Float64Array, from: number, to: number): void;
  render(): AsyncIterable<Buffer> | Iterable<Buffer> | Promise<Iterable<Buffer>>;
}

function fractionLabels(index: number): string[] {
  const feature = Math.floor(index / (STATISTICS.length * WINDOWS.length));
  return [
    'payment-fraud',
    `2026-11-${feature % 3}`,
    `merchant_feature_${feature}`,
    WINDOWS[index % 3],
    STATISTICS[Math.floor(index / 3) % 4],
  ];
}

function wholeLabels(index: number): string[] {
  return ['payment-fraud', `2026-11-${index % 3}`, `merchant_feature_${Math.floor(index / 12)}`, String(index % 12)];
}

function ours(count: number, byLabels: boolean): Subject {
  const families = new FamilySet([FRACTION, WHOLE], { maxSeries: 2 * count });
  const rows = Array.from({ length: count }, (_, index) => [fractionLabels(index), wholeLabels(index)]);
  const handles = rows.map(([fraction, whole]) => [families.series(FRACTION, fraction), families.series(WHOLE, whole)]);
  return {
    set(fractions, wholes, from, to) {
      if (from === 0) families.begin();
      for (let index = from; index < to; index++) {
        if (byLabels) {
          families.set(FRACTION, rows[index][0], fractions[index]);
          families.set(WHOLE, rows[index][1], wholes[index]);
        } else {
          handles[index][0].set(fractions[index]);
          handles[index][1].set(wholes[index]);
        }
      }
      if (to === count) families.commit();
    },
    render: () => families.render('prometheus'),
  };
}

function promClient(count: number): Subject {
  const registry = new Registry();
  // A Counter of prom-client cannot be set, only raised; as a Gauge it costs the same and takes the same numbers.
  const [fraction, whole] = [FRACTION, WHOLE].map(
    (definition) =>
      new Gauge({
        name: prometheusName(definition),
        help: definition.help,
        labelNames: definition.labels,
        registers: [registry],
      }),
  );
  const labelled = (names: readonly string[], values: readonly string[]) =>
    Object.fromEntries(names.map((name, index) => [name, values[index]]));
  const rows = Array.from({ length: count }, (_, index) => [
    labelled(FRACTION.labels, fractionLabels(index)),
    labelled(WHOLE.labels, wholeLabels(index)),
  ]);
  return {
    set(fractions, wholes, from, to) {
      for (let index = from; index < to; index++) {
        fraction.set(rows[index][0], fractions[index]);
        whole.set(rows[index][1], wholes[index]);
      }
    },
    render: async () => [Buffer.from(await registry.metrics())],
  };
}

async function consume(subject: Subject, take: (chunk: Buffer) => void): Promise<void> {
  for await (const chunk of await subject.render()) take(chunk);
}

async function digestOf(subject: Subject): Promise<string> {
  const chunks: Buffer[] = [];
  await consume(subject, (chunk) => chunks.push(chunk));
  const samples = Buffer.concat(chunks)
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return createHash('sha256').update(samples.join('\n')).digest('hex');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Does nothing for as long as a page takes: what the machine itself adds to the pauses. */
function idle(): Subject {
  return {
    set: () => undefined,
    async render() {
      await delay(IDLE_MS);
      return [];
    },
  };
}

function createSubject(kind: string, count: number): Subject {
  if (kind === 'idle') return idle();
  return kind === 'prom-client' ? promClient(count) : ours(count, kind === 'ours-by-labels');
}

class Values {
  readonly fractions: Float64Array;
  readonly wholes: Float64Array;
  readonly #random = seededRandom(1);

  constructor(count: number) {
    this.fractions = new Float64Array(count);
    this.wholes = new Float64Array(count);
  }

  change(): void {
    for (let index = 0; index < this.fractions.length; index++) {
      this.fractions[index] = this.#random.next();
      this.wholes[index] = Math.floor(this.#random.next() * 1e6);
    }
  }
}

/** In slices, as an evaluation may be: nothing of it is seen before it is complete. */
async function setAll(subject: Subject, values: Values, endTurn: () => void): Promise<void> {
  const { fractions, wholes } = values;
  for (let from = 0; from < fractions.length; from += SET_SLICE) {
    subject.set(fractions, wholes, from, Math.min(from + SET_SLICE, fractions.length));
    endTurn();
    await nextTurn();
  }
}

async function measure(kind: string, series: number, rounds: number): Promise<SubjectResult> {
  const count = series / 2;
  const values = new Values(count);
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  const subject = createSubject(kind, count);
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const cpuMs: number[] = [];
  const pausesMs: number[] = [];
  let turnCpuMsMax = 0;
  let pageBytes = 0;
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    values.change();
    await delay(20);
    delays.reset();
    pageBytes = 0;
    const start = process.cpuUsage();
    let turnStart = start;
    let turnMsMax = 0;
    const endTurn = () => {
      turnMsMax = Math.max(turnMsMax, cpuMsSince(turnStart));
      turnStart = process.cpuUsage();
    };
    await setAll(subject, values, endTurn);
    await consume(subject, (chunk) => {
      pageBytes += chunk.length;
      endTurn();
    });
    endTurn();
    if (round >= WARM_UP_ROUNDS) {
      cpuMs.push(cpuMsSince(start));
      turnCpuMsMax = Math.max(turnCpuMsMax, turnMsMax);
    }
    await delay(20);
    if (round >= WARM_UP_ROUNDS) pausesMs.push(delays.max / 1e6);
  }
  delays.disable();
  globalThis.gc?.();
  const heapBytesPerSeries = (process.memoryUsage().heapUsed - heapBefore) / series;
  return {
    cpuMs: median(cpuMs),
    pauseMsMedian: median(pausesMs),
    pauseMsMax: Math.max(...pausesMs),
    turnCpuMsMax,
    heapBytesPerSeries,
    pageBytes,
    digest: await digestOf(subject),
  };
}

/** Serves until standard input ends; every line on it asks for the figures since the one before. */
async function serve(kind: string, series: number): Promise<void> {
  const count = series / 2;
  const values = new Values(count);
  const subject = createSubject(kind, count);
  let scrapes = 0;
  const exposition = await startExposition({
    host: '127.0.0.1',
    port: 0,
    async *render() {
      scrapes++;
      values.change();
      await setAll(subject, values, () => undefined);
      yield* await subject.render();
    },
    live: () => true,
    ready: () => ({ ready: true }),
    log: silentLog,
  });
  process.stdout.write(`${exposition.metricsUrl}\n`);
  let start = process.cpuUsage();
  for await (const _ of createInterface({ input: process.stdin })) {
    const result: ServedResult = { cpuMs: cpuMsSince(start) / scrapes };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    scrapes = 0;
    start = process.cpuUsage();
  }
  await exposition.drain();
}

const [mode, kind, series, rounds] = process.argv.slice(2);
if (mode === 'serve') await serve(kind, Number(series));
else process.stdout.write(`${JSON.stringify(await measure(kind, Number(series), Number(rounds)))}\n`);
