/** What a model's history of volume counts, and what it leaves unknown. */
import { describe, expect, test } from 'vitest';
import { VolumeHistory } from '../../src/observe/index.js';
import { NOON_MS, Pipeline } from './pipeline.js';

const SLOT_MS = VolumeHistory.slotMs;
const MINUTE_MS = 60_000;

describe('a history', () => {
  const known = (history: VolumeHistory): number[] => [...history.slots()].slice(-5);

  test('knows a slot that was watched from beginning to end', () => {
    const history = new VolumeHistory();
    history.add(NOON_MS + MINUTE_MS, NOON_MS + SLOT_MS, 7);
    history.add(NOON_MS + SLOT_MS, NOON_MS + 2 * SLOT_MS, 5);
    history.add(NOON_MS + 2 * SLOT_MS, NOON_MS + 3 * SLOT_MS - 1, 4);
    expect(known(history)).toEqual([NaN, NaN, NaN, NaN, 5]);
    expect(history.slotStartMs).toBe(NOON_MS + 2 * SLOT_MS);
  });

  test('spreads what is counted seldom over the time since', () => {
    const history = new VolumeHistory();
    history.add(NOON_MS, NOON_MS + 2 * MINUTE_MS, 10);
    history.add(NOON_MS + 2 * MINUTE_MS, NOON_MS + 12 * MINUTE_MS, 100);
    history.add(NOON_MS + 12 * MINUTE_MS, NOON_MS + 15 * MINUTE_MS, 3);
    expect(known(history)).toEqual([NaN, NaN, 40, 50, 23]);
  });

  test('keeps ten days', () => {
    const history = new VolumeHistory();
    for (let slot = 0; slot < 5_000; slot++) history.add(slot * SLOT_MS, (slot + 1) * SLOT_MS, slot);
    expect(history.slots()).toHaveLength(2_879);
    expect(history.slots()[0]).toBe(5_000 - 2_879);
    expect(history.slots().at(-1)).toBe(4_999);
  });

  test('counts a stop as unknown, not as silence', () => {
    const history = new VolumeHistory();
    history.add(NOON_MS, NOON_MS + SLOT_MS, 9);
    history.add(NOON_MS + SLOT_MS, NOON_MS + SLOT_MS + MINUTE_MS, 2);
    const restored = new VolumeHistory();
    restored.restore(history.save());
    restored.add(NOON_MS + 3 * SLOT_MS + MINUTE_MS, NOON_MS + 4 * SLOT_MS, 1);
    restored.add(NOON_MS + 4 * SLOT_MS, NOON_MS + 5 * SLOT_MS, 8);
    expect(known(restored)).toEqual([9, NaN, NaN, NaN, 8]);
    restored.add(NOON_MS + 90 * 24 * 60 * MINUTE_MS, NOON_MS + 90 * 24 * 60 * MINUTE_MS + SLOT_MS, 6);
    expect(known(restored)).toEqual([NaN, NaN, NaN, NaN, 6]);
  });
});

describe('models', () => {
  const volumes = (pipeline: Pipeline, last: number): number[] =>
    [...pipeline.observer.volumes.get('m')!.slots()].slice(-last);
  const record = ({ observer }: Pipeline): void => observer.volumes.record(observer.versions(), observer.endMs);
  const step = (pipeline: Pipeline): void => {
    pipeline.clock.advanceMs(SLOT_MS);
    pipeline.observer.advance();
    record(pipeline);
  };
  const predict = (pipeline: Pipeline, version: string, count: number, role?: string): void => {
    const attributes = role === undefined ? undefined : { 'ml.model.role': role };
    pipeline.predict(...Array.from({ length: count }, () => ({ version, features: { x: 1 }, attributes })));
  };

  test('count all versions together, shadows aside, from the first slot on that they are seen in', () => {
    const pipeline = new Pipeline();
    record(pipeline);
    step(pipeline);
    predict(pipeline, '1', 30);
    step(pipeline);
    predict(pipeline, '1', 10);
    predict(pipeline, '2', 20, 'champion');
    predict(pipeline, '3', 15, 'shadow');
    step(pipeline);
    step(pipeline);
    expect(volumes(pipeline, 4)).toEqual([NaN, 30, 30, 0]);
  });

  test('go on after a restart with a gap; what an older state lacks is unknown', () => {
    const before = new Pipeline();
    record(before);
    predict(before, '1', 30);
    step(before);
    predict(before, '1', 40);
    step(before);
    const state = before.observer.save();

    const after = new Pipeline();
    after.clock.setMs(before.clock.nowMs() + SLOT_MS);
    after.observer.restore(state);
    record(after);
    step(after);
    predict(after, '1', 50);
    step(after);
    expect(volumes(after, 5)).toEqual([30, 40, NaN, 0, 50]);

    const older = new Pipeline();
    older.observer.restore({ ...state, volumes: undefined });
    record(older);
    step(older);
    expect(volumes(older, 2)).toEqual([NaN, 0]);
  });
});
