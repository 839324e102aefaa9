/** What a feature takes in each pane of each window, and a prediction while it waits for its ground truth. */
import { describe, expect, test } from 'vitest';
import { IdentityRing } from '../../src/correlate/identity-ring.js';
import { binCount, BUCKETS_PER_OCTAVE, FEATURE_CELLS, type FeatureSlot } from '../../src/observe/index.js';
import { SKETCH_CELLS } from '../../src/observe/distinct-sketch.js';
import { CELL_BYTES, FEATURES_BY_KIND, featureWidth } from './feature-width.js';

/** Header, 128 bins, and a page of the sketch. */
const NUMERIC_FEATURE_BYTES = 1280;
/** Panes are made with so much room to grow. */
const PANE_ROOM = 1.125;
/** Cells before a header, so that it begins a cache line. */
const PADDING_MAX = 7;
const WAITING_PREDICTION_BYTES = 61;

test(`a numeric feature takes ${NUMERIC_FEATURE_BYTES} bytes a pane, and 128 for each further octave that its values are in`, () => {
  const within = featureWidth('numeric, all within an octave');
  expect(within.cells * CELL_BYTES).toBeLessThanOrEqual(NUMERIC_FEATURE_BYTES);
  const over = featureWidth('numeric, log-normal over ten powers of ten');
  const octaves = over.slot.pages.filter((page) => page >= 0).length;
  expect(octaves).toBeGreaterThan(10);
  expect((over.cells - within.cells) * CELL_BYTES).toBe((octaves - 1) * 128);
});

function cellsOf({ schema, pages, distinctOffset }: FeatureSlot): number {
  const sketched = pages.filter((page) => page >= 0).length * BUCKETS_PER_OCTAVE;
  return FEATURE_CELLS + binCount(schema!) + sketched + (distinctOffset >= 0 ? SKETCH_CELLS : 0);
}

describe('header, bins, pages of the quantile sketch, and for texts the sketch of different ones are all that a feature takes, and what is derived from it', () => {
  test.each(Object.keys(FEATURES_BY_KIND) as (keyof typeof FEATURES_BY_KIND)[])('%s', (kind) => {
    const { cells, slot, layoutCells, paneCells } = featureWidth(kind);
    expect(slot.schema).toBeDefined();
    const slots = [slot, ...slot.derived.filter((derived) => derived !== undefined)];
    const padding = cells - slots.map(cellsOf).reduce((sum, each) => sum + each);
    expect(padding).toBeGreaterThanOrEqual(0);
    expect(padding).toBeLessThanOrEqual(PADDING_MAX * (slots.length - 1));
    expect(paneCells).toBeLessThanOrEqual(Math.ceil(layoutCells * PANE_ROOM));
  });
});

test(`a prediction takes ${WAITING_PREDICTION_BYTES} bytes while it waits for its ground truth`, () => {
  const capacity = 1_000_000;
  expect(IdentityRing.bytesFor(capacity) / capacity).toBeLessThanOrEqual(WAITING_PREDICTION_BYTES);
});
