/**
 * Columns of free texts and of times: what stands for a value in the bins, and what is derived from it, is worked out by the
 * very code that does so for predictions (`derived-features.ts` of the observe room). Two scans, as for numbers: the first
 * finds where the bins lie, the second folds every row.
 */
import { VALUE, viewOf } from '../decode/index.js';
import { seededRandom } from '../lib/random.js';
import {
  type CellHolder,
  CellSpace,
  cycleSchema,
  type Derived,
  derivedName,
  derivedOf,
  FEATURE_CELL,
  FeatureSlot,
  type FeatureSchema,
  foldTime,
  measured,
  measureText,
  numericSchema,
  Profile,
  type SlotOptions,
  timeOfNumber,
  timeOfText,
} from '../observe/index.js';
import { asText, asTime, type Column } from './column.js';
import type { DataSet } from './data-set.js';
import type { Sampling } from './number-columns.js';
import { entryOf, profileOf } from './profile-entry.js';
import { Reservoir } from './reservoir.js';
import { TextBuffer } from './text-buffer.js';

/** Bounds the memory that the samples of a wide data set take, at 8 bytes each. */
const SAMPLED_VALUES_MAX = 16_000_000;
/** Samples a column: a text's length, words and characters. */
const SAMPLES_PER_COLUMN = 3;

export interface MeasuredColumn {
  /** What the profile is called. */
  readonly name: string;
  readonly column: Column;
  readonly kind: 'text' | 'timestamp';
  /** Whether what is derived from it gets profiles too. */
  readonly derives: boolean;
}

export interface MeasuredData {
  readonly dataSet: DataSet;
  /** When the rows' predictions were made; undefined: nobody knows, and times have no age. */
  readonly eventTime: Column | undefined;
  readonly onRows: (rows: number) => void;
}

/** A feature first, then what is derived from it. */
export type Family<Of> = readonly [Of, ...Of[]];

/** First scan. */
export async function surveyMeasured(
  data: MeasuredData,
  columns: readonly MeasuredColumn[],
  { rows, seed }: Sampling,
): Promise<Family<FeatureSchema>[]> {
  const share = Math.floor(SAMPLED_VALUES_MAX / (columns.length * SAMPLES_PER_COLUMN));
  const size = Math.max(1, Math.min(rows, data.dataSet.rows, share));
  const surveys = columns.map((_, at) =>
    Array.from({ length: SAMPLES_PER_COLUMN }, (__, of) => new Survey(size, seed + at * SAMPLES_PER_COLUMN + of)),
  );
  await eachValue(data, columns, (at, value, eventMs) => {
    const [own, words, shares] = surveys[at];
    if (columns[at].kind === 'timestamp') own.add((eventMs - value.timeMs) / 1000);
    else if (value.type === VALUE.string) {
      measureText(value.view, 0, value.end);
      own.add(value.end);
      words.add(measured.words);
      shares.add(measured.nonAsciiShare);
    }
  });
  return columns.map(({ name, kind, derives }, at) => {
    const [own, ...others] = surveys[at];
    // A text's length is folded as it is, as a provisional reference does.
    const base = numericSchema(name, kind, own.sample, kind === 'text' ? { ...own.known, shift: 0 } : own.known);
    const derived = derives ? derivedOf(kind) : [];
    return [base, ...derived.map((each, index) => derivedSchema(name, each, others[index]))];
  });
}

function derivedSchema(base: string, derived: Derived, { sample, known }: Survey): FeatureSchema {
  return (
    cycleSchema(base, derived) ?? numericSchema(derivedName(base, derived), 'numeric', sample, { ...known, of: base })
  );
}

/** Second scan. */
export async function foldMeasured(
  data: MeasuredData,
  columns: readonly MeasuredColumn[],
  schemas: readonly Family<FeatureSchema>[],
): Promise<Family<Profile>[]> {
  const folds = schemas.map((family) => new MeasuredFold(family));
  await eachValue(data, columns, (at, value, eventMs) => folds[at].add(value, eventMs));
  return folds.map((fold) => fold.profiles(data.dataSet.rows));
}

/** @param eventMs NaN: nobody knows */
type OnValue = (column: number, value: ColumnValue, eventMs: number) => void;

async function eachValue(
  { dataSet, eventTime, onRows }: MeasuredData,
  columns: readonly MeasuredColumn[],
  onValue: OnValue,
): Promise<void> {
  const read = columns.map(({ column, kind }) => (kind === 'text' ? asText(column) : asTime(column)));
  if (eventTime !== undefined) read.push(asTime(eventTime));
  const value = new ColumnValue();
  let eventsMs = new Float64Array(0);
  for await (const chunk of dataSet.chunks(read.join(', '))) {
    const { rowCount } = chunk;
    if (eventsMs.length < rowCount) eventsMs = new Float64Array(rowCount).fill(NaN);
    if (eventTime !== undefined) {
      const events = chunk.getColumnVector(columns.length);
      for (let row = 0; row < rowCount; row++) {
        value.read(events.getItem(row), eventTime);
        eventsMs[row] = value.timeMs;
      }
    }
    for (const [at, { column }] of columns.entries()) {
      const vector = chunk.getColumnVector(at);
      for (let row = 0; row < rowCount; row++) {
        value.read(vector.getItem(row), column);
        onValue(at, value, eventsMs[row]);
      }
    }
    onRows(rowCount);
  }
}

/** One value after the other, as it arrives over OTLP. */
class ColumnValue {
  type: number = VALUE.empty;
  number = NaN;
  end = 0;
  readonly #texts = new TextBuffer();
  #view = viewOf(this.#texts.bytes);
  /** Of a column of times: milliseconds since the epoch. */
  #timeMs: number | undefined;

  get view(): DataView {
    if (this.#view.buffer !== this.#texts.bytes.buffer) this.#view = viewOf(this.#texts.bytes);
    return this.#view;
  }

  /** NaN: it is no time. */
  get timeMs(): number {
    if (this.#timeMs !== undefined) return this.#timeMs;
    if (this.type === VALUE.string) return timeOfText(this.view, 0, this.end);
    return this.type === VALUE.double ? timeOfNumber(this.number) : NaN;
  }

  read(value: unknown, { reading }: Column): void {
    this.#timeMs = undefined;
    this.type = VALUE.empty;
    if (typeof value === 'string') {
      this.type = VALUE.string;
      this.#texts.length = 0;
      this.end = this.#texts.append(value);
    } else if (typeof value === 'number') {
      this.type = VALUE.double;
      this.number = value;
      if (reading === 'time') this.#timeMs = value;
    }
  }

  foldInto(slot: FeatureSlot, pane: CellHolder, eventMs: number): void {
    if (this.#timeMs === undefined) slot.add(pane, this.type, this.number, this.view, 0, this.end, 1, eventMs);
    else {
      pane.cells[slot.offset + FEATURE_CELL.present]++;
      foldTime(slot, pane, this.#timeMs, 1, eventMs);
    }
  }
}

class Survey {
  readonly #reservoir: Reservoir;
  #min = Infinity;
  #max = -Infinity;

  constructor(size: number, seed: number) {
    this.#reservoir = new Reservoir(size, seededRandom(seed));
  }

  add(x: number): void {
    if (x - x !== 0) return;
    if (x < this.#min) this.#min = x;
    if (x > this.#max) this.#max = x;
    this.#reservoir.add(x);
  }

  get sample(): Float64Array {
    return this.#reservoir.sample;
  }

  get known(): { readonly min?: number; readonly max?: number } {
    return this.#min > this.#max ? {} : { min: this.#min, max: this.#max };
  }
}

class MeasuredFold {
  readonly #pane = { cells: new Float64Array(0) };
  readonly #slots: readonly FeatureSlot[];

  constructor([base, ...others]: Family<FeatureSchema>) {
    const space = new CellSpace(Infinity);
    const options = { maxCategories: 0, provisionalSize: 0 };
    const slotOf = (schema: FeatureSchema, derive?: SlotOptions['derive']): FeatureSlot => {
      const slot = new FeatureSlot(schema.name, space.allocateHeader(), space, { ...options, derive });
      slot.freeze(schema);
      return slot;
    };
    const derived = others.map((schema) => slotOf(schema));
    const own = slotOf(base, (name, each) => derived.find((slot) => slot.name === derivedName(name, each)));
    this.#slots = [own, ...derived];
    space.widen(this.#pane);
  }

  add(value: ColumnValue, eventMs: number): void {
    value.foldInto(this.#slots[0], this.#pane, eventMs);
  }

  profiles(rows: number): Family<Profile> {
    const { cells } = this.#pane;
    const [own, ...derived] = this.#slots.map((slot, index) => {
      // What is derived lacks nothing that its base does not lack.
      const expected = index === 0 ? rows : cells[slot.offset + FEATURE_CELL.present];
      return profileOf(entryOf(slot.name, new Profile(slot.schema!, cells, slot, expected)));
    });
    return [own, ...derived];
  }
}
