/**
 * The series of each model's volume and freshness, all versions together. What slots tell is computed once a slot is over and
 * published until the next one is; whether predictions are overdue is computed every time.
 */
import {
  everySchedule,
  learnedPeriod,
  overdueMs,
  type Schedule,
  SLOTS_PER_DAY,
  SlotSums,
  volumeOfWindow,
  type WindowVolume,
} from '../compare/index.js';
import { type Observer, VolumeHistory } from '../observe/index.js';
import { MODEL_METRIC } from '../registry/index.js';
import type { FamilySet } from './families.js';

/** A learned rhythm is late at half its period, and never before this. */
const LEARNED_GRACE_SHARE = 0.5;
const LEARNED_GRACE_MS_MIN = 10 * 60_000;

export interface VolumeSeriesOptions {
  readonly families: FamilySet;
  readonly observer: Observer;
  readonly falseAlarmRate: number;
  /** As they are written in the `window` label, shortest first. */
  readonly windows: readonly string[];
  readonly scheduleOf: (model: string) => Schedule | undefined;
}

interface Judged {
  readonly slotStartMs: number;
  readonly volumes: readonly (readonly [window: string, volume: WindowVolume])[];
  readonly learned: Schedule | undefined;
}

export class VolumeSeries {
  readonly #options: VolumeSeriesOptions;
  /** By model; as many as the observer has. */
  readonly #judged = new Map<string, Judged>();

  constructor(options: VolumeSeriesOptions) {
    this.#options = options;
  }

  /** `pause` is awaited after each model. */
  async write(pause: () => Promise<void>): Promise<void> {
    const { families, observer, scheduleOf } = this.#options;
    for (const [model, versions] of observer.directory.models) {
      let latestMs = 0;
      for (const version of versions.values()) {
        latestMs = Math.max(latestMs, version.totals.lastTimeMs);
        const ageMs = Math.max(0, observer.endMs - version.totals.lastTimeMs);
        if (version.totals.lastTimeMs > 0) families.set(MODEL_METRIC.age, [model, version.version], ageMs / 1000);
      }
      const [first] = versions.values();
      const judged = first === undefined ? undefined : this.#judge(model, first.rings.windowsMs);
      for (const [window, volume] of judged?.volumes ?? []) this.#writeVolume([model, window], volume);
      const schedule = scheduleOf(model) ?? judged?.learned;
      if (schedule !== undefined && latestMs > 0) {
        families.set(MODEL_METRIC.overdue, [model], overdueMs(schedule, latestMs, observer.endMs) / 1000);
      }
      await pause();
    }
  }

  #writeVolume(labels: readonly string[], { count, expected, lower, upper, basis }: WindowVolume): void {
    const { families } = this.#options;
    families.set(MODEL_METRIC.volume, labels, count);
    families.set(MODEL_METRIC.volumeExpected, [...labels, basis], expected);
    families.set(MODEL_METRIC.volumeLower, labels, lower);
    families.set(MODEL_METRIC.volumeUpper, labels, upper);
  }

  #judge(model: string, windowsMs: readonly number[]): Judged | undefined {
    const history = this.#options.observer.volumes.get(model);
    if (history === undefined) return undefined;
    const { slotStartMs } = history;
    const before = this.#judged.get(model);
    if (before?.slotStartMs === slotStartMs) return before;
    const slots = history.slots();
    const sums = new SlotSums(slots);
    const volumes = windowsMs.flatMap((windowMs, index): [string, WindowVolume][] => {
      const size = windowMs / VolumeHistory.slotMs;
      if (!Number.isInteger(size) || size > SLOTS_PER_DAY) return [];
      const volume = volumeOfWindow(sums, size, this.#options.falseAlarmRate);
      return volume === undefined ? [] : [[this.#options.windows[index], volume]];
    });
    const period = learnedPeriod(slots);
    const judged = { slotStartMs, volumes, learned: period === undefined ? undefined : rhythm(period) };
    this.#judged.set(model, judged);
    return judged;
  }
}

function rhythm(periodSlots: number): Schedule {
  const periodMs = periodSlots * VolumeHistory.slotMs;
  return everySchedule(periodMs, Math.max(LEARNED_GRACE_MS_MIN, LEARNED_GRACE_SHARE * periodMs));
}
