/** Makes bins and a provisional reference from the first values that were kept of features and outputs. */
import type { Output } from '../registry/index.js';
import { FEATURE_CELL, FEATURE_CELLS } from './cells.js';
import { binCount, BOOLEAN_CATEGORIES, type FeatureSchema, numericSchema } from './feature-schema.js';
import type { FeatureSlot } from './feature-slot.js';
import { Profile } from './profile.js';
import type { ReferenceProfiles } from './reference-profiles.js';
import type { WindowView } from './window-view.js';

/** A text feature with more different values than this share of its values is folded by length, not by category. */
const FREE_TEXT_SHARE = 0.5;
const FREE_TEXT_MIN_VALUES = 50;

/** @param all everything since the start */
export function freezeAll(
  features: readonly FeatureSlot[],
  outputs: readonly FeatureSlot[],
  all: WindowView,
  cellsAt: (timeMs: number) => Float64Array,
): Pick<ReferenceProfiles, 'features' | 'outputs'> {
  const freeze = <Name>(slots: readonly FeatureSlot[], isOutput: boolean): Map<Name, Profile> => {
    const profiles = new Map<Name, Profile>();
    for (const slot of slots) {
      const header = all.cells.slice(slot.offset, slot.offset + FEATURE_CELLS);
      const profile = freezeOne(slot, header, all.expectedOf(slot, isOutput), cellsAt);
      if (profile !== undefined) profiles.set(slot.name as Name, profile);
    }
    return profiles;
  };
  return { features: freeze<string>(features, false), outputs: freeze<Output>(outputs, true) };
}

/**
 * Freezes `slot` from its buffer, and counts what was kept into the cells of its time.
 * @param header the feature's header as summed over all panes
 * @param expected predictions that should have had the feature
 * @returns the reference; undefined where no value has come or there is no room for bins
 */
function freezeOne(
  slot: FeatureSlot,
  header: Float64Array,
  expected: number,
  cellsAt: (timeMs: number) => Float64Array,
): Profile | undefined {
  const { buffer } = slot;
  slot.buffer = undefined;
  if (buffer === undefined || slot.kind === undefined || buffer.count === 0) return undefined;
  const { count, values, weights, lengths, timesMs } = buffer;
  const schema = schemaOf(slot, values.subarray(0, count), lengths.subarray(0, count), header);
  if (!slot.freeze(schema)) return undefined;
  const folded = schema.kind === 'text' ? lengths : values;
  const bins = binCount(schema);
  const scratch = new Float64Array(Math.max(slot.offset + FEATURE_CELLS, slot.binsOffset + bins));
  for (let at = 0; at < count; at++) {
    slot.replay(scratch, folded[at], weights[at]);
    slot.replay(cellsAt(timesMs[at]), folded[at], weights[at]);
  }
  const cells = new Float64Array(FEATURE_CELLS + bins);
  cells.set(header);
  for (const outer of [FEATURE_CELL.below, FEATURE_CELL.above, FEATURE_CELL.unseen, FEATURE_CELL.other]) {
    cells[outer] = scratch[slot.offset + outer];
  }
  cells.set(scratch.subarray(slot.binsOffset, slot.binsOffset + bins), FEATURE_CELLS);
  return new Profile(schema, cells, { offset: 0, binsOffset: FEATURE_CELLS, pages: undefined }, expected);
}

function schemaOf(slot: FeatureSlot, values: Float64Array, lengths: Float64Array, header: Float64Array): FeatureSchema {
  const { name } = slot;
  if (slot.kind === 'boolean') return { kind: 'boolean', name, categories: BOOLEAN_CATEGORIES };
  if (slot.kind === 'categorical') {
    const table = slot.categories!;
    const distinct = table.size;
    const isFreeText = distinct === table.max || distinct > values.length * FREE_TEXT_SHARE;
    if (isFreeText && values.length >= FREE_TEXT_MIN_VALUES) return numericSchema(name, 'text', lengths, { shift: 0 });
    return { kind: 'categorical', name, categories: Array.from({ length: distinct }, (_, id) => table.text(id)) };
  }
  const known = header[FEATURE_CELL.finite] > 0 && { min: header[FEATURE_CELL.min], max: header[FEATURE_CELL.max] };
  return numericSchema(name, 'numeric', values, { shift: slot.shift, ...known });
}
