/**
 * Two threads against one: wall time for the same bodies, handed to `Ingest.take` directly, with a bounded number of them
 * under way. Beside each round the machine itself: the same wall time for loops that share nothing, in one thread and in
 * two, which is what can be had at that moment.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Ingest } from '../../src/ingest/index.js';
import type { FreshBody } from '../ingest/bodies.js';
import { median, spread, table } from '../ingest/figures.js';
import type { FlightRow } from '../ingest/flight-rows.js';
import { makeBody, PREDICTIONS_PER_BODY } from './bodies.js';
import { startIngest } from './subject.js';

const FEATURES = 20;
/** Different ones in memory, made fresh before a round. */
const BODIES = 192;
const DIFFERENT_BODIES = 16;
const UNDER_WAY_PER_THREAD = 3;
const WARM_UP_ROUNDS = 2;
const GOAL = 1.8;
/** About a quarter of a second. */
const LOOPS = 3e8;
/** `_SC_CLK_TCK`, which is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

interface Round {
  readonly seconds: number;
  readonly cpuMs: ReadonlyMap<string, number>;
}

export async function measureThreads(rows: readonly FlightRow[], rounds: number): Promise<string> {
  const shape = { features: FEATURES, models: ['flights'] };
  const bodies = Array.from({ length: BODIES }, (_, index) => makeBody(rows, shape, index % DIFFERENT_BODIES));
  const idle = threadIds();
  const one = await startIngest(1);
  const ofOne = threadIds().filter((id) => !idle.includes(id));
  const two = await startIngest(2);
  const ofTwo = threadIds().filter((id) => !idle.includes(id) && !ofOne.includes(id));
  const loops = [new Loop(), new Loop()];
  const results: Record<'one' | 'two', Round[]> = { one: [], two: [] };
  const machine: number[] = [];
  try {
    for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
      const order = round % 2 === 0 ? (['one', 'two'] as const) : (['two', 'one'] as const);
      for (const which of order) {
        const result = await (which === 'one' ? run(one, 1, bodies, ofOne) : run(two, 2, bodies, ofTwo));
        if (round >= 0) results[which].push(result);
      }
      if (round >= 0) machine.push(await loopSpeedup(loops));
    }
    for (const ingest of [one, two]) await check(ingest, (WARM_UP_ROUNDS + rounds) * BODIES * PREDICTIONS_PER_BODY);
  } finally {
    await Promise.all([one.close(), two.close(), ...loops.map((loop) => loop.close())]);
  }
  const speedups = results.one.map(({ seconds }, round) => seconds / results.two[round].seconds);
  const verdict =
    median(speedups) >= GOAL
      ? `the goal of ${GOAL} holds`
      : median(machine) < GOAL
        ? `no verdict on the goal of ${GOAL}, there was no second core to be had`
        : `the goal of ${GOAL} is missed`;
  return [
    `Two workers are **${spread(speedups, 2)}** times as fast as one: ${verdict}. Loops that share nothing, in the same rounds: ${spread(machine, 2)}.`,
    table(
      1,
      [
        'workers',
        'thousand predictions a second',
        'CPU a prediction, µs',
        'of it main thread',
        'workers',
        'other threads',
      ],
      [line('1', results.one), line('2', results.two)],
    ),
  ].join('\n\n');
}

/** Everything that was handed over has been observed when this resolves. */
async function run(
  ingest: Ingest,
  workers: number,
  bodies: readonly FreshBody[],
  ownThreads: readonly string[],
): Promise<Round> {
  for (const body of bodies) body.refresh();
  const before = cpuOfThreads(ownThreads);
  const startMs = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < bodies.length) {
      await ingest.take({ signal: 'traces', encoding: 'protobuf', body: bodies[next++].bytes });
    }
  };
  await Promise.all(Array.from({ length: workers * UNDER_WAY_PER_THREAD }, lane));
  const seconds = (performance.now() - startMs) / 1000;
  const after = cpuOfThreads(ownThreads);
  return { seconds, cpuMs: new Map([...after].map(([kind, ms]) => [kind, ms - before.get(kind)!])) };
}

async function check(ingest: Ingest, sent: number): Promise<void> {
  await ingest.gather();
  const { observed } = ingest.pipeline.interpreter.accounting.traces;
  if (observed !== sent) throw new Error(`${observed} of ${sent} spans were observed`);
}

function line(label: string, results: readonly Round[]): string[] {
  const predictions = BODIES * PREDICTIONS_PER_BODY;
  const cpuUs = (kind: string): number =>
    (results.reduce((sum, { cpuMs }) => sum + cpuMs.get(kind)!, 0) / results.length / predictions) * 1000;
  const kinds = ['main', 'workers', 'other'].map(cpuUs);
  const perSecond = median(results.map(({ seconds }) => predictions / seconds / 1000));
  return [
    label,
    perSecond.toFixed(0),
    kinds.reduce((sum, us) => sum + us, 0).toFixed(2),
    ...kinds.map((us) => us.toFixed(2)),
  ];
}

function threadIds(): string[] {
  return readdirSync('/proc/self/task');
}

/** Milliseconds of CPU time so far. */
function cpuOfThreads(workers: readonly string[]): Map<string, number> {
  const cpuMs = new Map([
    ['main', 0],
    ['workers', 0],
    ['other', 0],
  ]);
  for (const id of threadIds()) {
    const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const kind = id === String(process.pid) ? 'main' : workers.includes(id) ? 'workers' : 'other';
    cpuMs.set(kind, cpuMs.get(kind)! + (Number(fields[11]) + Number(fields[12])) * TICK_MS);
  }
  return cpuMs;
}

/** Arithmetic alone, in a thread of its own. */
class Loop {
  readonly #worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     parentPort.on('message', (count) => {
       let x = 1;
       for (let i = 0; i < count; i++) x = Math.imul(x ^ i, 0x85ebca6b);
       parentPort.postMessage(x);
     });`,
    { eval: true },
  );

  run(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#worker.once('message', () => resolve());
      this.#worker.postMessage(count);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** How much faster two threads get through the same number of loops than one. */
async function loopSpeedup([first, second]: readonly Loop[]): Promise<number> {
  const startMs = performance.now();
  await first.run(LOOPS);
  const middleMs = performance.now();
  await Promise.all([first.run(LOOPS / 2), second.run(LOOPS / 2)]);
  return (middleMs - startMs) / (performance.now() - middleMs);
}
