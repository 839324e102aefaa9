/** Why an item was rejected or ignored. `received = observed + rejected + ignored` holds at any moment. */
export const REJECTED = {
  undecodable: { reason: 'undecodable', brief: 'The item is not valid OTLP.' },
  noModelName: { reason: 'no_model_name', brief: 'A prediction, ground truth or histogram has no ml.model.name.' },
  noModelVersion: { reason: 'no_model_version', brief: 'A prediction or histogram has no ml.model.version.' },
  noFeatureName: { reason: 'no_feature_name', brief: 'A point of ml.feature.value has no ml.feature.name.' },
  noGroundTruthValue: {
    reason: 'no_ground_truth_value',
    brief: 'A ground truth has no ml.ground_truth.value, or one that is no class and no number.',
  },
  noJoinKey: {
    reason: 'no_join_key',
    brief:
      'A ground truth has neither ml.prediction.id nor a span context, or offline features have neither ml.prediction.id nor ml.entity.id.',
  },
  noFeatures: { reason: 'no_features', brief: 'Offline features without a single ml.feature.* or ml.features.' },
  badTime: { reason: 'bad_time', brief: 'The event time is zero, or further in the future than allowed.' },
  badBatch: {
    reason: 'bad_batch',
    brief: 'A column of a batch has another length than ml.batch.size, or the batch is larger than the limit.',
  },
  badHistogram: {
    reason: 'bad_histogram',
    brief:
      'A point of ml.feature.value is not a histogram: its buckets do not add up to its count, its bounds do not ascend, its temporality is unknown, it has more than 4096 buckets, or neither buckets nor a sum.',
  },
  forbiddenModel: { reason: 'forbidden_model', brief: 'The sender may not send this model.' },
} as const;

export const IGNORED = {
  notForUs: { reason: 'not_ml', brief: 'The item carries nothing that this process observes.' },
  duplicate: { reason: 'duplicate', brief: 'The same span, prediction id or data point was observed before.' },
  tooLate: { reason: 'too_late', brief: 'The event time is before the start of the longest window.' },
  overLimit: {
    reason: 'over_limit',
    brief: 'A limit on models or versions is reached; counted in the overflow series.',
  },
  offlineFeatures: { reason: 'offline_features', brief: 'Offline features, where `observe.skew` is switched off.' },
  pipeline: { reason: 'pipeline', brief: 'A pipeline run; not derived from yet.' },
  baseline: {
    reason: 'baseline',
    brief:
      'The first point of a cumulative series that began before this process listened: only what comes after it counts.',
  },
  noRecordedValue: { reason: 'no_recorded_value', brief: 'A data point that says that it has no value.' },
  unsupportedMetric: { reason: 'unsupported_metric', brief: 'A metric that is not read as observations.' },
} as const;

export type RejectedReason = (typeof REJECTED)[keyof typeof REJECTED]['reason'];
export type IgnoredReason = (typeof IGNORED)[keyof typeof IGNORED]['reason'];
