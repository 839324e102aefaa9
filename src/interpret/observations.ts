/**
 * What interpretation hands on. Both records are reused: a sink takes what it needs before it returns. Features stay as
 * entries of the batch's attribute columns, so that nothing is copied or allocated between the bytes and the profile.
 */
import { RecordBatch } from '../decode/index.js';
import type { IgnoredReason } from '../registry/index.js';
import type { AttributeLayout } from './attribute-layout.js';
import { Identity } from './identity.js';
import type { FeatureHistogram } from './metric-histogram.js';

/** No entry. */
export const NO_ENTRY = -1;
const NO_PLACES: readonly number[] = [];
export const NOTHING: AttributeLayout = {
  keys: NO_PLACES,
  places: NO_PLACES,
  featureIds: NO_PLACES,
  featurePlaces: NO_PLACES,
  wantedPlaces: NO_PLACES,
  embeddings: [],
  recurs: true,
};

export class Prediction {
  batch: RecordBatch = new RecordBatch();
  modelName = '';
  modelVersion = '';
  role = '';
  /** Event time, milliseconds since the epoch. */
  timeMs = 0;
  /** NaN where it is not known. */
  durationNs = NaN;
  /** Adjusted count of a sampled span: how many predictions it stands for. */
  weight = 1;
  failed = false;
  errorType = '';
  /** Rows of a columnar batch; 1 for a single prediction. */
  rows = 1;
  columnar = false;
  /** Of the record's attributes; its features are among them. */
  layout: AttributeLayout = NOTHING;
  /** The entry of the record's first attribute, which places in `layout` count from. */
  base = 0;
  /** The same of the entries of `ml.features`: all of them are features. */
  nested: AttributeLayout = NOTHING;
  nestedBase = 0;
  /** Of the attributes that were asked for by name, the entry that the resource has of each; NO_ENTRY: none. */
  resourceEntries: readonly number[] = NO_PLACES;
  valueEntry = NO_ENTRY;
  scoreEntry = NO_ENTRY;
  groundTruthEntry = NO_ENTRY;
  /** Column of prediction ids in a batch; a single prediction's id is in `identity`. */
  idEntry = NO_ENTRY;
  /** Whom or what it is about, in a batch a column of them. */
  entityEntry = NO_ENTRY;
  readonly identity = new Identity();
  /** Offset of the trace id in `batch.bytes`; ABSENT where there is none. */
  traceIdAt = -1;
  droppedAttributes = 0;
}

export class GroundTruth {
  batch: RecordBatch = new RecordBatch();
  modelName = '';
  /** Empty: whichever version made the prediction. */
  modelVersion = '';
  timeMs = 0;
  valueEntry = NO_ENTRY;
  idEntry = NO_ENTRY;
  rows = 1;
  readonly identity = new Identity();
}

/** What became of an observation: undefined when it counted. */
export type Disposition = IgnoredReason | undefined;

export interface ObservationSink {
  /** A message begins: what depends on the time of day is looked at once for all of it. */
  begin(nowMs: number): void;
  /** Identities of what is about to come, as far as they are known: a hint. */
  expect(highs: Int32Array, lows: Int32Array, count: number): void;
  /** It is over, and its bytes will be let go of. */
  end(): void;
  prediction(prediction: Prediction): Disposition;
  groundTruth(groundTruth: GroundTruth): Disposition;
  /** The features that training would have computed for a prediction or an entity, of a version or of any. */
  offlineFeatures(offline: Prediction): Disposition;
  histogram(histogram: FeatureHistogram): Disposition;
}
