/**
 * One embedding of one model version: where its sums are, and how a vector is folded into them. The training file says how
 * many dimensions there are, or else the first vector; one of another number is a type mismatch. Where nothing else is there to
 * compare with, the first vectors are it.
 * Memory: 8 bytes for each dimension and 1 KiB, a pane; up to `DIMENSIONS_MAX` dimensions. Cost: see `direction-features.ts`.
 */
import { type RecordBatch, type RecordDecoder, VALUE } from '../decode/index.js';
import type { CellHolder, CellSpace } from './cell-space.js';
import { DIRECTION_FEATURES, directionFeatures } from './direction-features.js';
import { EMBEDDING_CELL, EMBEDDING_HEADER, embeddingCells, EmbeddingProfile } from './embedding-profile.js';

export const DIMENSIONS_MAX = 4096;
const NO_PLACE = -1;
const FOUR = 4;
const BYTES = Float64Array.BYTES_PER_ELEMENT;

/** As plain data. */
export interface EmbeddingSlotState {
  readonly name: string;
  readonly offset: number;
  readonly sumsOffset: number;
  readonly dimensions: number;
  readonly reference: Float64Array | undefined;
  readonly added: number;
}

export class EmbeddingSlot {
  readonly name: string;
  readonly offset: number;
  /** 0: no vector has come. */
  dimensions = 0;
  sumsOffset = NO_PLACE;
  /** Vectors so far, until there is a reference. */
  added = 0;
  /** Header and sums of the first vectors. */
  #reference: Float64Array | undefined;
  readonly #space: CellSpace;
  #vector = new Float64Array(0);
  readonly #features = new Float64Array(DIRECTION_FEATURES);
  /** The four at hand: its first two, and below its last two. */
  readonly #four = { count: 0, vector: new Float64Array(0), features: new Float64Array(DIRECTION_FEATURES) };
  #pairVector = new Float64Array(0);
  readonly #pairFeatures = new Float64Array(DIRECTION_FEATURES);

  constructor(name: string, offset: number, space: CellSpace) {
    this.name = name;
    this.offset = offset;
    this.#space = space;
  }

  /** Whether vectors of so many dimensions are taken; whoever asks first decides. */
  takes(dimensions: number): boolean {
    if (this.dimensions > 0) return dimensions === this.dimensions;
    if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > DIMENSIONS_MAX) return false;
    const sums = this.#space.allocate(embeddingCells(dimensions));
    if (sums < 0) return false;
    this.#use(dimensions, sums);
    return true;
  }

  /** Adds one vector, or the `rows` vectors of a batch, which stand one after the other. */
  fold(
    pane: CellHolder,
    batch: RecordBatch,
    entry: number,
    rows: number,
    weight: number,
    decoder: RecordDecoder,
  ): void {
    const { attributes } = batch;
    const type = attributes.type[entry];
    pane.cells[this.offset + EMBEDDING_CELL.present] += weight * rows;
    const count =
      type === VALUE.array
        ? attributes.number[entry]
        : type === VALUE.bytes
          ? (attributes.end[entry] - attributes.start[entry]) / BYTES
          : 0;
    const dimensions = count / rows;
    if (!this.takes(dimensions)) {
      pane.cells[this.offset + EMBEDDING_CELL.typeMismatch] += weight * rows;
      return;
    }
    this.#space.widen(pane);
    let filled = 0;
    let areNumbers = true;
    decoder.eachPart(batch, entry, (first, end) => {
      for (let element = first; element < end; element++) {
        const isNumber = attributes.type[element] === VALUE.double || attributes.type[element] === VALUE.int;
        areNumbers &&= isNumber;
        this.#vector[filled++] = isNumber ? attributes.number[element] : NaN;
        if (filled < dimensions) continue;
        this.#add(pane.cells, weight, areNumbers);
        filled = 0;
        areNumbers = true;
      }
    });
  }

  /** The sums of a window. */
  profile(cells: Float64Array): EmbeddingProfile {
    return new EmbeddingProfile(this.dimensions, cells, this.offset, this.sumsOffset);
  }

  get reference(): EmbeddingProfile | undefined {
    return this.#reference && new EmbeddingProfile(this.dimensions, this.#reference, 0, EMBEDDING_HEADER);
  }

  /** Makes all that has come so far the reference. */
  freeze(all: Float64Array): void {
    this.#reference = this.profile(all).copy.cells;
  }

  /** Adds what another slot gathered in one pane. */
  absorb(into: CellHolder, from: EmbeddingSlotState, cells: Float64Array): void {
    if (from.offset + EMBEDDING_HEADER > cells.length) return;
    const fits = from.dimensions === 0 || this.takes(from.dimensions);
    this.#space.widen(into);
    const { present, typeMismatch } = EMBEDDING_CELL;
    if (!fits) {
      into.cells[this.offset + present] += cells[from.offset + present];
      into.cells[this.offset + typeMismatch] += cells[from.offset + present];
      return;
    }
    for (let cell = 0; cell < EMBEDDING_HEADER; cell++) into.cells[this.offset + cell] += cells[from.offset + cell];
    this.added += cells[from.offset + EMBEDDING_CELL.vectors];
    if (from.dimensions === 0 || from.sumsOffset + embeddingCells(from.dimensions) > cells.length) return;
    for (let cell = 0; cell < embeddingCells(from.dimensions); cell++) {
      into.cells[this.sumsOffset + cell] += cells[from.sumsOffset + cell];
    }
  }

  save(): EmbeddingSlotState {
    const { name, offset, sumsOffset, dimensions } = this;
    return { name, offset, sumsOffset, dimensions, reference: this.#reference, added: this.added };
  }

  /** Only on a slot that has just been made. */
  restore(state: EmbeddingSlotState): void {
    if (state.dimensions > 0) this.#use(state.dimensions, state.sumsOffset);
    this.#reference = state.reference;
    this.added = state.added;
  }

  #use(dimensions: number, sumsOffset: number): void {
    this.dimensions = dimensions;
    this.sumsOffset = sumsOffset;
    this.#vector = new Float64Array(dimensions);
    this.#four.vector = new Float64Array(dimensions);
    this.#pairVector = new Float64Array(dimensions);
  }

  #add(cells: Float64Array, weight: number, areNumbers: boolean): void {
    const vector = this.#vector;
    const { offset, sumsOffset, dimensions } = this;
    let squared = 0;
    for (let at = 0; at < dimensions; at++) squared += vector[at] * vector[at];
    if (!(squared < Infinity)) {
      cells[offset + (areNumbers ? EMBEDDING_CELL.nonFinite : EMBEDDING_CELL.typeMismatch)] += weight;
      return;
    }
    const length = Math.sqrt(squared);
    const features = this.#features;
    directionFeatures(vector, length, features);
    this.added++;
    cells[offset + EMBEDDING_CELL.vectors] += weight;
    cells[offset + EMBEDDING_CELL.length] += weight * length;
    cells[offset + EMBEDDING_CELL.squaredLength] += weight * squared;
    for (let at = 0; at < dimensions; at++) cells[sumsOffset + at] += weight * vector[at];
    const featuresAt = sumsOffset + dimensions;
    for (let at = 0; at < DIRECTION_FEATURES; at++) cells[featuresAt + at] += weight * features[at];
    this.#addToFour(cells);
  }

  #addToFour(cells: Float64Array): void {
    const four = this.#four;
    const place = four.count++ % FOUR;
    const [vectorPair, featurePair] = place < 2 ? [four.vector, four.features] : [this.#pairVector, this.#pairFeatures];
    if (place % 2 === 0) {
      vectorPair.set(this.#vector);
      featurePair.set(this.#features);
      return;
    }
    subtract(vectorPair, this.#vector);
    subtract(featurePair, this.#features);
    if (place < FOUR - 1) return;
    const { offset } = this;
    cells[offset + EMBEDDING_CELL.fours] += 1;
    cells[offset + EMBEDDING_CELL.vectorFours] += dot(four.vector, vectorPair) ** 2;
    cells[offset + EMBEDDING_CELL.featureFours] += dot(four.features, featurePair) ** 2;
  }
}

function subtract(from: Float64Array, what: Float64Array): void {
  for (let at = 0; at < from.length; at++) from[at] -= what[at];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at] * b[at];
  return sum;
}
