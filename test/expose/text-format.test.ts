/** Numbers and label values: literal cases, and the law that what is written can be read back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FamilySet } from '../../src/expose/families.js';
import { canonicalFloatText, valueText } from '../../src/expose/text-format.js';
import { FEATURE_METRIC } from '../../src/registry/index.js';
import { pageOf, parsePage } from './page.js';

describe('canonicalFloatText', () => {
  /** The table of OpenMetrics 1.0.0, 'Considerations: Canonical Numbers'. */
  const CANONICAL = `
    1e-10 1e-09 1e-08 1e-07 1e-06 1e-05 0.0001 0.001 0.01 0.1 1.0 10.0 100.0 1000.0 10000.0 100000.0 1e+06 1e+07 1e+08
    1e+09 1e+10 0.0 0.005 0.025 9.999 10.5 86400.0 604800.0 2.592e+06 1.234567e+06 -1.0 +Inf -Inf NaN`
    .trim()
    .split(/\s+/);

  test.each(CANONICAL)('%s', (text) => {
    const value = text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
    expect(canonicalFloatText(value)).toBe(text);
  });

  test('reads back as the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(canonicalFloatText(value))).toBe(value + 0);
      }),
    );
  });
});

test('a value is written with the shortest text that reads back as the same double', () => {
  expect([0, -0, 1, 0.1, 1e21, 1e-7, 123456789.25, Number.NaN, Infinity, -Infinity].map(valueText)).toEqual([
    '0',
    '0',
    '1',
    '0.1',
    '1e+21',
    '1e-7',
    '123456789.25',
    'NaN',
    '+Inf',
    '-Inf',
  ]);
});

test('any label values and any number come back from a page', async () => {
  const special = fc.constantFrom(
    '\\',
    '"',
    '\n',
    '\r',
    '{',
    '}',
    ',',
    '=',
    ' ',
    '#',
    '\\n',
    '\u0000',
    'é',
    '🛩',
    '\u2028',
  );
  const label = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.array(fc.oneof(special, fc.string({ maxLength: 3 })), { maxLength: 12 }).map((parts) => parts.join('')),
  );
  const row = fc.record({ labels: fc.tuple(label, label, label, label), value: fc.double() });
  const rows = fc.uniqueArray(row, { maxLength: 20, selector: ({ labels }) => JSON.stringify(labels) });
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom('prometheus' as const, 'openmetrics' as const), async (series, format) => {
      const set = new FamilySet([FEATURE_METRIC.windowObservations], { maxSeries: 100 });
      set.begin();
      for (const { labels, value } of series) set.set(FEATURE_METRIC.windowObservations, labels, value);
      set.commit();
      const parsed = parsePage(await pageOf(set, format));
      expect(parsed).toEqual(
        series.map(({ labels: [model, version, feature, window], value }) => ({
          name: 'ml_feature_window_observations',
          labels: { model_name: model, model_version: version, feature, window },
          value: value + 0,
        })),
      );
    }),
  );
});
