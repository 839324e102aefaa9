/**
 * The whole configuration file: one schema per room, joined. Every field is optional and has its default here; the
 * description of a field is what editors, the JSON Schema and the generated reference documentation show.
 */
import { z } from 'zod';
import { TASKS, TIERS } from '../registry/index.js';
import { durationSchema } from './duration.js';

const MIB = 1024 * 1024;
const port = z.number().int().min(0).max(65535);
const count = z.number().int().min(1);
const share = z.number().min(0).max(1);

const tlsSchema = z.strictObject({
  cert: z.string().describe('Path of the certificate chain, PEM.'),
  key: z.string().describe('Path of the private key, PEM.'),
  clientCa: z.string().optional().describe('Path of the CA that client certificates must chain to (mutual TLS); absent: none is asked for.'),
});

const listenSchema = (defaultPort: number) =>
  z.strictObject({
    enabled: z.boolean().default(true).describe('Whether to listen at all.'),
    host: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 listens on every interface.'),
    port: port.default(defaultPort).describe('Port; 0 picks a free one.'),
    tls: tlsSchema.optional().describe('TLS; absent: plain text.'),
  });

const receiveSchema = z.strictObject({
  http: listenSchema(4318).extend({ corsOrigins: z.array(z.string()).default([]).describe('Browser origins that may send; empty: none. Never `*`.') }).prefault({}),
  grpc: listenSchema(4317).prefault({}),
  maxMessageBytes: count.default(64 * MIB).describe('Largest message after decompression.'),
  maxInFlightBytes: count.default(256 * MIB).describe('Bytes of messages held at once; more is refused as retryable.'),
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

const exposeSchema = listenSchema(9464).omit({ tls: true }).extend({
  evaluateEvery: durationSchema.default('5s').describe('Statistics are evaluated at most this often; scrapes in between are answered from the last evaluation.'),
  maxSeries: count.default(500_000).describe('Series on /metrics; further ones are left out and counted.'),
});

const observeSchema = z.strictObject({
  windows: z.array(durationSchema).min(1).max(6).default(['5m', '1h', '1d']).describe('Rolling windows, in event time, shortest first.'),
  clock: z.enum(['system', 'watermark']).default('system').describe('What a window ends at: the system clock, or (for replays) the latest event time seen.'),
  maxFuture: durationSchema.default('10m').describe('Event times further ahead of the system clock are rejected; not used with the watermark clock.'),
  maxModels: count.default(100).describe('Models watched at once; the rest goes to overflow.'),
  maxVersionsPerModel: count.default(10).describe('Versions of a model watched at once; the one silent for longest makes room once it has left the longest window.'),
  maxFeaturesPerVersion: count.default(1000).describe('Features of a version.'),
  maxCategoriesPerFeature: count.default(200).describe('Categories of a feature that are told apart; the rest is `other`.'),
  provisionalReference: z.enum(['first_predictions', 'previous_version']).default('first_predictions').describe('What a version without a reference is compared against.'),
  provisionalReferenceSize: count.default(1000).describe('Predictions that make a provisional reference.'),
});

const correlateSchema = z.strictObject({
  maxPredictions: count.default(1_000_000).describe('Predictions that wait for their ground truth at once (about 64 bytes each); the oldest makes room.'),
  maxDelay: durationSchema.default('30d').describe('How long a prediction waits for its ground truth.'),
});

const compareSchema = z.strictObject({
  falseAlarmRate: z.number().gt(0).lt(0.5).default(0.001).describe('Chance that a statistic exceeds its critical value with no drift at all.'),
  minimumObservations: count.default(100).describe('Observations in a window below which there is not enough data to speak of drift.'),
});

const stateSchema = z.strictObject({
  directory: z.string().optional().describe('Where profiles and waiting predictions are kept over a restart; absent: nothing is kept.'),
  saveEvery: durationSchema.default('30s').describe('How often the state is saved; it is also saved on shutdown.'),
});

const thresholdsSchema = z.strictObject({
  psi: z.number().min(0).default(0.2).describe('Population stability index above which a drift matters.'),
  js: share.default(0.2).describe('Jensen-Shannon distance (base 2) above which a drift matters.'),
  ks: share.default(0.15).describe('Kolmogorov-Smirnov statistic above which a drift matters.'),
  missing: share.default(0.05).describe('Share of missing values above which it matters.'),
  unseenCategory: share.default(0.01).describe('Share of values in unseen categories above which it matters.'),
  outOfRange: share.default(0.01).describe("Share of values outside the reference's range above which it matters."),
  typeMismatch: share.default(0.001).describe('Share of values of another type above which it matters.'),
  errors: share.default(0.05).describe('Share of failed predictions above which it matters.'),
  latencyP95: durationSchema.default('500ms').describe('95th percentile of the latency above which it matters.'),
  accuracy: share.default(0).describe('Accuracy whose confidence interval may not lie wholly below this; 0: no alert.'),
  auc: share.default(0).describe('ROC AUC whose confidence interval may not lie wholly below this; 0: no alert.'),
});

const ownerSchema = z.strictObject({
  webhook: z.string().optional().describe('URL that Alertmanager posts to.'),
  webhookFile: z.string().optional().describe('File that holds that URL, where the URL is a secret.'),
  email: z.string().optional().describe('Address that Alertmanager mails to (needs `alerts.smtp`).'),
});

const modelSchema = z.strictObject({
  name: z.string().min(1).describe('`ml.model.name`.'),
  owner: z.string().optional().describe('Who is told; a key of `alerts.owners`.'),
  tier: z.enum(TIERS).default('standard').describe('How much it matters: critical pages, standard warns, experimental informs.'),
  task: z.enum(TASKS).default('binary').describe('What the model does; chooses the performance statistics.'),
  positiveClass: z.union([z.string(), z.number(), z.boolean()]).optional().describe('The class that the score is of; absent: true, 1, or "true"/"1"/"yes"/"late"-like values are not guessed, only true and 1.'),
  reference: z.string().optional().describe('Path of the reference profile for all versions (relative to this file).'),
  versions: z.record(z.string(), z.strictObject({ reference: z.string().describe('Path of the reference profile for this version.') })).default({}).describe('References of single versions.'),
  runbook: z.string().optional().describe('URL of the runbook that alerts link to.'),
  thresholds: thresholdsSchema.partial().default({}).describe('Thresholds of this model where they differ from `alerts.thresholds`.'),
  features: z.record(z.string(), z.strictObject({ thresholds: thresholdsSchema.partial().default({}), alerts: z.boolean().default(true).describe('Whether this feature alerts.') })).default({}).describe('Settings of single features.'),
});

const alertsSchema = z.strictObject({
  thresholds: thresholdsSchema.prefault({}).describe('Thresholds for all models.'),
  driftStatistic: z.enum(['psi', 'js', 'ks']).default('psi').describe('The statistic that drift alerts look at.'),
  windows: z.array(durationSchema).min(1).default(['1h', '1d']).describe('Windows that alerts look at; must be among `observe.windows`.'),
  runbookBase: z.string().default('https://github.com/plumbline-dev/plumbline/blob/main/docs/runbooks').describe('Where runbooks are, unless a model names its own.'),
  dashboardBase: z.string().default('http://localhost:3000/d').describe('Where Grafana shows the dashboards that alerts link to.'),
  owners: z.record(z.string(), ownerSchema).default({}).describe('Who is told, by name.'),
  defaultOwner: z.string().default('model-owners').describe('Who is told of models that name no owner.'),
  smtp: z.strictObject({ smarthost: z.string(), from: z.string() }).optional().describe('Mail server for owners with an email.'),
});

export const configSchema = z.strictObject({
  log: z.strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info') }).prefault({}),
  receive: receiveSchema.prefault({}),
  expose: exposeSchema.prefault({}),
  observe: observeSchema.prefault({}),
  correlate: correlateSchema.prefault({}),
  compare: compareSchema.prefault({}),
  state: stateSchema.prefault({}),
  alerts: alertsSchema.prefault({}),
  models: z.array(modelSchema).default([]).describe('What is known of models beforehand; others are discovered.'),
});

export type Config = z.output<typeof configSchema>;
export type ConfigInput = z.input<typeof configSchema>;
export type ModelConfig = Config['models'][number];
export type Thresholds = Config['alerts']['thresholds'];
