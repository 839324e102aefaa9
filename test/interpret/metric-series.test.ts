/** The table of series is bounded, and what it forgets never counts twice. */
import { expect, test } from 'vitest';
import { MetricPoint, TEMPORALITY } from '../../src/decode/index.js';
import { MetricSeries } from '../../src/interpret/metric-series.js';

function cumulative(series: number, timeMs: number, count: number, startMs = 10): MetricPoint {
  const point = new MetricPoint();
  point.begin();
  point.temporality = TEMPORALITY.cumulative;
  point.seriesLow = series;
  point.startMs = startMs;
  point.timeMs = timeMs;
  point.count = count;
  point.sum = count;
  point.counts.add(count);
  return point;
}

test('the series that was silent for longest goes, and comes back as a baseline', () => {
  const table = new MetricSeries({ maxSeries: 2, maxNumbers: 1000, sinceMs: 0 });
  expect(table.advance(cumulative(1, 20, 5))).toBe('counts');
  expect(table.advance(cumulative(2, 21, 5))).toBe('counts');
  expect(table.advance(cumulative(1, 22, 6))).toBe('counts');
  expect(table.advance(cumulative(3, 23, 5))).toBe('counts');
  expect([table.limit.used, table.limit.overflow]).toEqual([2, 1]);
  const kept = cumulative(1, 24, 8);
  expect([table.advance(kept), kept.count]).toEqual(['counts', 2]);
  expect(table.advance(cumulative(2, 25, 9))).toBe('baseline');
});

test('after something was forgotten, a series counts from its start only if it began later', () => {
  const table = new MetricSeries({ maxSeries: 1, maxNumbers: 1000, sinceMs: 0 });
  table.advance(cumulative(1, 100, 5));
  expect(table.advance(cumulative(2, 110, 5, 50))).toBe('counts');
  expect(table.advance(cumulative(3, 120, 5, 99))).toBe('baseline');
  expect(table.advance(cumulative(4, 130, 5, 111))).toBe('counts');
});

test('numbers kept are bounded too', () => {
  const table = new MetricSeries({ maxSeries: 1000, maxNumbers: 100, sinceMs: 0 });
  for (let series = 0; series < 50; series++) {
    const point = cumulative(series, 20 + series, 60);
    for (let bucket = 1; bucket < 20; bucket++) point.counts.add(0);
    table.advance(point);
  }
  expect([table.limit.used, table.limit.overflow]).toEqual([5, 45]);
});
