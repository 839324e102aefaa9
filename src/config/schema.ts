/**
 * The whole configuration file: one schema per room, joined. Every field is optional and has its default here; the
 * description of a field is what editors, the JSON Schema and the generated reference documentation show.
 */
import { z } from 'zod';
import {
  ALERTING_STATISTICS,
  ATTRIBUTE,
  DRIFT_STATISTICS,
  EMBEDDING_ALERT_STATISTICS,
  type EmbeddingAlertStatistic,
  FEATURE_KINDS,
  TASKS,
  TIERS,
  VARIANCE_KEPT,
} from '../registry/index.js';
import { referenceSchema } from './reference-schema.js';
import { durationSchema, timerSchema, windowSchema } from './duration.js';
import { scheduleSchema } from './schedule.js';
import { reservoirSchema, segmentSchema } from './segment-schema.js';
import { thresholdOverridesSchema, thresholdsSchema } from './thresholds-schema.js';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

const MIB = 1024 * 1024;
const port = z.number().int().min(0).max(65535);
const count = z.number().int().min(1);

const tlsSchema = z.strictObject({
  cert: z.string().describe('Path of the certificate chain, PEM.'),
  key: z.string().describe('Path of the private key, PEM.'),
  clientCa: z
    .string()
    .optional()
    .describe('Path of the CA that client certificates must chain to (mutual TLS); absent: none is asked for.'),
});

const listenSchema = (defaultPort: number) =>
  z.strictObject({
    enabled: z.boolean().default(true).describe('Whether to listen at all.'),
    host: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 listens on every interface.'),
    port: port.default(defaultPort).describe('Port; 0 picks a free one.'),
    tls: tlsSchema.optional().describe('TLS; absent: plain text.'),
  });

const receiveSchema = z.strictObject({
  http: listenSchema(4318)
    .extend({
      corsOrigins: z.array(z.string()).default([]).describe('Browser origins that may send; empty: none. Never `*`.'),
    })
    .prefault({})
    .describe('OTLP over HTTP.'),
  grpc: listenSchema(4317).prefault({}).describe('OTLP over gRPC.'),
  workers: z
    .number()
    .int()
    .min(0)
    .max(64)
    .default(0)
    .describe(
      'Threads that decode and observe; 0: the main thread does it. More than there are cores to spare cost more than they give.',
    ),
  maxMessageBytes: count.default(64 * MIB).describe('Largest message after decompression.'),
  maxInFlightBytes: count.default(256 * MIB).describe('Bytes of messages held at once; more is refused as retryable.'),
  maxMemoryBytes: count
    .optional()
    .describe(
      'Resident memory of this process above which new requests are refused as retryable; absent: four fifths of what the container (else the machine) has.',
    ),
  bearerTokens: z
    .array(
      z.strictObject({
        name: z.string().describe('Who holds the token; shown in metrics and logs.'),
        env: z.string().optional().describe('Environment variable that holds the token.'),
        file: z.string().optional().describe('File that holds the token.'),
        models: z.array(z.string()).optional().describe('Models that the holder may send; absent: all.'),
      }),
    )
    .default([])
    .describe('Tokens that senders must present; empty: no authentication.'),
});

const exposeSchema = listenSchema(9464)
  .omit({ tls: true })
  .extend({
    evaluateEvery: timerSchema
      .default('5s')
      .describe(
        'Statistics are evaluated at most this often; scrapes in between are answered from the last evaluation.',
      ),
    maxSeries: count.default(500_000).describe('Series on /metrics; further ones are left out and counted.'),
  });

const skewSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether offline features are compared with online ones.'),
  maxRows: count
    .default(10_000)
    .describe(
      'Predictions, and as many offline rows, that wait for the other side at once (about 200 bytes each, and 20 a value); when they do not fit, fewer ids are looked at.',
    ),
  maxDelay: durationSchema.default('1d').describe('How long either side waits for the other.'),
  tolerance: z
    .number()
    .min(0)
    .lt(1)
    .default(1e-6)
    .describe('Difference, as a share of the larger one, up to which two numbers are the same.'),
});

const multivariateSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe('Whether all features of a version are looked at together: the output `reconstruction_error`.'),
  variance: z
    .number()
    .gt(0)
    .lt(1)
    .default(VARIANCE_KEPT)
    .describe(
      "Share of the features' variance that the principal components of a provisional reference keep; one that was built from a file has its own.",
    ),
});

const observeSchema = z.strictObject({
  windows: z
    .array(windowSchema)
    .min(1)
    .max(6)
    .default(['5m', '1h', '1d'])
    .describe('Rolling windows, in event time, shortest first.'),
  clock: z
    .enum(['system', 'watermark'])
    .default('system')
    .describe('What a window ends at: the system clock, or (for replays) the latest event time seen.'),
  maxFuture: durationSchema
    .default('10m')
    .describe('Event times further ahead of the system clock are rejected; not used with the watermark clock.'),
  maxModels: count.default(100).describe('Models watched at once; the rest goes to overflow.'),
  maxVersionsPerModel: count
    .default(10)
    .describe(
      'Versions of a model watched at once; the one silent for longest makes room once it has left the longest window.',
    ),
  maxFeaturesPerVersion: count.default(1000).describe('Features of a version.'),
  maxCategoriesPerFeature: count
    .default(200)
    .describe('Categories of a feature that are told apart; the rest is `other`.'),
  maxHistoryBytes: count
    .default(512 * MIB)
    .describe(
      'Bytes of the hours that rolling and seasonal references look back to (about 12 for each bin that is not empty: at most 330 KB a feature for a week, and 2 KB for each dimension of an embedding); what is over is not kept.',
    ),
  provisionalReference: z
    .enum(['first_predictions', 'previous_version'])
    .default('first_predictions')
    .describe('What a version without a reference is compared against.'),
  provisionalReferenceSize: count.default(1000).describe('Predictions that make a provisional reference.'),
  skew: skewSchema.prefault({}).describe('How offline features are compared with what the model was served.'),
  multivariate: multivariateSchema.prefault({}).describe('How it is seen that features do not hang together any more.'),
  segments: z
    .array(segmentSchema)
    .max(10)
    .default([])
    .describe('Parts of the predictions that are watched apart, each against its own first predictions.'),
  reservoir: reservoirSchema
    .prefault({})
    .describe('A uniform sample of recent predictions, from which a segment is answered that nobody configured.'),
});

const correlateSchema = z.strictObject({
  maxPredictions: count
    .default(1_000_000)
    .describe(
      'Predictions that wait for their ground truth at once (about 64 bytes each, and 4 for each entry of `observe.segments`); the oldest makes room.',
    ),
  maxDelay: durationSchema.default('30d').describe('How long a prediction waits for its ground truth.'),
});

const compareSchema = z.strictObject({
  falseAlarmRate: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.001)
    .describe(
      'Chance that a statistic exceeds its critical value with no drift at all; and that a version, whatever the number of its features, has a drift alert at one look.',
    ),
  minimumObservations: count
    .default(100)
    .describe('Observations in a window below which there is not enough data to speak of drift.'),
  statistics: z
    .array(z.enum(DRIFT_STATISTICS))
    .min(1)
    .default([...DRIFT_STATISTICS])
    .describe(
      'Drift statistics that are published of features and outputs, each with its critical value; `alerts.driftStatistic` is one of them. Segments have psi alone.',
    ),
});

const stateSchema = z.strictObject({
  directory: z
    .string()
    .optional()
    .describe('Where profiles and waiting predictions are kept over a restart; absent: nothing is kept.'),
  saveEvery: timerSchema.default('30s').describe('How often the state is saved; it is also saved on shutdown.'),
});

const ownerSchema = z.strictObject({
  webhook: z.string().optional().describe('URL that Alertmanager posts to.'),
  webhookFile: z.string().optional().describe('File that holds that URL, where the URL is a secret.'),
  email: z.string().optional().describe('Address that Alertmanager mails to (needs `alerts.smtp`).'),
});

const modelSchema = z.strictObject({
  name: z.string().min(1).describe(`\`${ATTRIBUTE.modelName}\`, as the model service sends it.`),
  owner: z.string().optional().describe('Who is told; a key of `alerts.owners`.'),
  tier: z
    .enum(TIERS)
    .default('standard')
    .describe('How much it matters: critical pages, standard warns, experimental informs.'),
  task: z.enum(TASKS).default('binary').describe('What the model does; chooses the performance statistics.'),
  positiveClass: z
    .union([z.string(), z.number(), z.boolean()])
    .optional()
    .describe('The class that the score is of; absent: true and 1.'),
  reference: z
    .string()
    .optional()
    .describe(
      'Path of the reference profile for all versions (relative to this file): short for a single reference called `reference`.',
    ),
  references: z
    .array(referenceSchema)
    .max(8)
    .default([])
    .describe(
      'What all versions are compared against, several at a time. The first makes the bins: training, first_predictions or previous_version.',
    ),
  versions: z
    .record(
      z.string(),
      z.strictObject({ reference: z.string().describe('Path of the reference profile for this version.') }),
    )
    .default({})
    .describe('References of single versions.'),
  multivariate: z
    .boolean()
    .default(true)
    .describe('Whether its features are looked at together, where `observe.multivariate` is enabled.'),
  schedule: scheduleSchema
    .default({})
    .describe('When predictions are due; empty: a steady rhythm is learned from when they come.'),
  runbook: z.string().optional().describe('URL of the runbook that alerts link to.'),
  thresholds: thresholdOverridesSchema
    .default({})
    .describe('Thresholds of this model where they differ from `alerts.thresholds`.'),
  features: z
    .record(
      z.string(),
      z.strictObject({
        kind: z
          .enum(FEATURE_KINDS)
          .optional()
          .describe(
            'What its values are: `text` is folded by length, words and share of characters that are not ASCII from the first value on, `timestamp` by age, hour and weekday (ISO 8601, or a number of seconds, milliseconds, microseconds or nanoseconds since 1970), `categorical` takes whole numbers for categories too. Values of another kind are type mismatches. Absent: the reference says it, or the first values do.',
          ),
        skewTolerance: z
          .number()
          .min(0)
          .lt(1)
          .optional()
          .describe(
            'Difference between its online and offline numbers, as a share of the larger one, up to which they are the same; absent: `observe.skew.tolerance`.',
          ),
        thresholds: thresholdOverridesSchema
          .default({})
          .describe('Thresholds of this feature where they differ from those of the model.'),
        alerts: z.boolean().default(true).describe('Whether this feature alerts.'),
        windows: z
          .array(windowSchema)
          .min(1)
          .optional()
          .describe(
            'Windows that alerts about this feature look at, where they differ from `alerts.windows`: a day or more for an hour of the day, a week or more for a weekday.',
          ),
      }),
    )
    .default({})
    .describe('Settings of single features.'),
});

const CANNOT_ALERT = `is a statistic that is published and cannot alert, since no threshold suits all features and numbers of observations; write one of ${ALERTING_STATISTICS.join(', ')}`;
const isDriftStatistic = (input: unknown): boolean => DRIFT_STATISTICS.some((statistic) => statistic === input);

const alertsSchema = z.strictObject({
  thresholds: thresholdsSchema.prefault({}).describe('Thresholds for all models.'),
  driftStatistic: z
    .enum(ALERTING_STATISTICS, { error: ({ input }) => (isDriftStatistic(input) ? CANNOT_ALERT : undefined) })
    .default('psi')
    .describe('The statistic that drift alerts look at.'),
  embeddingStatistic: z
    .enum(EMBEDDING_ALERT_STATISTICS)
    .default('mmd')
    .describe(
      'The statistic that drift alerts of embeddings look at: mmd sees a change of the mean and of the shape, cosine of the mean alone.',
    ),
  windows: z
    .array(windowSchema)
    .min(1)
    .default(['1h', '1d'])
    .describe(
      'Windows that alerts look at, each among `observe.windows`; absent: those of the default that are among them, or else the longest of them.',
    ),
  falseShiftEvery: durationSchema
    .default('7d')
    .describe(
      'Mean time between two false early warnings (FeatureShift, PredictionShift, GroundTruthShift) of one version. They look at what arrives minute by minute, and only where a window of at most 1h is looked at.',
    ),
  runbookBase: z
    .string()
    .default('https://github.com/plumbline-dev/plumbline/blob/main/docs/runbooks')
    .describe('Where runbooks are, unless a model names its own.'),
  dashboardBase: z
    .string()
    .default('http://localhost:3000/d')
    .describe('Where Grafana shows the dashboards that alerts link to.'),
  owners: z.record(z.string(), ownerSchema).default({}).describe('Who is told, by name.'),
  defaultOwner: z.string().default('model-owners').describe('Who is told of models that name no owner.'),
  smtp: z
    .strictObject({
      smarthost: z.string().describe('Host and port of the mail server, as in `mail.example.org:587`.'),
      from: z.string().describe('Address that the mail comes from.'),
    })
    .optional()
    .describe('Mail server for owners with an email.'),
});

export const configSchema = z.strictObject({
  log: z
    .strictObject({ level: z.enum(LOG_LEVELS).default('info').describe('Least severe message that is logged.') })
    .prefault({})
    .describe('The process log: JSON lines on standard error.'),
  receive: receiveSchema.prefault({}).describe('Where telemetry arrives, and how much of it is taken.'),
  expose: exposeSchema.prefault({}).describe('Where Prometheus scrapes.'),
  observe: observeSchema
    .prefault({})
    .describe('What is observed, over which windows, and how many names are told apart.'),
  correlate: correlateSchema.prefault({}).describe('How predictions wait for their ground truth.'),
  compare: compareSchema.prefault({}).describe('How current profiles are compared with reference profiles.'),
  state: stateSchema.prefault({}).describe('What is kept over a restart.'),
  alerts: alertsSchema.prefault({}).describe('What the generated alert rules and routes say.'),
  models: z.array(modelSchema).default([]).describe('What is known of models beforehand; others are discovered.'),
});

export type Config = z.output<typeof configSchema>;
export type ConfigInput = z.input<typeof configSchema>;
export type ModelConfig = Config['models'][number];
export type Thresholds = Config['alerts']['thresholds'];

/** Which threshold a statistic of embeddings is held against. */
export const EMBEDDING_THRESHOLDS = {
  cosine: 'embeddingCosine',
  mmd: 'embeddingMmd',
} as const satisfies Record<EmbeddingAlertStatistic, keyof Thresholds>;
