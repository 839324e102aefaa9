/** Makes bins and a provisional reference from the first values that were kept of features and outputs. */
import { type BytesTable, NOT_FOUND, viewOf } from '../decode/index.js';
import { FEATURE_CELL, FEATURE_CELLS } from './cells.js';
import type { CellHolder } from './cell-space.js';
import { coversSketch, hashText, mergeSketch, SKETCH_CELLS } from './distinct-sketch.js';
import { binCount, BOOLEAN_CATEGORIES, type FeatureSchema, numericSchema } from './feature-schema.js';
import type { FeatureSlot } from './feature-slot.js';
import { Profile } from './profile.js';
import type { ReferenceProfiles } from './reference-profiles.js';
import type { WindowView } from './window-view.js';
import type { Output } from '../registry/index.js';
import type { ProvisionalBuffer } from './provisional-buffer.js';

/** A text feature with more different values than this share of its values is folded by length, not by category. */
const FREE_TEXT_SHARE = 0.5;
/** Texts of which more than this share are times are timestamps. */
const TIME_SHARE = 0.9;
/** Fewer values are categories in any case. */
const TEXTS_MIN = 50;

type PaneAt = (timeMs: number) => CellHolder;

/**
 * Freezes slots from their buffers, and counts what was kept into the cells of its time.
 * @param sinceStart gives the cells summed over all panes
 * @returns the references that the values make
 */
export function provisionalProfiles(
  features: readonly FeatureSlot[],
  outputs: readonly FeatureSlot[],
  sinceStart: () => WindowView,
  paneAt: PaneAt,
): Pick<ReferenceProfiles, 'features' | 'outputs'> {
  const { cells } = sinceStart();
  const frozen = { features: freezeAll(features, cells, paneAt), outputs: freezeAll(outputs, cells, paneAt) };
  const all = sinceStart();
  const profiles = <Name>(slots: readonly FeatureSlot[], isOutput: boolean): Map<Name, Profile> =>
    new Map(slots.map((slot) => [slot.name as Name, frozenProfile(slot, all.cells, all.expectedOf(slot, isOutput))]));
  return { features: profiles<string>(frozen.features, false), outputs: profiles<Output>(frozen.outputs, true) };
}

/** A provisional reference with what has been made of it since. */
export function extended(
  before: Partial<ReferenceProfiles>,
  { features, outputs }: Pick<ReferenceProfiles, 'features' | 'outputs'>,
): Omit<ReferenceProfiles, 'name'> {
  return {
    ...before,
    kind: 'provisional',
    hash: '',
    features: new Map([...(before.features ?? []), ...features]),
    outputs: new Map([...(before.outputs ?? []), ...outputs]),
  };
}

/** @param before the cells summed over all panes @returns those that have bins now, what is derived from them included */
function freezeAll(slots: readonly FeatureSlot[], before: Float64Array, paneAt: PaneAt): FeatureSlot[] {
  const frozen: FeatureSlot[] = [];
  for (const slot of slots) {
    if (slot.of !== undefined || !freezeOne(slot, before, paneAt)) continue;
    frozen.push(slot);
    for (const derived of slot.derived) {
      if (derived !== undefined && freezeOne(derived, before, paneAt)) frozen.push(derived);
    }
  }
  return frozen;
}

/** @returns false where no value has come or there is no room for bins */
function freezeOne(slot: FeatureSlot, before: Float64Array, paneAt: PaneAt): boolean {
  const { buffer, categories: kept } = slot;
  slot.buffer = undefined;
  if (buffer === undefined || slot.kind === undefined || buffer.count === 0) return false;
  if (!slot.freeze(schemaOf(slot, buffer, before))) return false;
  const { count, values, weights, timesMs } = buffer;
  const textOf = kept === undefined ? undefined : keptTexts(slot, kept);
  const isText = kept !== undefined && slot.kind !== 'categorical';
  for (let at = 0; at < count; at++) {
    const text = values[at] < 0 ? undefined : textOf?.[values[at]];
    const pane = paneAt(timesMs[at]);
    if (isText) slot.replayText(pane, buffer.text(at), weights[at], timesMs[at], text?.hash);
    else slot.replay(pane, kept === undefined ? values[at] : (text?.category ?? NOT_FOUND), weights[at], text?.hash);
  }
  return true;
}

/**
 * The reference that a slot's values since the start make, in cells of its own.
 * @param expected predictions that should have had the feature
 */
function frozenProfile(slot: FeatureSlot, all: Float64Array, expected: number): Profile {
  const schema = slot.schema!;
  const bins = binCount(schema);
  const isSketched = coversSketch(all, slot.distinctOffset);
  const sketchAt = FEATURE_CELLS + bins;
  const cells = new Float64Array(sketchAt + (isSketched ? SKETCH_CELLS : 0));
  cells.set(all.subarray(slot.offset, slot.offset + FEATURE_CELLS));
  cells.set(all.subarray(slot.binsOffset, slot.binsOffset + bins), FEATURE_CELLS);
  if (isSketched) mergeSketch(cells, sketchAt, all, slot.distinctOffset);
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

function schemaOf(slot: FeatureSlot, buffer: ProvisionalBuffer, before: Float64Array): FeatureSchema {
  const { name, kind = 'numeric', of, offset } = slot;
  const values = buffer.values.subarray(0, buffer.count);
  if (kind === 'boolean') return { kind, name, categories: BOOLEAN_CATEGORIES };
  if (kind === 'categorical') return schemaOfTexts(slot, buffer, values);
  const known = before[offset + FEATURE_CELL.finite] > 0 && {
    min: before[offset + FEATURE_CELL.min],
    max: before[offset + FEATURE_CELL.max],
  };
  return numericSchema(name, kind, values, { ...(of === undefined ? {} : { of }), shift: slot.shift, ...known });
}

/** @param ids of the categories that they are */
function schemaOfTexts(slot: FeatureSlot, buffer: ProvisionalBuffer, ids: Float64Array): FeatureSchema {
  const { name } = slot;
  const table = slot.categories!;
  const counts = new Float64Array(table.size);
  let distinct = table.size;
  for (const id of ids) {
    if (id < 0) distinct++;
    else counts[id]++;
  }
  if (ids.length >= TEXTS_MIN && !slot.isForced) {
    const texts = Array.from(ids, (_, at) => buffer.text(at));
    const ages = texts.map(({ time }, at) => (buffer.timesMs[at] - time) / 1000).filter((age) => age === age);
    if (ages.length > ids.length * TIME_SHARE) return numericSchema(name, 'timestamp', Float64Array.from(ages));
    const lengths = Float64Array.from(texts, ({ length }) => length);
    if (distinct > ids.length * FREE_TEXT_SHARE) return numericSchema(name, 'text', lengths, { shift: 0 });
  }
  const order = Array.from(counts, (_, id) => id);
  const told = Math.min(order.length, slot.maxCategories);
  if (told < order.length) order.sort((a, b) => counts[b] - counts[a] || a - b);
  return { kind: 'categorical', name, categories: order.map((id) => table.text(id)), told };
}
