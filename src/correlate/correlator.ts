/**
 * Joins ground truth to its prediction, whichever comes first, and recognises what was delivered twice.
 *
 * A prediction waits in a ring until its ground truth comes, it is older than `maxDelayMs`, or newer ones need its place.
 * A ground truth that finds no prediction waits a while in a ring of its own (an exporter may still hold the prediction)
 * and is orphaned when that has passed. Two versions that answered one request under one id are told apart by version;
 * ground truth that names no version joins all of them, also one whose prediction comes later: so what has joined is
 * kept for as long, in a third ring, where it takes no room from what still waits.
 *
 * The rings and the list of versions may lie in memory that several threads share, each with a correlator of its own over
 * it: a prediction and its ground truth meet there wherever they came in. Every operation holds the memory's lock.
 */
import type { OutcomeCode } from '../interpret/index.js';
import type { Clock } from '../lib/clock.js';
import { OUTCOME } from '../interpret/index.js';
import { Limit } from '../lib/limit.js';
import { SharedLock } from '../lib/shared-lock.js';
import { type GroundTruthOutcome, OVERFLOW } from '../registry/index.js';
import { CLASSES_MAX, ClassTexts } from './class-texts.js';
import type { CorrelatorMemory } from './correlator-memory.js';
import { IdentityRing, type RingColumns } from './identity-ring.js';
import { type ArrivedGroundTruth, JoinedPair, type TextPlace, type WaitingPrediction } from './joined-pair.js';
import { type ListedVersion, VersionList } from './version-list.js';

const WAITING = 0;
const JOINED = 1;
const ABSENT = -1;
/** Versions of a model above which a ground truth adds none that no prediction has named. */
const EARLY_VERSIONS_MAX = 256;
/** Stands for all versions of a model. */
const ANY_VERSION = '';

export interface CorrelatorOptions {
  readonly clock: Clock;
  readonly maxPredictions: number;
  readonly maxDelayMs: number;
  /** Ground truths that wait for their prediction at once, and for how long by the process clock. */
  readonly maxEarlyGroundTruths: number;
  readonly earlyGraceMs: number;
  readonly maxVersions: number;
  /** Names of the kinds of segments that a prediction is marked with, four bytes each; absent: none. */
  readonly segments?: readonly string[];
  /** Models whose ground truths are told apart; the rest goes to overflow. */
  readonly maxModels: number;
  /** Memory that other threads have too, from `sharedCorrelatorMemory` with the same bounds; absent: it has its own. */
  readonly memory?: CorrelatorMemory;
}

/** What `takeCounts` hands over. */
export interface CorrelatorCounts {
  readonly outcomes: ReadonlyMap<string, Record<GroundTruthOutcome, number>>;
  /** Of the limits, in the order in which `limits` lists them. */
  readonly overflows: readonly number[];
}

/** As plain data. */
export interface CorrelatorState {
  readonly predictions: RingColumns;
  readonly early: RingColumns;
  readonly settled: RingColumns;
  /** Texts of ground truths in them, by code; absent in states from before they were kept. */
  readonly classes?: ReadonlyMap<number, Uint8Array>;
  /** What predictions are marked with; absent in states from before they were. */
  readonly segments?: readonly string[];
  /** By version index. */
  readonly versions: readonly (readonly [model: string, version: string])[];
  readonly outcomes: ReadonlyMap<string, Record<GroundTruthOutcome, number>>;
}

export type Registration = 'new' | 'duplicate' | 'joined';

export class Correlator {
  readonly predictionLimit: Limit;
  readonly groundTruthLimit: Limit;
  readonly settledLimit: Limit;
  readonly classLimit = new Limit('ground_truth_classes', CLASSES_MAX);
  readonly versionLimit: Limit;
  /** Filled by `register` when it returns 'joined', and for each call of the visitor of `resolve`. */
  readonly pair: JoinedPair;
  readonly #options: CorrelatorOptions;
  readonly #lock: SharedLock;
  readonly #predictions: IdentityRing;
  readonly #early: IdentityRing;
  readonly #settled: IdentityRing;
  readonly #classes: ClassTexts;
  readonly #versions: VersionList;
  readonly #outcomes = new Map<string, Record<GroundTruthOutcome, number>>();

  constructor(options: CorrelatorOptions) {
    this.#options = options;
    const { memory, segments = [] } = options;
    this.pair = new JoinedPair(segments.length);
    this.#lock = new SharedLock(new Int32Array(memory?.lock ?? new ArrayBuffer(4)));
    this.#predictions = new IdentityRing(options.maxPredictions, segments.length, memory?.predictions);
    this.#early = new IdentityRing(options.maxEarlyGroundTruths, 0, memory?.early);
    this.#settled = new IdentityRing(options.maxEarlyGroundTruths, 0, memory?.settled);
    this.#classes = new ClassTexts(this.classLimit, memory?.classes);
    this.#versions = new VersionList(options.maxVersions, memory?.versions);
    this.predictionLimit = new Limit('waiting_predictions', options.maxPredictions);
    this.groundTruthLimit = new Limit('early_ground_truths', options.maxEarlyGroundTruths);
    this.settledLimit = new Limit('joined_ground_truths', options.maxEarlyGroundTruths);
    this.versionLimit = new Limit('correlated_versions', options.maxVersions);
  }

  /** With how full they are now. */
  get limits(): readonly Limit[] {
    this.predictionLimit.used = this.#predictions.size;
    this.groundTruthLimit.used = this.#early.size;
    this.settledLimit.used = this.#settled.size;
    this.classLimit.used = this.#classes.size;
    this.versionLimit.used = this.#versions.size;
    return [this.predictionLimit, this.groundTruthLimit, this.settledLimit, this.versionLimit, this.classLimit];
  }

  /** A small number for a version, kept for the life of the process; -1 when there are too many. */
  versionIndex(model: string, version: string): number {
    const index = this.#versions.find(model, version);
    return index === ABSENT ? this.#lock.hold(() => this.#versionIndex(model, version)) : index;
  }

  /** The version with that number. */
  versionAt(index: number): ListedVersion | undefined {
    return this.#versions.at(index);
  }

  /** The same where the lock is held. */
  #versionIndex(model: string, version: string): number {
    const known = this.#versions.find(model, version);
    if (known !== ABSENT) return known;
    const index = this.#versions.append(model, version);
    if (index === ABSENT) this.versionLimit.overflow++;
    return index;
  }

  /** Ground truths of a model by what became of them. */
  outcomes(model: string): Record<GroundTruthOutcome, number> {
    let outcomes = this.#outcomes.get(model);
    if (outcomes === undefined) {
      if (model !== OVERFLOW && this.#outcomes.size >= this.#options.maxModels) return this.outcomes(OVERFLOW);
      outcomes = { joined: 0, late: 0, orphaned: 0, duplicate: 0 };
      this.#outcomes.set(model, outcomes);
    }
    return outcomes;
  }

  get models(): Iterable<string> {
    return this.#outcomes.keys();
  }

  /** Predictions with these identities are about to be registered: a hint. */
  expect(highs: Int32Array, lows: Int32Array, count: number): void {
    this.#predictions.warm(highs, lows, count);
  }

  /** Takes a prediction in. 'joined': its ground truth was already there, see `pair`. */
  register(model: string, versionIndex: number, waiting: WaitingPrediction): Registration {
    this.#lock.acquire();
    try {
      return this.#register(model, versionIndex, waiting);
    } finally {
      this.#lock.release();
    }
  }

  #register(model: string, versionIndex: number, waiting: WaitingPrediction): Registration {
    const { high, low } = waiting;
    const ring = this.#predictions;
    if (ring.find(high, low, versionIndex) !== ABSENT) return 'duplicate';
    if (ring.full) {
      ring.dropOldest();
      this.predictionLimit.overflow++;
    }
    const at = ring.insert(high, low, versionIndex);
    const { columns } = ring;
    columns.timeMs[at] = waiting.timeMs;
    columns.kind[at] = waiting.kind;
    columns.number[at] = waiting.predicted;
    columns.score[at] = waiting.score;
    columns.flag[at] = WAITING;
    if (ring.segments > 0) columns.segments.set(waiting.segments, at * ring.segments);
    if (this.#early.size === 0 && this.#settled.size === 0) return 'new';
    const anyVersion = this.#versions.find(model, ANY_VERSION);
    return this.#joinKept(this.#early, high, low, anyVersion, at, model) ||
      this.#joinKept(this.#early, high, low, versionIndex, at, model) ||
      this.#joinKept(this.#settled, high, low, anyVersion, at, model)
      ? 'joined'
      : 'new';
  }

  /**
   * Takes a ground truth in and calls `visit` (which reads `pair`) for each prediction that it joins.
   * @param version empty: every version of the model
   */
  resolve(model: string, version: string, truth: ArrivedGroundTruth, visit: () => void): void {
    this.#lock.hold(() => {
      const { high, low, timeMs, kind, actual, text } = truth;
      const outcomes = this.outcomes(model);
      const versions = this.#versions.of(model);
      let joined = 0;
      let seenBefore = 0;
      if (versions !== undefined) {
        for (const [name, index] of versions) {
          if (name === ANY_VERSION || (version !== ANY_VERSION && version !== name)) continue;
          const at = this.#predictions.find(high, low, index);
          if (at === ABSENT) continue;
          if (this.#predictions.columns.flag[at] === JOINED) {
            seenBefore++;
            continue;
          }
          joined++;
          this.#join(at, kind, actual, timeMs);
          copyPlace(text, this.pair.text);
          visit();
        }
      }
      if (joined > 0) {
        outcomes.joined++;
        if (version === ANY_VERSION) this.#keepSettled(model, truth);
      } else if (seenBefore > 0) outcomes.duplicate++;
      else this.#keepEarly(model, version, truth);
    });
  }

  /** The ground truth of a prediction; undefined: it has not come, or is not remembered any more. */
  outcomeOf(versionIndex: number, high: number, low: number): OutcomeCode | undefined {
    return this.#lock.hold(() => {
      const at = this.#predictions.find(high, low, versionIndex);
      const { flag, kind, number } = this.#predictions.columns;
      return at === ABSENT || flag[at] !== JOINED ? undefined : { kind: kind[at], number: number[at] };
    });
  }

  /** Lets go of what has waited too long. `nowMs` is the end of the current window, in event time. */
  expire(nowMs: number): void {
    this.#lock.hold(() => this.#expire(nowMs));
  }

  #expire(nowMs: number): void {
    const predictions = this.#predictions;
    while (predictions.size > 0) {
      if (predictions.columns.timeMs[predictions.oldest] >= nowMs - this.#options.maxDelayMs) break;
      predictions.dropOldest();
    }
    const deadlineMs = this.#options.clock.nowMs() - this.#options.earlyGraceMs;
    while (this.#early.size > 0 && this.#early.columns.insertedMs[this.#early.oldest] < deadlineMs) this.#dropEarly();
    const settled = this.#settled;
    while (settled.size > 0 && settled.columns.insertedMs[settled.oldest] < deadlineMs) settled.dropOldest();
  }

  /** Hands over what this correlator has counted itself since the last time, and counts from 0 on. */
  takeCounts(): CorrelatorCounts {
    const outcomes = new Map(this.#outcomes);
    this.#outcomes.clear();
    const overflows = this.limits.map(({ overflow }) => overflow);
    for (const limit of this.limits) limit.overflow = 0;
    return { outcomes, overflows };
  }

  /** Adds what another correlator over the same memory has counted. */
  addCounts({ outcomes, overflows }: CorrelatorCounts): void {
    for (const [model, counts] of outcomes) {
      const into = this.outcomes(model);
      for (const outcome of Object.keys(into) as GroundTruthOutcome[]) into[outcome] += counts[outcome];
    }
    this.limits.forEach((limit, index) => (limit.overflow += overflows[index]));
  }

  save(): CorrelatorState {
    return this.#lock.hold(() => ({
      predictions: this.#predictions.save(),
      early: this.#early.save(),
      settled: this.#settled.save(),
      classes: this.#classes.save(),
      segments: this.#options.segments,
      versions: Array.from({ length: this.#versions.size }, (_, index): readonly [string, string] => {
        const { model, version } = this.#versions.at(index)!;
        return [model, version];
      }),
      outcomes: this.#outcomes,
    }));
  }

  /** Only before anything else was taken in. */
  restore(state: CorrelatorState): void {
    for (const [model, version] of state.versions) this.versionIndex(model, version);
    for (const [model, outcomes] of state.outcomes) this.#outcomes.set(model, { ...outcomes });
    const saved = state.segments ?? [];
    const places = (this.#options.segments ?? []).map((name) => saved.indexOf(name));
    this.#predictions.restore(state.predictions, places);
    this.#early.restore(state.early);
    this.#settled.restore(state.settled);
    this.#classes.restore(state.classes ?? new Map());
  }

  /** Joins the prediction at `at` with a ground truth that was kept, if there is one. */
  #joinKept(ring: IdentityRing, high: number, low: number, owner: number, at: number, model: string): boolean {
    if (owner === ABSENT || ring.size === 0) return false;
    const kept = ring.find(high, low, owner);
    if (kept === ABSENT) return false;
    const { columns } = ring;
    this.#join(at, columns.kind[kept], columns.number[kept], columns.timeMs[kept]);
    const { actualKind, actual, text } = this.pair;
    if (actualKind === OUTCOME.text) this.#classes.find(actual, text);
    else text.end = text.start;
    if (columns.flag[kept] === WAITING) this.outcomes(model).joined++;
    columns.flag[kept] = JOINED;
    return true;
  }

  #keepEarly(model: string, version: string, truth: ArrivedGroundTruth): void {
    const owner = this.#ownerOfEarly(model, version);
    if (owner === ABSENT) {
      this.outcomes(model).orphaned++;
      return;
    }
    if (this.#early.find(truth.high, truth.low, owner) !== ABSENT) {
      this.outcomes(model).duplicate++;
      return;
    }
    if (this.#early.full) {
      this.#dropEarly();
      this.groundTruthLimit.overflow++;
    }
    this.#keep(this.#early, owner, truth, WAITING);
  }

  /** A version that only ground truths name is listed too, within bounds: whoever sends them may make names up. */
  #ownerOfEarly(model: string, version: string): number {
    const known = this.#versions.find(model, version);
    const isBeyond = (this.#versions.of(model)?.size ?? 0) >= EARLY_VERSIONS_MAX && version !== ANY_VERSION;
    // The other half is for versions that predict.
    if (known !== ABSENT || isBeyond || this.#versions.size * 2 >= this.#versions.max) return known;
    return this.#versionIndex(model, version);
  }

  #keepSettled(model: string, truth: ArrivedGroundTruth): void {
    const owner = this.#versionIndex(model, ANY_VERSION);
    const settled = this.#settled;
    if (owner === ABSENT || settled.find(truth.high, truth.low, owner) !== ABSENT) return;
    if (settled.full) {
      // With a single version nothing is lost: there is no other that it could still join.
      if (this.#versionCount(settled.columns.owner[settled.oldest]) > 1) this.settledLimit.overflow++;
      settled.dropOldest();
    }
    this.#keep(settled, owner, truth, JOINED);
  }

  #keep(ring: IdentityRing, owner: number, truth: ArrivedGroundTruth, flag: number): void {
    const { high, low, timeMs, kind, actual, text } = truth;
    if (kind === OUTCOME.text) this.#classes.keep(actual, text);
    const at = ring.insert(high, low, owner);
    const { columns } = ring;
    columns.timeMs[at] = timeMs;
    columns.insertedMs[at] = this.#options.clock.nowMs();
    columns.kind[at] = kind;
    columns.number[at] = actual;
    columns.flag[at] = flag;
  }

  /** Versions of the model of the version with that number. */
  #versionCount(index: number): number {
    const versions = this.#versions.of(this.#versions.at(index)!.model)!;
    return versions.size - (versions.has(ANY_VERSION) ? 1 : 0);
  }

  #dropEarly(): void {
    const { columns, oldest } = this.#early;
    if (columns.flag[oldest] === WAITING) this.outcomes(this.#versions.at(columns.owner[oldest])!.model).orphaned++;
    this.#early.dropOldest();
  }

  #join(at: number, actualKind: number, actual: number, actualTimeMs: number): void {
    const { columns, segments } = this.#predictions;
    columns.flag[at] = JOINED;
    const pair = this.pair;
    if (segments > 0) pair.segments.set(columns.segments.subarray(at * segments, (at + 1) * segments));
    pair.versionIndex = columns.owner[at];
    pair.predictionTimeMs = columns.timeMs[at];
    pair.delayMs = Math.max(0, actualTimeMs - columns.timeMs[at]);
    pair.predictedKind = columns.kind[at];
    pair.predicted = columns.number[at];
    pair.score = columns.score[at];
    pair.actualKind = actualKind;
    pair.actual = actual;
    columns.kind[at] = actualKind;
    columns.number[at] = actual;
  }
}

function copyPlace(from: TextPlace, to: TextPlace): void {
  to.view = from.view;
  to.start = from.start;
  to.end = from.end;
}
