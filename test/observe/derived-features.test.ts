/** What is derived from texts and times: against plain computation on the values, however they come and are kept. */
import { describe, expect, test } from 'vitest';
import { viewOf } from '../../src/decode/index.js';
import { type Random, seededRandom } from '../../src/lib/random.js';
import {
  FEATURE_CELL,
  measured,
  measureText,
  type ObserverOptions,
  type Profile,
  timeOfNumber,
  timeOfText,
} from '../../src/observe/index.js';
import type { FeatureKind } from '../../src/registry/index.js';
import { NOON_MS, Pipeline, type SentPrediction } from './pipeline.js';

const ENCODER = new TextEncoder();
const HOUR_MS = 3_600_000;
const WINDOW = 2;

function measure(text: string | Uint8Array): [words: number, nonAsciiShare: number] {
  const bytes = typeof text === 'string' ? ENCODER.encode(text) : text;
  measureText(viewOf(bytes), 0, bytes.length);
  return [measured.words, measured.nonAsciiShare];
}

function time(text: string): number {
  const bytes = ENCODER.encode(text);
  return timeOfText(viewOf(bytes), 0, bytes.length);
}

const PIECES = [' ', '\t', '\n', '\u0085', '\u00a0', '\u1680', '\u2003', '\u200b', '\u202f', '\u205f', '\u3000'];
const LETTERS = ['a', 'Z', '9', '-', 'ä', 'ß', 'Ж', '東', '京', '👍', '\u0301', '\u2028', '\ufeff'];

function randomText(random: Random): string {
  const length = Math.floor(random.next() * 30);
  const pick = (from: readonly string[]): string => from[Math.floor(random.next() * from.length)];
  return Array.from({ length }, () => pick(random.next() < 0.3 ? PIECES : LETTERS)).join('');
}

const wordsOf = (text: string): number => text.split(/\p{White_Space}+/u).filter((word) => word !== '').length;
function shareOf(text: string): number {
  const characters = [...text];
  return characters.filter((character) => character.codePointAt(0)! > 127).length / characters.length;
}

describe('a text', () => {
  test.each([
    ['one', 1, 0],
    ['  two   words ', 2, 0],
    ['ein schöner Tag', 3, 1 / 15],
    ['東京\u3000大阪', 2, 1],
    ['👍🏽 ok', 2, 2 / 5],
  ])('%s', (text, words, share) => expect(measure(text)).toEqual([words, share]));

  test('has the words and the characters that regular expressions of Unicode find in it', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 2000; round++) {
      const text = randomText(random);
      if (text !== '') expect([text, ...measure(text)]).toEqual([text, wordsOf(text), shareOf(text)]);
    }
  });

  test('that is no UTF-8 gives numbers within their ranges', () => {
    const random = seededRandom(8);
    for (let round = 0; round < 2000; round++) {
      const bytes = Uint8Array.from({ length: 1 + (round % 9) }, () => random.next() * 256);
      const [words, share] = measure(bytes);
      expect(words).toBeLessThanOrEqual(bytes.length);
      expect(share >= 0 && share <= 1).toBe(true);
    }
  });
});

describe('a time', () => {
  test.each([
    ['2001-01-02', Date.UTC(2001, 0, 2)],
    ['2001-01-02T03:04', Date.UTC(2001, 0, 2, 3, 4)],
    ['2001-01-02 03:04:05', Date.UTC(2001, 0, 2, 3, 4, 5)],
    ['2001-01-02t03:04:05z', Date.UTC(2001, 0, 2, 3, 4, 5)],
    ['2001-01-02T03:04:05.678Z', Date.UTC(2001, 0, 2, 3, 4, 5, 678)],
    ['2001-01-02T03:04:05.678123456+02:00', Date.UTC(2001, 0, 2, 1, 4, 5, 678) + 0.123456],
    ['2001-01-02T03:04:05,5-0330', Date.UTC(2001, 0, 2, 6, 34, 5, 500)],
    ['2001-01-02 03:04:05+02', Date.UTC(2001, 0, 2, 1, 4, 5)],
    ['1969-12-31T23:59:59Z', -1000],
    ['2000-02-29', Date.UTC(2000, 1, 29)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
  ])('%s', (text, expected) => expect(time(text)).toBeCloseTo(expected, 5));

  test.each([
    '',
    '2001',
    '2001-1-2',
    '2001-13-01',
    '2001-02-29',
    '2001-01-00',
    '1900-02-29',
    '2001-01-02T24:00:00',
    '2001-01-02T03:60',
    '2001-01-02T03:04:61',
    '2001-01-02T03:04:05.',
    '2001-01-02T03:04:05+2',
    '2001-01-02T03:04:05 Z',
    '2001-01-02x03:04:05',
    '20010102T030405Z',
    'yesterday at noon',
  ])('%s is none', (text) => expect(time(text)).toBeNaN());

  test('is what Date makes of it, from year 1 to 9999', () => {
    const random = seededRandom(9);
    const first = Date.parse('0001-01-01T00:00:00Z');
    const span = Date.parse('9999-12-31T23:59:59Z') - first;
    for (let round = 0; round < 2000; round++) {
      const at = Math.floor(first + random.next() * span);
      expect(time(new Date(at).toISOString())).toBe(at);
    }
  });

  test('as a number is of the unit that its magnitude tells', () => {
    const at = NOON_MS;
    for (const number of [at / 1000, at, at * 1000, at * 1_000_000]) expect(timeOfNumber(number)).toBeCloseTo(at, 2);
    expect(timeOfNumber(1e300)).toBeNaN();
    expect(timeOfNumber(-1)).toBe(-1000);
  });
});

const kinds = (...of: readonly (readonly [string, FeatureKind])[]): Partial<ObserverOptions> => ({
  knownModel: () => ({ kinds: new Map(of) }),
});

const texts = (count: number, from = 0): SentPrediction[] =>
  Array.from({ length: count }, (_, at) => ({
    features: { comment: `${'schöne '.repeat((from + at) % 4)}number ${from + at}` },
  }));
const commentOf = ({ features }: SentPrediction): string => features!.comment as string;

const agesS = (from: number, count: number): number[] => Array.from({ length: count }, (_, at) => (from + at) * 977);
const times = (count: number, from = 0): SentPrediction[] =>
  agesS(from, count).map((ageS, at) => {
    const timeMs = NOON_MS - ((from + at) % 60) * 1000;
    return { timeMs, features: { t: new Date(timeMs - ageS * 1000).toISOString() } };
  });

const valuesIn = ({ bins, outOfRange }: Profile): number => bins.reduce((sum, count) => sum + count, outOfRange);

function expectTexts(pipeline: Pipeline, sent: readonly SentPrediction[]): void {
  const all = sent.map(commentOf);
  for (const [name, of] of [
    ['comment', (text: string) => ENCODER.encode(text).length],
    ['comment:words', wordsOf],
    ['comment:non_ascii', shareOf],
  ] as const) {
    const numbers = all.map(of);
    const profile = pipeline.profile(name, WINDOW);
    expect([name, profile.finite, valuesIn(profile), profile.missing]).toEqual([name, all.length, all.length, 0]);
    expect(profile.mean).toBeCloseTo(numbers.reduce((sum, x) => sum + x, 0) / numbers.length, 9);
    expect([profile.min, profile.max]).toEqual([Math.min(...numbers), Math.max(...numbers)]);
  }
}

function expectTimes(pipeline: Pipeline, sent: readonly SentPrediction[], ages: readonly number[]): void {
  const t = pipeline.profile('t', WINDOW);
  expect([t.finite, valuesIn(t), t.missing, t.typeMismatch]).toEqual([sent.length, sent.length, 0, 0]);
  expect(t.mean).toBeCloseTo(ages.reduce((sum, age) => sum + age, 0) / ages.length, 6);
  expect([t.min, t.max]).toEqual([Math.min(...ages), Math.max(...ages)]);
  const dates = sent.map(({ features }) => new Date(features!.t as string));
  const count = (of: (date: Date) => number, length: number): number[] =>
    Array.from({ length }, (_, index) => dates.filter((date) => of(date) === index).length);
  expect([...pipeline.profile('t:hour', WINDOW).bins]).toEqual(count((date) => date.getUTCHours(), 24));
  expect([...pipeline.profile('t:weekday', WINDOW).bins]).toEqual(count((date) => (date.getUTCDay() + 6) % 7, 7));
}

describe('in serving', () => {
  test('free text that the first values show is folded from its first value on', () => {
    const pipeline = new Pipeline();
    const sent = texts(300);
    pipeline.predict(...sent);
    expectTexts(pipeline, sent);
    const { features } = pipeline.version().reference!;
    expect([...features.keys()]).toEqual(['comment', 'comment:words', 'comment:non_ascii']);
    expect(features.get('comment:words')!.finite).toBe(200);
    expect([...features.get('comment:words')!.bins]).toEqual([50, 50, 50, 50]);
  });

  test('text by configuration', () => {
    const pipeline = new Pipeline(kinds(['comment', 'text']));
    const sent: SentPrediction[] = texts(30).map(() => ({ features: { comment: 'the same' } }));
    pipeline.predict(...sent, { features: { comment: 'longer than the others' } });
    expect(pipeline.profile('comment', WINDOW).max).toBe(22);
    expect(pipeline.profile('comment:words', WINDOW).finite).toBe(31);
    const more = sent.concat(texts(300));
    pipeline.predict(...more);
    expect(pipeline.version().reference!.features.get('comment')!.schema.kind).toBe('text');
    expect(pipeline.profile('comment:words', WINDOW).finite).toBe(31 + more.length);
  });

  test('what the base lacks is counted there, and nowhere else', () => {
    const pipeline = new Pipeline();
    pipeline.predict(
      ...texts(200),
      { features: { other: 1 } },
      { features: { comment: '' } },
      { features: { comment: 7 } },
    );
    const base = pipeline.profile('comment', WINDOW);
    expect([base.absent, base.empty, base.typeMismatch]).toEqual([1, 1, 1]);
    for (const name of ['comment:words', 'comment:non_ascii']) {
      const profile = pipeline.profile(name, WINDOW);
      expect([profile.observations, profile.missing, profile.typeMismatch]).toEqual([200, 0, 0]);
    }
  });

  test('times that the first values show are folded by age, hour and weekday, each at its own event time', () => {
    const pipeline = new Pipeline();
    const sent = times(300);
    pipeline.predict(...sent);
    expect(pipeline.version().reference!.features.get('t')!.schema.kind).toBe('timestamp');
    expectTimes(pipeline, sent, agesS(0, 300));
    pipeline.predict({ features: { t: 'never' } }, { features: { t: '2026-02-30' } });
    expect(pipeline.profile('t', WINDOW).typeMismatch).toBe(2);
    pipeline.predict({ features: { t: new Date(NOON_MS + HOUR_MS).toISOString() } });
    expect(pipeline.profile('t', WINDOW).cell(FEATURE_CELL.below)).toBe(1);
  });

  test.each([1 / 1000, 1, 1000, 1_000_000])('numbers by configuration, %s to a millisecond', (unit) => {
    const pipeline = new Pipeline(kinds(['t', 'timestamp']));
    const ages = agesS(1, 60);
    pipeline.predict(...ages.map((age) => ({ features: { t: (NOON_MS - age * 1000) * unit } })));
    const t = pipeline.profile('t', WINDOW);
    expect([t.finite, t.typeMismatch]).toEqual([60, 0]);
    expect(t.mean).toBeCloseTo(ages.reduce((sum, age) => sum + age, 0) / 60, 2);
    expect(valuesIn(pipeline.profile('t:hour', WINDOW))).toBe(60);
  });

  test('whole numbers are categories where the configuration says so, and others are of another type', () => {
    const pipeline = new Pipeline(kinds(['code', 'categorical']));
    const codes = [0, -7, 501, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    pipeline.predict(...Array.from({ length: 200 }, (_, at) => ({ features: { code: codes[at % codes.length] } })));
    const { schema } = pipeline.version().reference!.features.get('code')!;
    expect(schema.kind === 'categorical' && schema.categories).toEqual(codes.map(String));
    pipeline.predict({ features: { code: 501n } }, { features: { code: '501' } }, { features: { code: 0.5 } });
    const code = pipeline.profile('code', WINDOW);
    expect([...code.bins]).toEqual([40, 40, 42, 40, 40]);
    expect(code.typeMismatch).toBe(1);
  });

  test('a feature that has the name already keeps it', () => {
    const pipeline = new Pipeline();
    pipeline.predict(...texts(200).map((one, at) => ({ features: { 'comment:words': at % 2, ...one.features } })));
    expect([...pipeline.profile('comment:words', WINDOW).bins]).toEqual([100, 100]);
    expect(pipeline.profile('comment:non_ascii', WINDOW).finite).toBe(200);
  });

  test('a feature that is sent under the name later is left out, and counted', () => {
    const pipeline = new Pipeline();
    pipeline.predict(...texts(200), { features: { 'comment:words': 1000 } });
    expect(pipeline.profile('comment:words', WINDOW).max).toBe(5);
    expect(pipeline.version().totals.overflowObservations).toBe(1);
  });

  test('the limit of features counts what is sent', () => {
    const pipeline = new Pipeline({ maxFeaturesPerVersion: 2, ...kinds(['a', 'text'], ['b', 'timestamp']) });
    pipeline.predict({ features: { a: 'x y', b: '2026-01-01', c: 1 } });
    expect([...pipeline.version().features.keys()].sort()).toEqual(
      ['a', 'a:non_ascii', 'a:words', 'b', 'b:hour', 'b:weekday'].sort(),
    );
    expect(pipeline.version().totals.overflowObservations).toBe(1);
  });
});

describe('over a restart', () => {
  test.each([50, 200, 250])('after %i values', (before) => {
    const both = (count: number, from: number): SentPrediction[] =>
      times(count, from).map(({ timeMs, features }, at) => ({
        timeMs,
        features: { ...features, ...texts(1, from + at)[0].features },
      }));
    const sent = both(300, 0);
    const first = new Pipeline();
    first.predict(...sent.slice(0, before));
    const second = new Pipeline();
    second.observer.restore(structuredClone(first.observer.save()));
    second.predict(...sent.slice(before));
    expectTexts(second, sent);
    expectTimes(second, sent, agesS(0, 300));
  });

  test('from before there was anything derived', () => {
    const first = new Pipeline();
    first.predict(...texts(200));
    const state = structuredClone(first.observer.save());
    const versions = state.versions.map((version) => ({
      ...version,
      features: version.features.filter(({ of }) => of === undefined),
    }));
    const second = new Pipeline();
    second.observer.restore({ ...state, versions });
    second.predict(...texts(20, 200));
    expect(second.profile('comment', WINDOW).finite).toBe(220);
    expect(second.profile('comment:words', WINDOW).finite).toBe(20);
  });

  test('with another kind by configuration the feature begins anew', () => {
    const first = new Pipeline();
    first.predict(...texts(200));
    const second = new Pipeline(kinds(['comment', 'categorical']));
    second.observer.restore(structuredClone(first.observer.save()));
    second.predict(...texts(20));
    expect(second.version().features.get('comment')!.kind).toBe('categorical');
    expect(second.profile('comment', WINDOW).present).toBe(20);
  });
});
