/**
 * The whole process on one screen: OTLP comes in at the top, metric families go out at the bottom.
 *
 *     receive ▶ decode ▶ interpret ▶ correlate ▶ observe ▶ compare ▶ expose
 *                                                  ▲          ▲
 *                                                state     reference
 */
import { CriticalValues } from './compare/index.js';
import { type Config, durationMs } from './config/index.js';
import { Correlator } from './correlate/index.js';
import { transcodeLogs, transcodeMetrics, transcodeTraces } from './decode/index.js';
import {
  Evaluation,
  FamilySet,
  metricsPage,
  startExposition,
  watchProcess,
  writeAccounting,
  writeGroundTruth,
  writeLimits,
  writeTransports,
} from './expose/index.js';
import { Interpreter } from './interpret/index.js';
import type { Clock } from './lib/clock.js';
import { Limit } from './lib/limit.js';
import type { Log } from './lib/log.js';
import { PlumblineError } from './lib/plumbline-error.js';
import { ModelCatalogue } from './model-catalogue.js';
import { Observer } from './observe/index.js';
import { type Delivery, DeliveryError, type Outcome, startReceiver } from './receive/index.js';
import { allowedModels, receiverOptions } from './receiver-options.js';
import { METRICS, MODEL_METRIC, OVERFLOW, PROCESS_METRIC } from './registry/index.js';
import { openState } from './state/index.js';

const TRANSCODE = { traces: transcodeTraces, logs: transcodeLogs, metrics: transcodeMetrics };
/** A ground truth may come before its prediction, which an exporter still holds; this long it is kept. */
const EARLY_GRACE_MS = 10 * 60_000;
const MAX_EARLY_GROUND_TRUTHS = 100_000;
const MAX_KEYS = 20_000;
const MAX_CORRELATED_VERSIONS = 65_535;
const MAX_BATCH_ROWS = 1_000_000;
const MAX_CELLS_PER_VERSION = 4_000_000;
const DRAIN_GRACE_MS = 10_000;

export interface CollectorPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** Environment that bearer tokens are read from. */
  readonly env?: NodeJS.ProcessEnv;
  /** Version to show on the page. */
  readonly version?: string;
}

export interface Collector {
  readonly httpAddress?: string;
  readonly grpcAddress?: string;
  /** Absent where `expose.enabled` is false. */
  readonly metricsUrl?: string;
  /** The page, in the Prometheus text format, of an evaluation made now. */
  metricsText(): Promise<string>;
  /** Takes no more, observes what it took, saves, answers the last scrapes, and closes every port. */
  drain(): Promise<void>;
}

export async function startCollector(config: Config, ports: CollectorPorts): Promise<Collector> {
  const { clock, log } = ports;
  const catalogue = new ModelCatalogue(config);
  const windowsMs = config.observe.windows.map(durationMs);

  const correlator = new Correlator({
    clock,
    maxPredictions: config.correlate.maxPredictions,
    maxDelayMs: durationMs(config.correlate.maxDelay),
    maxEarlyGroundTruths: MAX_EARLY_GROUND_TRUTHS,
    earlyGraceMs: EARLY_GRACE_MS,
    maxVersions: MAX_CORRELATED_VERSIONS,
    maxModels: config.observe.maxModels,
  });
  const watermark = config.observe.clock === 'watermark';
  const observer = new Observer({
    clock,
    watermark,
    windowsMs,
    maxModels: config.observe.maxModels,
    maxVersionsPerModel: config.observe.maxVersionsPerModel,
    maxFeaturesPerVersion: config.observe.maxFeaturesPerVersion,
    maxCategoriesPerFeature: config.observe.maxCategoriesPerFeature,
    maxCellsPerVersion: MAX_CELLS_PER_VERSION,
    provisionalReference: config.observe.provisionalReference,
    provisionalSize: config.observe.provisionalReferenceSize,
    correlator,
    knownModel: (model) => catalogue.known(model),
    referenceOf: (model, version) => catalogue.reference(model, version),
  });
  const interpreter = new Interpreter({
    clock,
    maxFutureMs: watermark ? Infinity : durationMs(config.observe.maxFuture),
    maxKeys: MAX_KEYS,
    maxBatchRows: MAX_BATCH_ROWS,
    sink: observer,
  });
  observer.attach(interpreter);
  const { accounting } = interpreter;
  const state = await openState(config.state.directory, { correlator, observer, accounting, clock, log });

  const families = new FamilySet(METRICS, { maxSeries: config.expose.maxSeries });
  const criticalValues = new CriticalValues({ falseAlarmRate: config.compare.falseAlarmRate });
  const keyLimit = new Limit('attribute_keys', MAX_KEYS);
  const allowed = allowedModels(config);

  const receiver = await startReceiver({
    ...receiverOptions(config, ports.env ?? process.env),
    handler: (delivery) => interpret(delivery),
    onReject: ({ refusal, transport, signal, cause }) =>
      log.warn({ transport, signal, kind: refusal.kind, err: cause }, refusal.message),
  });

  const evaluation = new Evaluation({
    families,
    observer,
    criticalValues,
    minimumObservations: config.compare.minimumObservations,
    windows: config.observe.windows,
    everyMs: durationMs(config.expose.evaluateEvery),
    clock,
    factsOf: (model) => catalogue.facts(model),
    writeProcess,
  });
  const processMetrics = watchProcess();
  let draining = false;
  const exposition = !config.expose.enabled
    ? undefined
    : await startExposition({
        host: config.expose.host,
        port: config.expose.port,
        render: async function* (format) {
          await evaluation.refresh();
          yield* metricsPage(families, processMetrics, format);
        },
        live: () => true,
        ready: () => (draining ? { ready: false, reason: 'draining' } : { ready: true }),
        log,
      });
  const saveTimer = state && setInterval(() => void state.save(), durationMs(config.state.saveEvery));
  const advanceTimer = setInterval(() => observer.advance(), durationMs(config.expose.evaluateEvery));

  return {
    httpAddress: receiver.httpAddress,
    grpcAddress: receiver.grpcAddress,
    metricsUrl: exposition?.metricsUrl,
    async metricsText() {
      await evaluation.run();
      const chunks: Buffer[] = [];
      for await (const chunk of families.render('prometheus')) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    },
    async drain() {
      draining = true;
      clearInterval(advanceTimer);
      clearInterval(saveTimer);
      await receiver.drain(DRAIN_GRACE_MS);
      await state?.save();
      await evaluation.run();
      await exposition?.drain();
    },
  };

  function interpret(delivery: Delivery): Outcome {
    const { signal, encoding, body, principal } = delivery;
    try {
      const bytes = encoding === 'json' ? TRANSCODE[signal](body) : body;
      const models = principal === undefined ? undefined : allowed.get(principal);
      if (signal === 'metrics') return interpreter.interpretMetrics(bytes, models);
      return interpreter.interpret(signal, bytes, models);
    } catch (error) {
      if (error instanceof PlumblineError) throw new DeliveryError('bad_data', error.describe());
      throw error;
    }
  }

  function writeProcess(set: FamilySet): void {
    keyLimit.used = interpreter.meanings.keys.size;
    keyLimit.overflow = interpreter.meanings.keys.overflow + interpreter.meanings.nestedKeys.overflow;
    set.set(PROCESS_METRIC.info, [ports.version ?? ''], 1);
    set.set(PROCESS_METRIC.evaluationDuration, [], evaluation.durationMs / 1000);
    if (state !== undefined) set.set(PROCESS_METRIC.stateSaved, [], state.savedMs / 1000);
    writeAccounting(set, accounting);
    writeTransports(set, receiver.statistics);
    for (const model of correlator.models) writeGroundTruth(set, model, correlator.outcomes(model));
    if (observer.overflowPredictions > 0) {
      set.set(MODEL_METRIC.predictions, [OVERFLOW, OVERFLOW, ''], observer.overflowPredictions);
    }
    writeLimits(set, [
      ...receiver.limits,
      ...(exposition?.limits ?? []),
      keyLimit,
      interpreter.metrics.series.limit,
      ...observer.directory.limits,
      ...correlator.limits,
      criticalValues.limit,
      families.limit,
    ]);
  }
}
