/**
 * Folds the values of one feature (or output) of one model version into the cells of a pane. This is the hot path: for a
 * value of a known feature it writes a handful of array elements and allocates nothing.
 */
import { BytesTable, NOT_FOUND, VALUE } from '../decode/index.js';
import type { Prediction } from '../interpret/index.js';
import { FEATURE_CELL } from './cells.js';
import type { CellSpace } from './cell-space.js';
import { binCount, type FeatureKind, type FeatureSchema, isNumeric } from './feature-schema.js';
import { BinFinder } from './bin-finder.js';
import { bucketOf, BUCKETS_PER_OCTAVE, highWord, OCTAVES, octaveOf } from './log-buckets.js';
import { ProvisionalBuffer, type ProvisionalBufferState } from './provisional-buffer.js';

const NO_PLACE = -1;

/** A pane, or anything else that holds cells. */
export interface CellHolder {
  cells: Float64Array;
}

/** A slot as plain data. */
export interface FeatureSlotState {
  readonly name: string;
  readonly offset: number;
  readonly binsOffset: number;
  readonly kind: FeatureKind | undefined;
  readonly schema: FeatureSchema | undefined;
  readonly pages: Int32Array;
  readonly shift: number;
  readonly buffer: ProvisionalBufferState | undefined;
  readonly categories: readonly string[] | undefined;
}

export interface SlotOptions {
  readonly maxCategories: number;
  /** Values to keep until the provisional reference is made; 0: the feature stays without bins. */
  readonly provisionalSize: number;
}

export class FeatureSlot {
  readonly name: string;
  readonly offset: number;
  binsOffset = NO_PLACE;
  kind: FeatureKind | undefined;
  schema: FeatureSchema | undefined;
  readonly pages = new Int32Array(OCTAVES).fill(NO_PLACE);
  buffer: ProvisionalBuffer | undefined;
  categories: BytesTable | undefined;
  readonly #space: CellSpace;
  readonly #options: SlotOptions;
  #finder: BinFinder | undefined;
  /** Taken from the schema, else from the first value; it never changes after that. */
  #shift = NaN;
  #min = 0;
  #max = 0;

  constructor(name: string, offset: number, space: CellSpace, options: SlotOptions) {
    this.name = name;
    this.offset = offset;
    this.#space = space;
    this.#options = options;
    if (options.provisionalSize > 0) this.buffer = new ProvisionalBuffer(options.provisionalSize);
  }

  /** Freezes the feature's bins; false where there is no room for them. */
  freeze(schema: FeatureSchema): boolean {
    this.buffer = undefined;
    const bins = this.#space.allocate(binCount(schema));
    if (bins < 0) return false;
    this.binsOffset = bins;
    this.#use(schema);
    return true;
  }

  #use(schema: FeatureSchema): void {
    this.schema = schema;
    this.kind = schema.kind;
    if (isNumeric(schema)) {
      this.#finder = new BinFinder(schema);
      this.#shift = schema.shift;
      this.#min = schema.min;
      this.#max = schema.upper.length === 0 ? NaN : schema.upper[schema.upper.length - 1];
    } else {
      this.categories = new BytesTable(schema.categories.length);
      for (const category of schema.categories) this.categories.internText(category);
    }
  }

  get shift(): number {
    return this.#shift === this.#shift ? this.#shift : 0;
  }

  /**
   * Adds one attribute of a prediction. The usual value, a finite number or a text of a feature whose bins are frozen, is
   * folded right here: a double that is passed to a function that V8 does not inline costs an allocation.
   */
  addEntry(pane: CellHolder, prediction: Prediction, entry: number): void {
    const { batch } = prediction;
    const { attributes } = batch;
    const type = attributes.type[entry];
    const { offset } = this;
    const finder = this.#finder;
    if ((type === VALUE.double || type === VALUE.int) && finder !== undefined && this.kind === 'numeric') {
      const x = attributes.number[entry];
      const high = highWord(x);
      const octave = octaveOf(high);
      const page = this.pages[octave];
      const { cells } = pane;
      if (x - x === 0 && page >= 0 && cells[offset + FEATURE_CELL.finite] > 0) {
        const { weight } = prediction;
        const centred = x - this.#shift;
        cells[offset + FEATURE_CELL.present] += weight;
        cells[offset + FEATURE_CELL.finite] += weight;
        cells[offset + FEATURE_CELL.sum] += weight * centred;
        cells[offset + FEATURE_CELL.squares] += weight * centred * centred;
        if (x < cells[offset + FEATURE_CELL.min]) cells[offset + FEATURE_CELL.min] = x;
        else if (x > cells[offset + FEATURE_CELL.max]) cells[offset + FEATURE_CELL.max] = x;
        cells[page + bucketOf(high, octave)] += weight;
        if (x < this.#min) cells[offset + FEATURE_CELL.below] += weight;
        else if (x <= this.#max) cells[this.binsOffset + finder.bin(x, high, octave)] += weight;
        else cells[offset + FEATURE_CELL.above] += weight;
        return;
      }
    } else if (type === VALUE.string && this.kind === 'categorical' && this.binsOffset >= 0) {
      const start = attributes.start[entry];
      const end = attributes.end[entry];
      if (end > start) {
        const { cells } = pane;
        const { weight } = prediction;
        const category = this.categories!.find(batch.view, start, end);
        cells[offset + FEATURE_CELL.present] += weight;
        cells[category === NOT_FOUND ? offset + FEATURE_CELL.unseen : this.binsOffset + category] += weight;
        return;
      }
    }
    const { number, start, end } = attributes;
    this.add(pane, type, number[entry], batch.view, start[entry], end[entry], prediction.weight, prediction.timeMs);
  }

  add(
    pane: CellHolder,
    type: number,
    number: number,
    view: DataView,
    start: number,
    end: number,
    weight: number,
    timeMs: number,
  ): void {
    const cells = pane.cells;
    const offset = this.offset;
    cells[offset + FEATURE_CELL.present] += weight;
    if (type === VALUE.double || type === VALUE.int) {
      if (number !== number) cells[offset + FEATURE_CELL.nan] += weight;
      else if (this.kind === 'numeric') this.#number(pane, number, weight, timeMs);
      else if (this.kind === undefined) {
        this.kind = 'numeric';
        this.#number(pane, number, weight, timeMs);
      } else cells[offset + FEATURE_CELL.typeMismatch] += weight;
    } else if (type === VALUE.string) {
      if (end === start) cells[offset + FEATURE_CELL.empty] += weight;
      else if (this.kind === 'categorical') this.#category(pane, view, start, end, weight, timeMs);
      else if (this.kind === 'text') this.#number(pane, end - start, weight, timeMs);
      else if (this.kind === undefined) {
        this.kind = 'categorical';
        this.categories = new BytesTable(this.#options.maxCategories);
        this.#category(pane, view, start, end, weight, timeMs);
      } else cells[offset + FEATURE_CELL.typeMismatch] += weight;
    } else if (type === VALUE.bool) {
      if (this.kind === 'boolean' || this.kind === undefined) {
        this.kind = 'boolean';
        if (this.binsOffset >= 0) cells[this.binsOffset + number] += weight;
        else this.buffer?.add(timeMs, weight, number, 0);
      } else cells[offset + FEATURE_CELL.typeMismatch] += weight;
    } else if (type === VALUE.empty) cells[offset + FEATURE_CELL.empty] += weight;
    else cells[offset + FEATURE_CELL.typeMismatch] += weight;
  }

  #number(pane: CellHolder, x: number, weight: number, timeMs: number): void {
    let cells = pane.cells;
    const offset = this.offset;
    const finder = this.#finder;
    if (x - x !== 0) {
      cells[offset + FEATURE_CELL.infinite] += weight;
      if (finder !== undefined) cells[offset + (x > 0 ? FEATURE_CELL.above : FEATURE_CELL.below)] += weight;
      return;
    }
    const before = cells[offset + FEATURE_CELL.finite];
    if (this.#shift !== this.#shift) this.#shift = x;
    cells[offset + FEATURE_CELL.finite] = before + weight;
    if (before === 0) {
      cells[offset + FEATURE_CELL.min] = x;
      cells[offset + FEATURE_CELL.max] = x;
    } else {
      if (x < cells[offset + FEATURE_CELL.min]) cells[offset + FEATURE_CELL.min] = x;
      if (x > cells[offset + FEATURE_CELL.max]) cells[offset + FEATURE_CELL.max] = x;
    }
    const centred = x - this.#shift;
    cells[offset + FEATURE_CELL.sum] += weight * centred;
    cells[offset + FEATURE_CELL.squares] += weight * centred * centred;
    const high = highWord(x);
    const octave = octaveOf(high);
    let page = this.pages[octave];
    if (page < 0) {
      page = this.#page(octave);
      if (page >= 0) this.#space.widen(pane);
      cells = pane.cells;
    }
    if (page >= 0) cells[page + bucketOf(high, octave)] += weight;
    if (finder !== undefined) {
      if (x < this.#min) cells[offset + FEATURE_CELL.below] += weight;
      else if (x <= this.#max) cells[this.binsOffset + finder.bin(x, high, octave)] += weight;
      else cells[offset + FEATURE_CELL.above] += weight;
    } else this.buffer?.add(timeMs, weight, x, 0);
  }

  #category(pane: CellHolder, view: DataView, start: number, end: number, weight: number, timeMs: number): void {
    const categories = this.categories!;
    if (this.binsOffset >= 0) {
      const category = categories.find(view, start, end);
      if (category !== NOT_FOUND) pane.cells[this.binsOffset + category] += weight;
      else pane.cells[this.offset + FEATURE_CELL.unseen] += weight;
    } else this.buffer?.add(timeMs, weight, categories.intern(view, start, end), end - start);
  }

  #bin(value: number): number {
    const high = highWord(value);
    return this.#finder!.bin(value, high, octaveOf(high));
  }

  #page(octave: number): number {
    const page = this.#space.allocate(BUCKETS_PER_OCTAVE);
    this.pages[octave] = page;
    return page;
  }

  save(): FeatureSlotState {
    const { name, offset, binsOffset, kind, schema, pages, buffer, categories } = this;
    const texts =
      categories === undefined ? undefined : Array.from({ length: categories.size }, (_, id) => categories.text(id));
    return {
      name,
      offset,
      binsOffset,
      kind,
      schema,
      pages,
      shift: this.#shift,
      buffer: buffer?.save(),
      categories: texts,
    };
  }

  /** Only on a slot that has just been made. */
  restore(state: FeatureSlotState): void {
    this.binsOffset = state.binsOffset;
    this.kind = state.kind;
    this.pages.set(state.pages);
    this.buffer?.restore(state.buffer);
    if (state.buffer === undefined) this.buffer = undefined;
    if (state.schema === undefined) {
      if (state.categories !== undefined) {
        this.categories = new BytesTable(this.#options.maxCategories);
        for (const category of state.categories) this.categories.internText(category);
      }
    } else this.#use(state.schema);
    this.#shift = state.shift;
  }

  /** Counts one value that had been kept back into the bins. */
  replay(cells: Float64Array, value: number, weight: number): void {
    const { schema, offset } = this;
    if (schema === undefined) return;
    if (!isNumeric(schema)) {
      if (value >= 0 && value < schema.categories.length) cells[this.binsOffset + value] += weight;
      else cells[offset + FEATURE_CELL.other] += weight;
    } else if (value < this.#min) cells[offset + FEATURE_CELL.below] += weight;
    else if (value <= this.#max) cells[this.binsOffset + this.#bin(value)] += weight;
    else cells[offset + FEATURE_CELL.above] += weight;
  }
}
