/**
 * The model versions that are observed, found by name: makes an observer when a version is first heard of, within the
 * limits, and lets one go that has been silent for longer than the longest window when another needs its place.
 */
import { hashBytes, viewOf } from '../decode/index.js';
import type { OutcomeCode } from '../interpret/index.js';
import { Limit } from '../lib/limit.js';
import { type FeatureKind, SEGMENT_LIMIT, type Task } from '../registry/index.js';
import { RecentSample } from './recent-sample.js';
import type { ReferencePlans } from './reference-plan.js';
import type { ReferenceProfiles } from './reference-profiles.js';
import type { SegmentDefinition } from './segment-group.js';
import { Segments } from './segments.js';
import { VersionObserver } from './version-observer.js';
import type { Gatherer, MultivariateOptions, VersionOptions, VersionSchemas, VersionState } from './version-state.js';

/** Each takes up to 41 KiB a pane. */
const MAX_EMBEDDINGS_PER_VERSION = 20;

export interface KnownModel {
  readonly task?: Task;
  readonly positive?: OutcomeCode;
  /** What makes the bins of a version that no training file is for; absent: as for all models. */
  readonly provisionalReference?: 'first_predictions' | 'previous_version';
  /** False: its features are not looked at together. */
  readonly multivariate?: boolean;
  /** Of features whose kind is not left to their first values. */
  readonly kinds?: ReadonlyMap<string, FeatureKind>;
}

/** What an observer that only gathers is told of a version by the one that it gathers for. */
export interface Introduction extends KnownModel {
  /** Undefined: no reference has been made yet, the first predictions are wanted for it. */
  readonly schemas: VersionSchemas | undefined;
}

/** Whom an observer gathers for: everything it observes is taken from it again and again, and absorbed there. */
export interface Principal {
  /** Undefined: the version is over the limits. */
  introduce(model: string, version: string): Introduction | undefined;
  /** Takes the first predictions of a version from it. @returns how it is folded from now on, where that is decided */
  handOver(taken: VersionState): VersionSchemas | undefined;
}

export interface VersionDirectoryOptions {
  readonly windowsMs: readonly number[];
  readonly maxModels: number;
  readonly maxVersionsPerModel: number;
  readonly maxFeaturesPerVersion: number;
  readonly maxCategoriesPerFeature: number;
  readonly maxCellsPerVersion: number;
  readonly provisionalReference: 'first_predictions' | 'previous_version';
  readonly provisionalSize: number;
  /** How features are looked at together; absent: they are not. */
  readonly multivariate?: MultivariateOptions;
  readonly knownModel: (model: string) => KnownModel | undefined;
  /** Bytes of all histories together. */
  readonly maxHistoryBytes: number;
  readonly referencePlansOf?: (model: string) => ReferencePlans | undefined;
  readonly referenceOf: (model: string, version: string) => ReferenceProfiles | undefined;
  /** Attributes that are looked at one by one: those that the interpreter was asked for. */
  readonly wanted?: readonly string[];
  readonly segments?: readonly SegmentDefinition[];
  /** Predictions that are kept of each half of the longest window. Default: none. */
  readonly sampleSize?: number;
  /** Of observers whose samples are merged, each has another one. */
  readonly seed?: number;
  /** Absent: it observes for itself. */
  readonly principal?: Principal;
}

export class VersionDirectory {
  readonly models = new Map<string, Map<string, VersionObserver>>();
  readonly modelLimit: Limit;
  readonly versionLimit: Limit;
  readonly featureLimit: Limit;
  readonly segmentLimit: Limit;
  readonly historyLimit: Limit;
  readonly #options: VersionDirectoryOptions;
  readonly #endMs: () => number;
  readonly #onGone: (observer: VersionObserver) => void;

  /** Versions that the principal does not want. */
  readonly #unwanted = new Set<string>();
  readonly #segments = new WeakMap<VersionObserver, Segments>();
  readonly #segmentCount: number;
  #recent: VersionObserver | undefined;

  constructor(options: VersionDirectoryOptions, endMs: () => number, onGone: (observer: VersionObserver) => void) {
    this.#options = options;
    this.#endMs = endMs;
    this.#onGone = onGone;
    this.modelLimit = new Limit('models', options.maxModels);
    this.versionLimit = new Limit('versions', options.maxModels * options.maxVersionsPerModel);
    this.historyLimit = new Limit('history_bytes', options.maxHistoryBytes);
    this.featureLimit = new Limit('features_per_version', options.maxFeaturesPerVersion);
    const definitions = options.segments ?? [];
    this.segmentLimit = new Limit(SEGMENT_LIMIT, Math.max(0, ...definitions.map(({ max }) => max)));
    this.#segmentCount = definitions.reduce((sum, { max }) => sum + max + 1, 0);
  }

  get limits(): readonly Limit[] {
    const all = [this.modelLimit, this.versionLimit, this.featureLimit, this.historyLimit];
    return this.#segmentCount === 0 ? all : [...all, this.segmentLimit];
  }

  *all(): Iterable<VersionObserver> {
    for (const versions of this.models.values()) yield* versions.values();
  }

  /** The version's observer, made when it is first heard of; undefined over the limits. */
  find(model: string, version: string): VersionObserver | undefined {
    const recent = this.#recent;
    if (recent !== undefined && recent.version === version && recent.model === model) return recent;
    const observer = this.models.get(model)?.get(version) ?? this.#discover(model, version);
    if (observer !== undefined) this.#recent = observer;
    return observer;
  }

  /** A version's segments, at its time and with its bins; undefined: none are configured. */
  segmentsOf(version: VersionObserver): Segments | undefined {
    const segments = this.#segments.get(version);
    segments?.refresh();
    return segments;
  }

  /** Asks the principal how a version is folded, which was still open. */
  settle(model: string, version: string): void {
    const observer = this.models.get(model)?.get(version);
    if (observer?.awaitsFirst === true && this.#options.principal) handOver(observer, this.#options.principal);
  }

  /** Asks the principal again about versions that it did not want. */
  forgetUnwanted(): void {
    this.#unwanted.clear();
  }

  #discover(model: string, version: string): VersionObserver | undefined {
    const { principal } = this.#options;
    if (principal === undefined) return this.#admit(model, version, this.#options.knownModel(model));
    const name = `${model}\n${version}`;
    if (this.#unwanted.has(name)) return undefined;
    const introduction = principal.introduce(model, version);
    const observer = introduction && this.#admit(model, version, introduction);
    if (observer === undefined) {
      if (this.#unwanted.size < this.versionLimit.max) this.#unwanted.add(name);
      return undefined;
    }
    if (introduction?.schemas !== undefined) observer.adopt(introduction.schemas);
    return observer;
  }

  #admit(model: string, version: string, known: KnownModel | undefined): VersionObserver | undefined {
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
    const { principal } = this.#options;
    const options = {
      model,
      version,
      windowsMs: this.#options.windowsMs,
      provisionalSize: this.#options.provisionalSize,
      maxFeatures: this.#options.maxFeaturesPerVersion,
      maxEmbeddings: MAX_EMBEDDINGS_PER_VERSION,
      maxCategories: this.#options.maxCategoriesPerFeature,
      maxCells: this.#options.maxCellsPerVersion,
      samplesRows: true,
      featureLimit: this.featureLimit,
      task: known?.task,
      positive: known?.positive,
      kinds: known?.kinds,
    };
    const observer = new VersionObserver({
      ...options,
      multivariate: known?.multivariate === false ? undefined : this.#options.multivariate,
      sample: this.#sample(`${model}\n${version}`),
      reference: principal
        ? undefined
        : (this.#options.referenceOf(model, version) ?? this.#provisional(versions, known)),
      references: {
        plans: principal ? undefined : this.#options.referencePlansOf?.(model),
        historyLimit: this.historyLimit,
        previous: () => this.#previous(versions),
        siblings: function* () {
          for (const { references } of versions.values()) yield references;
        },
      },
      onFirstPredictions: principal && ((first) => handOver(first, principal)),
    });
    observer.rings.advance(this.#endMs());
    if (this.#segmentCount > 0) this.#addSegments(observer, options);
    versions.set(version, observer);
    this.versionLimit.used++;
    return observer;
  }

  #provisional(versions: Map<string, VersionObserver>, known: KnownModel | undefined): ReferenceProfiles | undefined {
    const made = known?.provisionalReference ?? this.#options.provisionalReference;
    return made === 'previous_version' ? this.#previous(versions) : undefined;
  }

  /** Segments have no more cells together than the version may have. */
  #addSegments(observer: VersionObserver, options: VersionOptions): void {
    const { segments: definitions = [], principal, provisionalSize, maxCellsPerVersion } = this.#options;
    const ownBins = observer.reference === undefined || principal !== undefined;
    const segments = new Segments(observer, {
      definitions,
      limit: this.segmentLimit,
      referenceSize: provisionalSize,
      gathersOnly: principal !== undefined,
      create: (onFull) =>
        new VersionObserver({
          ...options,
          samplesRows: false,
          maxEmbeddings: undefined,
          provisionalSize: ownBins ? provisionalSize : 0,
          maxCells: Math.floor(maxCellsPerVersion / this.#segmentCount),
          featureLimit: new Limit('', options.maxFeatures),
          onFirstPredictions: onFull,
        }),
    });
    observer.segments = segments;
    this.#segments.set(observer, segments);
  }

  #sample(name: string): RecentSample | undefined {
    const { sampleSize: size = 0, wanted = [], windowsMs, seed = 0 } = this.#options;
    if (size === 0) return undefined;
    const bytes = new TextEncoder().encode(name);
    const own = hashBytes(viewOf(bytes), 0, bytes.length) ^ Math.imul(seed, 0x9e3779b1);
    return new RecentSample({ size, halfMs: windowsMs[windowsMs.length - 1] / 2, seed: own, wanted });
  }

  #previous(versions: Map<string, VersionObserver>): ReferenceProfiles | undefined {
    let latest: VersionObserver | undefined;
    for (const candidate of versions.values()) {
      if (candidate.reference === undefined) continue;
      if (latest === undefined || candidate.totals.lastTimeMs > latest.totals.lastTimeMs) latest = candidate;
    }
    if (latest === undefined) return undefined;
    const profiles = latest.snapshotProfiles(this.#options.windowsMs.length - 1);
    return { kind: 'previous_version', name: latest.version, hash: '', ...profiles };
  }

  /** Makes room by letting the version go that has been silent for longest, if it has left the longest window. */
  #evictSilent(versions: Map<string, VersionObserver>): boolean {
    let silent: VersionObserver | undefined;
    for (const candidate of versions.values()) {
      if (silent === undefined || candidate.totals.lastTimeMs < silent.totals.lastTimeMs) silent = candidate;
    }
    silent?.rings.advance(this.#endMs());
    if (silent === undefined || silent.totals.lastTimeMs >= silent.rings.horizonMs) return false;
    versions.delete(silent.version);
    silent.references.release();
    this.versionLimit.used--;
    if (this.#recent === silent) this.#recent = undefined;
    this.#onGone(silent);
    return true;
  }
}

function handOver(observer: Gatherer, principal: Principal): void {
  const taken = observer.take();
  const schemas =
    taken === undefined ? principal.introduce(observer.model, observer.version)?.schemas : principal.handOver(taken);
  if (schemas !== undefined) observer.adopt(schemas);
}
