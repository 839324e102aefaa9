/** Makes bins and a provisional reference from the first values that were kept of features and outputs. */
import type { Output } from '../registry/index.js';
import { type BytesTable, NOT_FOUND, viewOf } from '../decode/index.js';
import { FEATURE_CELL, FEATURE_CELLS } from './cells.js';
import type { CellHolder } from './cell-space.js';
import { coversSketch, hashText, mergeSketch, SKETCH_CELLS } from './distinct-sketch.js';
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
  paneAt: (timeMs: number) => CellHolder,
): Pick<ReferenceProfiles, 'features' | 'outputs'> {
  const freeze = <Name>(slots: readonly FeatureSlot[], isOutput: boolean): Map<Name, Profile> => {
    const profiles = new Map<Name, Profile>();
    for (const slot of slots) {
      const profile = freezeOne(slot, all.cells, all.expectedOf(slot, isOutput), paneAt);
      if (profile !== undefined) profiles.set(slot.name as Name, profile);
    }
    return profiles;
  };
  return { features: freeze<string>(features, false), outputs: freeze<Output>(outputs, true) };
}

/**
 * Freezes `slot` from its buffer, and counts what was kept into the cells of its time.
 * @param all the cells summed over all panes
 * @param expected predictions that should have had the feature
 * @returns the reference; undefined where no value has come or there is no room for bins
 */
function freezeOne(
  slot: FeatureSlot,
  all: Float64Array,
  expected: number,
  paneAt: (timeMs: number) => CellHolder,
): Profile | undefined {
  const { buffer, categories: kept } = slot;
  const header = all.slice(slot.offset, slot.offset + FEATURE_CELLS);
  slot.buffer = undefined;
  if (buffer === undefined || slot.kind === undefined || buffer.count === 0) return undefined;
  const { count, values, weights, lengths, timesMs } = buffer;
  const schema = schemaOf(slot, values.subarray(0, count), lengths.subarray(0, count), header);
  if (!slot.freeze(schema)) return undefined;
  const bins = binCount(schema);
  const textOf = kept === undefined ? undefined : keptTexts(slot, kept);
  const scratch = { cells: new Float64Array(slot.space.width) };
  for (let at = 0; at < count; at++) {
    const text = values[at] < 0 ? undefined : textOf?.[values[at]];
    const value =
      schema.kind === 'text' ? lengths[at] : textOf === undefined ? values[at] : (text?.category ?? NOT_FOUND);
    slot.replay(scratch, value, weights[at], text?.hash);
    slot.replay(paneAt(timesMs[at]), value, weights[at], text?.hash);
  }
  const isSketched = slot.distinctOffset >= 0;
  const sketchAt = FEATURE_CELLS + bins;
  const cells = new Float64Array(sketchAt + (isSketched ? SKETCH_CELLS : 0));
  cells.set(header);
  for (const outer of [FEATURE_CELL.below, FEATURE_CELL.above, FEATURE_CELL.unseen, FEATURE_CELL.other]) {
    cells[outer] = scratch.cells[slot.offset + outer];
  }
  cells.set(scratch.cells.subarray(slot.binsOffset, slot.binsOffset + bins), FEATURE_CELLS);
  if (isSketched) {
    // Texts that were not kept are in the panes' sketches already.
    for (const from of [scratch.cells, all]) {
      if (coversSketch(from, slot.distinctOffset)) mergeSketch(cells, sketchAt, from, slot.distinctOffset);
    }
  }
  const distinctOffset = isSketched ? sketchAt : -1;
  return new Profile(
    schema,
    cells,
    { offset: 0, binsOffset: FEATURE_CELLS, pages: undefined, distinctOffset },
    expected,
  );
}

/** For each text that was kept, its hash, and its number among the categories that were frozen. */
function keptTexts(slot: FeatureSlot, kept: BytesTable): { readonly hash: number; readonly category: number }[] {
  return Array.from({ length: kept.size }, (_, id) => {
    const bytes = kept.bytes(id);
    const view = viewOf(bytes);
    const category = slot.kind === 'categorical' ? slot.categories!.find(view, 0, bytes.length) : NOT_FOUND;
    return { hash: hashText(view, 0, bytes.length), category };
  });
}

function schemaOf(slot: FeatureSlot, values: Float64Array, lengths: Float64Array, header: Float64Array): FeatureSchema {
  const { name } = slot;
  if (slot.kind === 'boolean') return { kind: 'boolean', name, categories: BOOLEAN_CATEGORIES };
  if (slot.kind === 'categorical') {
    const table = slot.categories!;
    const counts = new Float64Array(table.size);
    let distinct = table.size;
    for (const id of values) {
      if (id < 0) distinct++;
      else counts[id]++;
    }
    const isFreeText = distinct > values.length * FREE_TEXT_SHARE;
    if (isFreeText && values.length >= FREE_TEXT_MIN_VALUES) return numericSchema(name, 'text', lengths, { shift: 0 });
    const ids = Array.from(counts, (_, id) => id);
    const told = Math.min(ids.length, slot.maxCategories);
    if (told < ids.length) ids.sort((a, b) => counts[b] - counts[a] || a - b);
    return { kind: 'categorical', name, categories: ids.map((id) => table.text(id)), told };
  }
  const known = header[FEATURE_CELL.finite] > 0 && { min: header[FEATURE_CELL.min], max: header[FEATURE_CELL.max] };
  return numericSchema(name, 'numeric', values, { shift: slot.shift, ...known });
}
