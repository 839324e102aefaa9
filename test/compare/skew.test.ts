/** Skew of one feature, and the names of what is wrong: planted changes of any size are found, and nothing else is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diagnoseSkew, featureSkew, type SkewColumn, type SkewedFeature } from '../../src/compare/index.js';
import { OUTCOME } from '../../src/interpret/index.js';
import { normalDeviate, type Random, seededRandom } from '../../src/lib/random.js';

const TOLERANCE = 1e-6;
const ROWS = 400;

type Cell = number | string | boolean | undefined;

function column(cells: readonly Cell[]): SkewColumn {
  const kindOf = (cell: Cell): number => {
    if (typeof cell === 'number') return OUTCOME.number;
    return typeof cell === 'boolean' ? OUTCOME.bool : cell === undefined ? OUTCOME.none : OUTCOME.text;
  };
  const codeOf = (cell: Cell): number =>
    typeof cell === 'string'
      ? [...cell].reduce((code, letter) => code * 31 + letter.charCodeAt(0), 7)
      : Number(cell ?? 0);
  return { kinds: Uint8Array.from(cells, kindOf), values: Float64Array.from(cells, codeOf) };
}

const feature = (name: string, online: readonly Cell[], offline: readonly Cell[]): SkewedFeature => ({
  name,
  tolerance: TOLERANCE,
  online: column(online),
  offline: column(offline),
});

const diagnose = (...features: SkewedFeature[]) => diagnoseSkew(features, features.map(featureSkew));

const draw = (seed: number, of: (random: Random) => number, rows = ROWS): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => of(random));
};
const normal = (seed: number, rows = ROWS): number[] => draw(seed, (random) => 50 + 10 * normalDeviate(random), rows);

function permuted<T>(values: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  const out = [...values];
  for (let at = out.length - 1; at > 0; at--) {
    const other = Math.floor(random.next() * (at + 1));
    [out[at], out[other]] = [out[other], out[at]];
  }
  return out;
}

describe('share and size', () => {
  test('a permuted column has the same marginal and mismatches almost everywhere', () => {
    const offline = normal(1);
    const online = permuted(offline, 2);
    expect(online.toSorted()).toEqual(offline.toSorted());
    const skew = featureSkew(feature('x', online, offline));
    expect(skew.rows).toBe(ROWS);
    expect(skew.mismatched!.value).toBeGreaterThan(0.98);
    expect(skew.mismatched!.lower).toBeGreaterThan(0.96);
    expect(diagnose(feature('x', online, offline))).toEqual([undefined]);
  });

  test('numbers differ beyond the tolerance, categories differ, and one side may lack a value', () => {
    const skew = featureSkew(
      feature(
        'x',
        [1, 1, 2, undefined, undefined, 'a', 'a', 1, true],
        [1 + 5e-7, 1.1, undefined, 3, undefined, 'a', 'b', '1', 1],
      ),
    );
    expect(skew.rows).toBe(8);
    expect([...skew.mismatches]).toEqual([1, 2, 3, 6, 7]);
    expect(skew.mismatched!.value).toBe(5 / 8);
    expect(skew.differences).toEqual(Float64Array.of((1.1 - 1) / 1.1));
  });

  test.each([
    ['infinities that are the same', Infinity, Infinity, 0],
    ['opposite infinities', Infinity, -Infinity, 1],
    ['an infinity and a number', Infinity, 3, 1],
    ['zeros of both signs', 0, -0, 0],
    ['zero and something', 0, 1e-300, 1],
  ])('%s', (_, online, offline, mismatched) => {
    const skew = featureSkew(feature('x', [online], [offline]));
    expect(skew.mismatches).toHaveLength(mismatched);
    expect([...skew.differences].every((difference) => difference > 0 && difference <= 2)).toBe(true);
  });

  test('each feature has its own tolerance', () => {
    const rounded = feature('x', [100, 100, 100], [100.4, 99.6, 102]);
    expect(featureSkew(rounded).mismatches).toHaveLength(3);
    expect([...featureSkew({ ...rounded, tolerance: 0.01 }).mismatches]).toEqual([2]);
    expect(featureSkew({ ...rounded, tolerance: 0.02 }).mismatches).toHaveLength(0);
  });

  test('no rows: no share', () => {
    expect(featureSkew(feature('x', [undefined], [undefined]))).toMatchObject({
      rows: 0,
      mismatched: undefined,
    });
    expect(featureSkew(feature('x', [], [])).rows).toBe(0);
  });
});

describe('what is wrong, by name', () => {
  test.each([
    ['×100', 100],
    ['÷100', 0.01],
    ['×1000', 1000],
    ['miles to kilometres', 1.609344],
    ['kilometres to miles', 1 / 1.609344],
    ['inches to centimetres', 2.54],
    ['pounds to kilograms', 0.45359237],
    ['sign changed', -1],
  ])('%s', (name, factor) => {
    const offline = normal(3);
    const [found] = diagnose(
      feature(
        'x',
        offline.map((value) => value * factor),
        offline,
      ),
    );
    expect(found).toMatchObject({ name: 'scaled', detail: name });
    expect(found!.value).toBeCloseTo(factor, 9);
    expect(found!.spread).toBeLessThan(1e-9);
  });

  test('any factor, of whatever distribution, in some rows or all of them', () => {
    const factor = fc.oneof(
      fc.double({ min: 1.001, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-6, max: 0.999, noNaN: true }),
    );
    fc.assert(
      fc.property(factor, fc.integer(), fc.constantFrom(0.2, 0.5, 1), (by, seed, share) => {
        const random = seededRandom(seed);
        const offline = draw(seed + 1, (source) => Math.exp(2 * normalDeviate(source)));
        const online = offline.map((value) => (random.next() < share ? value * by : value));
        const [found] = diagnose(feature('x', online, offline));
        expect(found?.name).toBe('scaled');
        expect(Math.abs(found!.value / by - 1)).toBeLessThan(1e-9);
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  test('a factor that was rounded, a constant difference, and the two scales of temperature', () => {
    const offline = normal(5);
    const of = (change: (value: number) => number) => diagnose(feature('x', offline.map(change), offline))[0];
    expect(of((value) => Math.round(value * 1609.344) / 1000)).toMatchObject({
      name: 'scaled',
      detail: 'miles to kilometres',
    });
    expect(of((value) => value + 7)).toMatchObject({ name: 'shifted', detail: '' });
    expect(of((value) => value + 7)!.value).toBeCloseTo(7, 9);
    expect(of((value) => value + 273.15)).toMatchObject({ name: 'shifted', detail: '°C to K' });
    expect(of((value) => value * 1.8 + 32)).toMatchObject({ name: 'scaled', detail: '°C to °F', value: 1.8 });
    expect(of((value) => (value - 32) / 1.8)).toMatchObject({ name: 'scaled', detail: '°F to °C' });
  });

  test('swapped features, also where one could be a multiple of the other, and also flags', () => {
    const [a, b] = [normal(6), normal(7)];
    expect(diagnose(feature('a', b, a), feature('b', a, b))).toMatchObject([
      { name: 'swapped', detail: 'b', value: 1 },
      { name: 'swapped', detail: 'a', value: 1 },
    ]);
    const cents = a.map((value) => value * 100);
    expect(diagnose(feature('a', cents, a), feature('cents', a, cents)).map((found) => found?.name)).toEqual([
      'swapped',
      'swapped',
    ]);
    const [p, q] = [8, 9].map((seed) => draw(seed, (random) => (random.next() < 0.3 ? 1 : 0)));
    expect(diagnose(feature('p', q, p), feature('q', p, q)).map((found) => found?.name)).toEqual([
      'swapped',
      'swapped',
    ]);
  });

  test('a renamed feature is told on both of its names', () => {
    const values = permuted(
      ['ORD', 'SEA', 'JFK', 'LAX'].flatMap((code) => Array<string>(100).fill(code)),
      10,
    );
    const none = values.map(() => undefined);
    expect(diagnose(feature('dest', values, none), feature('destination', none, values))).toMatchObject([
      { name: 'renamed', detail: 'destination' },
      { name: 'renamed', detail: 'dest' },
    ]);
  });

  test('a feature that is filled with another one, which is right itself', () => {
    const [a, b] = [normal(11), normal(12)];
    expect(diagnose(feature('a', b, a), feature('b', b, b))).toMatchObject([
      { name: 'renamed', detail: 'b' },
      undefined,
    ]);
  });

  test('values that the entity had before, also where they differ by a constant, and in some rows only', () => {
    const [before, now] = [normal(17), normal(18)];
    const lagging = (share: number, old: readonly number[]): SkewedFeature => {
      const random = seededRandom(19);
      const online = now.map((value, row) => (random.next() < share ? old[row] : value));
      return { ...feature('x', online, now), previous: column(old) };
    };
    for (const share of [0.2, 1]) {
      expect(diagnose(lagging(share, before))).toEqual([{ name: 'stale', detail: '', value: 1 }]);
    }
    const counted = now.map((value) => value - 1);
    expect(diagnose(lagging(1, counted))).toMatchObject([{ name: 'stale' }]);
    expect(diagnose({ ...feature('x', before, now), previous: column(normal(20)) })).toEqual([undefined]);
    const cents = now.map((value) => value * 100);
    expect(diagnose({ ...feature('x', cents, now), previous: column(before) })).toMatchObject([
      { name: 'scaled', detail: '×100' },
    ]);
  });

  test('nine in ten of the rows that differ must be the values from before', () => {
    const [before, now, other] = [normal(17), normal(18), normal(21)];
    const mixed = (share: number): SkewedFeature => ({
      ...feature(
        'x',
        before.map((value, row) => (row < share * ROWS ? value : other[row])),
        now,
      ),
      previous: column(before),
    });
    expect(diagnose(mixed(0.95))).toMatchObject([{ name: 'stale', value: 0.95 }]);
    expect(diagnose(mixed(0.85))).toEqual([undefined]);
  });

  test('missing on one side', () => {
    const values = normal(13);
    const some = values.map((value, row) => (row % 3 === 0 ? undefined : value));
    expect(diagnose(feature('x', some, values))[0]).toMatchObject({ name: 'missing_online', value: 1 });
    expect(diagnose(feature('x', values, some))[0]).toMatchObject({ name: 'missing_offline', value: 1 });
  });
});

describe('no name without a reason', () => {
  test('agreeing data, with the rounding of single precision', () => {
    const values = normal(14);
    expect(diagnose(feature('x', values, values))).toEqual([undefined]);
    expect(diagnose(feature('x', values.map(Math.fround), values))).toEqual([undefined]);
  });

  test('a few mismatches', () => {
    const values = normal(15);
    expect(
      diagnose(
        feature(
          'x',
          values.map((value, row) => (row < 19 ? value * 100 : value)),
          values,
        ),
      ),
    ).toEqual([undefined]);
  });

  test('independent noise of many kinds, several features at once', () => {
    const kinds: readonly ((random: Random) => number)[] = [
      (random) => normalDeviate(random),
      (random) => Math.exp(3 * normalDeviate(random)),
      (random) => Math.floor(random.next() * 3),
      (random) => (random.next() < 0.5 ? 1 : 0),
      (random) => (random.next() < 0.97 ? 1 : 2),
      (random) => (random.next() < 0.03 ? 1 : 0),
      () => 4,
    ];
    for (let seed = 0; seed < 200; seed++) {
      const features = kinds.map((of, index) =>
        feature(
          `f${index}`,
          draw(1000 * seed + index, of),
          draw(1000 * seed + 100 + index, kinds[(index + seed) % kinds.length]),
        ),
      );
      expect(diagnose(...features)).toEqual(kinds.map(() => undefined));
    }
  });

  test('values that are a little off, each by itself', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(1e-5, 1e-3, 0.1), (seed, size) => {
        const random = seededRandom(seed);
        const offline = normal(seed);
        const online = offline.map((value) => value * (1 + size * normalDeviate(random)));
        expect(diagnose(feature('x', online, offline))).toEqual([undefined]);
      }),
      { seed: 16, numRuns: 50 },
    );
  });

  test('rows in a regular order are as good as any', () => {
    const offline = Array.from({ length: 60 }, (_, row) => [1000, 2000, 500, 300, 600][row % 5]);
    const online = offline.map((value) => value * 100);
    expect(diagnose(feature('x', online, offline))).toMatchObject([{ name: 'scaled', detail: '×100' }]);
  });

  test('two constants: too many explanations are none', () => {
    const offline = Array<number>(ROWS).fill(5);
    expect(
      diagnose(
        feature(
          'x',
          offline.map(() => 3),
          offline,
        ),
      ),
    ).toEqual([undefined]);
  });
});
