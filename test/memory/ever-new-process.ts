/**
 * Run by `growth.test.ts` with `--expose-gc`: takes ever new telemetry for hours of its own clock, and says what is left
 * after collecting garbage at each of equally many messages. In a process of its own, so that nothing else is in the heap.
 */
import { configSchema } from '../../src/config/schema.js';
import { Ingest } from '../../src/ingest/index.js';
import { ManualClock } from '../../src/lib/clock.js';
import { pipelineSettings } from '../../src/pipeline-settings.js';
import { NOON_MS } from '../observe/pipeline.js';
import { EverNew } from './ever-new.js';

const CHECKPOINTS = 15;
const ROUNDS_PER_CHECKPOINT = 25;
const ROUND_MS = 20_000;
const PREDICTIONS = 60;
const GROUND_TRUTHS = 20;
/** So many that the series that are remembered, 20,000, are full after the first third. */
const POINTS = 160;
/** Different attribute keys; what the collector takes is more than is made here. */
const MAX_KEYS = 1000;

export interface Left {
  /** Heap, buffers and what V8 calls external, after each checkpoint. */
  readonly bytes: readonly number[];
  readonly limits: readonly {
    readonly name: string;
    readonly used: number;
    readonly max: number;
    readonly overflow: number;
  }[];
  /** Whatever else is kept by name. */
  readonly counts: Readonly<Record<string, number>>;
}

if (process.send !== undefined) process.send(await run());

async function run(): Promise<Left> {
  const clock = new ManualClock(NOON_MS);
  const config = configSchema.parse({
    observe: {
      maxModels: 4,
      maxVersionsPerModel: 3,
      maxFeaturesPerVersion: 40,
      windows: ['5m', '15m', '30m'],
      skew: { maxRows: 500 },
    },
    correlate: { maxPredictions: 2000 },
  });
  const settings = pipelineSettings(config);
  const ingest = await Ingest.start(
    0,
    {
      ...settings,
      correlator: { ...settings.correlator, maxEarlyGroundTruths: 100, maxVersions: 100 },
      interpreter: { ...settings.interpreter, maxKeys: MAX_KEYS },
    },
    { clock, knownModel: () => undefined, referenceOf: () => undefined },
    () => Promise.resolve(),
  );
  const everNew = new EverNew();
  const bytes: number[] = [];
  for (let checkpoint = 0; checkpoint < CHECKPOINTS; checkpoint++) {
    for (let round = 0; round < ROUNDS_PER_CHECKPOINT; round++) {
      clock.advanceMs(ROUND_MS);
      const now = clock.nowMs();
      await ingest.take({ signal: 'traces', encoding: 'protobuf', body: everNew.traces(PREDICTIONS, now) });
      await ingest.take({ signal: 'logs', encoding: 'protobuf', body: everNew.logs(GROUND_TRUTHS, now) });
      await ingest.take({ signal: 'metrics', encoding: 'protobuf', body: everNew.metrics(POINTS, now) });
    }
    ingest.pipeline.observer.advance();
    bytes.push(bytesInUse());
  }
  const { observer, correlator, interpreter } = ingest.pipeline;
  const versions = [...observer.versions()];
  return {
    bytes,
    limits: ingest.limits.map(({ name, used, max, overflow }) => ({ name, used, max, overflow })),
    counts: {
      models: observer.directory.models.size,
      versions: versions.length,
      features: Math.max(
        ...versions.map(({ features }) => [...features.values()].filter(({ of }) => of === undefined).length),
      ),
      withDerived: Math.max(...versions.map(({ features }) => features.size)),
      roles: Math.max(...versions.map(({ totals }) => [...totals.predictionsByRole.entries()].length)),
      errorTypes: Math.max(...versions.map(({ totals }) => [...totals.errorsByType.entries()].length)),
      featureNames: interpreter.meanings.featureNames.length,
      modelsOfGroundTruth: [...correlator.models].length,
      rejectedAsUndecodable: interpreter.accounting.traces.rejected.undecodable,
    },
  };
}

function bytesInUse(): number {
  if (global.gc === undefined) throw new Error('run me with --expose-gc');
  global.gc();
  global.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
