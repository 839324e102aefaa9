/**
 * The sink of interpretation: routes predictions and ground truths to their model version, finds versions that no
 * configuration names, and keeps the time that all windows end at.
 */
import {
  ArrivedGroundTruth,
  type Correlator,
  type JoinedPair,
  type Registration,
  WaitingPrediction,
} from '../correlate/index.js';
import type { RecordDecoder } from '../decode/index.js';
import {
  type Disposition,
  type FeatureHistogram,
  type GroundTruth,
  NO_ENTRY,
  type ObservationSink,
  OUTCOME,
  type OutcomeCode,
  type Prediction,
} from '../interpret/index.js';
import type { Clock } from '../lib/clock.js';
import { IGNORED } from '../registry/index.js';
import { FoldRuns } from './fold-runs.js';
import { type ModelVolumeState, ModelVolumes } from './model-volumes.js';
import { identitiesOf, type Outcomes, outcomesOf, readOutcome, scoreOf } from './record-outcomes.js';
import { Skew, type SkewGathered, type SkewOptions, type SkewState } from './skew.js';
import { type Introduction, VersionDirectory, type VersionDirectoryOptions } from './version-directory.js';
import type { VersionObserver } from './version-observer.js';
import type { VersionState } from './version-state.js';

export interface ObserverOptions extends VersionDirectoryOptions {
  readonly clock: Clock;
  /** Windows end at the latest event time instead of at the clock: for replays. */
  readonly watermark: boolean;
  readonly correlator: Correlator;
  /** Absent: offline features are not compared with online ones. */
  readonly skew?: SkewOptions;
}

/** As plain data. */
export interface ObserverState {
  readonly watermarkMs: number;
  readonly versions: readonly VersionState[];
  /** Absent in states of before there were any. */
  readonly volumes?: readonly ModelVolumeState[];
  /** Absent in states from before there was any. */
  readonly skew?: SkewState;
}

/** What an observer has gathered since the last time. */
export interface Gathered extends Omit<ObserverState, 'skew' | 'volumes'> {
  readonly overflowPredictions: number;
  readonly featureOverflow: number;
  /** Versions that still want to know how they are folded. */
  readonly awaiting: readonly (readonly [model: string, version: string])[];
  readonly skew?: SkewGathered;
}

/** What the observer asks of the interpreter that feeds it. */
export interface Interpretive {
  readonly decoder: RecordDecoder;
  readonly meanings: { readonly featureNames: readonly string[] };
}

export class Observer implements ObservationSink {
  readonly directory: VersionDirectory;
  readonly volumes = new ModelVolumes();
  readonly skew: Skew | undefined;
  /** Predictions of models and versions that the limits keep out. */
  overflowPredictions = 0;
  readonly #options: ObserverOptions;
  readonly #byIndex: (VersionObserver | undefined)[] = [];
  readonly #outcome: OutcomeCode = { kind: OUTCOME.none, number: 0 };
  readonly #waiting: WaitingPrediction;
  readonly #arrived = new ArrivedGroundTruth();
  /** Versions whose bins of the ground truth are due, when the correlator is free again. */
  readonly #due: VersionObserver[] = [];
  readonly #runs = new FoldRuns();
  #interpreter: Interpretive | undefined;
  #watermarkMs = 0;
  #nowMs = 0;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#waiting = new WaitingPrediction(options.segments?.length);
    this.directory = new VersionDirectory(
      options,
      () => this.endMs,
      (gone) => {
        const index = this.#byIndex.indexOf(gone);
        if (index >= 0) this.#byIndex[index] = undefined;
        this.skew?.forget(gone);
      },
    );
    const { skew, windowsMs, principal } = options;
    this.skew =
      skew &&
      new Skew(
        { ...skew, windowsMs },
        {
          endMs: () => this.endMs,
          versionOf: (model, version) => this.directory.models.get(model)?.get(version),
          gathersOnly: principal !== undefined,
        },
      );
  }

  /** Must be called once, before the first observation. */
  attach(interpreter: Interpretive): void {
    this.#interpreter = interpreter;
  }

  /** What all windows end at, milliseconds. */
  get endMs(): number {
    return this.#options.watermark ? this.#watermarkMs : this.#options.clock.nowMs();
  }

  versions(): Iterable<VersionObserver> {
    return this.directory.all();
  }

  begin(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  expect(highs: Int32Array, lows: Int32Array, count: number): void {
    this.#options.correlator.expect(highs, lows, count);
  }

  end(): void {
    this.#runs.flush();
  }

  prediction(prediction: Prediction): Disposition {
    const observer = this.directory.find(prediction.modelName, prediction.modelVersion);
    if (observer === undefined) {
      this.overflowPredictions += prediction.rows * prediction.weight;
      return IGNORED.overLimit.reason;
    }
    if (prediction.timeMs > this.#watermarkMs) this.#watermarkMs = prediction.timeMs;
    const endMs = this.#options.watermark ? this.#watermarkMs : this.#nowMs;
    if (observer.rings.endMs !== endMs) {
      if (observer.rings.movesAt(endMs)) this.#runs.flush();
      observer.rings.advance(endMs);
    }
    if (prediction.timeMs < observer.rings.horizonMs) return IGNORED.tooLate.reason;
    if (prediction.columnar) {
      this.#observe(observer, prediction);
      this.#registerRows(observer, prediction);
      return undefined;
    }
    const { identity } = prediction;
    const hasIdentity = identity.high !== 0 || identity.low !== 0;
    let joined = false;
    if (hasIdentity) {
      readOutcome(prediction.batch, prediction.valueEntry, this.#outcome);
      const waiting = this.#waiting;
      waiting.high = identity.high;
      waiting.low = identity.low;
      waiting.timeMs = prediction.timeMs;
      waiting.kind = this.#outcome.kind;
      waiting.predicted = this.#outcome.number;
      waiting.score = scoreOf(prediction);
      observer.segments?.mark(prediction, waiting.segments, this.#runs);
      const registration = this.#register(observer);
      if (registration === 'duplicate') return IGNORED.duplicate.reason;
      joined = registration === 'joined';
    }
    this.#observe(observer, prediction);
    if (joined) {
      this.#joined(this.#options.correlator.pair);
      this.#settleDue();
    }
    return undefined;
  }

  groundTruth(truth: GroundTruth): Disposition {
    const { batch, valueEntry, modelName, modelVersion, rows } = truth;
    const arrived = this.#arrived;
    arrived.timeMs = truth.timeMs;
    arrived.text.view = batch.view;
    if (rows === 0) {
      readOutcome(batch, valueEntry, this.#outcome);
      arrived.high = truth.identity.high;
      arrived.low = truth.identity.low;
      arrived.kind = this.#outcome.kind;
      arrived.actual = this.#outcome.number;
      arrived.text.start = batch.attributes.start[valueEntry];
      arrived.text.end = batch.attributes.end[valueEntry];
      this.#resolve(modelName, modelVersion);
      return undefined;
    }
    const { decoder } = this.#interpreter!;
    const actual = outcomesOf(decoder, batch, valueEntry, rows);
    identitiesOf(decoder, batch, truth.idEntry, rows).forEach(({ high, low }, row) => {
      arrived.high = high;
      arrived.low = low;
      this.#resolveRow(modelName, modelVersion, actual, row);
    });
    return undefined;
  }

  offlineFeatures(offline: Prediction): Disposition {
    if (this.skew === undefined) return IGNORED.offlineFeatures.reason;
    this.skew.offline(offline, this.#interpreter!);
    return undefined;
  }

  histogram(histogram: FeatureHistogram): Disposition {
    const observer = this.directory.find(histogram.modelName, histogram.modelVersion);
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
    this.skew?.expire(endMs);
  }

  save(): ObserverState {
    return {
      watermarkMs: this.#watermarkMs,
      versions: [...this.versions()].map((version) => version.save()),
      volumes: this.volumes.save(),
      skew: this.skew?.save(),
    };
  }

  /** Only before anything was observed. Returns a sentence for each version that starts anew. */
  restore(state: ObserverState): string[] {
    this.#watermarkMs = state.watermarkMs;
    this.volumes.restore(state.volumes ?? []);
    const skipped: string[] = [];
    for (const saved of state.versions) {
      const { model, version } = saved;
      const reference = this.#options.referenceOf(model, version);
      if (reference !== undefined && reference.hash !== saved.reference?.hash) {
        skipped.push(`${model} ${version} starts anew: its reference has changed since the state was saved.`);
        continue;
      }
      const observer = this.directory.find(model, version);
      observer?.restore(saved);
      const index = observer === undefined ? -1 : this.#options.correlator.versionIndex(model, version);
      if (index >= 0) this.#byIndex[index] = observer;
    }
    if (state.skew !== undefined) this.skew?.restore(state.skew);
    return skipped;
  }

  /** Hands over everything since the last time, for the principal to `absorb`. */
  take(): Gathered {
    const gathered = {
      watermarkMs: this.#watermarkMs,
      versions: [...this.versions()].flatMap((version) => version.take() ?? []),
      overflowPredictions: this.overflowPredictions,
      featureOverflow: this.directory.featureLimit.overflow,
      awaiting: [...this.versions()]
        .filter(({ awaitsFirst }) => awaitsFirst)
        .map(({ model, version }) => [model, version] as const),
      skew: this.skew?.take(),
    };
    this.overflowPredictions = 0;
    this.directory.featureLimit.overflow = 0;
    this.directory.forgetUnwanted();
    return gathered;
  }

  /** Adds what an observer has gathered for this one. */
  absorb(gathered: Gathered): void {
    this.#watermarkMs = Math.max(this.#watermarkMs, gathered.watermarkMs);
    this.overflowPredictions += gathered.overflowPredictions;
    this.directory.featureLimit.overflow += gathered.featureOverflow;
    for (const taken of gathered.versions) this.absorbVersion(taken);
    if (gathered.skew !== undefined) this.skew?.absorb(gathered.skew);
  }

  absorbVersion(taken: VersionState): VersionObserver | undefined {
    const observer = this.directory.find(taken.model, taken.version);
    if (observer === undefined) {
      this.overflowPredictions += taken.sinceStart;
      return undefined;
    }
    observer.rings.advance(this.endMs);
    observer.absorb(taken);
    return observer;
  }

  /** How these versions are folded is known now: asks the principal, and hands over what was kept until then. */
  settle(versions: Gathered['awaiting']): void {
    for (const [model, version] of versions) this.directory.settle(model, version);
  }

  /** What another observer that gathers for this one must know of a version. */
  introduce(model: string, version: string): Introduction | undefined {
    const observer = this.directory.find(model, version);
    if (observer === undefined) return undefined;
    const schemas = observer.awaitsFirst ? undefined : observer.schemas;
    return { ...this.#options.knownModel(model), schemas };
  }

  #observe(observer: VersionObserver, prediction: Prediction): void {
    const { meanings, decoder } = this.#interpreter!;
    observer.observe(prediction, meanings.featureNames, decoder, this.#runs);
    this.skew?.online(prediction, this.#interpreter!);
  }

  #registerRows(observer: VersionObserver, prediction: Prediction): void {
    const { batch, rows, timeMs } = prediction;
    if (prediction.idEntry === NO_ENTRY) return;
    const { decoder } = this.#interpreter!;
    const values = outcomesOf(decoder, batch, prediction.valueEntry, rows);
    const scores = outcomesOf(decoder, batch, prediction.scoreEntry, rows);
    const actual = outcomesOf(decoder, batch, prediction.groundTruthEntry, rows);
    const marks = observer.segments?.marksOf(prediction, decoder);
    const waiting = this.#waiting;
    const arrived = this.#arrived;
    waiting.timeMs = timeMs;
    arrived.timeMs = timeMs;
    arrived.text.view = batch.view;
    identitiesOf(decoder, batch, prediction.idEntry, rows).forEach(({ high, low }, row) => {
      waiting.high = arrived.high = high;
      waiting.low = arrived.low = low;
      waiting.kind = values.kinds[row];
      waiting.predicted = values.numbers[row];
      waiting.score = scores.kinds[row] === OUTCOME.number ? scores.numbers[row] : NaN;
      marks?.forEach((ofRows, segment) => (waiting.segments[segment] = ofRows[row]));
      if (this.#register(observer) === 'joined') this.#joined(this.#options.correlator.pair);
      if (actual.kinds[row] !== OUTCOME.none) this.#resolveRow(observer.model, observer.version, actual, row);
      else this.#settleDue();
    });
  }

  /** Takes `#waiting` in. */
  #register(observer: VersionObserver): Registration {
    const { correlator } = this.#options;
    if (observer.correlatedAs === undefined) {
      observer.correlatedAs = correlator.versionIndex(observer.model, observer.version);
      if (observer.correlatedAs >= 0) this.#byIndex[observer.correlatedAs] = observer;
    }
    if (observer.correlatedAs < 0) return 'new';
    const registration = correlator.register(observer.model, observer.correlatedAs, this.#waiting);
    if (registration === 'duplicate') observer.totals.redelivered++;
    return registration;
  }

  #resolveRow(model: string, version: string, actual: Outcomes, row: number): void {
    const arrived = this.#arrived;
    arrived.kind = actual.kinds[row];
    arrived.actual = actual.numbers[row];
    arrived.text.start = actual.starts[row];
    arrived.text.end = actual.ends[row];
    this.#resolve(model, version);
  }

  /** Takes `#arrived` in. */
  #resolve(model: string, version: string): void {
    const { correlator, principal } = this.#options;
    // A version that an observer that gathers has not met is asked for when the correlator's lock is free again.
    let unmet: JoinedPair[] | undefined;
    correlator.resolve(model, version, this.#arrived, () => {
      const isUnmet = principal !== undefined && this.#byIndex[correlator.pair.versionIndex] === undefined;
      const { pair } = correlator;
      if (isUnmet) (unmet ??= []).push({ ...pair, segments: pair.segments.slice(), text: { ...pair.text } });
      else this.#joined(pair);
    });
    for (const pair of unmet ?? []) {
      const joined = correlator.versionAt(pair.versionIndex);
      this.#byIndex[pair.versionIndex] = joined && this.directory.find(joined.model, joined.version);
      this.#joined(pair);
    }
    this.#settleDue();
  }

  #joined(pair: JoinedPair): void {
    const observer = this.#byIndex[pair.versionIndex];
    if (observer === undefined) return;
    if (observer.observeJoined(pair)) {
      if (observer.groundTruthIsDue) this.#due.push(observer);
      return;
    }
    const counts = this.#options.correlator.outcomes(observer.model);
    counts.joined--;
    counts.late++;
  }

  #settleDue(): void {
    if (this.#due.length === 0) return;
    this.#runs.flush();
    for (const observer of this.#due) observer.settleGroundTruth();
    this.#due.length = 0;
  }
}
