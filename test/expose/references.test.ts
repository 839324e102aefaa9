/**
 * Several references at once, from telemetry to the page: what varies by the hour of the day is drift against the training
 * data and none against the same hours of last week; a step is forgotten by a rolling reference and not by a range.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../src/config/index.js';
import { normalDeviate, type Random, seededRandom } from '../../src/lib/random.js';
import type { ReferencePlans, ReferenceProfiles } from '../../src/observe/index.js';
import { FEATURE_METRIC, MODEL_METRIC, prometheusName, type MetricDefinition } from '../../src/registry/index.js';
import { NOON_MS, Pipeline } from '../observe/pipeline.js';
import { Evaluated } from './evaluated.js';
import type { ParsedSample } from './page.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MIDNIGHT_MS = NOON_MS - 12 * HOUR_MS;
const ROWS_PER_HOUR = 240;
const { compare } = defaultConfig();

/** One feature that is large at night; one that is always the same, until it steps. */
function rowsOf(timeMs: number, random: Random, step: number): object[] {
  const isNight = timeMs % DAY_MS < 6 * HOUR_MS;
  return Array.from({ length: ROWS_PER_HOUR / 6 }, () => ({
    features: { daily: normalDeviate(random) + (isNight ? 3 : 0), steps: normalDeviate(random) + step },
  }));
}

function trained(): ReferenceProfiles {
  const random = seededRandom(5);
  const pipeline = new Pipeline({ provisionalSize: 24 * ROWS_PER_HOUR });
  for (let at = 0; at < 24 * 6; at++) pipeline.predict(...rowsOf(at * 10 * MINUTE_MS, random, 0));
  return { ...pipeline.version().reference!, kind: 'training', name: 'm 1', hash: 'abc' };
}

const range = { fromMs: MIDNIGHT_MS, toMs: MIDNIGHT_MS + DAY_MS };
const plans: ReferencePlans = {
  primary: { name: 'training', alerts: true },
  others: [
    { name: 'last-week', kind: 'seasonal', source: '7d', periodMs: 7 * DAY_MS, alerts: true },
    { name: 'day', kind: 'rolling', source: '1d', windowMs: DAY_MS, alerts: false },
    { name: 'first-day', kind: 'range', source: 'first', ...range, alerts: false },
  ],
};

class Watched {
  readonly pipeline: Pipeline;
  readonly #evaluated: Evaluated;
  readonly #random = seededRandom(6);

  constructor(reference: ReferenceProfiles) {
    this.pipeline = new Pipeline({ referenceOf: () => reference, referencePlansOf: () => plans });
    this.pipeline.clock.setMs(MIDNIGHT_MS);
    this.#evaluated = new Evaluated(this.pipeline);
  }

  serve(untilMs: number, step = 0): void {
    const { clock, observer } = this.pipeline;
    for (; clock.nowMs() < untilMs; clock.advanceMs(10 * MINUTE_MS)) {
      this.pipeline.predict(...rowsOf(clock.nowMs(), this.#random, step));
      observer.advance();
    }
  }

  page(): Promise<ParsedSample[]> {
    return this.#evaluated.page();
  }
}

/** By reference, in the window of an hour. */
function valuesOf(page: readonly ParsedSample[], metric: MetricDefinition, feature: string): Record<string, number> {
  const found = page.filter(
    ({ name, labels }) =>
      name === prometheusName(metric) &&
      labels.feature === feature &&
      labels.window === '1h' &&
      (labels.statistic ?? 'psi') === 'psi',
  );
  return Object.fromEntries(found.map(({ labels, value }) => [labels.reference, value]));
}

function statesOf(page: readonly ParsedSample[], feature: string): Record<string, string> {
  const found = page.filter(
    ({ name, labels }) =>
      name === prometheusName(FEATURE_METRIC.driftState) && labels.feature === feature && labels.window === '1h',
  );
  return Object.fromEntries(found.map(({ labels }) => [labels.reference, labels.state]));
}

let watched: Watched;
const pages: Record<'young' | 'night' | 'stepped' | 'settled', ParsedSample[]> = {
  young: [],
  night: [],
  stepped: [],
  settled: [],
};

beforeAll(async () => {
  watched = new Watched(trained());
  watched.serve(MIDNIGHT_MS + 12 * HOUR_MS);
  pages.young = await watched.page();
  watched.serve(MIDNIGHT_MS + 8 * DAY_MS + 4 * HOUR_MS);
  pages.night = await watched.page();
  watched.serve(MIDNIGHT_MS + 8 * DAY_MS + 12 * HOUR_MS, 1);
  pages.stepped = await watched.page();
  watched.serve(MIDNIGHT_MS + 10 * DAY_MS + 12 * HOUR_MS, 1);
  pages.settled = await watched.page();
}, 60_000);

describe('a pattern of the day', () => {
  test('is drift against the training data, and none against the same hours of last week', () => {
    const drift = valuesOf(pages.night, FEATURE_METRIC.drift, 'daily');
    const critical = valuesOf(pages.night, FEATURE_METRIC.driftCriticalValue, 'daily');
    expect(drift.training).toBeGreaterThan(10 * critical.training);
    expect(drift['first-day']).toBeGreaterThan(10 * critical['first-day']);
    expect(drift['last-week']).toBeLessThan(critical['last-week']);
  });

  test('and a feature that stays the same is none against any of them', () => {
    const drift = valuesOf(pages.night, FEATURE_METRIC.drift, 'steps');
    const critical = valuesOf(pages.night, FEATURE_METRIC.driftCriticalValue, 'steps');
    expect(Object.keys(drift).sort()).toEqual(['day', 'first-day', 'last-week', 'training']);
    for (const reference of Object.keys(drift)) expect(drift[reference]).toBeLessThan(critical[reference]);
  });
});

describe('a step', () => {
  const ratios = (page: ParsedSample[]): Record<string, number> => {
    const critical = valuesOf(page, FEATURE_METRIC.driftCriticalValue, 'steps');
    const drift = Object.entries(valuesOf(page, FEATURE_METRIC.drift, 'steps'));
    return Object.fromEntries(drift.map(([reference, value]) => [reference, value / critical[reference]]));
  };

  test('is drift against all of them', () => {
    for (const ratio of Object.values(ratios(pages.stepped))) expect(ratio).toBeGreaterThan(1);
  });

  test('is forgotten by the rolling reference after its length, and by no other', () => {
    const after = ratios(pages.settled);
    expect(after.day).toBeLessThan(1);
    for (const reference of ['training', 'last-week', 'first-day']) expect(after[reference]).toBeGreaterThan(1);
  });
});

describe('what is said of references', () => {
  test('one that has not come to its time is no zero: not enough data', () => {
    expect(statesOf(pages.young, 'daily')).toEqual({
      training: 'ready',
      'last-week': 'not_enough_data',
      'first-day': 'not_enough_data',
      day: 'ready',
    });
    expect(Object.keys(valuesOf(pages.young, FEATURE_METRIC.drift, 'daily')).sort()).toEqual(['day', 'training']);
  });

  test('q-values and since are of those that alert, which rules go by', () => {
    for (const metric of [FEATURE_METRIC.driftQValue, FEATURE_METRIC.driftSince]) {
      expect(Object.keys(valuesOf(pages.stepped, metric, 'steps')).sort()).toEqual(['last-week', 'training']);
    }
    expect(valuesOf(pages.night, FEATURE_METRIC.driftQValue, 'daily').training).toBeLessThan(compare.falseAlarmRate);
  });

  test('each has a series that names its kind, where it comes from and its hash', () => {
    const infos = pages.settled.filter(({ name }) => name === prometheusName(MODEL_METRIC.referenceInfo));
    expect(infos.map(({ labels }) => [labels.reference, labels.reference_kind, labels.reference_source])).toEqual([
      ['training', 'training', 'm 1'],
      ['last-week', 'seasonal', '7d'],
      ['day', 'rolling', '1d'],
      ['first-day', 'range', 'first'],
    ]);
    expect(infos[0].labels.reference_hash).toBe('abc');
  });
});
