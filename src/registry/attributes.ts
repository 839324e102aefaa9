/**
 * Every attribute and event that telemetry carries in, by name. The public contract: see `docs/reference/attributes.md`,
 * which is generated from this file.
 */
export type AttributeType = 'string' | 'double' | 'int' | 'bool' | 'any' | 'kvlist' | 'double[]';

export interface AttributeDefinition {
  readonly name: string;
  readonly type: AttributeType;
  readonly brief: string;
  readonly examples: readonly (string | number | boolean)[];
  /** True where `name` is a prefix that the rest of the key completes, as in `ml.feature.distance`. */
  readonly template?: true;
}

export const ATTRIBUTE = {
  modelName: 'ml.model.name',
  modelVersion: 'ml.model.version',
  modelRole: 'ml.model.role',
  predictionId: 'ml.prediction.id',
  predictionValue: 'ml.prediction.value',
  predictionScore: 'ml.prediction.score',
  predictionScoresPrefix: 'ml.prediction.scores.',
  featurePrefix: 'ml.feature.',
  features: 'ml.features',
  attributionPrefix: 'ml.attribution.',
  embeddingPrefix: 'ml.embedding.',
  batchSize: 'ml.batch.size',
  requestId: 'ml.request.id',
  entityId: 'ml.entity.id',
  callerId: 'ml.caller.id',
  groundTruthValue: 'ml.ground_truth.value',
  groundTruthSource: 'ml.ground_truth.source',
  pipelineName: 'ml.pipeline.name',
  pipelineRunId: 'ml.pipeline.run.id',
  pipelineStep: 'ml.pipeline.step',
  pipelineRowsIn: 'ml.pipeline.rows.in',
  pipelineRowsOut: 'ml.pipeline.rows.out',
  datasetName: 'ml.dataset.name',
  metricFeatureName: 'ml.feature.name',
  eventName: 'event.name',
  errorType: 'error.type',
  serviceName: 'service.name',
} as const;

export const EVENT = {
  prediction: 'ml.prediction',
  groundTruth: 'ml.ground_truth',
  offlineFeatures: 'ml.offline_features',
} as const;

/** Metrics that are read as observations. */
export const INCOMING_METRIC = { featureValue: 'ml.feature.value' } as const;

export const MODEL_ROLES = ['champion', 'challenger', 'shadow'] as const;
export type ModelRole = (typeof MODEL_ROLES)[number];

export const ATTRIBUTES: readonly AttributeDefinition[] = [
  {
    name: ATTRIBUTE.modelName,
    type: 'string',
    brief: 'What predicts. On the resource or on the span; the span wins.',
    examples: ['flight-delay'],
  },
  {
    name: ATTRIBUTE.modelVersion,
    type: 'string',
    brief: 'Its version. On the resource or on the span; the span wins.',
    examples: ['2001-01', '1.4.0'],
  },
  {
    name: ATTRIBUTE.modelRole,
    type: 'string',
    brief: 'Which part this version played for this request: champion, challenger or shadow.',
    examples: ['champion'],
  },
  {
    name: ATTRIBUTE.predictionId,
    type: 'string',
    brief: 'Join key for ground truth; absent: `trace_id:span_id` in lower-case hex.',
    examples: ['f-8812'],
  },
  {
    name: ATTRIBUTE.predictionValue,
    type: 'any',
    brief: 'The decision: a class, or the regression value.',
    examples: ['late', 12.5, true],
  },
  { name: ATTRIBUTE.predictionScore, type: 'double', brief: 'Score of the positive class, 0 to 1.', examples: [0.83] },
  {
    name: ATTRIBUTE.predictionScoresPrefix,
    type: 'double',
    brief: 'Score of one class of several, 0 to 1.',
    examples: [0.2],
    template: true,
  },
  {
    name: ATTRIBUTE.featurePrefix,
    type: 'any',
    brief: 'One model input. An absent key, an empty value and NaN are all missing, and are counted apart.',
    examples: [733, 'ORD', true],
    template: true,
  },
  {
    name: ATTRIBUTE.features,
    type: 'kvlist',
    brief:
      'All model inputs in one attribute, for more than about 100 features (SDKs drop attributes past 128 by default).',
    examples: [],
  },
  {
    name: ATTRIBUTE.attributionPrefix,
    type: 'double',
    brief: 'The share of the prediction credited to that feature (SHAP or the like).',
    examples: [0.07],
    template: true,
  },
  {
    name: ATTRIBUTE.embeddingPrefix,
    type: 'double[]',
    brief:
      'An embedding vector, of up to 4096 dimensions; or bytes that hold them as little-endian doubles. In a batch the vectors of the rows one after the other.',
    examples: [],
    template: true,
  },
  {
    name: ATTRIBUTE.batchSize,
    type: 'int',
    brief: 'Number of predictions in a columnar batch; every column has this many elements.',
    examples: [512],
  },
  {
    name: ATTRIBUTE.requestId,
    type: 'string',
    brief: 'The same for all versions that answered one request; absent: the trace id.',
    examples: ['r-31'],
  },
  {
    name: ATTRIBUTE.entityId,
    type: 'string',
    brief: 'Whom or what the prediction is about; joins offline features; hashed before it is stored.',
    examples: ['customer-7'],
  },
  {
    name: ATTRIBUTE.callerId,
    type: 'string',
    brief: 'Who asked, where the service knows it; hashed before it is stored.',
    examples: ['key-12'],
  },
  {
    name: ATTRIBUTE.groundTruthValue,
    type: 'any',
    brief: 'The actual outcome, arriving later.',
    examples: ['late', false, 14],
  },
  {
    name: ATTRIBUTE.groundTruthSource,
    type: 'string',
    brief: 'Where the outcome comes from.',
    examples: ['arrivals-feed'],
  },
  { name: ATTRIBUTE.pipelineName, type: 'string', brief: 'Name of a pipeline.', examples: ['train-flight-delay'] },
  { name: ATTRIBUTE.pipelineRunId, type: 'string', brief: 'One run of it.', examples: ['2026-11-24T02:00'] },
  { name: ATTRIBUTE.pipelineStep, type: 'string', brief: 'A step of a run, on a child span.', examples: ['extract'] },
  { name: ATTRIBUTE.pipelineRowsIn, type: 'int', brief: 'Rows that a step read.', examples: [1000] },
  { name: ATTRIBUTE.pipelineRowsOut, type: 'int', brief: 'Rows that a step wrote.', examples: [998] },
  {
    name: ATTRIBUTE.datasetName,
    type: 'string',
    brief: 'Data set that a step reads or writes.',
    examples: ['flights'],
  },
  {
    name: ATTRIBUTE.metricFeatureName,
    type: 'string',
    brief: 'Feature of a pre-aggregated `ml.feature.value` metric.',
    examples: ['distance'],
  },
  {
    name: ATTRIBUTE.errorType,
    type: 'string',
    brief: 'A failed prediction: its class of error.',
    examples: ['timeout'],
  },
];
