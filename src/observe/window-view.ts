/** One window of one model version, merged from its panes: read it before the next evaluation, the cells are reused. */
import { VERSION_CELL } from './cells.js';
import type { FeatureSlot } from './feature-slot.js';
import { traitsOf } from './output-traits.js';

export class WindowView {
  readonly windowMs: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly cells: Float64Array;

  constructor(windowMs: number, startMs: number, endMs: number, cells: Float64Array) {
    this.windowMs = windowMs;
    this.startMs = startMs;
    this.endMs = endMs;
    this.cells = cells;
  }

  get predictions(): number {
    return this.cells[VERSION_CELL.predictions];
  }

  get errors(): number {
    return this.cells[VERSION_CELL.errors];
  }

  get joined(): number {
    return this.cells[VERSION_CELL.joined];
  }

  /** Predictions that the sender's SDK dropped attributes from. */
  get dropped(): number {
    return this.cells[VERSION_CELL.dropped];
  }

  /** Predictions that should have had the feature, or the output. */
  expectedOf(slot: FeatureSlot, isOutput: boolean): number {
    // What is derived lacks nothing that its base does not lack.
    if (slot.comesBy === 'histograms' || slot.of !== undefined) return 0;
    if (!traitsOf(slot.name, isOutput).isExpected) return 0;
    return isOutput ? this.predictions - this.errors : this.predictions;
  }

  /** What one of its values is worth in independent ones. */
  shareOf({ name }: FeatureSlot, isOutput: boolean): number {
    return traitsOf(name, isOutput).isWeighted ? this.effectiveShare : 1;
  }

  /** What a count of weighted observations is worth in independent ones: at most 1 per observation. */
  get effectiveShare(): number {
    const squares = this.cells[VERSION_CELL.squaredWeights];
    return squares === 0 ? 1 : Math.min(1, this.predictions / squares);
  }
}
