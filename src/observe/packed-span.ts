/**
 * The profiles of a span of time, kept for long: headers and bins only, and of these what is not zero, at 12 bytes a cell.
 * Quantile sketches and score histograms are left out, since no comparison reads them. A numeric feature has at most 144
 * such cells (1.7 KB a span), an embedding as many as it has dimensions and 144 more.
 */
import { FEATURE_CELL, FEATURE_CELLS, VERSION_CELL } from './cells.js';
import { EMBEDDING_HEADER, embeddingCells } from './embedding-profile.js';
import type { EmbeddingSlot } from './embedding-slot.js';
import { binCount } from './feature-schema.js';
import type { FeatureSlot } from './feature-slot.js';
import type { Pane } from './pane-rings.js';
import type { VersionSlots } from './version-slots.js';

/** Of the version's block: predictions, squared weights, errors. */
const VERSION_CELLS_KEPT = 3;
const BYTES_PER_CELL = 12;

export interface PackedSpan {
  readonly startMs: number;
  readonly endMs: number;
  /** How many cells the version had when the span was packed: what lies beyond was unknown then. */
  readonly width: number;
  readonly places: Uint32Array;
  readonly values: Float64Array;
}

export function bytesOf(span: PackedSpan): number {
  return span.places.length * BYTES_PER_CELL;
}

export class SpanPacker {
  readonly #slots: VersionSlots;
  readonly #embeddings: ReadonlyMap<string, EmbeddingSlot>;
  #scratch = new Float64Array(0);

  constructor(slots: VersionSlots, embeddings: ReadonlyMap<string, EmbeddingSlot>) {
    this.#slots = slots;
    this.#embeddings = embeddings;
  }

  /** Cells that the version has now. */
  get width(): number {
    return this.#slots.space.width;
  }

  /** The span with a pane added to it. */
  merge(span: PackedSpan | undefined, pane: Pane, startMs: number, endMs: number): PackedSpan {
    const { space } = this.#slots;
    const cells = new Float64Array(space.width);
    if (span !== undefined) this.addTo(cells, span);
    space.merge(cells, pane.cells);
    return this.#pack(cells, startMs, endMs);
  }

  /** Adds a span to cells that are as wide as the version's. */
  addTo(cells: Float64Array, span: PackedSpan): void {
    const { space, features, outputs } = this.#slots;
    if (this.#scratch.length < space.width) this.#scratch = new Float64Array(space.width);
    const scratch = this.#scratch;
    const { places, values, width } = span;
    for (let at = 0; at < places.length; at++) scratch[places[at]] = values[at];
    // Predictions from before a feature was first seen do not count as lacking it.
    const predictions = scratch[VERSION_CELL.predictions];
    const answered = predictions - scratch[VERSION_CELL.errors];
    for (const { offset } of features.values()) if (offset >= width) scratch[offset + FEATURE_CELL.base] = predictions;
    for (const { offset } of outputs.values()) if (offset >= width) scratch[offset + FEATURE_CELL.base] = answered;
    space.merge(cells, scratch);
    scratch.fill(0);
  }

  #pack(cells: Float64Array, startMs: number, endMs: number): PackedSpan {
    const kept: number[] = [];
    const keep = (from: number, count: number): void => {
      for (let at = from; at < Math.min(from + count, cells.length); at++) if (cells[at] !== 0) kept.push(at);
    };
    keep(0, VERSION_CELLS_KEPT);
    for (const slot of this.#slots.all()) keepSlot(slot, keep);
    for (const { offset, sumsOffset, dimensions } of this.#embeddings.values()) {
      keep(offset, EMBEDDING_HEADER);
      if (dimensions > 0) keep(sumsOffset, embeddingCells(dimensions));
    }
    const places = Uint32Array.from(kept);
    return { startMs, endMs, width: cells.length, places, values: Float64Array.from(kept, (at) => cells[at]) };
  }
}

function keepSlot({ offset, binsOffset, schema }: FeatureSlot, keep: (from: number, count: number) => void): void {
  keep(offset, FEATURE_CELLS);
  if (schema !== undefined && binsOffset >= 0) keep(binsOffset, binCount(schema));
}
