/** What a feature takes in each pane of each window, and a prediction while it waits for its ground truth. */
import { describe, expect, test } from 'vitest';
import { IdentityRing } from '../../src/correlate/identity-ring.js';
import { binCount, BUCKETS_PER_OCTAVE, FEATURE_CELLS } from '../../src/observe/index.js';
import { SKETCH_CELLS } from '../../src/observe/distinct-sketch.js';
import { CELL_BYTES, FEATURES_BY_KIND, featureWidth } from './feature-width.js';

/** Header, 128 bins, and a page of the sketch. */
const NUMERIC_FEATURE_BYTES = 1280;
/** Panes are made with so much room to grow. */
const PANE_ROOM = 1.125;
const WAITING_PREDICTION_BYTES = 61;

test(`a numeric feature takes ${NUMERIC_FEATURE_BYTES} bytes a pane, and 128 for each further octave that its values are in`, () => {
  const within = featureWidth('numeric, all within an octave');
  expect(within.cells * CELL_BYTES).toBeLessThanOrEqual(NUMERIC_FEATURE_BYTES);
  const over = featureWidth('numeric, log-normal over ten powers of ten');
  const octaves = over.slot.pages.filter((page) => page >= 0).length;
  expect(octaves).toBeGreaterThan(10);
  expect((over.cells - within.cells) * CELL_BYTES).toBe((octaves - 1) * 128);
});

describe('header, bins, pages of the quantile sketch, and for texts the sketch of different ones are all that a feature takes', () => {
  test.each(Object.keys(FEATURES_BY_KIND) as (keyof typeof FEATURES_BY_KIND)[])('%s', (kind) => {
    const { cells, slot, layoutCells, paneCells } = featureWidth(kind);
    const pages = slot.pages.filter((page) => page >= 0).length;
    expect(slot.schema).toBeDefined();
    const distinct = slot.distinctOffset >= 0 ? SKETCH_CELLS : 0;
    expect(cells).toBe(FEATURE_CELLS + binCount(slot.schema!) + BUCKETS_PER_OCTAVE * pages + distinct);
    expect(paneCells).toBeLessThanOrEqual(Math.ceil(layoutCells * PANE_ROOM));
  });
});

test(`a prediction takes ${WAITING_PREDICTION_BYTES} bytes while it waits for its ground truth`, () => {
  const capacity = 1_000_000;
  expect(IdentityRing.bytesFor(capacity) / capacity).toBeLessThanOrEqual(WAITING_PREDICTION_BYTES);
});
