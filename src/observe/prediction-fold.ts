/**
 * Takes the features and outputs of predictions to their slots: at once, or, where predictions of a message look alike,
 * together with those when the message ends.
 */
import type { RecordDecoder } from '../decode/index.js';
import type { AttributeLayout, Prediction } from '../interpret/index.js';
import type { FeatureSlot } from './feature-slot.js';
import type { FoldColumn, FoldRun, FoldRuns, RunOwner } from './fold-runs.js';
import type { Pane, PaneRings } from './pane-rings.js';
import type { ReconstructionFold } from './reconstruction-fold.js';
import type { RowHashes } from './row-hashes.js';
import { SubjectSlots } from './subject-slots.js';
import type { VersionSlots } from './version-slots.js';

/** Layouts of attributes whose columns are kept. */
const LAYOUTS_MAX = 16;

export class PredictionFold implements RunOwner {
  /** Of the message at hand, the one found last. */
  run: FoldRun | undefined;
  reconstruction: ReconstructionFold | undefined;
  /** Values of the prediction taken last that there is no room for. */
  excluded = 0;
  readonly bufferIsFull: (slot: FeatureSlot) => void;
  readonly rowHashes: RowHashes | undefined;
  readonly #slots: VersionSlots;
  readonly #subjects: SubjectSlots;
  readonly #columns = new Map<
    AttributeLayout,
    { readonly nested: AttributeLayout; readonly columns: readonly FoldColumn[] }
  >();
  readonly #entry = new Int32Array(1);
  #rows = new Int32Array(0);

  /** @param rowHashes absent: how often the same inputs come is not looked at */
  constructor(
    slots: VersionSlots,
    rings: PaneRings,
    bufferIsFull: (slot: FeatureSlot) => void,
    rowHashes: RowHashes | undefined,
  ) {
    this.#slots = slots;
    this.rowHashes = rowHashes;
    this.#subjects = new SubjectSlots(slots, rings);
    this.bufferIsFull = bufferIsFull;
  }

  /** Other panes may have been the first to need some cells. */
  widen(pane: Pane): void {
    this.#slots.space.widen(pane);
  }

  /**
   * @param rows of a columnar prediction, ascending; absent: all of it
   * @returns a slot that keeps as many values as it may, if there is one
   */
  take(
    prediction: Prediction,
    featureNames: readonly string[],
    pane: Pane,
    decoder: RecordDecoder,
    runs: FoldRuns,
    rows?: readonly number[],
  ): FeatureSlot | undefined {
    this.excluded = 0;
    // Rows of a column have values of their own; and an order of attributes that does not recur has nothing to wait for.
    const mayWait = !prediction.columnar && prediction.layout.recurs && prediction.nested.recurs;
    const run = mayWait ? runs.find(this, prediction, pane) : undefined;
    if (run !== undefined) {
      run.add(prediction);
      return undefined;
    }
    const subjects = this.#subjects;
    subjects.read(prediction, featureNames, pane);
    // A feature that there is no room for keeps predictions from being folded together.
    if (!mayWait || subjects.excluded > 0) return this.#foldNow(prediction, pane, decoder, rows);
    runs.open(this, prediction, pane, this.#columnsOf(prediction)).add(prediction);
    return undefined;
  }

  /** Where a layout's features stand; worked out once. */
  #columnsOf({ layout, nested, base, nestedBase }: Prediction): readonly FoldColumn[] {
    const known = this.#columns.get(layout);
    if (known?.nested === nested) return known.columns;
    const { slots, entries, count, flatCount, nestedCount } = this.#subjects;
    const columns: FoldColumn[] = [];
    for (let index = 0; index < count; index++) {
      const isNested = index >= flatCount && index < flatCount + nestedCount;
      const place = entries[index] - (isNested ? nestedBase : base);
      columns.push({ slot: slots[index], place, isNested, isFeature: index < flatCount + nestedCount });
    }
    if (this.#columns.size === LAYOUTS_MAX) this.#columns.clear();
    this.#columns.set(layout, { nested, columns });
    return columns;
  }

  /** @returns a slot that keeps as many values as it may, if there is one */
  #foldNow(
    prediction: Prediction,
    pane: Pane,
    decoder: RecordDecoder,
    rows: readonly number[] | undefined,
  ): FeatureSlot | undefined {
    const { slots, count, excluded, flatCount, nestedCount } = this.#subjects;
    const { reconstruction } = this;
    const hashes = flatCount + nestedCount > 0 ? this.rowHashes : undefined;
    const taken = rows?.length ?? prediction.rows;
    const isLookedAt = reconstruction?.begin(pane, taken) === true;
    hashes?.begin(taken);
    // What makes a row's key comes first: of all else only the rows that are looked at then are hashed.
    for (let index = 0; index < count; index++) {
      const isKey = index < flatCount + nestedCount && slots[index].isRowKey;
      if (isKey) this.#foldSubject(index, pane, prediction, decoder, rows, isLookedAt, hashes);
    }
    hashes?.select(pane);
    let full: FeatureSlot | undefined;
    for (let index = 0; index < count; index++) {
      const slot = slots[index];
      const isFeature = index < flatCount + nestedCount;
      if (!isFeature || !slot.isRowKey) {
        this.#foldSubject(index, pane, prediction, decoder, rows, isLookedAt, isFeature ? hashes : undefined);
      }
      if (slot.buffer !== undefined && slot.buffer.count === slot.buffer.max) full = slot;
    }
    hashes?.finish(pane);
    if (isLookedAt) reconstruction.end(pane, prediction.batch, prediction.weight, prediction.timeMs);
    this.excluded = excluded * prediction.weight * taken;
    return full;
  }

  #foldSubject(
    index: number,
    pane: Pane,
    prediction: Prediction,
    decoder: RecordDecoder,
    rows: readonly number[] | undefined,
    isLookedAt: boolean,
    hashes: RowHashes | undefined,
  ): void {
    const { batch, weight, timeMs, columnar } = prediction;
    const slot = this.#subjects.slots[index];
    const entry = this.#subjects.entries[index];
    if (columnar) {
      this.#foldColumn(slot, entry, pane, prediction, decoder, rows, isLookedAt, hashes);
      return;
    }
    this.#entry[0] = entry;
    slot.fold(pane, batch, this.#entry, 1, weight, timeMs);
    if (isLookedAt) this.reconstruction?.column(slot, batch, this.#entry, 1);
    hashes?.add(slot, batch, this.#entry, 1, 0);
  }

  /** Its rows are read a thousand at a time, as entries behind those of the message. */
  #foldColumn(
    slot: FeatureSlot,
    entry: number,
    pane: Pane,
    prediction: Prediction,
    decoder: RecordDecoder,
    rows: readonly number[] | undefined,
    isLookedAt: boolean,
    hashes: RowHashes | undefined,
  ): void {
    const { batch, weight, timeMs } = prediction;
    let folded = 0;
    let passed = 0;
    let next = 0;
    decoder.eachPart(batch, entry, (first, end) => {
      const read = end - first;
      if (this.#rows.length < read) this.#rows = new Int32Array(read);
      let count = 0;
      if (rows === undefined) for (; count < read; count++) this.#rows[count] = first + count;
      else {
        for (; next < rows.length && rows[next] < passed + read; next++)
          this.#rows[count++] = first + rows[next] - passed;
      }
      passed += read;
      slot.fold(pane, batch, this.#rows, count, weight, timeMs);
      if (isLookedAt) this.reconstruction?.column(slot, batch, this.#rows, count, folded);
      hashes?.add(slot, batch, this.#rows, count, folded);
      folded += count;
    });
  }
}
