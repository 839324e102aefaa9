/**
 * Everything observed of one model version: its feature and output slots, its window panes, and its running totals.
 */
import type { JoinedPair } from '../correlate/index.js';
import { type RecordDecoder } from '../decode/index.js';
import type { FeatureHistogram, Prediction } from '../interpret/index.js';
import { GROUND_TRUTH, type Output, RECONSTRUCTION_ERROR, type Task } from '../registry/index.js';
import { VERSION_CELLS } from './cells.js';
import { absorbBuffered, absorbSlot } from './absorb-slot.js';
import type { FoldRuns } from './fold-runs.js';
import { type FeatureSchema, numericSchema } from './feature-schema.js';
import type { FeatureSlot } from './feature-slot.js';
import { type Pane, PaneRings, panesOf } from './pane-rings.js';
import { addJoinedPair, taskOf } from './performance-cells.js';
import { foldHistogram, isDueBefore } from './pre-aggregated.js';
import { Profile } from './profile.js';
import { foldGroundTruth } from './ground-truth.js';
import { traitsOf } from './output-traits.js';
import { extended, provisionalProfiles } from './provisional-reference.js';
import { withProjection } from './provisional-projection.js';
import type { RecentSample } from './recent-sample.js';
import {
  bindSchemas,
  type ProfileMaps,
  profilesIn,
  reconstructionIn,
  type ReferenceProfiles,
  rewrapped,
} from './reference-profiles.js';
import { SpanPacker } from './packed-span.js';
import { PredictionFold } from './prediction-fold.js';
import { ReconstructionFold, type ReconstructionState } from './reconstruction-fold.js';
import { chooseRowKeys, RowHashes } from './row-hashes.js';
import type { FeatureSlotState } from './slot-state.js';
import { VersionRows } from './version-rows.js';
import { VersionReferences } from './version-references.js';
import { VersionEmbeddings } from './version-embeddings.js';
import { VersionSlots } from './version-slots.js';
import {
  type VersionOptions,
  type VersionParts,
  type VersionSchemas,
  type VersionState,
  withoutReferences,
} from './version-state.js';
import { VersionTotals } from './version-totals.js';
import { WindowView } from './window-view.js';

const NO_VALUES = new Float64Array(0);

export class VersionObserver {
  readonly model: string;
  readonly version: string;
  readonly rings: PaneRings;
  readonly totals = new VersionTotals();
  readonly rows: VersionRows;
  reference: ReferenceProfiles | undefined;
  /** What it is compared against besides. */
  readonly references: VersionReferences;
  task: Task | undefined;
  /** Its number with the correlator; below 0: there was no room; undefined: not asked yet. */
  correlatedAs: number | undefined;
  readonly sample: RecentSample | undefined;
  segments: VersionParts | undefined;
  readonly #options: VersionOptions;
  readonly #slots: VersionSlots;
  readonly #fold: PredictionFold;
  readonly #embeddings: VersionEmbeddings;
  /** The first predictions have not made the reference yet. */
  #awaitsFirst: boolean;
  #scratch = new Float64Array(0);

  constructor(options: VersionOptions) {
    this.model = options.model;
    this.version = options.version;
    this.#options = options;
    this.task = options.task;
    this.reference = options.reference;
    this.sample = options.sample;
    this.#awaitsFirst = options.reference === undefined;
    this.#slots = new VersionSlots({
      ...options,
      provisionalSize: options.reference === undefined ? options.provisionalSize : 0,
    });
    this.rings = new PaneRings(options.windowsMs, this.#slots.space);
    this.rows = new VersionRows(this.#slots.space);
    const rowHashes = options.samplesRows === true ? new RowHashes(this.#slots.space) : undefined;
    this.#fold = new PredictionFold(this.#slots, this.rings, (slot) => this.#bufferIsFull(slot), rowHashes);
    const onFirstVectors = options.onFirstPredictions === undefined ? () => this.#firstVectorsCame() : undefined;
    this.#embeddings = new VersionEmbeddings(this.#slots.space, this.rings, options, onFirstVectors);
    const profilesOf = (cells: Float64Array) => profilesIn(this, this.viewOf(cells));
    const packer = new SpanPacker(this.#slots, this.embeddings);
    this.references = new VersionReferences({ ...options.references, profilesOf }, packer, this.rings);
    this.#slots.freezeFeatures(Array.from(options.reference?.features.values() ?? [], ({ schema }) => schema));
    bindSchemas(options.reference?.features, this.features);
    for (const [output, { schema }] of options.reference?.outputs ?? [])
      if (output !== RECONSTRUCTION_ERROR) this.#slots.freezeOutput(schema);
    this.#lookTogether();
    chooseRowKeys(this.#slots.features.values());
  }

  get features(): ReadonlyMap<string, FeatureSlot> {
    return this.#slots.features;
  }

  get outputs(): ReadonlyMap<Output, FeatureSlot> {
    return this.#slots.outputs;
  }

  get embeddings(): VersionEmbeddings['slots'] {
    return this.#embeddings.slots;
  }

  /** How badly the reference's principal components reconstruct its features; undefined: it is not looked at. */
  get reconstruction(): ReconstructionFold | undefined {
    return this.#fold.reconstruction;
  }

  /** No reference has been made or given yet: the first predictions are being kept for one. */
  get awaitsFirst(): boolean {
    return this.#awaitsFirst;
  }

  /**
   * @param rows of a columnar prediction, ascending; absent: all of it
   * @returns false when the event time is before the longest window; nothing is counted then
   */
  observe(
    prediction: Prediction,
    featureNames: readonly string[],
    decoder: RecordDecoder,
    runs: FoldRuns,
    rows?: readonly number[],
  ): boolean {
    const pane = this.rings.paneOf(prediction);
    if (pane === undefined) return false;
    const full = this.#fold.take(prediction, featureNames, pane, decoder, runs, rows);
    this.totals.overflowObservations += this.#fold.excluded;
    const count = rows?.length ?? prediction.rows;
    this.totals.count(prediction, count, pane.cells);
    if (prediction.layout.embeddings.length > 0) {
      this.totals.overflowObservations += this.#embeddings.observe(prediction, pane, decoder);
    }
    this.sample?.observe(prediction, featureNames, decoder, this.rings.endMs);
    if (this.#awaitsFirst && this.totals.sinceStart >= this.#options.provisionalSize) {
      runs.flush();
      this.#firstCame();
    } else if (full !== undefined) {
      runs.flush();
      this.#bufferIsFull(full);
    }
    this.segments?.observe(prediction, featureNames, decoder, runs);
    return true;
  }

  /** A feature that came later than the others has enough values for bins of its own. */
  #bufferIsFull(slot: FeatureSlot): void {
    if (this.#awaitsFirst || slot.buffer === undefined) return;
    if (this.#options.onFirstPredictions === undefined) this.#freezeAlone(slot);
    else this.#options.onFirstPredictions(this);
  }

  /** Takes in values that the service aggregated itself. @returns false when they are from before the longest window */
  observeHistogram(histogram: FeatureHistogram): boolean {
    const pane = this.rings.pane(histogram.timeMs);
    if (pane === undefined) return false;
    if (histogram.timeMs > this.totals.lastTimeMs) this.totals.lastTimeMs = histogram.timeMs;
    const slot = this.#slots.featureOf(pane, this.rings, histogram.feature);
    if (slot === undefined) {
      this.totals.overflowObservations += histogram.count;
      return true;
    }
    slot.comesBy ??= 'histograms';
    const { buffer } = slot;
    const isAlone = slot.comesBy === 'histograms' || !this.#awaitsFirst;
    if (isAlone && buffer !== undefined && isDueBefore(buffer, histogram)) this.#freezeAlone(slot);
    this.#slots.space.widen(pane);
    foldHistogram(slot, pane, histogram);
    if (isAlone && buffer !== undefined && buffer.count === buffer.max) this.#freezeAlone(slot);
    return true;
  }

  /** @returns false when the prediction has left the longest window. */
  observeJoined(pair: JoinedPair): boolean {
    this.task ??= taskOf(pair);
    this.totals.groundTruthDelay.add(pair.delayMs / 1000, 1);
    const pane = this.rings.pane(pair.predictionTimeMs);
    if (pane === undefined) return false;
    const slot = this.#slots.outputOf(pane, this.rings, GROUND_TRUTH);
    if (slot !== undefined) foldGroundTruth(slot, pane, pair);
    addJoinedPair(pane.cells, pair, this.task, this.#options.positive);
    this.segments?.observeJoined(pair);
    return true;
  }

  /** Adds a pair to cells that are of no window. */
  addPair(cells: Float64Array, pair: JoinedPair): void {
    addJoinedPair(cells, pair, (this.task ??= taskOf(pair)), this.#options.positive);
  }

  /** Enough ground truths have come for bins of their own: `settleGroundTruth` makes them. */
  get groundTruthIsDue(): boolean {
    const buffer = this.outputs.get(GROUND_TRUTH)?.buffer;
    return buffer !== undefined && buffer.count === buffer.max && !this.#awaitsFirst;
  }

  /** No prediction may wait to be folded, and nobody may hold the correlator's lock. */
  settleGroundTruth(): void {
    if (!this.groundTruthIsDue) return;
    this.#bufferIsFull(this.outputs.get(GROUND_TRUTH)!);
    this.segments?.bringUp();
  }

  /** Merges a window into `cells`, which are all zero; without them, the view is valid until the next call. */
  window(index: number, cells = this.#cleared()): WindowView {
    this.rings.collect(index, cells);
    return new WindowView(this.rings.windowsMs[index], this.rings.windowStartMs(index), this.rings.endMs, cells);
  }

  /** Everything since the start, likewise. */
  sinceStart(cells = this.#cleared()): WindowView {
    this.rings.collectAll(cells);
    return this.viewOf(cells);
  }

  /** A feature's profile in a window. One that has no bins (yet) has counts, moments and quantiles all the same. */
  profile(slot: FeatureSlot, view: WindowView, isOutput: boolean): Profile {
    const schema = slot.schema ?? numericSchema(slot.name, 'numeric', NO_VALUES, { shift: slot.shift });
    return new Profile(schema, view.cells, slot, view.expectedOf(slot, isOutput));
  }

  /** A frozen copy of a window, or of everything since the start, to be compared against. */
  snapshotProfiles(index?: number): ProfileMaps & Pick<ReferenceProfiles, 'rowFrequencies'> {
    const cells = new Float64Array(this.#slots.space.width);
    const view = index === undefined ? this.sinceStart(cells) : this.window(index, cells);
    return { ...profilesIn(this, view), ...this.rows.frequenciesIn(view) };
  }

  /** Cells that were summed from the version's history. */
  viewOf(cells: Float64Array): WindowView {
    return new WindowView(Infinity, -Infinity, this.rings.endMs, cells);
  }

  save(): VersionState {
    return { ...this.#saveOwn(), segments: this.segments?.save(), sample: this.sample?.save() };
  }

  #saveOwn(): VersionState {
    return {
      ...this.#slots.save(),
      ...this.totals.save(),
      embeddings: this.#embeddings.save(),
      reconstruction: this.reconstruction?.save(),
      model: this.model,
      version: this.version,
      reference: this.reference,
      references: this.references.save(),
      task: this.task,
      rings: this.rings.save(),
    };
  }

  /** Only on an observer that has just been made. */
  restore(state: VersionState): void {
    this.#slots.restore(state);
    this.#embeddings.restore(state.embeddings ?? []);
    if (state.references !== undefined) this.references.restore(state.references);
    this.rings.restore(state.rings);
    this.reference ??= state.reference && rewrapped(state.reference);
    this.task ??= state.task;
    this.totals.absorb(state);
    this.#awaitsFirst &&= state.sinceStart < this.#options.provisionalSize;
    bindSchemas(this.reference?.features, this.features);
    bindSchemas(this.reference?.outputs, this.outputs);
    this.#lookTogether(state.reconstruction);
    chooseRowKeys(this.features.values());
    this.sample?.absorb(state.sample ?? []);
    this.segments?.restore(state.segments ?? []);
  }

  /** Hands over everything since the last time, for `absorb`; undefined: there is nothing. Schemas stay. */
  take(): VersionState | undefined {
    if (this.rings.isEmpty && this.totals.groundTruthDelay.isEmpty) return undefined;
    const parts = { segments: this.segments?.take(), sample: this.sample?.take() };
    const taken = { ...withoutReferences(this.#saveOwn()), ...parts };
    this.rings.clear();
    for (const slot of this.#slots.all()) slot.emptyBuffer();
    this.totals.clear();
    return taken;
  }

  /** Adds what another observer of this version has taken. */
  absorb(taken: VersionState): void {
    this.totals.absorb(taken);
    this.task ??= taken.task;
    const paired = [...this.#pairs(taken.features, false), ...this.#pairs(taken.outputs, true)];
    for (const from of panesOf(taken.rings)) {
      const { cells } = from;
      const pane = this.rings.paneFor(from);
      for (let cell = 0; cell < Math.min(VERSION_CELLS, cells.length); cell++) pane.cells[cell] += cells[cell];
      for (const [slot, saved] of paired) absorbSlot(slot, pane, saved, cells);
      this.#embeddings.absorb(taken.embeddings ?? [], pane, cells);
      if (taken.reconstruction !== undefined) this.reconstruction?.absorb(pane, taken.reconstruction, cells);
      this.rows.absorb(pane, cells, taken.space.rowSample);
    }
    this.#embeddings.freezeDue();
    this.sample?.absorb(taken.sample ?? []);
    const left = paired.map(([slot, saved]) => absorbBuffered(slot, saved, 0, this.#paneAt));
    if (this.#awaitsFirst && this.totals.sinceStart >= this.#options.provisionalSize) this.#freeze();
    paired.forEach(([slot, saved], index) => {
      if (slot.buffer?.count === slot.buffer?.max) this.#bufferIsFull(slot);
      absorbBuffered(slot, saved, left[index], this.#paneAt);
    });
    this.segments?.absorb(taken.segments ?? []);
  }

  get schemas(): VersionSchemas {
    const of = (slots: ReadonlyMap<string, FeatureSlot>): FeatureSchema[] =>
      [...slots.values()].flatMap(({ schema }) => schema ?? []);
    const outputs = of(this.outputs).filter(({ name }) => name !== RECONSTRUCTION_ERROR);
    const embeddings = this.#embeddings.dimensions;
    return { features: of(this.features), outputs, embeddings, reconstruction: this.reconstruction?.schemas };
  }

  /** Folds as `schemas` say from now on; only right after `take`, or before anything was observed. */
  adopt(schemas: VersionSchemas): void {
    this.#awaitsFirst = false;
    this.#slots.adopt(schemas);
    for (const embedding of schemas.embeddings) this.#embeddings.expect(embedding);
    if (this.reconstruction === undefined) this.#lookTogether(undefined, schemas.reconstruction);
    chooseRowKeys(this.features.values());
  }

  /** Ours beside each of theirs; those that there is no room for are left out and counted. */
  *#pairs(theirs: readonly FeatureSlotState[], isOutput: boolean): Iterable<[FeatureSlot, FeatureSlotState]> {
    for (const saved of theirs) {
      const slot = this.#slots.counterpart(saved, this.rings, isOutput);
      if (slot === undefined) this.totals.overflowObservations++;
      else yield [slot, saved];
    }
  }

  #firstCame(): void {
    if (this.#options.onFirstPredictions === undefined) this.#freeze();
    else this.#options.onFirstPredictions(this);
  }

  #freeze(): void {
    this.#awaitsFirst = false;
    const features = [...this.features.values()].filter(({ comesBy }) => comesBy !== 'histograms');
    const own = [...this.outputs.values()].filter(({ name }) => !traitsOf(name, true).hasOwnPace);
    this.reference = withProjection(this.#provisional(features, own), this.sample, this.#options.multivariate);
    this.#lookTogether();
  }

  /** Looks at all features together from now on, as the reference says or as was adopted. */
  #lookTogether(saved?: ReconstructionState, adopted = this.reconstruction?.schemas): void {
    const how = reconstructionIn(this.#options.multivariate && this.reference) ?? adopted;
    this.#fold.reconstruction = how && ReconstructionFold.of(how, this.#slots, saved);
    if (how === undefined) this.#slots.outputs.delete(RECONSTRUCTION_ERROR);
  }

  /** What comes as histograms, or comes late, has its own pace: it gets its bins when it has enough values. */
  #freezeAlone(slot: FeatureSlot): void {
    const isOutput = this.outputs.get(slot.name as Output) === slot;
    this.reference = isOutput ? this.#provisional([], [slot]) : this.#provisional([slot], []);
  }

  #provisional(features: readonly FeatureSlot[], outputs: readonly FeatureSlot[]): ReferenceProfiles {
    // An evaluation may be under way and hold the usual cells.
    const sinceStart = (): WindowView => this.sinceStart(new Float64Array(this.#slots.space.width));
    const before = this.reference ?? this.rows.frequenciesIn(sinceStart());
    const made = provisionalProfiles(features, outputs, sinceStart, this.#paneAt);
    chooseRowKeys(this.features.values());
    return { ...extended(before, made), name: this.version, embeddings: this.#embeddings.references };
  }

  /** Each embedding has its own pace. */
  #firstVectorsCame(): void {
    if (this.reference?.kind !== 'provisional') return;
    this.reference = { ...this.reference, embeddings: this.#embeddings.references };
  }

  readonly #paneAt = (timeMs: number): Pane => {
    const pane = this.rings.pane(timeMs) ?? this.rings.totals;
    this.#slots.space.widen(pane);
    return pane;
  };

  #cleared(): Float64Array {
    if (this.#scratch.length < this.#slots.space.width)
      this.#scratch = new Float64Array(Math.ceil(this.#slots.space.width * 1.125));
    else this.#scratch.fill(0);
    return this.#scratch;
  }
}
