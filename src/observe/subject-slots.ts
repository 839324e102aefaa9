/** Finds the slots that a prediction's features and outputs belong to, by their numbers, without looking a name up. */
import { type AttributeLayout, NO_ENTRY, type Prediction } from '../interpret/index.js';
import type { FeatureSlot } from './feature-slot.js';
import type { Pane, PaneRings } from './pane-rings.js';
import type { VersionSlots } from './version-slots.js';

export class SubjectSlots {
  /** Of the prediction read last, features before outputs. Those that there is no room for are left out. */
  readonly slots: FeatureSlot[] = [];
  /** The entry of each. */
  readonly entries: number[] = [];
  count = 0;
  /** How many of them are entries of `ml.features`, and how many come before those. */
  nestedCount = 0;
  flatCount = 0;
  /** Features that there is no room for. */
  excluded = 0;
  readonly #slots: VersionSlots;
  readonly #rings: PaneRings;
  /** By feature number; null: there is no room for it. */
  readonly #slotOfFeatureId: (FeatureSlot | null | undefined)[] = [];
  #valueSlot: FeatureSlot | undefined;
  #scoreSlot: FeatureSlot | undefined;

  constructor(slots: VersionSlots, rings: PaneRings) {
    this.#slots = slots;
    this.#rings = rings;
  }

  read(prediction: Prediction, featureNames: readonly string[], pane: Pane): void {
    const { layout, base, nested, nestedBase, valueEntry, scoreEntry } = prediction;
    this.count = 0;
    this.excluded = 0;
    this.#readFeatures(layout, base, featureNames, pane);
    this.flatCount = this.count;
    this.#readFeatures(nested, nestedBase, featureNames, pane);
    this.nestedCount = this.count - this.flatCount;
    if (valueEntry !== NO_ENTRY) {
      this.#valueSlot ??= this.#slots.outputOf(pane, this.#rings, 'value');
      if (this.#valueSlot !== undefined) this.#add(this.#valueSlot, valueEntry);
    }
    if (scoreEntry !== NO_ENTRY) {
      this.#scoreSlot ??= this.#slots.outputOf(pane, this.#rings, 'score');
      if (this.#scoreSlot !== undefined) this.#add(this.#scoreSlot, scoreEntry);
    }
  }

  #readFeatures(layout: AttributeLayout, first: number, featureNames: readonly string[], pane: Pane): void {
    const { featureIds, featurePlaces } = layout;
    for (let index = 0; index < featureIds.length; index++) {
      let slot = this.#slotOfFeatureId[featureIds[index]];
      if (slot === undefined) slot = this.#slotOf(featureIds[index], featureNames, pane);
      if (slot === null) this.excluded++;
      else this.#add(slot, first + featurePlaces[index]);
    }
  }

  #add(slot: FeatureSlot, entry: number): void {
    this.slots[this.count] = slot;
    this.entries[this.count++] = entry;
  }

  #slotOf(featureId: number, featureNames: readonly string[], pane: Pane): FeatureSlot | null {
    const name = featureNames[featureId];
    const slot = this.#slots.featureOf(pane, this.#rings, name);
    if (slot?.comesBy === 'histograms') this.#slots.baseline(slot, pane, this.#rings, false);
    if (slot !== undefined) slot.comesBy = 'predictions';
    this.#slotOfFeatureId[featureId] = slot ?? null;
    return slot ?? null;
  }
}
