/** The feature and output slots of one model version, and where their cells are: made as they are first needed, bounded. */
import type { Limit } from '../lib/limit.js';
import type { FeatureKind, Output } from '../registry/index.js';
import { FEATURE_CELL, VERSION_CELL } from './cells.js';
import { CellSpace, type CellSpaceState } from './cell-space.js';
import { cycleSchema, type Derived, derivedName } from './derived-features.js';
import type { FeatureSchema } from './feature-schema.js';
import { FeatureSlot, type SlotOptions } from './feature-slot.js';
import type { Pane, PaneRings } from './pane-rings.js';
import type { FeatureSlotState } from './slot-state.js';

export interface VersionSlotsOptions extends Omit<SlotOptions, 'derive'> {
  readonly maxFeatures: number;
  readonly maxCells: number;
  readonly featureLimit: Limit;
  /** Of features that are configured to be of a kind, whatever their first value is. */
  readonly kinds?: ReadonlyMap<string, FeatureKind>;
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
  readonly #featureOptions: SlotOptions;
  /** Features that are not derived: those that the limit counts. */
  #own = 0;
  #isRestoring = false;

  constructor(options: VersionSlotsOptions) {
    this.#options = options;
    this.#featureOptions = { ...options, derive: (base, derived) => this.#derived(base, derived) };
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
    const offset = this.#own < this.#options.maxFeatures ? this.space.allocateHeader() : -1;
    if (offset < 0) {
      limit.overflow++;
      return undefined;
    }
    const slot = new FeatureSlot(name, offset, this.space, this.#featureOptions);
    this.features.set(name, slot);
    this.#own++;
    limit.used = Math.max(limit.used, this.#own);
    const kind = this.#options.kinds?.get(name);
    if (kind !== undefined) slot.forceKind(kind);
    return slot;
  }

  /** The slot of what is derived from a feature; undefined: there is no room for it, or another feature has its name. */
  #derived(base: string, derived: Derived): FeatureSlot | undefined {
    if (this.#isRestoring) return undefined;
    const name = derivedName(base, derived);
    const known = this.features.get(name);
    if (known !== undefined) return known.of === base ? known : undefined;
    const offset = this.space.allocateHeader();
    if (offset < 0) {
      this.#options.featureLimit.overflow++;
      return undefined;
    }
    const slot = new FeatureSlot(name, offset, this.space, this.#featureOptions);
    slot.of = base;
    const schema = cycleSchema(base, derived);
    if (schema === undefined) slot.startKind('numeric');
    else slot.freeze(schema);
    this.features.set(name, slot);
    return slot;
  }

  /** Freezes features as `schemas` say where they are not frozen yet; those that came by themselves first. */
  freezeFeatures(schemas: readonly FeatureSchema[]): void {
    const own = schemas.filter(({ of }) => of === undefined);
    for (const { name } of own) this.feature(name);
    for (const schema of [...own, ...schemas.filter(({ of }) => of !== undefined)]) {
      const slot = this.features.get(schema.name);
      if (slot?.of === schema.of && slot?.schema === undefined) slot?.freeze(schema);
    }
  }

  freezeOutput(schema: FeatureSchema): void {
    const slot = this.output(schema.name as Output);
    if (slot?.schema === undefined) slot?.freeze(schema);
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
    this.freezeFeatures(features);
    for (const schema of outputs) this.freezeOutput(schema);
  }

  /** The same for one that comes with a prediction of `pane`; also undefined where it has the name of a derived one. */
  featureOf(pane: Pane, rings: PaneRings, name: string): FeatureSlot | undefined {
    const known = this.features.get(name);
    if (known !== undefined) return known.of === undefined ? known : undefined;
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

  /** Our slot of one that another observer has; undefined: there is no room for it. */
  counterpart(saved: FeatureSlotState, rings: PaneRings, isOutput: boolean): FeatureSlot | undefined {
    const known = isOutput ? this.outputs.get(saved.name as Output) : this.features.get(saved.name);
    // What is derived is there where its base is.
    const isMade = known === undefined && saved.of === undefined;
    const made = isOutput ? this.output(saved.name as Output) : isMade ? this.feature(saved.name) : undefined;
    const slot = known ?? made;
    if (slot === undefined || slot.of !== saved.of) return undefined;
    if (known === undefined) this.baseline(slot, rings.totals, rings, isOutput);
    slot.comesBy ??= saved.comesBy;
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

  /** A feature that has been configured to be of another kind since is not restored: it begins anew. */
  restore(state: VersionSlotsState): void {
    this.features.clear();
    this.outputs.clear();
    this.#own = 0;
    this.space.restore(state.space);
    this.#isRestoring = true;
    for (const saved of state.features) {
      const kind = this.#options.kinds?.get(saved.of ?? saved.name);
      const isBase = saved.of === undefined;
      if (isBase && kind !== undefined && saved.kind !== undefined && saved.kind !== kind) continue;
      if (!isBase && !this.features.has(saved.of)) continue;
      const slot = this.#restored(saved, this.#featureOptions);
      this.features.set(saved.name, slot);
      if (isBase) this.#own++;
      if (isBase && kind !== undefined) slot.forceKind(kind);
    }
    for (const saved of state.outputs) {
      this.outputs.set(saved.name as Output, this.#restored(saved, this.#options));
    }
    this.#isRestoring = false;
    for (const slot of [...this.features.values()]) slot.findDerived();
  }

  #restored(saved: FeatureSlotState, options: SlotOptions): FeatureSlot {
    const slot = new FeatureSlot(saved.name, saved.offset, this.space, options);
    slot.restore(saved);
    return slot;
  }
}
