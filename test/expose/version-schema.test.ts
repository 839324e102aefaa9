/**
 * What changed in a schema, from telemetry to the page: each change alone, two at once, and none; held against training
 * data and against the version before, and both of them where the two share a reference.
 */
import { describe, expect, test } from 'vitest';
import { normalDeviate, type Random, seededRandom } from '../../src/lib/random.js';
import type { ReferenceProfiles } from '../../src/observe/index.js';
import {
  MODEL_METRIC,
  prometheusName,
  SCHEMA_CHANGES,
  type SchemaBase,
  type SchemaChange,
} from '../../src/registry/index.js';
import { Pipeline } from '../observe/pipeline.js';
import { Evaluated } from './evaluated.js';

const ROWS = 600;

type Row = Readonly<Record<string, unknown>>;
type RowOf = (random: Random) => Row;

const one = (random: Random, ...categories: readonly string[]): string =>
  categories[Math.floor(random.next() * categories.length)];
const distance = (random: Random): number => Math.exp(6 + normalDeviate(random));
const delay = (random: Random): number => normalDeviate(random) - 20;
const carrier = (random: Random): string => one(random, 'AA', 'AA', 'UA', 'DL');
const word = (random: Random): string => `${one(random, 'far', 'near')}${Math.floor(random.next() * 1e6)}`;

const BEFORE: RowOf = (random) => ({
  distance: distance(random),
  delay: delay(random),
  carrier: carrier(random),
});

interface Case {
  readonly what: string;
  readonly now: RowOf;
  readonly changes: Partial<Record<SchemaChange, number>>;
  /** Where a training reference lacks the feature; absent: the same. */
  readonly changesOfTrained?: Partial<Record<SchemaChange, number>>;
}

const CASES: readonly Case[] = [
  { what: 'nothing', now: BEFORE, changes: {} },
  { what: 'one more', now: (random) => ({ ...BEFORE(random), wind: 5 + random.next() }), changes: { added: 1 } },
  {
    what: 'one less',
    now: (random) => ({ distance: distance(random), carrier: carrier(random) }),
    changes: { removed: 1 },
  },
  {
    what: 'numbers under another name',
    now: (random) => ({ miles: distance(random), delay: delay(random), carrier: carrier(random) }),
    changes: { renamed: 1 },
  },
  {
    what: 'categories under another name',
    now: (random) => ({ distance: distance(random), delay: delay(random), airline: carrier(random) }),
    changes: { renamed: 1 },
    // Of a feature that the training data lacks, the categories are not told: there is nothing to match.
    changesOfTrained: { removed: 1, added: 1 },
  },
  {
    what: 'numbers that are texts now',
    now: (random) => ({ ...BEFORE(random), distance: word(random) }),
    changes: { retyped: 1 },
  },
  {
    what: 'categories that are numbers now',
    now: (random) => ({ ...BEFORE(random), carrier: normalDeviate(random) }),
    changes: { retyped: 1 },
  },
  {
    what: 'another category',
    now: (random) => ({ ...BEFORE(random), carrier: one(random, 'AA', 'UA', 'DL', 'LH') }),
    changes: { extended: 1 },
  },
  {
    what: 'a category less',
    now: (random) => ({ ...BEFORE(random), carrier: one(random, 'AA', 'UA') }),
    changes: {},
  },
  {
    what: 'one under another name and one gone',
    now: (random) => ({ miles: distance(random), carrier: carrier(random) }),
    changes: { renamed: 1, removed: 1 },
  },
  {
    what: 'one under another name and one more',
    now: (random) => ({ ...BEFORE(random), distance: undefined, miles: distance(random), wind: 5 + random.next() }),
    changes: { renamed: 1, added: 1 },
  },
  {
    what: 'two that changed names',
    now: (random) => ({ miles: distance(random), late: delay(random), carrier: carrier(random) }),
    changes: { renamed: 2 },
  },
  {
    what: 'one under another name and another retyped',
    now: (random) => ({ miles: distance(random), delay: word(random), carrier: carrier(random) }),
    changes: { renamed: 1, retyped: 1 },
  },
  {
    what: 'one that is both, which nothing ties to what it was',
    now: (random) => ({ miles: word(random), delay: delay(random), carrier: carrier(random) }),
    changes: { removed: 1, added: 1 },
  },
  {
    what: 'one gone and an unlike one come',
    now: (random) => ({ wind: 5 + random.next(), delay: delay(random), carrier: carrier(random) }),
    changes: { removed: 1, added: 1 },
  },
];

function rowsOf(rowOf: RowOf, seed: number, version = '1'): { version: string; features: Row }[] {
  const random = seededRandom(seed);
  return Array.from({ length: ROWS }, () => {
    const sent = Object.entries(rowOf(random)).filter(([, value]) => value !== undefined);
    return { version, features: Object.fromEntries(sent) };
  });
}

function trained(): ReferenceProfiles {
  const pipeline = new Pipeline();
  pipeline.predict(...rowsOf(BEFORE, 1));
  const version = pipeline.version();
  // As of a reference file, profiles with their sketches.
  const features = new Map([...version.features.keys()].map((name) => [name, pipeline.profile(name)]));
  return { ...version.reference!, kind: 'training', name: 'm', hash: 'abc', features };
}

interface Found {
  readonly changes: Partial<Record<SchemaChange, number>>;
  readonly fingerprint: string | undefined;
}

async function found(pipeline: Pipeline, version: string, against: SchemaBase): Promise<Found> {
  const published = await new Evaluated(pipeline).page();
  const page = published.filter(({ labels }) => labels.model_version === version);
  const changes: Partial<Record<SchemaChange, number>> = {};
  for (const { name, labels, value } of page) {
    if (name !== prometheusName(MODEL_METRIC.schemaChanges) || labels.against !== against) continue;
    const change = labels.change as SchemaChange;
    expect(labels.compatibility).toBe(SCHEMA_CHANGES[change]);
    if (value > 0) changes[change] = value;
  }
  const schema = page.find(({ name }) => name === prometheusName(MODEL_METRIC.schema));
  return { changes, fingerprint: schema?.labels.schema };
}

describe('against the training data', () => {
  const reference = trained();
  test.each(CASES)('$what', async ({ now, changes, changesOfTrained = changes }) => {
    const pipeline = new Pipeline({ referenceOf: () => reference });
    pipeline.predict(...rowsOf(now, 2));
    expect((await found(pipeline, '1', 'reference')).changes).toEqual(changesOfTrained);
  });
});

describe('against the version before', () => {
  test.each(CASES)('$what', async ({ now, changes }) => {
    const pipeline = new Pipeline();
    pipeline.predict(...rowsOf(BEFORE, 1));
    pipeline.clock.advanceMs(60_000);
    pipeline.predict(...rowsOf(now, 2, '2'));
    expect((await found(pipeline, '2', 'previous_version')).changes).toEqual(changes);
  });
});

describe('two versions that share a reference', () => {
  const reference = trained();
  test.each(CASES)(
    '$what: a change of the one is no change of the next',
    async ({ now, changes, changesOfTrained = changes }) => {
      const pipeline = new Pipeline({ referenceOf: () => reference });
      pipeline.predict(...rowsOf(now, 2));
      pipeline.clock.advanceMs(60_000);
      pipeline.predict(...rowsOf(now, 3, '2'));
      const [first, second] = [await found(pipeline, '1', 'reference'), await found(pipeline, '2', 'reference')];
      expect(second).toEqual({ ...first, changes: changesOfTrained });
      expect((await found(pipeline, '2', 'previous_version')).changes).toEqual({});
    },
  );

  test.each(CASES)('$what: the change between them', async ({ now, changes, changesOfTrained = changes }) => {
    const pipeline = new Pipeline({ referenceOf: () => reference });
    pipeline.predict(...rowsOf(BEFORE, 2));
    pipeline.clock.advanceMs(60_000);
    pipeline.predict(...rowsOf(now, 3, '2'));
    expect((await found(pipeline, '2', 'previous_version')).changes).toEqual(changesOfTrained);
  });
});
