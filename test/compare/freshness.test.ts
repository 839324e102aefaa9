/** When predictions are overdue: by a schedule, or by the rhythm that they came in. */
import { describe, expect, test } from 'vitest';
import { everySchedule, learnedPeriod, overdueMs, type Schedule } from '../../src/compare/index.js';
import { seededRandom } from '../../src/lib/random.js';

const random = seededRandom(3);
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAY_SLOTS = 288;
/** On the hour, every hour. */
const hourly: Schedule = {
  isFixed: true,
  nextDueMs: (afterMs) => (Math.floor(afterMs / HOUR_MS) + 1) * HOUR_MS,
  graceMs: 10 * MINUTE_MS,
};

describe('by a schedule', () => {
  test.each([
    ['not due yet', 100, 119, 0],
    ['due, within the grace', 100, 130, 0],
    ['late beyond the grace', 100, 131, 1],
    ['late for the second time counts from the first', 100, 200, 70],
    ['a run that came a little early counts', 119, 179, 0],
    ['and the next one is due after it', 119, 191, 1],
    ['a run that came far too early does not', 104, 131, 1],
    ['a late run does not count for the next', 100 + 60, 191, 1],
  ])('%s', (_, latest, now, overdue) => {
    expect(overdueMs(hourly, latest * MINUTE_MS, now * MINUTE_MS)).toBe(overdue * MINUTE_MS);
  });

  test('every so often: a quarter of it is the grace where none is given', () => {
    expect(overdueMs(everySchedule(HOUR_MS, 0), 0, HOUR_MS + 1)).toBe(1);
    expect(overdueMs(everySchedule(HOUR_MS), 0, 75 * MINUTE_MS)).toBe(0);
    expect(overdueMs(everySchedule(HOUR_MS), 0, 76 * MINUTE_MS)).toBe(MINUTE_MS);
  });

  test('that has no time left is never due', () => {
    expect(overdueMs({ isFixed: true, nextDueMs: () => undefined }, 0, HOUR_MS)).toBe(0);
  });
});

describe('learned', () => {
  const called = (days: number, isCalled: (slot: number) => boolean): Float64Array =>
    Float64Array.from({ length: days * DAY_SLOTS }, (_, slot) => (isCalled(slot) ? 100 : 0));
  const hourOf = (slot: number): number => (slot % DAY_SLOTS) / 12;

  test.each([
    ['always called', called(1, () => true), 1],
    ['hourly', called(2, (slot) => slot % 12 === 3), 12],
    ['hourly, for two slots', called(2, (slot) => slot % 12 < 2), 12],
    ['daily, a week', called(8, (slot) => slot % DAY_SLOTS === 36), DAY_SLOTS],
    [
      'hourly with a slot of delay at times',
      called(2, (slot) => slot % 12 === (slot % 5 === 0 ? 4 : 3) && true),
      undefined,
    ],
    ['daily, but watched for less than a week', called(5, (slot) => slot % DAY_SLOTS === 36), undefined],
    ['hourly, but watched for less than a day', called(2, (slot) => slot % 12 === 3).subarray(0, 200), undefined],
    ['hourly by day', called(3, (slot) => slot % 12 === 3 && hourOf(slot) > 8 && hourOf(slot) < 20), undefined],
    ['now and then', called(3, () => random.next() < 0.1), undefined],
    ['never', called(3, () => false), undefined],
    ['not known', new Float64Array(1000).fill(NaN), undefined],
  ])('%s', (_, slots, period) => {
    expect(learnedPeriod(slots)).toBe(period);
  });

  test('an unknown slot is neither a run nor a silence', () => {
    const slots = called(3, (slot) => slot % 12 === 3);
    slots.fill(NaN, 100, 140);
    slots[300] = NaN;
    expect(learnedPeriod(slots)).toBe(12);
  });
});
