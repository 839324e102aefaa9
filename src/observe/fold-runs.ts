/**
 * Predictions of one message that look alike (one version, one layout of attributes, one pane, one weight), folded
 * together feature by feature: a feature's bounds, tables and cells are then in the processor's nearest cache for all its
 * values, and what is the same for all of them is read once. Nothing is held between messages.
 * Memory: sixteen bytes a prediction, of at most `ROWS_MAX` predictions in each of `RUNS_MAX` runs.
 */
import type { RecordBatch } from '../decode/index.js';
import type { Prediction } from '../interpret/index.js';
import type { FeatureSlot } from './feature-slot.js';
import type { Pane } from './pane-rings.js';
import type { ReconstructionFold } from './reconstruction-fold.js';
import type { RowHashes } from './row-hashes.js';

const ROWS_MAX = 1024;
const RUNS_MAX = 256;

/** Whose predictions they are: of one version. */
export interface RunOwner {
  /** Found last. */
  run: FoldRun | undefined;
  /** Absent: its features are not looked at together. */
  readonly reconstruction: ReconstructionFold | undefined;
  /** Absent: how often the same inputs come is not looked at. */
  readonly rowHashes: RowHashes | undefined;
  /** Makes the pane wide enough for all cells that there are by now. */
  widen(pane: Pane): void;
  /** The slot keeps as many values as it may. */
  bufferIsFull(slot: FeatureSlot): void;
}

/** Where a feature's values stand in each row. */
export interface FoldColumn {
  readonly slot: FeatureSlot;
  /** Counted from the row's first attribute, or from its first entry of `ml.features`. */
  readonly place: number;
  readonly isNested: boolean;
  readonly isFeature: boolean;
}

export class FoldRun {
  readonly #columns: readonly FoldColumn[];
  readonly #features: readonly FoldColumn[];
  readonly #owner: RunOwner;
  readonly #pane: Pane;
  readonly #batch: RecordBatch;
  readonly #layout: Prediction['layout'];
  readonly #nested: Prediction['nested'];
  readonly #weight: number;
  readonly #rows: RowPlaces;

  constructor(owner: RunOwner, prediction: Prediction, pane: Pane, columns: readonly FoldColumn[], rows: RowPlaces) {
    this.#columns = columns;
    this.#features = columns.filter(({ isFeature }) => isFeature);
    this.#owner = owner;
    this.#pane = pane;
    this.#batch = prediction.batch;
    this.#layout = prediction.layout;
    this.#nested = prediction.nested;
    this.#weight = prediction.weight;
    this.#rows = rows;
  }

  takes(owner: RunOwner, prediction: Prediction, pane: Pane): boolean {
    return (
      owner === this.#owner &&
      prediction.layout === this.#layout &&
      prediction.nested === this.#nested &&
      pane === this.#pane &&
      prediction.weight === this.#weight
    );
  }

  add(prediction: Prediction): void {
    if (this.#rows.count === ROWS_MAX) this.fold();
    this.#rows.add(prediction);
  }

  fold(): void {
    const { flat, nested, entries, timesMs, count } = this.#rows;
    const [pane, batch, weight] = [this.#pane, this.#batch, this.#weight];
    this.#owner.widen(pane);
    const { reconstruction } = this.#owner;
    const isLookedAt = reconstruction?.begin(pane, count) === true;
    for (const { slot, place, isNested } of this.#columns) {
      const bases = isNested ? nested : flat;
      if (slot.readsTimes) {
        for (let row = 0; row < count; row++) slot.addEntry(pane, batch, bases[row] + place, weight, timesMs[row]);
        continue;
      }
      for (let row = 0; row < count; row++) entries[row] = bases[row] + place;
      slot.fold(pane, batch, entries, count, weight, timesMs[0]);
      if (isLookedAt) reconstruction.column(slot, batch, entries, count);
    }
    if (isLookedAt) reconstruction.end(pane, batch, weight, timesMs[0]);
    if (this.#owner.rowHashes !== undefined) this.#hash(this.#owner.rowHashes);
    this.#rows.count = 0;
  }

  #hash(hashes: RowHashes): void {
    const { flat, nested, entries, count } = this.#rows;
    const features = this.#features;
    if (features.length === 0) return;
    hashes.begin(count);
    for (const { slot, place, isNested } of features) {
      if (!slot.isRowKey) continue;
      const bases = isNested ? nested : flat;
      for (let row = 0; row < count; row++) entries[row] = bases[row] + place;
      hashes.addToKeys(slot, this.#batch, entries, count, 0);
    }
    if (hashes.select(this.#pane)) {
      for (const { slot, place, isNested } of features) {
        if (!slot.isRowKey) hashes.addAll(slot, this.#batch, isNested ? nested : flat, place);
      }
    }
    hashes.finish(this.#pane);
  }

  /** What could not be binned was kept, and may be enough for bins now. */
  close(): void {
    this.#owner.run = undefined;
    for (const { slot } of this.#columns) {
      if (slot.buffer !== undefined && slot.buffer.count === slot.buffer.max) this.#owner.bufferIsFull(slot);
    }
  }
}

/** Of the rows of a run, the entry of the first attribute and that of the first nested one, and their times. */
class RowPlaces {
  flat = new Int32Array(16);
  nested = new Int32Array(16);
  entries = new Int32Array(16);
  timesMs = new Float64Array(16);
  count = 0;

  add({ base, nestedBase, timeMs }: Prediction): void {
    if (this.count === this.flat.length) this.#grow();
    this.flat[this.count] = base;
    this.nested[this.count] = nestedBase;
    this.timesMs[this.count++] = timeMs;
  }

  #grow(): void {
    const timesMs = new Float64Array(this.timesMs.length * 4);
    timesMs.set(this.timesMs);
    this.timesMs = timesMs;
    const extended = (from: Int32Array): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(from.length * 4);
      to.set(from);
      return to;
    };
    this.flat = extended(this.flat);
    this.nested = extended(this.nested);
    this.entries = extended(this.entries);
  }
}

export class FoldRuns {
  readonly #runs: FoldRun[] = [];
  readonly #rows: RowPlaces[] = [];

  /** The version's run that this prediction belongs to: nearly always the one that it was asked for last. */
  find(owner: RunOwner, prediction: Prediction, pane: Pane): FoldRun | undefined {
    const { run } = owner;
    if (run?.takes(owner, prediction, pane) === true) return run;
    for (let index = this.#runs.length - 1; index >= 0; index--) {
      if (!this.#runs[index].takes(owner, prediction, pane)) continue;
      owner.run = this.#runs[index];
      return owner.run;
    }
    return undefined;
  }

  /** A run for predictions like this one. */
  open(owner: RunOwner, prediction: Prediction, pane: Pane, columns: readonly FoldColumn[]): FoldRun {
    if (this.#runs.length === RUNS_MAX) this.flush();
    const rows = (this.#rows[this.#runs.length] ??= new RowPlaces());
    owner.run = new FoldRun(owner, prediction, pane, columns, rows);
    this.#runs.push(owner.run);
    return owner.run;
  }

  /** Folds everything that waits. Due when a message ends, and before a pane leaves its window. */
  flush(): void {
    for (const run of this.#runs) run.fold();
    for (const run of this.#runs.splice(0)) run.close();
  }
}
