/**
 * Everything observed of one model version: its feature and output slots, its window panes, and its running totals.
 */
import type { JoinedPair } from '../correlate/index.js';
import { type DecodedValue, type RecordDecoder, VALUE } from '../decode/index.js';
import { type FeatureHistogram, NO_ENTRY, type OutcomeCode, type Prediction } from '../interpret/index.js';
import type { Limit } from '../lib/limit.js';
import { BATCH_SIZE_BUCKETS, DELAY_BUCKETS_SECONDS, type Output, type Task } from '../registry/index.js';
import { FEATURE_CELL, FEATURE_CELLS, VERSION_CELL } from './cells.js';
import { BoundedCounts } from './bounded-counts.js';
import { CellSpace, type CellSpaceState } from './cell-space.js';
import { numericSchema } from './feature-schema.js';
import { FeatureSlot, type FeatureSlotState, type SlotOptions } from './feature-slot.js';
import { Histogram } from './histogram.js';
import { LatencyHistogram } from './latency-histogram.js';
import { type Pane, PaneRings, type PaneRingsState } from './pane-rings.js';
import { addJoinedPair, taskOf } from './performance-cells.js';
import { foldHistogram, isDueBefore } from './pre-aggregated.js';
import { Profile } from './profile.js';
import { freezeProvisional } from './provisional-reference.js';
import { bindSchemas, type ReferenceProfiles, rewrapped } from './reference-profiles.js';
import { WindowView } from './window-view.js';

export interface VersionOptions {
  readonly model: string;
  readonly version: string;
  readonly windowsMs: readonly number[];
  readonly provisionalSize: number;
  readonly maxFeatures: number;
  readonly maxCategories: number;
  readonly maxCells: number;
  readonly featureLimit: Limit;
  readonly task?: Task;
  readonly positive?: OutcomeCode;
  readonly reference?: ReferenceProfiles;
}

/** A version as plain data. */
export interface VersionState {
  readonly model: string;
  readonly version: string;
  readonly reference: ReferenceProfiles | undefined;
  readonly task: Task | undefined;
  readonly space: CellSpaceState;
  readonly rings: PaneRingsState;
  readonly features: readonly FeatureSlotState[];
  readonly outputs: readonly FeatureSlotState[];
  readonly histograms: readonly { readonly counts: Float64Array; readonly sum: number }[];
  readonly predictionsByRole: readonly (readonly [string, number])[];
  readonly errorsByType: readonly (readonly [string, number])[];
  readonly droppedAttributes: number;
  readonly overflowObservations: number;
  readonly lastTimeMs: number;
  readonly sinceStart: number;
}

/** Roles and error types that are told apart. */
const NAMES_MAX = 50;
const NO_VALUES = new Float64Array(0);

export class VersionObserver {
  readonly model: string;
  readonly version: string;
  readonly rings: PaneRings;
  readonly latency = new LatencyHistogram();
  readonly batchSizes = new Histogram(BATCH_SIZE_BUCKETS);
  readonly groundTruthDelay = new Histogram(DELAY_BUCKETS_SECONDS);
  readonly predictionsByRole = new BoundedCounts(NAMES_MAX);
  readonly errorsByType = new BoundedCounts(NAMES_MAX);
  readonly features = new Map<string, FeatureSlot>();
  readonly outputs = new Map<Output, FeatureSlot>();
  reference: ReferenceProfiles | undefined;
  task: Task | undefined;
  /** Its number with the correlator; below 0: there was no room; undefined: not asked yet. */
  correlatedAs: number | undefined;
  droppedAttributes = 0;
  /** Values of features that the limit keeps out. */
  overflowObservations = 0;
  lastTimeMs = 0;
  readonly #options: VersionOptions;
  readonly #space: CellSpace;
  readonly #slotOptions: SlotOptions;
  readonly #slotOfFeatureId: (FeatureSlot | null | undefined)[] = [];
  #valueSlot: FeatureSlot | undefined;
  #scoreSlot: FeatureSlot | undefined;
  #sinceStart = 0;
  /** The first predictions have not made the reference yet. */
  #awaitsFirst: boolean;
  #scratch = new Float64Array(0);

  constructor(options: VersionOptions) {
    this.model = options.model;
    this.version = options.version;
    this.#options = options;
    this.task = options.task;
    this.reference = options.reference;
    this.#awaitsFirst = options.reference === undefined;
    this.#space = new CellSpace(options.maxCells);
    this.rings = new PaneRings(options.windowsMs, this.#space);
    this.#slotOptions = {
      maxCategories: options.maxCategories,
      provisionalSize: options.reference === undefined ? options.provisionalSize : 0,
    };
    if (options.reference === undefined) return;
    for (const [name, profile] of options.reference.features) this.#slot(name)?.freeze(profile.schema);
    for (const [output, profile] of options.reference.outputs) this.#outputSlot(output)?.freeze(profile.schema);
  }

  /** @returns false when the event time is before the longest window; nothing is counted then. */
  observe(prediction: Prediction, featureNames: readonly string[], decoder: RecordDecoder): boolean {
    const { weight, rows } = prediction;
    const pane = this.rings.paneOf(prediction);
    if (pane === undefined) return false;
    const { featureId, featureEntry, featureCount, columnar } = prediction;
    for (let index = 0; index < featureCount; index++) {
      let slot = this.#slotOfFeatureId[featureId[index]];
      if (slot === undefined) slot = this.#slotOf(featureId[index], featureNames, pane);
      if (slot === null) {
        this.overflowObservations += weight * rows;
        continue;
      }
      const entry = featureEntry[index];
      if (columnar) this.#column(slot, pane, prediction, entry, decoder);
      else slot.addEntry(pane, prediction, entry);
    }
    if (prediction.valueEntry !== NO_ENTRY) {
      const slot = (this.#valueSlot ??= this.#newOutputSlot('value', pane));
      if (slot !== undefined) this.#output(slot, prediction.valueEntry, pane, prediction, decoder);
    }
    if (prediction.scoreEntry !== NO_ENTRY) {
      const slot = (this.#scoreSlot ??= this.#newOutputSlot('score', pane));
      if (slot !== undefined) this.#output(slot, prediction.scoreEntry, pane, prediction, decoder);
    }
    this.#count(pane, prediction);
    this.#sinceStart += rows;
    if (this.#awaitsFirst && this.#sinceStart >= this.#options.provisionalSize) this.#freeze();
    return true;
  }

  /** Takes in values that the service aggregated itself. @returns false when they are from before the longest window */
  observeHistogram(histogram: FeatureHistogram): boolean {
    const pane = this.rings.pane(histogram.timeMs);
    if (pane === undefined) return false;
    if (histogram.timeMs > this.lastTimeMs) this.lastTimeMs = histogram.timeMs;
    const slot = this.features.get(histogram.feature) ?? this.#newSlot(histogram.feature, pane);
    if (slot === undefined) {
      this.overflowObservations += histogram.count;
      return true;
    }
    slot.comesBy ??= 'histograms';
    const { buffer } = slot;
    const isAlone = slot.comesBy === 'histograms' || !this.#awaitsFirst;
    if (isAlone && buffer !== undefined && isDueBefore(buffer, histogram)) this.#freezeAlone(slot);
    this.#space.widen(pane);
    foldHistogram(slot, pane, histogram);
    if (isAlone && buffer !== undefined && buffer.count === buffer.max) this.#freezeAlone(slot);
    return true;
  }

  /** @returns false when the prediction has left the longest window. */
  observeJoined(pair: JoinedPair): boolean {
    this.task ??= taskOf(pair);
    this.groundTruthDelay.add(pair.delayMs / 1000, 1);
    const pane = this.rings.pane(pair.predictionTimeMs);
    if (pane === undefined) return false;
    addJoinedPair(pane.cells, pair, this.task, this.#options.positive);
    return true;
  }

  /** Merges a window into `cells`, which are all zero; without them, the view is valid until the next call. */
  window(index: number, cells = this.#cleared()): WindowView {
    this.rings.collect(index, cells);
    return new WindowView(this.rings.windowsMs[index], this.rings.windowStartMs(index), this.rings.endMs, cells);
  }

  /** Everything since the start, likewise. */
  sinceStart(cells = this.#cleared()): WindowView {
    this.rings.collectAll(cells);
    return new WindowView(Infinity, -Infinity, this.rings.endMs, cells);
  }

  /** A feature's profile in a window. One that has no bins (yet) has counts, moments and quantiles all the same. */
  profile(slot: FeatureSlot, view: WindowView, isOutput: boolean): Profile {
    const schema = slot.schema ?? numericSchema(slot.name, 'numeric', NO_VALUES, { shift: slot.shift });
    return new Profile(schema, view.cells, slot, view.expectedOf(slot, isOutput));
  }

  /** A frozen copy of a window, for another version to be compared against. */
  snapshotProfiles(index: number): Pick<ReferenceProfiles, 'features' | 'outputs'> {
    const frozen = this.window(index, new Float64Array(this.#space.width));
    const features = new Map<string, Profile>();
    const outputs = new Map<Output, Profile>();
    for (const [name, slot] of this.features) {
      if (slot.schema !== undefined) features.set(name, this.profile(slot, frozen, false));
    }
    for (const [name, slot] of this.outputs) {
      if (slot.schema !== undefined) outputs.set(name, this.profile(slot, frozen, true));
    }
    return { features, outputs };
  }

  save(): VersionState {
    const { latency, batchSizes, groundTruthDelay } = this;
    return {
      model: this.model,
      version: this.version,
      reference: this.reference,
      task: this.task,
      space: this.#space.save(),
      rings: this.rings.save(),
      features: [...this.features.values()].map((slot) => slot.save()),
      outputs: [...this.outputs.values()].map((slot) => slot.save()),
      histograms: [latency, batchSizes, groundTruthDelay].map(({ counts, sum }) => ({ counts, sum })),
      predictionsByRole: [...this.predictionsByRole.entries()],
      errorsByType: [...this.errorsByType.entries()],
      droppedAttributes: this.droppedAttributes,
      overflowObservations: this.overflowObservations,
      lastTimeMs: this.lastTimeMs,
      sinceStart: this.#sinceStart,
    };
  }

  /** Only on an observer that has just been made. */
  restore(state: VersionState): void {
    this.features.clear();
    this.outputs.clear();
    this.#space.restore(state.space);
    const slot = (saved: FeatureSlotState): FeatureSlot => {
      const made = new FeatureSlot(saved.name, saved.offset, this.#space, this.#slotOptions);
      made.restore(saved);
      return made;
    };
    for (const saved of state.features) this.features.set(saved.name, slot(saved));
    for (const saved of state.outputs) this.outputs.set(saved.name as Output, slot(saved));
    this.rings.restore(state.rings);
    this.reference ??= state.reference && rewrapped(state.reference);
    this.task ??= state.task;
    [this.latency, this.batchSizes, this.groundTruthDelay].forEach((histogram, index) => {
      histogram.counts.set(state.histograms[index].counts);
      histogram.sum = state.histograms[index].sum;
    });
    for (const [role, count] of state.predictionsByRole) this.predictionsByRole.add(role, count);
    for (const [type, count] of state.errorsByType) this.errorsByType.add(type, count);
    this.droppedAttributes = state.droppedAttributes;
    this.overflowObservations = state.overflowObservations;
    this.lastTimeMs = state.lastTimeMs;
    this.#sinceStart = state.sinceStart;
    this.#awaitsFirst &&= state.sinceStart < this.#options.provisionalSize;
    bindSchemas(this.reference?.features, this.features);
    bindSchemas(this.reference?.outputs, this.outputs);
  }

  #count(pane: Pane, prediction: Prediction): void {
    const { weight, rows, timeMs } = prediction;
    const total = weight * rows;
    const { cells } = pane;
    cells[VERSION_CELL.predictions] += total;
    cells[VERSION_CELL.squaredWeights] += weight * weight * rows;
    if (timeMs > this.lastTimeMs) this.lastTimeMs = timeMs;
    this.predictionsByRole.add(prediction.role, total);
    if (prediction.failed) {
      cells[VERSION_CELL.errors] += total;
      this.errorsByType.add(prediction.errorType, total);
    }
    this.droppedAttributes += prediction.droppedAttributes;
    if (prediction.columnar) this.batchSizes.add(rows, 1);
    const { durationNs } = prediction;
    if (durationNs === durationNs) {
      this.latency.add(durationNs / 1e9, weight, timeMs, prediction.batch.bytes, prediction.traceIdAt);
    }
  }

  #output(slot: FeatureSlot, entry: number, pane: Pane, prediction: Prediction, decoder: RecordDecoder): void {
    if (prediction.columnar) this.#column(slot, pane, prediction, entry, decoder);
    else slot.addEntry(pane, prediction, entry);
  }

  #column(slot: FeatureSlot, pane: Pane, prediction: Prediction, entry: number, decoder: RecordDecoder): void {
    const { batch, weight, timeMs } = prediction;
    const { type, start, end } = batch.attributes;
    if (type[entry] === VALUE.bytes) {
      for (let at = start[entry]; at < end[entry]; at += 8) {
        slot.add(pane, VALUE.double, batch.view.getFloat64(at, true), batch.view, 0, 0, weight, timeMs);
      }
      return;
    }
    decoder.eachElement(batch, entry, (value: DecodedValue) => {
      slot.add(pane, value.type, value.number, batch.view, value.start, value.end, weight, timeMs);
    });
  }

  #slotOf(featureId: number, featureNames: readonly string[], pane: Pane): FeatureSlot | null {
    const name = featureNames[featureId];
    const slot = this.features.get(name) ?? this.#newSlot(name, pane);
    if (slot?.comesBy === 'histograms') this.#baseline(slot, pane, false);
    if (slot !== undefined) slot.comesBy = 'predictions';
    this.#slotOfFeatureId[featureId] = slot ?? null;
    return slot ?? null;
  }

  #newSlot(name: string, pane: Pane): FeatureSlot | undefined {
    const slot = this.#slot(name);
    if (slot !== undefined) this.#baseline(slot, pane, false);
    return slot;
  }

  #slot(name: string): FeatureSlot | undefined {
    const limit = this.#options.featureLimit;
    if (this.features.size >= this.#options.maxFeatures) {
      limit.overflow++;
      return undefined;
    }
    const offset = this.#space.allocateHeader();
    if (offset < 0) {
      limit.overflow++;
      return undefined;
    }
    const slot = new FeatureSlot(name, offset, this.#space, this.#slotOptions);
    this.features.set(name, slot);
    limit.used = Math.max(limit.used, this.features.size);
    return slot;
  }

  #outputSlot(name: Output): FeatureSlot | undefined {
    const offset = this.#space.allocateHeader();
    if (offset < 0) return undefined;
    const slot = new FeatureSlot(name, offset, this.#space, this.#slotOptions);
    this.outputs.set(name, slot);
    return slot;
  }

  #newOutputSlot(name: Output, pane: Pane): FeatureSlot | undefined {
    const known = this.outputs.get(name);
    if (known !== undefined) return known;
    const slot = this.#outputSlot(name);
    if (slot !== undefined) this.#baseline(slot, pane, true);
    return slot;
  }

  /** Predictions from before a feature was first seen in one do not count as lacking it. */
  #baseline(slot: FeatureSlot, current: Pane, isOutput: boolean): void {
    for (const pane of [this.rings.totals, ...this.rings.panes(), current]) {
      this.#space.widen(pane);
      const { cells } = pane;
      const expected = cells[VERSION_CELL.predictions] - (isOutput ? cells[VERSION_CELL.errors] : 0);
      cells[slot.offset + FEATURE_CELL.base] = expected - cells[slot.offset + FEATURE_CELL.present];
    }
  }

  #freeze(): void {
    this.#awaitsFirst = false;
    // An evaluation may be under way and hold the usual cells.
    const all = this.sinceStart(new Float64Array(this.#space.width));
    const features = new Map(this.reference?.features);
    const outputs = new Map<Output, Profile>();
    for (const [name, slot] of this.features) {
      if (slot.comesBy === 'histograms') continue;
      const profile = this.#freezeSlot(slot, all, false);
      if (profile !== undefined) features.set(name, profile);
    }
    for (const [name, slot] of this.outputs) {
      const profile = this.#freezeSlot(slot, all, true);
      if (profile !== undefined) outputs.set(name, profile);
    }
    this.reference = { kind: 'provisional', name: this.version, hash: '', features, outputs };
  }

  /** What comes as histograms has its own pace: it gets its bins when it has enough values, whatever the others have. */
  #freezeAlone(slot: FeatureSlot): void {
    const profile = this.#freezeSlot(slot, this.sinceStart(new Float64Array(this.#space.width)), false);
    if (profile === undefined) return;
    const features = new Map(this.reference?.features).set(slot.name, profile);
    const outputs = this.reference?.outputs ?? new Map<Output, Profile>();
    this.reference = { kind: 'provisional', name: this.version, hash: '', features, outputs };
  }

  #freezeSlot(slot: FeatureSlot, all: WindowView, isOutput: boolean): Profile | undefined {
    const header = all.cells.slice(slot.offset, slot.offset + FEATURE_CELLS);
    return freezeProvisional(slot, header, all.expectedOf(slot, isOutput), (timeMs) => {
      const pane = this.rings.pane(timeMs) ?? this.rings.totals;
      this.#space.widen(pane);
      return pane.cells;
    });
  }

  #cleared(): Float64Array {
    if (this.#scratch.length < this.#space.width)
      this.#scratch = new Float64Array(Math.ceil(this.#space.width * 1.125));
    else this.#scratch.fill(0);
    return this.#scratch;
  }
}
