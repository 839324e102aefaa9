/** What a version is compared against besides its primary reference: each kind holds exactly what came in its time. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type ReferencePlan, type ReferencePlans, type ReferenceProfiles } from '../../src/observe/index.js';
import { NOON_MS, Pipeline } from './pipeline.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MIDNIGHT_MS = NOON_MS - 12 * HOUR_MS;
const common = { source: '', alerts: false };
const seasonal: ReferencePlan = { ...common, name: 'last-week', kind: 'seasonal', periodMs: 7 * DAY_MS };
const rolling: ReferencePlan = { ...common, name: 'day', kind: 'rolling', windowMs: DAY_MS };
const range: ReferencePlan = {
  ...common,
  name: 'second-day',
  source: 'second',
  kind: 'range',
  fromMs: MIDNIGHT_MS + DAY_MS,
  toMs: MIDNIGHT_MS + 2 * DAY_MS,
};
const previous: ReferencePlan = { ...common, name: 'before', kind: 'previous_version' };
const plans: ReferencePlans = {
  primary: { name: 'first', alerts: true },
  others: [seasonal, rolling, range, previous],
};

/** Every hour of every day has a category of its own, once in each of its six ten minutes. */
const hourNamed = (timeMs: number): string => {
  const hours = Math.floor((timeMs - MIDNIGHT_MS) / HOUR_MS);
  return `${Math.floor(hours / 24)}-${hours % 24}`;
};
const categories = Array.from({ length: 11 * 24 }, (_, hour) => hourNamed(MIDNIGHT_MS + hour * HOUR_MS));
/** Often enough that they are no free text. */
const first = [...categories, ...categories, ...categories].map((hour) => ({ features: { hour } }));
const options = { maxCategoriesPerFeature: 1000, provisionalSize: first.length, referencePlansOf: () => plans };

function started(): Pipeline {
  const pipeline = new Pipeline(options);
  pipeline.clock.setMs(MIDNIGHT_MS);
  pipeline.predict(...first);
  return pipeline;
}

function serve(pipeline: Pipeline, untilMs: number, version = '1'): void {
  for (; pipeline.clock.nowMs() < untilMs; pipeline.clock.advanceMs(10 * MINUTE_MS)) {
    pipeline.predict({ version, features: { hour: hourNamed(pipeline.clock.nowMs()) } });
    pipeline.observer.advance();
  }
  pipeline.observer.advance();
}

/** Counts by category, without those of the first predictions. */
function countsIn(pipeline: Pipeline, plan: ReferencePlan, window: number, version = '1'): Record<string, number> {
  const observed = pipeline.version('m', version);
  const selection = observed.references.select(plan, observed.window(window));
  if (selection === undefined) return {};
  let profiles: Pick<ReferenceProfiles, 'features'>;
  if ('profiles' in selection) profiles = selection.profiles;
  else {
    const { packer } = observed.references;
    const cells = new Float64Array(packer.width);
    for (const span of selection.spans) packer.addTo(cells, span);
    const slot = observed.features.get('hour')!;
    profiles = { features: new Map([['hour', observed.profile(slot, observed.viewOf(cells), false)]]) };
  }
  const profile = profiles.features.get('hour')!;
  const counts: Record<string, number> = {};
  const { schema } = profile;
  if (!('categories' in schema)) throw new Error('not counted by category');
  profile.bins.forEach((count, at) => count > 0 && (counts[schema.categories[at]] = count));
  return counts;
}

const hours = (fromMs: number, toMs: number, count = 6): Record<string, number> => {
  const named: Record<string, number> = {};
  for (let timeMs = fromMs; timeMs < toMs; timeMs += HOUR_MS) named[hourNamed(timeMs)] = count;
  return named;
};

let pipeline: Pipeline;
/** 20:30 on the tenth day. */
const END_MS = MIDNIGHT_MS + 9 * DAY_MS + 20.5 * HOUR_MS;

beforeAll(() => {
  pipeline = started();
  serve(pipeline, END_MS);
});

describe('what a reference holds', () => {
  test('seasonal: the hours of the window, a week before', () => {
    const weekAgoMs = END_MS - 7 * DAY_MS;
    expect(countsIn(pipeline, seasonal, 0)).toEqual(hours(weekAgoMs - HOUR_MS / 2, weekAgoMs));
    expect(countsIn(pipeline, seasonal, 1)).toEqual(hours(weekAgoMs - 1.5 * HOUR_MS, weekAgoMs));
    // The window of a day begins at 22:00, with the first of its panes of two hours.
    expect(countsIn(pipeline, seasonal, 2)).toEqual(hours(MIDNIGHT_MS + DAY_MS + 22 * HOUR_MS, weekAgoMs));
  });

  test('rolling: the day before the window, in whole hours that are over', () => {
    const upToMs = MIDNIGHT_MS + 9 * DAY_MS + 19 * HOUR_MS;
    expect(countsIn(pipeline, rolling, 0)).toEqual(hours(upToMs - DAY_MS, upToMs));
    const beforeDayMs = MIDNIGHT_MS + 8 * DAY_MS + 22 * HOUR_MS;
    expect(countsIn(pipeline, rolling, 2)).toEqual(hours(beforeDayMs - DAY_MS, beforeDayMs));
  });

  test('a range: what came in it, whatever comes later', () => {
    const expected = hours(MIDNIGHT_MS + DAY_MS, MIDNIGHT_MS + 2 * DAY_MS);
    for (const window of [0, 1, 2]) expect(countsIn(pipeline, range, window)).toEqual(expected);
  });

  test('nothing is made up before its time has come', () => {
    const young = started();
    serve(young, MIDNIGHT_MS + 2 * DAY_MS + 30 * MINUTE_MS);
    // The last of the range's panes is still in the window of an hour.
    expect(countsIn(young, range, 0)).toEqual({});
    expect(countsIn(young, seasonal, 0)).toEqual({});
    expect(countsIn(young, previous, 0)).toEqual({});
    expect(Object.keys(countsIn(young, rolling, 0))).toHaveLength(24);
  });
});

describe('a new version', () => {
  test('has the range that the version before it served, and that version itself', () => {
    const two = started();
    serve(two, MIDNIGHT_MS + 3 * DAY_MS);
    two.predict({ version: '2', features: { hour: hourNamed(two.clock.nowMs()) } });
    expect(countsIn(two, range, 0, '2')).toEqual(hours(range.fromMs, range.toMs));
    const ofBefore = countsIn(two, previous, 0, '2');
    expect(ofBefore).toEqual(hours(MIDNIGHT_MS + 2 * DAY_MS + 2 * HOUR_MS, MIDNIGHT_MS + 3 * DAY_MS));
  });
});

describe('the history', () => {
  test('survives a restart', () => {
    const restarted = new Pipeline(options);
    restarted.clock.setMs(END_MS);
    restarted.observer.restore(structuredClone(pipeline.observer.save()));
    for (const plan of [seasonal, rolling, range]) {
      expect(countsIn(restarted, plan, 1)).toEqual(countsIn(pipeline, plan, 1));
    }
    serve(restarted, END_MS + HOUR_MS);
    expect(countsIn(restarted, seasonal, 1)).toEqual(
      hours(END_MS - 7 * DAY_MS - HOUR_MS / 2, END_MS - 7 * DAY_MS + HOUR_MS),
    );
  });

  test('of before a range was configured fills it; state of before there was a history is taken as it is', () => {
    const later: ReferencePlan = {
      ...range,
      source: 'eighth',
      fromMs: MIDNIGHT_MS + 7 * DAY_MS,
      toMs: MIDNIGHT_MS + 8 * DAY_MS,
    };
    const configured = { ...options, referencePlansOf: () => ({ ...plans, others: [later, seasonal] }) };
    const restarted = new Pipeline(configured);
    restarted.clock.setMs(END_MS);
    restarted.observer.restore(structuredClone(pipeline.observer.save()));
    expect(countsIn(restarted, later, 0)).toEqual(hours(later.fromMs, later.toMs));

    const saved = structuredClone(pipeline.observer.save());
    const old = { ...saved, versions: saved.versions.map((version) => ({ ...version, references: undefined })) };
    const ofOld = new Pipeline(configured);
    ofOld.clock.setMs(END_MS);
    ofOld.observer.restore(old);
    expect(countsIn(ofOld, seasonal, 0)).toEqual({});
  });

  test('goes no further back than it must, and gives its bytes back', () => {
    const { historyLimit } = pipeline.observer.directory;
    // Seven days, the longest window, and two hours.
    const saved = pipeline.observer.save().versions[0].references!;
    expect(saved.hours.length).toBeLessThanOrEqual(8 * 24 + 4);
    expect(historyLimit.used).toBe(saved.hours.reduce((sum, { places }) => sum + 12 * places.length, 0));
  });

  test('beyond its limit is not kept, and counted', () => {
    const small = new Pipeline({ ...options, maxHistoryBytes: 1000 });
    small.clock.setMs(MIDNIGHT_MS);
    small.predict(...first);
    serve(small, MIDNIGHT_MS + 2 * DAY_MS);
    const { historyLimit } = small.observer.directory;
    expect(historyLimit.used).toBeLessThanOrEqual(1000);
    expect(historyLimit.overflow).toBeGreaterThan(0);
  });

  test('is none where no reference looks back', () => {
    const plain = new Pipeline();
    plain.predict({ features: { hour: 'a' } });
    expect(plain.version().rings.leaving).toBeUndefined();
  });
});
