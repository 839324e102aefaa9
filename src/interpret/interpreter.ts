/**
 * Decoded records to predictions and ground truths, by the attribute conventions in the registry. Each record is
 * observed, rejected with a reason (it was meant for us and is faulty) or ignored with a reason; the counts add up.
 */
import { ABSENT, RecordBatch, RecordDecoder, type RecordSignal, VALUE } from '../decode/index.js';
import type { Clock } from '../lib/clock.js';
import { EVENT, IGNORED, REJECTED, type IgnoredReason, type RejectedReason } from '../registry/index.js';
import { Accounting } from './accounting.js';
import { adjustedCount } from './adjusted-count.js';
import { LayoutTable } from './attribute-layout.js';
import { KeyMeanings, MEANING } from './key-meanings.js';
import { MetricInterpreter } from './metric-interpreter.js';
import { GroundTruth, NO_ENTRY, NOTHING, type ObservationSink, Prediction } from './observations.js';
import { RecordIdentities } from './record-identities.js';
import { TextCache } from './text-cache.js';

const STATUS_ERROR = 2;
/** `error.type` of a span that failed and does not say how. OpenTelemetry's own word for it. */
const ERROR_UNSPECIFIED = '_OTHER';
const KINDS = { none: 0, prediction: 1, groundTruth: 2, offlineFeatures: 3 } as const;

export interface InterpreterOptions {
  readonly clock: Clock;
  /** How far ahead of the clock an event time may lie; Infinity: anything goes. */
  readonly maxFutureMs: number;
  /** Different attribute keys that are told apart. */
  readonly maxKeys: number;
  readonly maxBatchRows: number;
  /** Attributes besides those of the conventions that the sink looks at. Default: none. */
  readonly wanted?: readonly string[];
  readonly sink: ObservationSink;
}

export interface Interpretation {
  readonly rejected: number;
  /** The first rejection, in words. */
  readonly message?: string;
}

const ALL_WELL: Interpretation = { rejected: 0 };

export class Interpreter {
  readonly meanings: KeyMeanings;
  readonly accounting = new Accounting();
  readonly decoder: RecordDecoder;
  readonly metrics: MetricInterpreter;
  readonly #options: InterpreterOptions;
  readonly #batch = new RecordBatch();
  readonly #prediction = new Prediction();
  readonly #groundTruth = new GroundTruth();
  readonly #names = new TextCache(4096);
  readonly #versions = new TextCache(4096);
  readonly #texts = new TextCache(1024);

  readonly #layouts: LayoutTable;
  readonly #nestedLayouts: LayoutTable;
  readonly #identities = new RecordIdentities();
  #latestMs = Infinity;
  #resourceStart = -1;
  #resourceEnd = -1;
  #resourceModel = '';
  #resourceVersion = '';

  constructor(options: InterpreterOptions) {
    this.#options = options;
    this.meanings = new KeyMeanings(options.maxKeys, options.wanted);
    this.#layouts = new LayoutTable((keys) => this.meanings.layOut(keys));
    this.#nestedLayouts = new LayoutTable((keys) => this.meanings.layOutNested(keys));
    this.decoder = new RecordDecoder(this.meanings.keys);
    this.metrics = new MetricInterpreter(options);
  }

  /**
   * @param allowedModels models that the sender may send; undefined: all
   * @throws PlumblineError PB3001, PB3002 when the message cannot be decoded; nothing of it was observed then
   */
  interpret(signal: RecordSignal, bytes: Uint8Array, allowedModels?: ReadonlySet<string>): Interpretation {
    const batch = this.#batch;
    const account = this.accounting[signal];
    try {
      this.decoder.decode(signal, bytes, batch);
    } catch (error) {
      account.received += Math.max(1, batch.received);
      account.rejected[REJECTED.undecodable.reason] += Math.max(1, batch.received);
      batch.release();
      throw error;
    }
    this.meanings.refresh();
    this.#resourceStart = -1;
    account.received += batch.received;
    account.ignored[IGNORED.notForUs.reason] += batch.received - batch.count;
    const nowMs = this.#options.clock.nowMs();
    this.#latestMs = nowMs + this.#options.maxFutureMs;
    this.#options.sink.begin(nowMs);
    const identities = this.#identities;
    identities.read(batch, this.#layouts);
    this.#options.sink.expect(identities.high, identities.low, batch.count);
    let rejected = 0;
    let firstReason: RejectedReason | undefined;
    try {
      for (let record = 0; record < batch.count; record++) {
        const outcome = this.#record(batch, record, allowedModels);
        if (outcome === undefined) account.observed++;
        else if (outcome in account.rejected) {
          account.rejected[outcome as RejectedReason]++;
          firstReason ??= outcome as RejectedReason;
          rejected++;
        } else account.ignored[outcome as IgnoredReason]++;
      }
    } finally {
      this.#options.sink.end();
      batch.release();
    }
    return interpretationOf(rejected, firstReason);
  }

  /** Histograms of features. @throws PlumblineError PB3001, PB3002; nothing of the message was observed then */
  interpretMetrics(bytes: Uint8Array, allowedModels?: ReadonlySet<string>): Interpretation {
    this.#options.sink.begin(this.#options.clock.nowMs());
    const { rejected, firstReason } = this.metrics.interpret(bytes, this.accounting.metrics, allowedModels);
    return interpretationOf(rejected, firstReason);
  }

  #record(
    batch: RecordBatch,
    record: number,
    allowed?: ReadonlySet<string>,
  ): RejectedReason | IgnoredReason | undefined {
    const { number, type } = batch.attributes;
    const prediction = this.#prediction;
    if (batch.resourceStart[record] !== this.#resourceStart || batch.resourceEnd[record] !== this.#resourceEnd) {
      this.#readResource(batch, record);
    }
    const base = batch.attributeStart[record];
    const layout = this.#identities.layouts[record];
    const { places } = layout;
    const name = entryAt(base, places[MEANING.modelName]);
    const version = entryAt(base, places[MEANING.modelVersion]);
    const id = entryAt(base, places[MEANING.predictionId]);
    const features = entryAt(base, places[MEANING.features]);
    const groundTruth = entryAt(base, places[MEANING.groundTruth]);
    const errorType = entryAt(base, places[MEANING.errorType]);
    const role = entryAt(base, places[MEANING.role]);
    const batchSize = entryAt(base, places[MEANING.batchSize]);
    const entity = entryAt(base, places[MEANING.entityId]);
    const modelName =
      name !== NO_ENTRY && type[name] === VALUE.string ? this.#text(this.#names, batch, name) : this.#resourceModel;
    const modelVersion =
      version !== NO_ENTRY && type[version] === VALUE.string
        ? this.#text(this.#versions, batch, version)
        : this.#resourceVersion;
    const rows = batchSize === NO_ENTRY ? 0 : type[batchSize] === VALUE.int ? number[batchSize] : NaN;
    let kind = this.#kindOf(batch, record, entryAt(base, places[MEANING.eventName]));
    prediction.layout = layout;
    prediction.base = base;
    prediction.nested = NOTHING;
    prediction.valueEntry = entryAt(base, places[MEANING.value]);
    prediction.scoreEntry = entryAt(base, places[MEANING.score]);
    const predicts =
      layout.featureIds.length > 0 ||
      layout.embeddings.length > 0 ||
      prediction.valueEntry !== NO_ENTRY ||
      prediction.scoreEntry !== NO_ENTRY ||
      features !== NO_ENTRY;
    if (kind === KINDS.none) {
      if (predicts) kind = KINDS.prediction;
      else if (groundTruth !== NO_ENTRY) kind = KINDS.groundTruth;
      else if (places[MEANING.pipeline] !== NO_ENTRY) return IGNORED.pipeline.reason;
      else if (id !== NO_ENTRY || batchSize !== NO_ENTRY) kind = KINDS.prediction;
      else return IGNORED.notForUs.reason;
    }
    if (modelName === '') return REJECTED.noModelName.reason;
    if (allowed !== undefined && !allowed.has(modelName)) return REJECTED.forbiddenModel.reason;
    const timeMs = batch.timeMs[record];
    if (timeMs === 0 || timeMs > this.#latestMs) return REJECTED.badTime.reason;
    if (!(rows >= 0) || rows > this.#options.maxBatchRows || rows !== Math.floor(rows)) return REJECTED.badBatch.reason;
    if (kind === KINDS.groundTruth) {
      return this.#offerGroundTruth(batch, record, modelName, modelVersion, groundTruth, id, rows);
    }
    prediction.batch = batch;
    prediction.modelName = modelName;
    prediction.modelVersion = modelVersion;
    prediction.timeMs = timeMs;
    prediction.columnar = rows > 0;
    prediction.rows = rows > 0 ? rows : 1;
    prediction.idEntry = id;
    prediction.entityEntry = entity;
    if (kind === KINDS.offlineFeatures) return this.#offerOfflineFeatures(batch, record, features, rows);
    if (modelVersion === '') return REJECTED.noModelVersion.reason;
    if (features !== NO_ENTRY) this.#spread(batch, features);
    if (rows > 0 && !this.#columnsHave(rows, batch, groundTruth, id)) return REJECTED.badBatch.reason;

    prediction.role = role === NO_ENTRY ? '' : this.#text(this.#texts, batch, role);
    prediction.durationNs = batch.durationNs[record];
    prediction.weight =
      batch.traceStateStart[record] === ABSENT
        ? 1
        : adjustedCount(batch.bytes, batch.traceStateStart[record], batch.traceStateEnd[record]);
    prediction.failed = batch.statusCode[record] === STATUS_ERROR || errorType !== NO_ENTRY;
    prediction.errorType = !prediction.failed
      ? ''
      : errorType === NO_ENTRY
        ? ERROR_UNSPECIFIED
        : this.#text(this.#texts, batch, errorType);
    prediction.groundTruthEntry = groundTruth;
    prediction.traceIdAt = batch.traceId[record];
    prediction.droppedAttributes = batch.droppedAttributes[record];
    prediction.identity.high = this.#identities.high[record];
    prediction.identity.low = this.#identities.low[record];
    return this.#options.sink.prediction(prediction);
  }

  #offerGroundTruth(
    batch: RecordBatch,
    record: number,
    modelName: string,
    modelVersion: string,
    valueEntry: number,
    idEntry: number,
    rows: number,
  ): RejectedReason | IgnoredReason | undefined {
    if (valueEntry === NO_ENTRY || batch.attributes.type[valueEntry] === VALUE.empty) {
      return REJECTED.noGroundTruthValue.reason;
    }
    if (rows > 0 && (idEntry === NO_ENTRY || this.#columnLength(batch, idEntry) !== rows))
      return REJECTED.badBatch.reason;
    if (rows > 0 && this.#columnLength(batch, valueEntry) !== rows) return REJECTED.badBatch.reason;
    const truth = this.#groundTruth;
    const isColumn = idEntry !== NO_ENTRY && batch.attributes.type[idEntry] === VALUE.array;
    truth.identity.high = this.#identities.high[record];
    truth.identity.low = this.#identities.low[record];
    if (!isColumn && truth.identity.high === 0 && truth.identity.low === 0) return REJECTED.noJoinKey.reason;
    truth.batch = batch;
    truth.modelName = modelName;
    truth.modelVersion = modelVersion;
    truth.timeMs = batch.timeMs[record];
    truth.valueEntry = valueEntry;
    truth.idEntry = idEntry;
    truth.rows = rows;
    return this.#options.sink.groundTruth(truth);
  }

  /** Only a key that was given counts: the span of the job that sends them is of no prediction. */
  #offerOfflineFeatures(
    batch: RecordBatch,
    record: number,
    features: number,
    rows: number,
  ): RejectedReason | IgnoredReason | undefined {
    const prediction = this.#prediction;
    const { idEntry, entityEntry, identity } = prediction;
    const { type, start, end } = batch.attributes;
    if (features !== NO_ENTRY) this.#spread(batch, features);
    if (prediction.layout.featureIds.length + prediction.nested.featureIds.length === 0)
      return REJECTED.noFeatures.reason;
    const isKey = (entry: number): boolean => {
      if (entry === NO_ENTRY) return false;
      return rows > 0 ? type[entry] === VALUE.array : type[entry] === VALUE.string && end[entry] > start[entry];
    };
    if (!isKey(idEntry)) prediction.idEntry = NO_ENTRY;
    if (!isKey(entityEntry)) prediction.entityEntry = NO_ENTRY;
    if (prediction.idEntry === NO_ENTRY && prediction.entityEntry === NO_ENTRY) return REJECTED.noJoinKey.reason;
    if (rows > 0 && !this.#columnsHave(rows, batch, prediction.entityEntry, prediction.idEntry)) {
      return REJECTED.badBatch.reason;
    }
    const hasId = prediction.idEntry !== NO_ENTRY;
    identity.high = hasId ? this.#identities.high[record] : 0;
    identity.low = hasId ? this.#identities.low[record] : 0;
    return this.#options.sink.offlineFeatures(prediction);
  }

  #columnsHave(rows: number, batch: RecordBatch, groundTruth: number, id: number): boolean {
    const prediction = this.#prediction;
    const isWhole = (entry: number): boolean => this.#columnLength(batch, entry) === rows;
    const { layout, base, nested, nestedBase } = prediction;
    if (!layout.featurePlaces.every((place) => isWhole(base + place))) return false;
    if (!nested.featurePlaces.every((place) => isWhole(nestedBase + place))) return false;
    for (const entry of [prediction.valueEntry, prediction.scoreEntry, groundTruth, id]) {
      if (entry !== NO_ENTRY && !isWhole(entry)) return false;
    }
    return true;
  }

  #columnLength(batch: RecordBatch, entry: number): number {
    const { type, number, start, end } = batch.attributes;
    if (type[entry] === VALUE.bytes) return (end[entry] - start[entry]) / 8;
    return type[entry] === VALUE.array ? number[entry] : -1;
  }

  #spread(batch: RecordBatch, entry: number): void {
    const columns = batch.attributes;
    if (columns.type[entry] !== VALUE.kvlist) return;
    const from = columns.count;
    this.decoder.eachEntry(batch, entry, this.meanings.nestedKeys, columns);
    this.meanings.refresh();
    this.#prediction.nestedBase = from;
    this.#prediction.nested = this.#nestedLayouts.find(columns.key, from, columns.count);
  }

  #kindOf(batch: RecordBatch, record: number, entry: number): number {
    const { type, start, end } = batch.attributes;
    if (batch.eventNameStart[record] !== ABSENT) {
      const kind = this.#kindOfEvent(batch, batch.eventNameStart[record], batch.eventNameEnd[record]);
      if (kind !== KINDS.none) return kind;
    }
    if (entry === NO_ENTRY || type[entry] !== VALUE.string) return KINDS.none;
    return this.#kindOfEvent(batch, start[entry], end[entry]);
  }

  #readResource(batch: RecordBatch, record: number): void {
    const { key, type } = batch.attributes;
    this.#resourceStart = batch.resourceStart[record];
    this.#resourceEnd = batch.resourceEnd[record];
    this.#resourceModel = '';
    this.#resourceVersion = '';
    this.#prediction.resourceEntries = this.meanings.wantedEntries(key, this.#resourceStart, this.#resourceEnd);
    for (let entry = batch.resourceStart[record]; entry < batch.resourceEnd[record]; entry++) {
      if (type[entry] !== VALUE.string) continue;
      const meaning = this.meanings.meaning[key[entry]];
      if (meaning === MEANING.modelName) this.#resourceModel = this.#text(this.#names, batch, entry);
      else if (meaning === MEANING.modelVersion) this.#resourceVersion = this.#text(this.#versions, batch, entry);
    }
  }

  #kindOfEvent(batch: RecordBatch, start: number, end: number): number {
    switch (this.#texts.text(batch.view, start, end)) {
      case EVENT.prediction:
        return KINDS.prediction;
      case EVENT.groundTruth:
        return KINDS.groundTruth;
      case EVENT.offlineFeatures:
        return KINDS.offlineFeatures;
      default:
        return KINDS.none;
    }
  }

  #text(cache: TextCache, batch: RecordBatch, entry: number): string {
    return cache.text(batch.view, batch.attributes.start[entry], batch.attributes.end[entry]);
  }
}

function entryAt(base: number, place: number): number {
  return place < 0 ? NO_ENTRY : base + place;
}

function interpretationOf(rejected: number, firstReason: RejectedReason | undefined): Interpretation {
  if (firstReason === undefined) return ALL_WELL;
  const brief = Object.values(REJECTED).find(({ reason }) => reason === firstReason)?.brief ?? '';
  return { rejected, message: `${rejected} rejected; the first because: ${firstReason}. ${brief}` };
}
