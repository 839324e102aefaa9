/**
 * Memory: what a feature takes in a pane, by kind, and the resident memory of two collectors over time, of which one is sent
 * the same kind of thing all the time and the other only what it has never seen. Both are processes of their own and get
 * it over HTTP. Argument: how long (default 2m). Needs `npm run build`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { durationMs } from '../../src/config/index.js';
import { IdentityRing } from '../../src/correlate/identity-ring.js';
import { SKETCH_CELLS } from '../../src/observe/distinct-sketch.js';
import { binCount } from '../../src/observe/index.js';
import { EverNew } from '../../test/memory/ever-new.js';
import { CELL_BYTES, FEATURES_BY_KIND, featureWidth } from '../../test/memory/feature-width.js';
import { publishBeside } from '../growth/publish.js';
import { FreshBody, makeBodies } from '../ingest/bodies.js';
import { machine, table } from '../ingest/figures.js';
import { flightRows } from '../ingest/flight-rows.js';
import { type Reading, WatchedCollector } from './watched-collector.js';

const TICK_MS = 100;
const TENTHS = 10;
const READINGS = 60;
/** From here on it is to be flat. */
const WARM_UP_TENTHS = 4;
const STEADY_BODIES = 8;
const FEATURES = 20;
/** Few enough that the stores are full before the warm-up is over. */
const WAITING_PREDICTIONS = { steady: 100_000, everNew: 20_000 };
/** What the second collector is sent ten times a second. */
const NEW_PREDICTIONS = 100;
const NEW_GROUND_TRUTHS = 500;
const NEW_POINTS = 60;
/** Shown whether or not they were hit; others only if they were. */
const OF_TELEMETRY = ['versions', 'joined_ground_truths', 'critical_values', 'series', 'senders', 'metric_series'];
/** Windows as shares of the duration, so that every pane there can be is there after a quarter of it. */
const WINDOW_SHARES = [1 / 20, 1 / 8, 1 / 4];

const duration = process.argv[2] ?? '2m';
const lastsMs = durationMs(duration);
const isPublished = process.argv[3] !== 'print';

await publish('widths', widths());
const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
try {
  await publish('resident', await resident(folder));
} finally {
  await rm(folder, { recursive: true });
}

async function publish(name: string, figures: string): Promise<void> {
  if (isPublished) await publishBeside(import.meta.url, name, figures);
  else process.stdout.write(`${figures}\n`);
}

function widths(): string {
  const lines = (Object.keys(FEATURES_BY_KIND) as (keyof typeof FEATURES_BY_KIND)[]).map((kind) => {
    const { cells, slot } = featureWidth(kind);
    const pages = slot.pages.filter((page) => page >= 0).length;
    return [
      kind,
      String(binCount(slot.schema!)),
      String(pages),
      String(slot.distinctOffset >= 0 ? SKETCH_CELLS : 0),
      String(cells),
      String(cells * CELL_BYTES),
    ];
  });
  const head = ['feature', 'bins', 'pages', 'different ones, cells', 'cells', 'bytes a pane'];
  const capacity = 1_000_000;
  const waiting = `A prediction that waits for its ground truth takes ${(IdentityRing.bytesFor(capacity) / capacity).toFixed(1)} bytes, of a store of a million.`;
  return `${table(1, head, lines)}\n\n${waiting}`;
}

async function resident(into: string): Promise<string> {
  const windows = WINDOW_SHARES.map((share) => `${Math.max(1000, Math.round(lastsMs * share))}ms`);
  const steady = await WatchedCollector.start(join(into, 'steady.yaml'), {
    correlate: { maxPredictions: WAITING_PREDICTIONS.steady },
    observe: { windows },
  });
  const everNew = await WatchedCollector.start(join(into, 'ever-new.yaml'), {
    correlate: { maxPredictions: WAITING_PREDICTIONS.everNew },
    observe: { windows, maxModels: 10, maxVersionsPerModel: 5, maxFeaturesPerVersion: 100 },
  });
  try {
    await load(steady, everNew);
  } finally {
    await Promise.all([steady.stop(), everNew.stop()]);
  }
  return [
    `${machine()}, ${duration}.`,
    `**Steady**: ${verdict(steady.readings)}`,
    readingsTable(steady.readings),
    `**Ever new**: ${verdict(everNew.readings)}`,
    readingsTable(everNew.readings),
    'Limits of the second at the end:',
    limitsTable(everNew.readings[everNew.readings.length - 1]),
  ].join('\n\n');
}

async function load(steady: WatchedCollector, everNew: WatchedCollector): Promise<void> {
  const bodies = makeBodies(await flightRows(STEADY_BODIES * 512), FEATURES, 'flat').map(
    (bytes) => new FreshBody(bytes),
  );
  const source = new EverNew();
  const startMs = Date.now();
  let readings = 0;
  for (let tick = 0; readings < READINGS; tick++) {
    const body = bodies[tick % bodies.length];
    body.refresh();
    const nowMs = Date.now();
    await Promise.all([
      steady.send('traces', body.bytes),
      everNew.send('traces', source.traces(NEW_PREDICTIONS, nowMs)),
      everNew.send('logs', source.logs(NEW_GROUND_TRUTHS, nowMs)),
      everNew.send('metrics', source.metrics(NEW_POINTS, nowMs)),
    ]);
    const passed = Date.now() - startMs;
    if (passed >= ((readings + 1) * lastsMs) / READINGS) {
      readings++;
      await Promise.all([steady.read(), everNew.read()]);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, startMs + (tick + 1) * TICK_MS - Date.now())));
  }
}

/** What was read in each tenth. */
function inTenths(readings: readonly Reading[]): Reading[][] {
  const size = READINGS / TENTHS;
  return Array.from({ length: TENTHS }, (_, tenth) => readings.slice(tenth * size, (tenth + 1) * size));
}

/** Of what follows the warm-up, the second half against the first; garbage not yet collected rises and falls in between. */
function verdict(readings: readonly Reading[]): string {
  const tenths = inTenths(readings).slice(WARM_UP_TENTHS);
  const change = (of: (tenth: readonly Reading[]) => number, pick: (...values: number[]) => number): string => {
    const values = tenths.map(of);
    const half = values.length / 2;
    const [before, after] = [pick(...values.slice(0, half)), pick(...values.slice(half))];
    return `${after < before ? '' : '+'}${((after / before - 1) * 100).toFixed(1)} %`;
  };
  return `from the ${WARM_UP_TENTHS + 1}th to the 7th tenth and on to the last three, the largest resident memory changes by ${change(largestResident, Math.max)}, the least heap in use, which is what garbage collection leaves, by ${change(leastHeap, Math.min)}.`;
}

function largestResident(tenth: readonly Reading[]): number {
  return Math.max(...tenth.map(({ residentMib }) => residentMib));
}

function leastHeap(tenth: readonly Reading[]): number {
  return Math.min(...tenth.map(({ heapMib }) => heapMib));
}

function readingsTable(readings: readonly Reading[]): string {
  const head = [
    'tenth',
    'resident at most, MiB',
    'heap used at least, MiB',
    'external at least, MiB',
    'predictions so far, thousands',
    'series',
  ];
  const lines = inTenths(readings).map((tenth, index) => {
    const { predictions, series } = tenth[tenth.length - 1];
    return [
      String(index + 1),
      largestResident(tenth).toFixed(0),
      leastHeap(tenth).toFixed(0),
      Math.min(...tenth.map(({ externalMib }) => externalMib)).toFixed(0),
      (predictions / 1000).toFixed(0),
      String(series),
    ];
  });
  return table(0, head, lines);
}

function limitsTable({ limits }: Reading): string {
  const lines = limits
    .filter(({ name, overflow }) => overflow > 0 || OF_TELEMETRY.includes(name))
    .map(({ name, used, max, overflow }) => [name, String(used), String(max), String(overflow)]);
  return table(1, ['limit', 'used', 'max', 'kept out or let go'], lines);
}
