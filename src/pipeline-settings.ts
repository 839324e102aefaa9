/** What the stages from bytes to profiles are told by the configuration, and the bounds that nobody needs to change. */
import { type Config, durationMs } from './config/index.js';
import type { PipelineSettings } from './ingest/index.js';
import { allowedModels } from './receiver-options.js';

/** A ground truth may come before its prediction, which an exporter still holds; this long it is kept. */
const EARLY_GRACE_MS = 10 * 60_000;
const MAX_EARLY_GROUND_TRUTHS = 100_000;
const MAX_KEYS = 20_000;
const MAX_CORRELATED_VERSIONS = 65_535;
const MAX_BATCH_ROWS = 1_000_000;
const MAX_CELLS_PER_VERSION = 4_000_000;
/** Of a row that waits for its offline or online half, on average. */
const MAX_VALUES_PER_SKEW_ROW = 64;
const MAX_COMPARED_VALUES = 2_000_000;

export function pipelineSettings(config: Config): PipelineSettings {
  const { observe, correlate } = config;
  const wanted = [...new Set([...observe.segments.flatMap(({ by }) => by), ...observe.reservoir.attributes])];
  const watermark = observe.clock === 'watermark';
  return {
    correlator: {
      maxPredictions: correlate.maxPredictions,
      maxDelayMs: durationMs(correlate.maxDelay),
      maxEarlyGroundTruths: MAX_EARLY_GROUND_TRUTHS,
      earlyGraceMs: EARLY_GRACE_MS,
      maxVersions: MAX_CORRELATED_VERSIONS,
      maxModels: observe.maxModels,
      segments: observe.segments.map(({ name }) => name),
    },
    observer: {
      watermark,
      windowsMs: observe.windows.map(durationMs),
      maxModels: observe.maxModels,
      maxVersionsPerModel: observe.maxVersionsPerModel,
      maxFeaturesPerVersion: observe.maxFeaturesPerVersion,
      maxCategoriesPerFeature: observe.maxCategoriesPerFeature,
      maxCellsPerVersion: MAX_CELLS_PER_VERSION,
      maxHistoryBytes: observe.maxHistoryBytes,
      provisionalReference: observe.provisionalReference,
      provisionalSize: observe.provisionalReferenceSize,
      multivariate: observe.multivariate.enabled ? { variance: observe.multivariate.variance } : undefined,
      skew: !observe.skew.enabled
        ? undefined
        : {
            maxRows: observe.skew.maxRows,
            maxValues: observe.skew.maxRows * MAX_VALUES_PER_SKEW_ROW,
            maxDelayMs: durationMs(observe.skew.maxDelay),
            maxComparedValues: MAX_COMPARED_VALUES,
          },
      wanted,
      segments: observe.segments.map(({ name, by, max }) => ({
        name,
        by: by.map((attribute) => ({ name: attribute, wanted: wanted.indexOf(attribute) })),
        max,
      })),
      sampleSize: observe.reservoir.size,
    },
    interpreter: {
      maxFutureMs: watermark ? Infinity : durationMs(observe.maxFuture),
      maxKeys: MAX_KEYS,
      maxBatchRows: MAX_BATCH_ROWS,
      wanted,
    },
    allowedModels: allowedModels(config),
  };
}
