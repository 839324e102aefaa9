/**
 * The segments of one model version, by definition. Each is observed as a version is, with the version's own bins, so that
 * segments add up to it; what was kept before the version had bins is counted into them when they are there.
 *
 * A segment differs from the population by nature: held against the version's reference it would drift for ever. It is
 * compared with its own first predictions, as many as make a provisional reference. What is wrong with a segment from its
 * first prediction on shows in the version's drift, and not in the segment's.
 */
import type { JoinedPair } from '../correlate/index.js';
import type { RecordDecoder } from '../decode/index.js';
import type { Prediction } from '../interpret/index.js';
import type { Limit } from '../lib/limit.js';
import type { Output } from '../registry/index.js';
import type { FoldRuns } from './fold-runs.js';
import { traitsOf } from './output-traits.js';
import { type Segment, type SegmentDefinition, SegmentGroup, UNMARKED } from './segment-group.js';
import type { VersionObserver } from './version-observer.js';
import type { SegmentState } from './version-state.js';

export interface SegmentsOptions {
  readonly definitions: readonly SegmentDefinition[];
  readonly limit: Limit;
  /** Predictions that make a segment's reference. */
  readonly referenceSize: number;
  /** It observes for another one, which makes the references and may know values that this one does not. */
  readonly gathersOnly: boolean;
  /** @param onFull called when the observer has kept enough values for bins, which it does not make itself */
  readonly create: (onFull: () => void) => VersionObserver;
}

export class Segments {
  readonly #options: SegmentsOptions;
  readonly #version: VersionObserver;
  readonly #groups: readonly SegmentGroup[];
  /** Bins of the version may be there that some segments do not have yet. */
  #isUnsettled = true;

  constructor(version: VersionObserver, options: SegmentsOptions) {
    this.#version = version;
    this.#options = options;
    this.#groups = options.definitions.map(
      (definition) => new SegmentGroup(definition, options.limit, () => this.#create()),
    );
  }

  *all(): Iterable<Segment> {
    for (const { segments } of this.#groups) yield* segments.values();
  }

  observe(prediction: Prediction, featureNames: readonly string[], decoder: RecordDecoder, runs: FoldRuns): void {
    this.#settleIfDue(runs);
    for (const group of this.#groups) {
      if (group.isDue) {
        runs.flush();
        group.review();
      }
      if (prediction.columnar && group.isColumn(prediction)) {
        for (const [segment, rows] of group.findRows(prediction, decoder)) {
          this.#advance(segment);
          segment.observer.observe(prediction, featureNames, decoder, runs, rows);
          this.#complete(segment, runs);
        }
        continue;
      }
      const segment = group.find(prediction);
      this.#advance(segment);
      segment.observer.observe(prediction, featureNames, decoder, runs);
      if (segment.observer.reference === undefined) this.#complete(segment, runs);
    }
  }

  /** Writes what a prediction's segments are known by into `marks`, one number for each definition. */
  mark(prediction: Prediction, marks: Int32Array, runs: FoldRuns): void {
    this.#settleIfDue(runs);
    for (let at = 0; at < this.#groups.length; at++) marks[at] = this.#groups[at].markOf(prediction);
  }

  /** The same of the rows of a columnar prediction: by definition, then by row. */
  marksOf(prediction: Prediction, decoder: RecordDecoder): readonly Int32Array[] {
    return this.#groups.map((group) => group.marksOf(prediction, decoder));
  }

  /** Takes in a pair that the version has taken in, in each segment that its prediction was in. */
  observeJoined(pair: JoinedPair): void {
    for (let at = 0; at < this.#groups.length; at++) {
      const mark = pair.segments[at];
      if (mark === UNMARKED) continue;
      const segment = this.#groups[at].marked(mark, this.#options.gathersOnly);
      this.#advance(segment);
      segment.observer.task ??= this.#version.task;
      segment.observer.observeJoined(pair);
    }
  }

  /** Brings all segments to the version's time and bins, before they are read. */
  refresh(): void {
    for (const group of this.#groups) group.mergeStrangers();
    this.bringUp();
    for (const segment of this.all()) this.#completeLate(segment);
  }

  bringUp(): void {
    for (const segment of this.all()) this.#advance(segment);
    if (!this.#version.awaitsFirst) this.#settle();
  }

  save(): readonly SegmentState[] {
    this.refresh();
    return [...this.all()].map(({ name, value, observer }) => ({ name, value, state: observer.save() }));
  }

  /** Only before anything was observed. */
  restore(saved: readonly SegmentState[]): void {
    for (const { name, value, state } of saved) {
      const group = this.#groupOf(name);
      if (group === undefined) continue;
      const segment = group.named(value, state.sinceStart);
      if (segment.value === value) segment.observer.restore(state);
      else segment.observer.absorb(state);
      segment.seen += segment.value === value ? state.sinceStart : 0;
    }
  }

  take(): readonly SegmentState[] {
    return this.#groups.flatMap(({ segments, strangers }) => {
      const all = [...segments.values(), ...strangers.values()];
      strangers.clear();
      return all.flatMap(({ name, value, hash, observer }) => {
        const state = observer.take();
        return state === undefined ? [] : [{ name, value, stranger: value === '' ? hash : undefined, state }];
      });
    });
  }

  absorb(taken: readonly SegmentState[]): void {
    if (taken.length === 0) return;
    this.bringUp();
    for (const { name, value, stranger, state } of taken) {
      const group = this.#groupOf(name);
      if (group === undefined) continue;
      const segment = stranger === undefined ? group.named(value, state.sinceStart) : group.marked(stranger, true);
      this.#advance(segment);
      segment.observer.absorb(state);
      if (segment.value === value) group.count(segment, state.sinceStart);
      this.#complete(segment);
    }
    for (const group of this.#groups) if (group.isDue) group.review();
  }

  #groupOf(name: string): SegmentGroup | undefined {
    return this.#groups.find(({ definition }) => definition.name === name);
  }

  #create(): VersionObserver {
    const observer = this.#options.create(() => (this.#isUnsettled = true));
    if (!this.#version.awaitsFirst) observer.adopt(this.#version.schemas);
    return observer;
  }

  #advance({ observer }: Segment): void {
    const { endMs } = this.#version.rings;
    if (observer.rings.endMs !== endMs) observer.rings.advance(endMs);
  }

  /** Makes the segment's reference when enough predictions of it have come. */
  #complete({ observer, seen }: Segment, runs?: FoldRuns): void {
    const { referenceSize, gathersOnly } = this.#options;
    if (observer.reference !== undefined || seen < referenceSize || gathersOnly || this.#version.awaitsFirst) return;
    runs?.flush();
    const { features, outputs } = observer.snapshotProfiles();
    const atOnce = [...outputs].filter(([name]) => !traitsOf(name, true).hasOwnPace);
    observer.reference = { kind: 'provisional', name: observer.version, hash: '', features, outputs: new Map(atOnce) };
  }

  /** Adds outputs that have a pace of their own to the segment's reference, when enough of them have come. */
  #completeLate({ observer }: Segment): void {
    const { reference } = observer;
    const isLate = (name: Output): boolean => traitsOf(name, true).hasOwnPace && !reference!.outputs.has(name);
    if (reference === undefined || ![...observer.outputs.keys()].some(isLate)) return;
    const enough = [...observer.snapshotProfiles().outputs].filter(
      ([name, { present }]) => isLate(name) && present >= this.#options.referenceSize,
    );
    observer.reference = { ...reference, outputs: new Map([...reference.outputs, ...enough]) };
  }

  #settleIfDue(runs: FoldRuns): void {
    if (!this.#isUnsettled || this.#version.awaitsFirst) return;
    runs.flush();
    this.#settle();
  }

  /** No prediction may wait to be folded. */
  #settle(): void {
    this.#isUnsettled = false;
    const { schemas } = this.#version;
    const count = schemas.features.length + schemas.outputs.length;
    for (const segment of this.all()) {
      if (segment.binned === count) continue;
      segment.binned = count;
      const { observer } = segment;
      const kept = observer.take();
      observer.adopt(schemas);
      if (kept !== undefined) observer.absorb(kept);
    }
    // Merged when they are in bins: those add, kept values may be too many.
    for (const group of this.#groups) group.divide(schemas.features);
  }
}
