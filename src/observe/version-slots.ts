/** The feature and output slots of one model version, and where their cells are: made as they are first needed, bounded. */
import type { Limit } from '../lib/limit.js';
import type { Output } from '../registry/index.js';
import { FEATURE_CELL, VERSION_CELL } from './cells.js';
import { CellSpace, type CellSpaceState } from './cell-space.js';
import type { FeatureSchema } from './feature-schema.js';
import { FeatureSlot, type FeatureSlotState, type SlotOptions } from './feature-slot.js';
import type { Pane, PaneRings } from './pane-rings.js';

export interface VersionSlotsOptions extends SlotOptions {
  readonly maxFeatures: number;
  readonly maxCells: number;
  readonly featureLimit: Limit;
}

/** As plain data. */
export interface VersionSlotsState {
  readonly space: CellSpaceState;
  readonly features: readonly FeatureSlotState[];
  readonly outputs: readonly FeatureSlotState[];
}

export class VersionSlots {
  readonly features = new Map<string, FeatureSlot>();
  readonly outputs = new Map<Output, FeatureSlot>();
  readonly space: CellSpace;
  readonly #options: VersionSlotsOptions;

  constructor(options: VersionSlotsOptions) {
    this.#options = options;
    this.space = new CellSpace(options.maxCells);
  }

  *all(): Iterable<FeatureSlot> {
    yield* this.features.values();
    yield* this.outputs.values();
  }

  /** A feature's slot; undefined: there is no room for it. */
  feature(name: string): FeatureSlot | undefined {
    const known = this.features.get(name);
    if (known !== undefined) return known;
    const limit = this.#options.featureLimit;
    const offset = this.features.size < this.#options.maxFeatures ? this.space.allocateHeader() : -1;
    if (offset < 0) {
      limit.overflow++;
      return undefined;
    }
    const slot = new FeatureSlot(name, offset, this.space, this.#options);
    this.features.set(name, slot);
    limit.used = Math.max(limit.used, this.features.size);
    return slot;
  }

  output(name: Output): FeatureSlot | undefined {
    const known = this.outputs.get(name);
    if (known !== undefined) return known;
    const offset = this.space.allocateHeader();
    if (offset < 0) return undefined;
    const slot = new FeatureSlot(name, offset, this.space, this.#options);
    this.outputs.set(name, slot);
    return slot;
  }

  /** What has no bins yet gets these. */
  adopt({ features, outputs }: Readonly<Record<'features' | 'outputs', readonly FeatureSchema[]>>): void {
    const named = [
      ...features.map((schema) => ({ schema, slot: this.feature(schema.name) })),
      ...outputs.map((schema) => ({ schema, slot: this.output(schema.name as Output) })),
    ];
    for (const { schema, slot } of named) if (slot !== undefined && slot.schema === undefined) slot.freeze(schema);
  }

  /** The same for one that comes with a prediction of `pane`. */
  featureOf(pane: Pane, rings: PaneRings, name: string): FeatureSlot | undefined {
    if (this.features.has(name)) return this.features.get(name);
    const slot = this.feature(name);
    if (slot !== undefined) this.baseline(slot, pane, rings, false);
    return slot;
  }

  outputOf(pane: Pane, rings: PaneRings, name: Output): FeatureSlot | undefined {
    if (this.outputs.has(name)) return this.outputs.get(name);
    const slot = this.output(name);
    if (slot !== undefined) this.baseline(slot, pane, rings, true);
    return slot;
  }

  /** Predictions from before a feature was first seen in one do not count as lacking it. */
  baseline(slot: FeatureSlot, current: Pane, rings: PaneRings, isOutput: boolean): void {
    for (const pane of [rings.totals, ...rings.panes(), current]) {
      this.space.widen(pane);
      const { cells } = pane;
      const expected = cells[VERSION_CELL.predictions] - (isOutput ? cells[VERSION_CELL.errors] : 0);
      cells[slot.offset + FEATURE_CELL.base] = expected - cells[slot.offset + FEATURE_CELL.present];
    }
  }

  save(): VersionSlotsState {
    return {
      space: this.space.save(),
      features: [...this.features.values()].map((slot) => slot.save()),
      outputs: [...this.outputs.values()].map((slot) => slot.save()),
    };
  }

  restore(state: VersionSlotsState): void {
    this.features.clear();
    this.outputs.clear();
    this.space.restore(state.space);
    for (const saved of state.features) this.features.set(saved.name, this.#restored(saved));
    for (const saved of state.outputs) this.outputs.set(saved.name as Output, this.#restored(saved));
  }

  #restored(saved: FeatureSlotState): FeatureSlot {
    const slot = new FeatureSlot(saved.name, saved.offset, this.space, this.#options);
    slot.restore(saved);
    return slot;
  }
}
