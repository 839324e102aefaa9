/** Finds the slots that a prediction's features and outputs belong to, by their numbers, without looking a name up. */
import { NO_ENTRY, type Prediction } from '../interpret/index.js';
import type { FeatureSlot } from './feature-slot.js';
import type { Pane, PaneRings } from './pane-rings.js';
import type { VersionSlots } from './version-slots.js';

export class SubjectSlots {
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

  /** A prediction's features and outputs; undefined: there is no room for it. */
  *of(
    { layout, base, nested, nestedBase, valueEntry, scoreEntry }: Prediction,
    featureNames: readonly string[],
    pane: Pane,
  ): Iterable<readonly [slot: FeatureSlot | undefined, entry: number]> {
    for (const [features, first] of [
      [layout, base],
      [nested, nestedBase],
    ] as const) {
      for (let index = 0; index < features.featureIds.length; index++) {
        const slot = this.#slotOfFeatureId[features.featureIds[index]];
        const known = slot === undefined ? this.#slotOf(features.featureIds[index], featureNames, pane) : slot;
        yield [known ?? undefined, first + features.featurePlaces[index]];
      }
    }
    if (valueEntry !== NO_ENTRY) {
      this.#valueSlot ??= this.#slots.outputOf(pane, this.#rings, 'value');
      if (this.#valueSlot !== undefined) yield [this.#valueSlot, valueEntry];
    }
    if (scoreEntry !== NO_ENTRY) {
      this.#scoreSlot ??= this.#slots.outputOf(pane, this.#rings, 'score');
      if (this.#scoreSlot !== undefined) yield [this.#scoreSlot, scoreEntry];
    }
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
