/** How much a feature takes in a pane, measured on the real observer: cells of a version with more features of its kind. */
import { normalDeviate, type Random, seededRandom } from '../../src/lib/random.js';
import type { FeatureSlot } from '../../src/observe/index.js';
import { NOON_MS, Pipeline } from '../observe/pipeline.js';

export const CELL_BYTES = Float64Array.BYTES_PER_ELEMENT;
const PREDICTIONS = 2500;
const PER_MESSAGE = 100;
const MAX_CATEGORIES = 1000;

type ValueOf = (random: Random) => unknown;

export const FEATURES_BY_KIND = {
  'numeric, all within an octave': (random) => 1100 + 100 * random.next(),
  'numeric, normal': (random) => 1000 + 100 * normalDeviate(random),
  'numeric, normal about 0': (random) => normalDeviate(random),
  'numeric, log-normal over ten powers of ten': (random) => Math.exp(4 * normalDeviate(random)),
  'numeric, an hour of the day': (random) => BigInt(Math.floor(24 * random.next())),
  boolean: (random) => random.next() < 0.5,
  'categorical, 10': (random) => `category ${Math.floor(10 * random.next())}`,
  'categorical, 100': (random) => `category ${Math.floor(100 * random.next())}`,
  'categorical, 1000': (random) => `category ${Math.floor(1000 * random.next())}`,
  'free text': (random) => 'word '.repeat(1 + Math.floor(100 * random.next())) + random.next(),
} as const satisfies Readonly<Record<string, ValueOf>>;

export interface FeatureWidth {
  /** Cells that one more feature of the kind takes in each pane. */
  readonly cells: number;
  readonly slot: FeatureSlot;
  /** Cells of the whole version, and of its largest pane: panes are made with some room. */
  readonly layoutCells: number;
  readonly paneCells: number;
}

export function featureWidth(kind: keyof typeof FEATURES_BY_KIND): FeatureWidth {
  const [few, more] = [2, 4].map((features) => observed(FEATURES_BY_KIND[kind], features));
  const layoutCells = more.save().space.width;
  return {
    cells: (layoutCells - few.save().space.width) / 2,
    slot: more.features.get('x0')!,
    layoutCells,
    paneCells: Math.max(...Array.from(more.rings.panes(), ({ cells }) => cells.length)),
  };
}

/** Predictions enough for bins, and as many again. All features have the same values, and so the same bins and pages. */
function observed(valueOf: ValueOf, features: number) {
  const random = seededRandom(3);
  const pipeline = new Pipeline({ provisionalSize: PREDICTIONS, maxCategoriesPerFeature: MAX_CATEGORIES });
  for (let sent = 0; sent < 2 * PREDICTIONS; sent += PER_MESSAGE) {
    const predictions = Array.from({ length: PER_MESSAGE }, () => {
      const value = valueOf(random);
      const named = Array.from({ length: features }, (_, at): [string, unknown] => [`x${at}`, value]);
      return { timeMs: NOON_MS, features: Object.fromEntries(named) };
    });
    pipeline.predict(...predictions);
  }
  return pipeline.version();
}
