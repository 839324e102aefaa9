/**
 * The whole process on one screen: OTLP comes in at the top, metric families go out at the bottom.
 *
 *     receive ▶ decode ▶ interpret ▶ correlate ▶ observe ▶ compare ▶ expose
 *                                                  ▲          ▲
 *                                                state     reference
 */
import { CriticalValues } from './compare/index.js';
import { type Config, durationMs } from './config/index.js';
import {
  answerSegmentQuery,
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
import { Ingest } from './ingest/index.js';
import type { Clock } from './lib/clock.js';
import type { Log } from './lib/log.js';
import { PlumblineError } from './lib/plumbline-error.js';
import { ModelCatalogue } from './model-catalogue.js';
import { type Delivery, DeliveryError, type Outcome, startReceiver } from './receive/index.js';
import { pipelineSettings } from './pipeline-settings.js';
import { receiverOptions } from './receiver-options.js';
import { METRICS, MODEL_METRIC, OVERFLOW, PROCESS_METRIC } from './registry/index.js';
import { openState, type State } from './state/index.js';

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
  let state: State | undefined;
  const ingest = await Ingest.start(
    config.receive.workers,
    pipelineSettings(config),
    {
      clock,
      knownModel: (model) => catalogue.known(model),
      referenceOf: (model, version) => catalogue.reference(model, version),
      referencePlansOf: (model) => catalogue.plans(model),
    },
    async ({ correlator, observer, interpreter: { accounting } }) => {
      state = await openState(config.state.directory, { correlator, observer, accounting, clock, log });
    },
  );
  const { correlator, observer, interpreter } = ingest.pipeline;

  const families = new FamilySet(METRICS, { maxSeries: config.expose.maxSeries });
  const { falseAlarmRate, minimumObservations, statistics } = config.compare;
  const criticalValues = new CriticalValues({ falseAlarmRate, statistics });

  const receiver = await startReceiver({
    ...receiverOptions(config, ports.env ?? process.env),
    handler: (delivery) => take(delivery),
    onReject: ({ refusal, transport, signal, cause }) =>
      log.warn({ transport, signal, kind: refusal.kind, err: cause }, refusal.message),
  });

  const evaluation = new Evaluation({
    families,
    observer,
    criticalValues,
    minimumObservations,
    windows: config.observe.windows,
    everyMs: durationMs(config.expose.evaluateEvery),
    skew: {
      toleranceOf: (model, feature) => catalogue.skewTolerance(model, feature),
      maxFeatures: config.observe.maxFeaturesPerVersion,
    },
    gather: () => ingest.gather(),
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
        segments: async (query) => {
          await ingest.gather();
          return answerSegmentQuery(query, { observer, correlator, windows: config.observe.windows });
        },
        live: () => true,
        ready: () => (draining ? { ready: false, reason: 'draining' } : { ready: true }),
        log,
      });
  const saveTimer = state && setInterval(() => void save(), durationMs(config.state.saveEvery));
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
      await save();
      await evaluation.run();
      await exposition?.drain();
      await ingest.close();
    },
  };

  function take({ signal, encoding, body, principal }: Delivery): Outcome | Promise<Outcome> {
    try {
      const interpretation = ingest.take({ signal, encoding, body, sender: principal });
      return interpretation instanceof Promise ? interpretation.catch(refuse) : interpretation;
    } catch (error) {
      return refuse(error);
    }
  }

  async function save(): Promise<void> {
    await ingest.gather();
    await state?.save();
  }

  function writeProcess(set: FamilySet): void {
    set.set(PROCESS_METRIC.info, [ports.version ?? ''], 1);
    set.set(PROCESS_METRIC.evaluationDuration, [], evaluation.durationMs / 1000);
    if (state !== undefined) set.set(PROCESS_METRIC.stateSaved, [], state.savedMs / 1000);
    writeAccounting(set, interpreter.accounting);
    writeTransports(set, receiver.statistics);
    for (const model of correlator.models) writeGroundTruth(set, model, correlator.outcomes(model));
    if (observer.overflowPredictions > 0) {
      set.set(MODEL_METRIC.predictions, [OVERFLOW, OVERFLOW, ''], observer.overflowPredictions);
    }
    writeLimits(set, [
      ...receiver.limits,
      ...(exposition?.limits ?? []),
      ...ingest.limits,
      criticalValues.limit,
      families.limit,
    ]);
  }
}

/** @throws DeliveryError where the message is at fault */
function refuse(error: unknown): never {
  if (error instanceof PlumblineError) throw new DeliveryError('bad_data', error.describe());
  throw error;
}
