/**
 * The whole path, statistics included, against what the bytes alone cost: the decoder's bare walk over the same bodies, in
 * the same process and in alternating rounds. Third, the whole collector behind its socket, its sender in another process.
 * Arguments: rounds (default 9), then layouts and numbers of features (default all; what is chosen is printed only).
 */
import { startCollector } from '../../src/collector.js';
import { configSchema } from '../../src/config/schema.js';
import { systemClock } from '../../src/lib/clock.js';
import { createLog } from '../../src/lib/log.js';
import { FreshBody, type Layout, LAYOUTS, makeBodies, PREDICTIONS_PER_BODY } from './bodies.js';
import { machine, median, publish, spread, table } from './figures.js';
import { FEATURE_COUNTS, type FeatureCount, flightRows } from './flight-rows.js';
import { Load } from './load.js';
import { Pipeline } from './pipeline.js';

const BODIES = 16;
const GOAL = 0.6;
const CONCURRENCY = 4;
/** Fills the store of a million predictions that wait for their ground truth. */
const WARM_UP_BODIES = 2_048;
/** Values of features in a round, whatever their number in a prediction: about 0.1 s. */
const VALUES_PER_ROUND = 3_200_000;

const rounds = Number(process.argv[2] ?? '9');
const chosen = process.argv.slice(3);
const layouts = choose(LAYOUTS);
const featureCounts = choose(FEATURE_COUNTS);
const load = new Load();
const results: string[][] = [];
try {
  for (const variant of await prepare()) results.push(await measure(variant));
} finally {
  load.end();
}
const HEAD = [
  'layout',
  'features',
  'bytes',
  'walk, ns',
  'whole path, ns',
  'with the socket, ns',
  'walk / whole path',
  'goal',
];
const figures = `${machine()}, ${rounds} rounds; bytes and ns of CPU are of one prediction, ns are medians; ratios are medians (min..max) of the rounds.\n\n${table(1, HEAD, results)}`;
if (chosen.length === 0) publish('limit', figures);
else process.stdout.write(`${figures}\n`);

/** Those that the arguments name; all where they name none. */
function choose<T extends string | number>(all: readonly T[]): readonly T[] {
  const named = all.filter((one) => chosen.includes(String(one)));
  return named.length === 0 ? all : named;
}

interface Variant {
  readonly layout: Layout;
  readonly features: FeatureCount;
  readonly bodies: readonly FreshBody[];
}

/** All bodies beforehand: the flights must not lie in the heap, and be marked by the garbage collector, while we measure. */
async function prepare(): Promise<Variant[]> {
  const rows = await flightRows(BODIES * PREDICTIONS_PER_BODY);
  return layouts.flatMap((layout) =>
    featureCounts.map((features) => ({
      layout,
      features,
      bodies: makeBodies(rows, features, layout).map((bytes) => new FreshBody(bytes)),
    })),
  );
}

async function measure({ layout, features, bodies }: Variant): Promise<string[]> {
  const passes = Math.max(1, Math.round(VALUES_PER_ROUND / features / (BODIES * PREDICTIONS_PER_BODY)));
  const pipeline = new Pipeline();
  const bare = (bytes: Uint8Array): void => pipeline.bare(bytes);
  const whole = (bytes: Uint8Array): void => pipeline.whole(bytes);
  run(bodies, WARM_UP_BODIES / BODIES, whole);
  run(bodies, passes, bare);

  const collector = await startCollector(
    configSchema.parse({ receive: { http: { port: 0 }, grpc: { enabled: false } }, expose: { enabled: false } }),
    { clock: systemClock, log: createLog('warn') },
  );
  const url = `http://${collector.httpAddress}/v1/traces`;
  await load.bodies(bodies.map(({ bytes }) => bytes));
  const send = (requests: number) => load.run({ url, requests, concurrency: CONCURRENCY, gzip: false });
  await send(WARM_UP_BODIES);

  const ns: Record<'bare' | 'whole' | 'socket', number[]> = { bare: [], whole: [], socket: [] };
  const predictions = passes * BODIES * PREDICTIONS_PER_BODY;
  for (let round = 0; round < rounds; round++) {
    const inProcess = (): void => {
      ns.bare.push(run(bodies, passes, bare) / predictions);
    };
    if (round % 2 === 0) inProcess();
    ns.whole.push(run(bodies, passes, whole) / predictions);
    if (round % 2 === 1) inProcess();
    const before = process.cpuUsage();
    await send(passes * BODIES);
    ns.socket.push(cpuNs(before) / predictions);
  }
  await collector.drain();
  if (pipeline.observedShare !== 1) throw new Error(`only ${pipeline.observedShare} of the spans were observed`);
  const ratios = ns.bare.map((value, round) => value / ns.whole[round]);
  const result = [
    layout,
    String(features),
    (bodies[0].bytes.length / PREDICTIONS_PER_BODY).toFixed(0),
    ...[ns.bare, ns.whole, ns.socket].map((values) => median(values).toFixed(0)),
    spread(ratios, 2),
    median(ratios) >= GOAL ? 'holds' : 'missed',
  ];
  process.stdout.write(`${result.join('  ')}\n`);
  return result;
}

/** CPU nanoseconds of `passes` over all bodies; making them fresh is not counted. */
function run(bodies: readonly FreshBody[], passes: number, take: (bytes: Uint8Array) => void): number {
  let total = 0;
  for (let pass = 0; pass < passes; pass++) {
    for (const body of bodies) body.refresh();
    const before = process.cpuUsage();
    for (const { bytes } of bodies) take(bytes);
    total += cpuNs(before);
  }
  return total;
}

function cpuNs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000;
}
