/**
 * The reconstruction error of a version's predictions, folded as one more of its outputs, and the squared residual of
 * each feature, so that it can be told which of them do not hang together any more.
 *
 * A row costs as many steps as twice features times components (about 1 µs for 20 features), so of many not all are
 * looked at: of a pane the first 1,024, then every second until there are as many again, every fourth, and so on: of a
 * million rows about 11,000. What is counted is what was looked at, so that critical values stay true; a busy pane
 * weighs less in its window than it does for a feature.
 */
import { NOT_FOUND, type RecordBatch, VALUE } from '../decode/index.js';
import { RECONSTRUCTION_ERROR } from '../registry/index.js';
import type { CellHolder } from './cell-space.js';
import { FEATURE_CELL } from './cells.js';
import type { FeatureSlot } from './feature-slot.js';
import { ProjectedValues, type Projection, Projector, type Reconstruction } from './projection.js';
import type { VersionSlots } from './version-slots.js';

/** Rows of a pane after which half as many are looked at. */
const HALVED_AFTER = 1024;
/** Of one batch, or of predictions that are folded together; bounds the memory that rows wait in. */
const ROWS_MAX = 1024;
/** Before the features' residuals: rows that came, and those that were looked at. */
const CAME = 0;
const LOOKED_AT = 1;
const RESIDUALS = 2;

/** As plain data. */
export interface ReconstructionState {
  readonly offset: number;
}

interface ProjectedSlot {
  readonly at: number;
  readonly values: ProjectedValues;
}

export class ReconstructionFold {
  readonly projection: Projection;
  readonly output: FeatureSlot;
  readonly #offset: number;
  readonly #projector: Projector;
  readonly #slots = new Map<FeatureSlot, ProjectedSlot>();
  /** Standardised, row by row. */
  #rows = new Float64Array(0);
  /** How many features each row has. */
  readonly #found = new Int32Array(ROWS_MAX);
  #first = 0;
  #stride = 1;
  #chosen = 0;

  private constructor(projection: Projection, output: FeatureSlot, offset: number, slots: VersionSlots) {
    this.projection = projection;
    this.output = output;
    this.#offset = offset;
    this.#projector = new Projector(projection);
    projection.features.forEach((feature, at) => {
      const slot = slots.features.get(feature.name);
      if (slot !== undefined) this.#slots.set(slot, { at, values: new ProjectedValues(feature) });
    });
  }

  /**
   * The slots of the features have their bins. @param saved where its cells are; absent: nowhere yet
   * @returns undefined where there is no room
   */
  static of({ projection, schema }: Reconstruction, slots: VersionSlots, saved?: ReconstructionState) {
    const output = slots.output(RECONSTRUCTION_ERROR);
    if (output === undefined || (output.schema === undefined && !output.freeze(schema))) return undefined;
    const offset = saved?.offset ?? slots.space.allocate(RESIDUALS + projection.features.length);
    if (offset < 0) return undefined;
    output.comesBy = 'projection';
    return new ReconstructionFold(projection, output, offset, slots);
  }

  /**
   * Chooses which of the next `count` rows of a pane are looked at, and expects them by `column`.
   * @returns false: none, and neither `column` nor `end` is wanted
   */
  begin({ cells }: CellHolder, count: number): boolean {
    const came = cells[this.#offset + CAME];
    cells[this.#offset + CAME] += count;
    const due = 2 ** Math.floor(cells[this.#offset + LOOKED_AT] / HALVED_AFTER);
    const stride = Math.max(due, Math.ceil(count / ROWS_MAX));
    const first = (stride - (came % stride)) % stride;
    if (first >= count) return false;
    this.#first = first;
    this.#stride = stride;
    this.#chosen = Math.ceil((count - first) / stride);
    const size = this.#chosen * this.#projector.size;
    if (this.#rows.length < size) this.#rows = new Float64Array(size);
    else this.#rows.fill(0, 0, size);
    this.#found.fill(0, 0, this.#chosen);
    return true;
  }

  /**
   * Some of the rows' values of one feature.
   * @param from the first of them among the rows that were begun with
   */
  column(slot: FeatureSlot, batch: RecordBatch, entries: Int32Array, count: number, from = 0): void {
    const projected = this.#slots.get(slot);
    if (projected === undefined) return;
    const { at, values } = projected;
    const { type, number, start, end } = batch.attributes;
    const { size } = this.#projector;
    const stride = this.#stride;
    let chosen = Math.max(0, Math.ceil((from - this.#first) / stride));
    for (let row = this.#first + chosen * stride - from; row < count; row += stride, chosen++) {
      const entry = entries[row];
      let z: number;
      if (values.kind === 'numeric') {
        const x = number[entry];
        if ((type[entry] !== VALUE.double && type[entry] !== VALUE.int) || x - x !== 0) continue;
        z = values.ofNumber(x);
      } else if (values.kind === 'boolean') {
        if (type[entry] !== VALUE.bool) continue;
        z = values.ofNumber(number[entry]);
      } else {
        const length = end[entry] - start[entry];
        if (type[entry] !== VALUE.string || length === 0) continue;
        z =
          values.kind === 'text'
            ? values.ofNumber(length)
            : values.ofCategory(slot.categories?.find(batch.view, start[entry], end[entry]) ?? NOT_FOUND);
      }
      this.#rows[chosen * size + at] = z;
      this.#found[chosen]++;
    }
  }

  /** All values of the chosen rows have come. A row that has none of the features is left out. */
  end(pane: CellHolder, batch: RecordBatch, weight: number, timeMs: number): void {
    const { size, residual } = this.#projector;
    const at = this.#offset;
    for (let row = 0; row < this.#chosen; row++) {
      if (this.#found[row] === 0) continue;
      const error = this.#projector.error(this.#rows, row * size);
      this.output.add(pane, VALUE.double, error, batch.view, 0, 0, weight, timeMs);
      const { cells } = pane;
      for (let feature = 0; feature < size; feature++) {
        cells[at + RESIDUALS + feature] += weight * residual[feature] * residual[feature];
      }
      cells[at + LOOKED_AT]++;
    }
  }

  get schemas(): Reconstruction {
    return { projection: this.projection, schema: this.output.schema! };
  }

  /** By how much each feature's mean squared residual is above the reference's; undefined: nothing was looked at. */
  excess(cells: Float64Array): Float64Array | undefined {
    const present = cells[this.output.offset + FEATURE_CELL.present];
    if (!(present > 0)) return undefined;
    const { residuals } = this.projection;
    return Float64Array.from(residuals, (usual, at) => cells[this.#offset + RESIDUALS + at] / present - usual);
  }

  /** Adds what another fold of the same projection gathered in one pane. */
  absorb(into: CellHolder, { offset }: ReconstructionState, cells: Float64Array): void {
    const count = RESIDUALS + this.#projector.size;
    if (offset + count > cells.length) return;
    for (let at = 0; at < count; at++) into.cells[this.#offset + at] += cells[offset + at];
  }

  save(): ReconstructionState {
    return { offset: this.#offset };
  }
}
