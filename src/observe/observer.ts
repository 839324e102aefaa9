/**
 * The sink of interpretation: routes predictions and ground truths to their model version, finds versions that no
 * configuration names, and keeps the time that all windows end at.
 */
import { type Correlator, type Registration, WaitingPrediction } from '../correlate/index.js';
import { type RecordDecoder, VALUE } from '../decode/index.js';
import {
  type Disposition,
  type FeatureHistogram,
  type GroundTruth,
  Identity,
  NO_ENTRY,
  type ObservationSink,
  OUTCOME,
  type OutcomeCode,
  outcomeOf,
  type Prediction,
} from '../interpret/index.js';
import type { Clock } from '../lib/clock.js';
import { Limit } from '../lib/limit.js';
import { IGNORED, type Task } from '../registry/index.js';
import type { ReferenceProfiles } from './reference-profiles.js';
import { VersionObserver, type VersionState } from './version-observer.js';

export interface KnownModel {
  readonly task?: Task;
  readonly positive?: OutcomeCode;
}

export interface ObserverOptions {
  readonly clock: Clock;
  /** Windows end at the latest event time instead of at the clock: for replays. */
  readonly watermark: boolean;
  readonly windowsMs: readonly number[];
  readonly maxModels: number;
  readonly maxVersionsPerModel: number;
  readonly maxFeaturesPerVersion: number;
  readonly maxCategoriesPerFeature: number;
  readonly maxCellsPerVersion: number;
  readonly provisionalReference: 'first_predictions' | 'previous_version';
  readonly provisionalSize: number;
  readonly correlator: Correlator;
  readonly knownModel: (model: string) => KnownModel | undefined;
  readonly referenceOf: (model: string, version: string) => ReferenceProfiles | undefined;
}

/** As plain data. */
export interface ObserverState {
  readonly watermarkMs: number;
  readonly versions: readonly VersionState[];
}

/** What the observer asks of the interpreter that feeds it. */
export interface Interpretive {
  readonly decoder: RecordDecoder;
  readonly meanings: { readonly featureNames: readonly string[] };
}

export class Observer implements ObservationSink {
  readonly models = new Map<string, Map<string, VersionObserver>>();
  readonly modelLimit: Limit;
  readonly versionLimit: Limit;
  readonly featureLimit: Limit;
  /** Predictions of models and versions that the limits keep out. */
  overflowPredictions = 0;
  readonly #options: ObserverOptions;
  readonly #byIndex: (VersionObserver | undefined)[] = [];
  readonly #outcome: OutcomeCode = { kind: OUTCOME.none, number: 0 };
  readonly #waiting = new WaitingPrediction();
  #interpreter: Interpretive | undefined;
  #recent: VersionObserver | undefined;
  #watermarkMs = 0;
  #nowMs = 0;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.modelLimit = new Limit('models', options.maxModels);
    this.versionLimit = new Limit('versions', options.maxModels * options.maxVersionsPerModel);
    this.featureLimit = new Limit('features_per_version', options.maxFeaturesPerVersion);
  }

  /** Must be called once, before the first observation. */
  attach(interpreter: Interpretive): void {
    this.#interpreter = interpreter;
  }

  /** What all windows end at, milliseconds. */
  get endMs(): number {
    return this.#options.watermark ? this.#watermarkMs : this.#options.clock.nowMs();
  }

  *versions(): Iterable<VersionObserver> {
    for (const versions of this.models.values()) yield* versions.values();
  }

  begin(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  prediction(prediction: Prediction): Disposition {
    const observer = this.#versionOf(prediction.modelName, prediction.modelVersion);
    if (observer === undefined) {
      this.overflowPredictions += prediction.rows * prediction.weight;
      return IGNORED.overLimit.reason;
    }
    if (prediction.timeMs > this.#watermarkMs) this.#watermarkMs = prediction.timeMs;
    const endMs = this.#options.watermark ? this.#watermarkMs : this.#nowMs;
    if (observer.rings.endMs !== endMs) observer.rings.advance(endMs);
    if (prediction.timeMs < observer.rings.horizonMs) return IGNORED.tooLate.reason;
    if (prediction.columnar) {
      observer.observe(prediction, this.#interpreter!.meanings.featureNames, this.#interpreter!.decoder);
      this.#registerRows(observer, prediction);
      return undefined;
    }
    const { identity } = prediction;
    const hasIdentity = identity.high !== 0 || identity.low !== 0;
    let joined = false;
    if (hasIdentity) {
      this.#readOutcome(prediction.batch, prediction.valueEntry);
      const waiting = this.#waiting;
      waiting.high = identity.high;
      waiting.low = identity.low;
      waiting.timeMs = prediction.timeMs;
      waiting.kind = this.#outcome.kind;
      waiting.predicted = this.#outcome.number;
      waiting.score = scoreOf(prediction);
      const registration = this.#register(observer);
      if (registration === 'duplicate') return IGNORED.duplicate.reason;
      joined = registration === 'joined';
    }
    observer.observe(prediction, this.#interpreter!.meanings.featureNames, this.#interpreter!.decoder);
    if (joined) this.#joined();
    return undefined;
  }

  groundTruth(truth: GroundTruth): Disposition {
    const { batch, valueEntry, modelName, modelVersion, timeMs } = truth;
    if (truth.rows === 0) {
      this.#readOutcome(batch, valueEntry);
      this.#resolve(modelName, modelVersion, truth.identity, timeMs, this.#outcome.kind, this.#outcome.number);
      return undefined;
    }
    const ids = this.#identities(batch, truth.idEntry, truth.rows);
    const actual = this.#outcomes(batch, valueEntry, truth.rows);
    ids.forEach((identity, row) => {
      this.#resolve(modelName, modelVersion, identity, timeMs, actual.kinds[row], actual.numbers[row]);
    });
    return undefined;
  }

  histogram(histogram: FeatureHistogram): Disposition {
    const observer = this.#versionOf(histogram.modelName, histogram.modelVersion);
    if (observer === undefined) return IGNORED.overLimit.reason;
    if (histogram.endMs > this.#watermarkMs) this.#watermarkMs = histogram.endMs;
    const endMs = this.#options.watermark ? this.#watermarkMs : this.#nowMs;
    if (observer.rings.endMs !== endMs) observer.rings.advance(endMs);
    return observer.observeHistogram(histogram) ? undefined : IGNORED.tooLate.reason;
  }

  /** Moves all windows to the present and lets go of what has waited too long. */
  advance(): void {
    const { endMs } = this;
    for (const version of this.versions()) version.rings.advance(endMs);
    this.#options.correlator.expire(endMs);
  }

  /** The version's observer, made when it is first heard of; undefined over the limits. */
  version(model: string, version: string): VersionObserver | undefined {
    return this.#versionOf(model, version);
  }

  save(): ObserverState {
    return { watermarkMs: this.#watermarkMs, versions: [...this.versions()].map((version) => version.save()) };
  }

  /** Only before anything was observed. Returns a sentence for each version that starts anew. */
  restore(state: ObserverState): string[] {
    this.#watermarkMs = state.watermarkMs;
    const skipped: string[] = [];
    for (const saved of state.versions) {
      const { model, version } = saved;
      const reference = this.#options.referenceOf(model, version);
      if (reference !== undefined && reference.hash !== saved.reference?.hash) {
        skipped.push(`${model} ${version} starts anew: its reference has changed since the state was saved.`);
        continue;
      }
      const observer = this.#discover(model, version);
      observer?.restore(saved);
      const index = observer === undefined ? -1 : this.#options.correlator.versionIndex(model, version);
      if (index >= 0) this.#byIndex[index] = observer;
    }
    return skipped;
  }

  #registerRows(observer: VersionObserver, prediction: Prediction): void {
    const { batch, rows, timeMs } = prediction;
    if (prediction.idEntry === NO_ENTRY) return;
    const ids = this.#identities(batch, prediction.idEntry, rows);
    const values = this.#outcomes(batch, prediction.valueEntry, rows);
    const scores = this.#outcomes(batch, prediction.scoreEntry, rows);
    const actual = this.#outcomes(batch, prediction.groundTruthEntry, rows);
    const waiting = this.#waiting;
    waiting.timeMs = timeMs;
    ids.forEach((identity, row) => {
      waiting.high = identity.high;
      waiting.low = identity.low;
      waiting.kind = values.kinds[row];
      waiting.predicted = values.numbers[row];
      waiting.score = scores.kinds[row] === OUTCOME.number ? scores.numbers[row] : NaN;
      if (this.#register(observer) === 'joined') this.#joined();
      if (actual.kinds[row] !== OUTCOME.none) {
        this.#resolve(observer.model, observer.version, identity, timeMs, actual.kinds[row], actual.numbers[row]);
      }
    });
  }

  /** Takes `#waiting` in. */
  #register(observer: VersionObserver): Registration {
    const { correlator } = this.#options;
    if (observer.correlatedAs === undefined) {
      observer.correlatedAs = correlator.versionIndex(observer.model, observer.version);
      if (observer.correlatedAs >= 0) this.#byIndex[observer.correlatedAs] = observer;
    }
    return observer.correlatedAs < 0
      ? 'new'
      : correlator.register(observer.model, observer.correlatedAs, this.#waiting);
  }

  #resolve(model: string, version: string, identity: Identity, timeMs: number, kind: number, actual: number): void {
    const { correlator } = this.#options;
    correlator.resolve(model, version, identity.high, identity.low, timeMs, kind, actual, () => this.#joined());
  }

  #joined(): void {
    const { pair, outcomes } = { pair: this.#options.correlator.pair, outcomes: this.#options.correlator };
    const observer = this.#byIndex[pair.versionIndex];
    if (observer === undefined || observer.observeJoined(pair)) return;
    const counts = outcomes.outcomes(observer.model);
    counts.joined--;
    counts.late++;
  }

  #versionOf(model: string, version: string): VersionObserver | undefined {
    const recent = this.#recent;
    if (recent !== undefined && recent.version === version && recent.model === model) return recent;
    const observer = this.models.get(model)?.get(version) ?? this.#discover(model, version);
    if (observer !== undefined) this.#recent = observer;
    return observer;
  }

  #discover(model: string, version: string): VersionObserver | undefined {
    let versions = this.models.get(model);
    if (versions === undefined) {
      if (!this.modelLimit.take()) return undefined;
      versions = new Map();
      this.models.set(model, versions);
    }
    if (versions.size >= this.#options.maxVersionsPerModel && !this.#evictSilent(versions)) {
      this.versionLimit.overflow++;
      return undefined;
    }
    const known = this.#options.knownModel(model);
    const observer = new VersionObserver({
      model,
      version,
      windowsMs: this.#options.windowsMs,
      provisionalSize: this.#options.provisionalSize,
      maxFeatures: this.#options.maxFeaturesPerVersion,
      maxCategories: this.#options.maxCategoriesPerFeature,
      maxCells: this.#options.maxCellsPerVersion,
      featureLimit: this.featureLimit,
      task: known?.task,
      positive: known?.positive,
      reference: this.#options.referenceOf(model, version) ?? this.#previous(versions),
    });
    observer.rings.advance(this.endMs);
    versions.set(version, observer);
    this.versionLimit.used++;
    return observer;
  }

  #previous(versions: Map<string, VersionObserver>): ReferenceProfiles | undefined {
    if (this.#options.provisionalReference !== 'previous_version') return undefined;
    let latest: VersionObserver | undefined;
    for (const candidate of versions.values()) {
      if (candidate.reference === undefined) continue;
      if (latest === undefined || candidate.lastTimeMs > latest.lastTimeMs) latest = candidate;
    }
    if (latest === undefined) return undefined;
    const profiles = latest.snapshotProfiles(this.#options.windowsMs.length - 1);
    return { kind: 'previous_version', name: latest.version, hash: '', ...profiles };
  }

  /** Makes room by letting the version go that has been silent for longest, if it has left the longest window. */
  #evictSilent(versions: Map<string, VersionObserver>): boolean {
    let silent: VersionObserver | undefined;
    for (const candidate of versions.values()) {
      if (silent === undefined || candidate.lastTimeMs < silent.lastTimeMs) silent = candidate;
    }
    silent?.rings.advance(this.endMs);
    if (silent === undefined || silent.lastTimeMs >= silent.rings.horizonMs) return false;
    versions.delete(silent.version);
    this.versionLimit.used--;
    if (this.#recent === silent) this.#recent = undefined;
    const index = this.#byIndex.indexOf(silent);
    if (index >= 0) this.#byIndex[index] = undefined;
    return true;
  }

  #readOutcome(batch: Prediction['batch'], entry: number): void {
    const { type, number, start, end } = batch.attributes;
    if (entry === NO_ENTRY) this.#outcome.kind = OUTCOME.none;
    else outcomeOf(type[entry], number[entry], batch.view, start[entry], end[entry], this.#outcome);
  }

  #outcomes(batch: Prediction['batch'], entry: number, rows: number): { kinds: Uint8Array; numbers: Float64Array } {
    const kinds = new Uint8Array(rows);
    const numbers = new Float64Array(rows);
    if (entry === NO_ENTRY) return { kinds, numbers };
    const { type, start } = batch.attributes;
    let row = 0;
    if (type[entry] === VALUE.bytes) {
      for (; row < rows; row++) {
        numbers[row] = batch.view.getFloat64(start[entry] + row * 8, true);
        kinds[row] = numbers[row] === numbers[row] ? OUTCOME.number : OUTCOME.none;
      }
      return { kinds, numbers };
    }
    this.#interpreter!.decoder.eachElement(batch, entry, (value) => {
      outcomeOf(value.type, value.number, batch.view, value.start, value.end, this.#outcome);
      kinds[row] = this.#outcome.kind;
      numbers[row++] = this.#outcome.number;
    });
    return { kinds, numbers };
  }

  #identities(batch: Prediction['batch'], entry: number, rows: number): Identity[] {
    const identities: Identity[] = [];
    if (entry === NO_ENTRY || batch.attributes.type[entry] !== VALUE.array) return identities;
    this.#interpreter!.decoder.eachElement(batch, entry, (value) => {
      const identity = new Identity();
      identity.ofText(batch.view, value.start, value.end);
      if (identities.length < rows) identities.push(identity);
    });
    return identities;
  }
}

function scoreOf(prediction: Prediction): number {
  const entry = prediction.scoreEntry;
  if (entry === NO_ENTRY) return NaN;
  const { type, number } = prediction.batch.attributes;
  return type[entry] === VALUE.double || type[entry] === VALUE.int ? number[entry] : NaN;
}
