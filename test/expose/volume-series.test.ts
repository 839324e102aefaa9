/** Volume and freshness from telemetry to the page, over days: what is judged, and a rhythm that is learned. */
import { describe, expect, test } from 'vitest';
import { everySchedule, type Schedule } from '../../src/compare/index.js';
import { FamilySet } from '../../src/expose/index.js';
import { VolumeSeries } from '../../src/expose/volume-series.js';
import { METRICS, MODEL_METRIC, prometheusName, type MetricDefinition } from '../../src/registry/index.js';
import { Pipeline } from '../observe/pipeline.js';
import { pageOf, parsePage, type ParsedSample } from './page.js';

const SLOT_MS = 5 * 60_000;

class Watched {
  readonly pipeline = new Pipeline();
  readonly #families = new FamilySet(METRICS, { maxSeries: 1_000 });
  readonly #series: VolumeSeries;

  constructor(schedule?: Schedule) {
    const { observer } = this.pipeline;
    const windows = ['5m', '1h', '1d'];
    const options = { families: this.#families, observer, falseAlarmRate: 0.001, windows };
    this.#series = new VolumeSeries({ ...options, scheduleOf: () => schedule });
    observer.volumes.record([], observer.endMs);
  }

  /** Slot by slot, as many predictions as `countOf` says. */
  serve(slots: number, countOf: (slot: number) => number): void {
    const { observer, clock } = this.pipeline;
    for (let slot = 0; slot < slots; slot++) {
      this.pipeline.predict(...Array.from({ length: countOf(slot) }, () => ({ features: { x: 1 } })));
      clock.advanceMs(SLOT_MS);
      observer.advance();
      observer.volumes.record(observer.versions(), observer.endMs);
    }
  }

  async samples(metric: MetricDefinition): Promise<ParsedSample[]> {
    this.#families.begin();
    await this.#series.write(() => Promise.resolve());
    this.#families.commit();
    return parsePage(await pageOf(this.#families, 'prometheus')).filter(({ name }) => name === prometheusName(metric));
  }

  async overdue(): Promise<number | undefined> {
    return (await this.samples(MODEL_METRIC.overdue))[0]?.value;
  }
}

describe('volume', () => {
  test('is judged in each window from its third on', async () => {
    const watched = new Watched();
    const windows = async (): Promise<string[]> =>
      (await watched.samples(MODEL_METRIC.volume)).map(({ labels }) => labels.window);
    expect(await windows()).toEqual([]);
    watched.serve(3, () => 5);
    expect(await windows()).toEqual(['5m']);
    watched.serve(33, () => 5);
    expect(await windows()).toEqual(['5m', '1h']);
    watched.serve(3 * 288 - 36, () => 1);
    expect(await windows()).toEqual(['5m', '1h', '1d']);
    expect((await watched.samples(MODEL_METRIC.volumeExpected)).map(({ labels }) => labels.basis)).toEqual([
      'day',
      'day',
      'day',
    ]);
  });

  test('stays as it is until the next slot is over', async () => {
    const watched = new Watched();
    watched.serve(6, () => 50);
    const before = await watched.samples(MODEL_METRIC.volume);
    watched.pipeline.clock.advanceMs(SLOT_MS / 2);
    watched.pipeline.observer.volumes.record(watched.pipeline.observer.versions(), watched.pipeline.observer.endMs);
    expect(await watched.samples(MODEL_METRIC.volume)).toEqual(before);
  });
});

describe('freshness', () => {
  test('an hourly rhythm is learned in a day; a run that does not come is overdue at half an hour', async () => {
    const watched = new Watched();
    watched.serve(20 * 12, (slot) => (slot % 12 === 0 ? 5 : 0));
    expect(await watched.overdue()).toBeUndefined();
    watched.serve(6 * 12, (slot) => (slot % 12 === 0 ? 5 : 0));
    expect(await watched.overdue()).toBe(0);
    watched.serve(6, () => 0);
    expect(await watched.overdue()).toBe(0);
    watched.serve(3, () => 0);
    expect(await watched.overdue()).toBe(15 * 60);
  });

  test('no rhythm, nothing due; a schedule that is given needs none', async () => {
    const arrhythmic = (slot: number): number => ((slot * slot) % 97 < 5 ? 3 : 0);
    const [without, given] = [new Watched(), new Watched(everySchedule(SLOT_MS, SLOT_MS))];
    for (const watched of [without, given]) {
      expect(await watched.overdue()).toBeUndefined();
      watched.serve(400, arrhythmic);
      watched.serve(10, (slot) => (slot === 0 ? 1 : 0));
    }
    expect(await without.overdue()).toBeUndefined();
    expect(await given.overdue()).toBe(8 * 300);
  });
});
