/** More different values than the reference explains: what is expected against simulation, and the finding on both sides. */
import { describe, expect, test } from 'vitest';
import { expectedDistinct, hasExploded } from '../../src/compare/index.js';
import { type Random, seededRandom } from '../../src/lib/random.js';
import {
  addHash,
  type FeatureSchema,
  FEATURE_CELL,
  FEATURE_CELLS,
  hashString,
  Profile,
  registersOf,
  SKETCH_CELLS,
} from '../../src/observe/index.js';

/** Folds texts over the categories that have bins; the others are unseen, or known as `other`. */
function fold(schema: FeatureSchema, texts: readonly string[], known: ReadonlySet<string>): Profile {
  const place = new Map('categories' in schema ? schema.categories.map((category, bin) => [category, bin]) : []);
  const bins = place.size;
  const cells = new Float64Array(FEATURE_CELLS + bins + SKETCH_CELLS);
  const registers = registersOf(cells, FEATURE_CELLS + bins);
  cells[FEATURE_CELL.present] = texts.length;
  for (const text of texts) {
    const bin = place.get(text);
    if (bin !== undefined) cells[FEATURE_CELLS + bin]++;
    else {
      if (place.size > 0) cells[known.has(text) ? FEATURE_CELL.other : FEATURE_CELL.unseen]++;
      addHash(registers, hashString(text));
    }
  }
  const at = { offset: 0, binsOffset: FEATURE_CELLS, pages: undefined, distinctOffset: FEATURE_CELLS + bins };
  return new Profile(schema, cells, at, texts.length);
}

/** Shares fall as 1/rank. */
function drawn(random: Random, count: number, categories: number): string[] {
  const total = Math.log(categories + 1);
  return Array.from({ length: count }, () => `c${Math.floor(Math.exp(random.next() * total))}`);
}

/** A reference with the categories that came in it, the most frequent with bins. */
function referenceOf(
  texts: readonly string[],
  binned: number,
): { reference: Profile; schema: FeatureSchema; known: Set<string> } {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const ranked = [...counts].sort(([, a], [, b]) => b - a).map(([text]) => text);
  const schema: FeatureSchema = { kind: 'categorical', name: 'c', categories: ranked.slice(0, binned) };
  const known = new Set(ranked);
  return { reference: fold(schema, texts, known), schema, known };
}

describe('categories', () => {
  test.each([
    [200, 500, 2_000, 1_024],
    [2_000, 5_000, 20_000, 100],
    [300, 20_000, 20_000, 1_024],
  ])('%i of them, %i values against %i: at most what is expected, within the noise', (categories, n, m, binned) => {
    const random = seededRandom(3);
    const { reference } = referenceOf(drawn(random, m, categories), binned);
    const expected = expectedDistinct(reference, reference.distinct, n);
    const counts = Array.from({ length: 40 }, () => new Set(drawn(random, n, categories)).size);
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    expect(mean).toBeLessThan(expected + 0.05 * expected + 3);
    expect(mean).toBeGreaterThan(expected / 2);
  });

  test('without a change the finding does not come, with twice the variety it does', () => {
    const random = seededRandom(5);
    const { reference, schema, known } = referenceOf(drawn(random, 5_000, 400), 1_024);
    for (let window = 0; window < 200; window++) {
      expect(hasExploded(reference, fold(schema, drawn(random, 300, 400), known), 300, 1e-3)).toBe(false);
    }
    const usual = drawn(random, 300, 400);
    const withIds = [...usual.slice(0, 75), ...Array.from({ length: 225 }, (_, id) => `order ${id}`)];
    expect(hasExploded(reference, fold(schema, withIds, known), 300, 1e-3)).toBe(true);
  });

  test('one new category is none, nor are a reference and a window without any', () => {
    const { reference, schema, known } = referenceOf(
      ['a', 'b', 'a', 'b'].flatMap((text) => new Array<string>(50).fill(text)),
      10,
    );
    expect(hasExploded(reference, fold(schema, [...new Array<string>(99).fill('a'), 'new'], known), 100, 1e-3)).toBe(
      false,
    );
    const nothing = fold(schema, [], known);
    expect(hasExploded(reference, nothing, 0, 1e-3)).toBe(false);
    expect(hasExploded(nothing, reference, 200, 1e-3)).toBe(false);
  });
});

describe('free texts', () => {
  const text: FeatureSchema = { kind: 'text', name: 't', min: 0, upper: new Float64Array(0), shift: 0 };
  const templates = (count: number, kinds: number): string[] =>
    Array.from({ length: count }, (_, i) => `template ${i % kinds}`);

  test('templates that become unlike each other are found, texts that always were are not', () => {
    const reference = fold(text, templates(2_000, 150), new Set());
    expect(hasExploded(reference, fold(text, templates(1_000, 150), new Set()), 1_000, 1e-3)).toBe(false);
    expect(hasExploded(reference, fold(text, templates(1_000, 1_000), new Set()), 1_000, 1e-3)).toBe(true);
    const unlike = fold(text, templates(2_000, 2_000), new Set());
    const longer = Array.from({ length: 8_000 }, (_, i) => `another ${i}`);
    expect(hasExploded(unlike, fold(text, longer, new Set()), 8_000, 1e-3)).toBe(false);
  });
});
