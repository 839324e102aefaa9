/**
 * One feature (or output) of one model version: what kind of values it has, where their cells are, and how one value of any
 * kind is folded into the cells of a pane. The usual values of frozen bins are folded by `fold-values.ts`.
 */
import { BytesTable, NOT_FOUND, type RecordBatch, VALUE } from '../decode/index.js';
import type { FeatureKind } from '../registry/index.js';
import { FEATURE_CELL } from './cells.js';
import type { CellHolder, CellSpace } from './cell-space.js';
import { addHash, hashString, hashText, registersOf } from './distinct-sketch.js';
import { binCount, type FeatureSchema, isNumeric } from './feature-schema.js';
import { BOUND, foldFlags, foldNumbers, foldTexts, SHIFT_BITS, SHIFT_MASK } from './fold-values.js';
import { layBins } from './lay-bins.js';
import { bucketOf, BUCKETS_PER_OCTAVE, highWord, OCTAVES, octaveOf } from './log-buckets.js';
import { type Derived, derivedOf } from './derived-features.js';
import { foldLengths, foldTime } from './fold-derived.js';
import { writeCode } from './integer-code.js';
import { type KeptText, ProvisionalBuffer } from './provisional-buffer.js';
import type { ComesBy, FeatureSlotState } from './slot-state.js';
import { measured, measureText } from './text-measure.js';
import { timeOfNumber, timeOfText } from './timestamp.js';

const NO_PLACE = -1;
/** A longer text is no category. */
const CATEGORY_BYTES_MAX = 256;

export interface SlotOptions {
  /** Categories with a bin of their own where the first values make the bins. */
  readonly maxCategories: number;
  /** Values to keep until the provisional reference is made; 0: the feature stays without bins. */
  readonly provisionalSize: number;
  /** Gives the slot of what is derived from a feature; undefined: there is no room for it. Absent: nothing is derived. */
  readonly derive?: (base: string, derived: Derived) => FeatureSlot | undefined;
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
  told = 0;
  /** Where the sketch of the different texts that have no bin of their own is; NO_PLACE: there were none yet. */
  distinctOffset = NO_PLACE;
  comesBy: ComesBy;
  /** The feature that it is derived from; undefined: it comes by itself. */
  of: string | undefined;
  /** What is derived from it, in the order of `DERIVED`. */
  derived: readonly (FeatureSlot | undefined)[] = [];
  /** Its kind is configured: whole numbers are categories where it says so, and texts are nothing else. */
  isForced = false;
  readonly space: CellSpace;
  readonly #options: SlotOptions;
  /** What tells its values from those of another one where all of a row are hashed. */
  readonly nameHash: number;
  /** Whether it is in the key of a row. */
  isRowKey = true;
  /** Where the slot's part of the space's `lookup` and `bounds` begins; NO_PLACE: it has no numeric bins. */
  lookupAt = NO_PLACE;
  boundsAt = NO_PLACE;
  /** The sketch's registers in the cells that were written last. */
  #registers: Uint8Array | undefined;
  #registersOf: Float64Array | undefined;
  /** Taken from the schema, else from the first value; it never changes after that. */
  #shift = NaN;

  constructor(name: string, offset: number, space: CellSpace, options: SlotOptions) {
    this.name = name;
    this.nameHash = hashString(name) | 1;
    this.offset = offset;
    this.space = space;
    this.#options = options;
    if (options.provisionalSize > 0) this.buffer = new ProvisionalBuffer(options.provisionalSize);
  }

  /** Freezes the feature's bins; false where there is no room for them. */
  freeze(schema: FeatureSchema): boolean {
    this.buffer = undefined;
    const bins = this.space.allocate(binCount(schema));
    if (bins < 0) return false;
    this.binsOffset = bins;
    this.#use(schema);
    return true;
  }

  #use(schema: FeatureSchema): void {
    this.schema = schema;
    this.of = schema.of;
    this.kind = schema.kind;
    this.findDerived();
    if (isNumeric(schema)) {
      this.#shift = schema.shift;
      this.categories = undefined;
      if (schema.upper.length > 0) {
        const { boundsAt, lookupAt } = layBins(this.space, schema, this.pages);
        this.boundsAt = boundsAt;
        this.lookupAt = lookupAt;
      }
    } else {
      this.told = binCount(schema);
      this.categories = new BytesTable(schema.categories.length);
      for (const category of schema.categories) this.categories.internText(category);
    }
  }

  /** Where its kind has just become known, or a state has been restored. */
  findDerived(): void {
    const { derive } = this.#options;
    if (derive === undefined || this.kind === undefined) return;
    this.derived = derivedOf(this.kind).map((derived) => derive(this.name, derived));
  }

  /** What a value's time is read for: bins that are not made yet, or ages. Values of one pane have times of their own. */
  get readsTimes(): boolean {
    return this.schema === undefined || this.kind === 'timestamp';
  }

  get hasShift(): boolean {
    return this.#shift === this.#shift;
  }

  get shift(): number {
    return this.#shift === this.#shift ? this.#shift : 0;
  }

  /**
   * Adds attributes of predictions that have one pane and one weight.
   * @param timeMs of one of them; only read where values are kept for a provisional reference
   */
  fold(pane: CellHolder, batch: RecordBatch, entries: Int32Array, count: number, weight: number, timeMs: number): void {
    if (this.lookupAt >= 0 && this.kind === 'numeric') foldNumbers(this, pane, batch, entries, count, weight, timeMs);
    else if (this.kind === 'categorical' && this.binsOffset >= 0) {
      foldTexts(this, pane, batch, entries, count, weight, timeMs);
    } else if (this.kind === 'boolean' && this.binsOffset >= 0) {
      foldFlags(this, pane, batch, entries, count, weight, timeMs);
    } else for (let at = 0; at < count; at++) this.addEntry(pane, batch, entries[at], weight, timeMs);
  }

  addEntry(pane: CellHolder, batch: RecordBatch, entry: number, weight: number, timeMs: number): void {
    const { type, number, start, end } = batch.attributes;
    this.add(pane, type[entry], number[entry], batch.view, start[entry], end[entry], weight, timeMs);
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
      else if (this.kind === 'numeric') this.addNumber(pane, number, weight, timeMs);
      else if (this.kind === undefined) {
        this.kind = 'numeric';
        this.addNumber(pane, number, weight, timeMs);
      } else if (this.kind === 'timestamp') foldTime(this, pane, timeOfNumber(number), weight, timeMs);
      else if (this.isForced && this.kind === 'categorical' && Number.isSafeInteger(number)) {
        const code = writeCode(number);
        this.#category(pane, code.view, code.start, code.end, weight, timeMs);
      } else cells[offset + FEATURE_CELL.typeMismatch] += weight;
    } else if (type === VALUE.string) {
      if (end === start) cells[offset + FEATURE_CELL.empty] += weight;
      else if (this.kind === 'categorical') this.#category(pane, view, start, end, weight, timeMs);
      else if (this.kind === 'text') this.#text(pane, view, start, end, weight, timeMs);
      else if (this.kind === 'timestamp') foldTime(this, pane, timeOfText(view, start, end), weight, timeMs);
      else if (this.kind === undefined) {
        this.startKind('categorical');
        this.#category(pane, view, start, end, weight, timeMs);
      } else cells[offset + FEATURE_CELL.typeMismatch] += weight;
    } else if (type === VALUE.bool) {
      if (this.kind === 'boolean' || this.kind === undefined) {
        this.kind = 'boolean';
        if (this.binsOffset >= 0) cells[this.binsOffset + number] += weight;
        else this.buffer?.add(timeMs, weight, number);
      } else cells[offset + FEATURE_CELL.typeMismatch] += weight;
    } else if (type === VALUE.empty) cells[offset + FEATURE_CELL.empty] += weight;
    else cells[offset + FEATURE_CELL.typeMismatch] += weight;
  }

  /** A number that has been counted as present. */
  addNumber(pane: CellHolder, x: number, weight: number, timeMs: number): void {
    let cells = pane.cells;
    const offset = this.offset;
    const isBinned = this.lookupAt >= 0;
    if (x - x !== 0) {
      cells[offset + FEATURE_CELL.infinite] += weight;
      if (isBinned) cells[offset + (x > 0 ? FEATURE_CELL.above : FEATURE_CELL.below)] += weight;
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
      if (page >= 0) this.space.widen(pane);
      cells = pane.cells;
    }
    if (page >= 0) cells[page + bucketOf(high, octave)] += weight;
    if (isBinned) this.#bin(cells, x, weight);
    else this.buffer?.add(timeMs, weight, x);
  }

  #bin(cells: Float64Array, x: number, weight: number): void {
    const { lookup, bounds } = this.space;
    const first = this.boundsAt;
    if (x < bounds[first + BOUND.min]) cells[this.offset + FEATURE_CELL.below] += weight;
    else if (!(x <= bounds[first + BOUND.max])) cells[this.offset + FEATURE_CELL.above] += weight;
    else {
      const high = highWord(x);
      const table = lookup[this.lookupAt + octaveOf(high) * 2 + 1];
      let bin = lookup[(table >>> SHIFT_BITS) + (((high >>> 12) & 255) >>> (table & SHIFT_MASK))];
      while (x > bounds[first + BOUND.upper + bin]) bin++;
      cells[this.binsOffset + bin] += weight;
    }
  }

  #category(pane: CellHolder, view: DataView, start: number, end: number, weight: number, timeMs: number): void {
    const categories = this.categories!;
    if (this.binsOffset >= 0) {
      const category = categories.find(view, start, end);
      if (category !== NOT_FOUND && category < this.told) pane.cells[this.binsOffset + category] += weight;
      else this.addRare(pane, category, view, start, end, weight);
      return;
    }
    const { buffer } = this;
    const isKept = buffer !== undefined && end - start <= CATEGORY_BYTES_MAX;
    const category = isKept ? categories.intern(view, start, end) : NOT_FOUND;
    if (category === NOT_FOUND) this.addDistinct(pane, hashText(view, start, end));
    if (buffer === undefined || buffer.count === buffer.max) return;
    measureText(view, start, end);
    buffer.add(timeMs, weight, category, { length: end - start, ...measured, time: timeOfText(view, start, end) });
  }

  addRare(pane: CellHolder, category: number, view: DataView, start: number, end: number, weight: number): void {
    pane.cells[this.offset + (category === NOT_FOUND ? FEATURE_CELL.unseen : FEATURE_CELL.other)] += weight;
    this.addDistinct(pane, hashText(view, start, end));
  }

  #text(pane: CellHolder, view: DataView, start: number, end: number, weight: number, timeMs: number): void {
    measureText(view, start, end);
    foldLengths(this, pane, end - start, measured.words, measured.nonAsciiShare, weight, timeMs);
    this.addDistinct(pane, hashText(view, start, end));
  }

  /** A text that has no bin of its own, among the different ones. */
  addDistinct(pane: CellHolder, hash: number): void {
    if (this.#registersOf !== pane.cells) {
      if (!this.hasSketch(pane)) return;
      this.#registersOf = pane.cells;
      this.#registers = registersOf(pane.cells, this.distinctOffset);
    }
    addHash(this.#registers!, hash);
  }

  /** Makes room for the sketch, and the pane wide enough for it; false: there is none. */
  hasSketch(pane: CellHolder): boolean {
    if (this.distinctOffset < 0) this.distinctOffset = this.space.allocateSketch();
    if (this.distinctOffset < 0) return false;
    this.space.widen(pane);
    return true;
  }

  #page(octave: number): number {
    const page = this.space.allocate(BUCKETS_PER_OCTAVE);
    this.pages[octave] = page;
    if (this.lookupAt >= 0) this.space.lookup[this.lookupAt + octave * 2] = page;
    return page;
  }

  /** What the feature is from now on, where nothing has said so yet. */
  startKind(kind: FeatureKind): void {
    if (this.kind !== undefined) return;
    this.kind = kind;
    if (kind === 'categorical') this.categories = this.#table();
    // As where the bins are made of texts that were kept.
    if (kind === 'text') this.startShift(0);
    this.findDerived();
  }

  /** The same by configuration, before anything has come. */
  forceKind(kind: FeatureKind): void {
    this.isForced = true;
    this.startKind(kind);
  }

  /** Of the categories among the first values, however many there turn out to be. */
  #table(): BytesTable {
    return new BytesTable(Math.max(this.#options.maxCategories, this.#options.provisionalSize));
  }

  get maxCategories(): number {
    return this.#options.maxCategories;
  }

  /** Lets go of what it has kept back, and begins anew. */
  emptyBuffer(): void {
    if (this.buffer !== undefined) this.buffer = new ProvisionalBuffer(this.buffer.max);
  }

  /** The shift that sums are taken by; `x` becomes it where there is none yet. */
  startShift(x: number): number {
    if (this.#shift !== this.#shift) this.#shift = x;
    return this.#shift;
  }

  /** An octave's page in a pane that is wide enough for it; below 0: there is no room. */
  sketchPage(octave: number, pane: CellHolder): number {
    const page = this.pages[octave];
    if (page >= 0) return page;
    const made = this.#page(octave);
    if (made >= 0) this.space.widen(pane);
    return made;
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
      comesBy: this.comesBy,
      distinctOffset: this.distinctOffset,
      of: this.of,
    };
  }

  /** Only on a slot that has just been made. */
  restore(state: FeatureSlotState): void {
    this.binsOffset = state.binsOffset;
    this.kind = state.kind;
    this.of = state.of;
    this.pages.set(state.pages);
    this.buffer?.restore(state.buffer);
    if (state.buffer === undefined) this.buffer = undefined;
    if (state.schema === undefined) {
      if (state.categories !== undefined) {
        this.categories = this.#table();
        for (const category of state.categories) this.categories.internText(category);
      }
    } else this.#use(state.schema);
    this.#shift = state.shift;
    this.comesBy = state.comesBy;
    this.distinctOffset = state.distinctOffset ?? NO_PLACE;
  }

  /**
   * Counts one value that had been kept back into the bins.
   * @param hash of a text; undefined: it is among the different ones already
   */
  replay(pane: CellHolder, value: number, weight: number, hash: number | undefined): void {
    const { schema, offset } = this;
    if (schema === undefined) return;
    const isBinned = isNumeric(schema) || (value >= 0 && value < this.told);
    if (isNumeric(schema)) this.#bin(pane.cells, value, weight);
    else pane.cells[isBinned ? this.binsOffset + value : offset + FEATURE_CELL.other] += weight;
    if (hash !== undefined && !isBinned) this.addDistinct(pane, hash);
  }

  /** Folds a text that had been kept as a category, and is none. @param hash likewise */
  replayText(pane: CellHolder, text: KeptText, weight: number, timeMs: number, hash: number | undefined): void {
    if (this.kind === 'timestamp') foldTime(this, pane, text.time, weight, timeMs);
    else foldLengths(this, pane, text.length, text.words, text.nonAsciiShare, weight, timeMs);
    if (hash !== undefined && this.kind === 'text') this.addDistinct(pane, hash);
  }
}
