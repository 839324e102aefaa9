/**
 * Turns everything observed into one consistent set of families, at most every `everyMs`. Gives the event loop a turn
 * whenever it has worked for `TURN_MS`, so that ingestion is not held up; scrapes see the last complete evaluation.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CriticalValues, type QualityOptions, Tolerances } from '../compare/index.js';
import type { Clock } from '../lib/clock.js';
import type { Observer, VersionObserver } from '../observe/index.js';
import type { FamilySet } from './families.js';
import { SkewSeries, type SkewSeriesOptions } from './skew-series.js';
import { SegmentSeries } from './segment-series.js';
import { type ModelFacts, VersionSeries } from './version-series.js';
import { VolumeSeries } from './volume-series.js';

/** The longest that ingestion waits for the evaluation, but for a single subject's own work. */
const TURN_MS = 5;

export interface EvaluationOptions {
  readonly families: FamilySet;
  readonly observer: Observer;
  readonly criticalValues: CriticalValues;
  readonly minimumObservations: number;
  readonly windows: readonly string[];
  readonly everyMs: number;
  /** Absent: skew is not published. */
  readonly skew?: Omit<SkewSeriesOptions, 'windows'>;
  /** Brings what other threads have observed to the observer. */
  readonly gather: () => Promise<void>;
  readonly clock: Clock;
  readonly factsOf: (model: string) => ModelFacts;
  /** Writes what does not belong to a version: accounting, limits, ground truth. */
  readonly writeProcess: (families: FamilySet) => void;
}

export class Evaluation {
  /** How long the latest one took, yields included. */
  durationMs = 0;
  readonly #options: EvaluationOptions;
  readonly #quality: QualityOptions;
  readonly #series = new Map<VersionObserver, VersionSeries>();
  readonly #segments: SegmentSeries;
  readonly #skew: SkewSeries | undefined;
  readonly #volumes: VolumeSeries;
  #finishedMs = -Infinity;
  #running: Promise<void> | undefined;

  constructor(options: EvaluationOptions) {
    this.#options = options;
    this.#segments = new SegmentSeries(options);
    const { falseAlarmRate } = options.criticalValues;
    const { minimumObservations, families, windows } = options;
    this.#skew = options.skew && new SkewSeries(families, { ...options.skew, windows });
    this.#volumes = new VolumeSeries({
      ...options,
      falseAlarmRate,
      scheduleOf: (model) => options.factsOf(model).schedule,
    });
    this.#quality = { tolerances: new Tolerances(falseAlarmRate), falseAlarmRate, minimumObservations };
  }

  /** Resolves when the published families are at most `everyMs` old. */
  async refresh(): Promise<void> {
    if (this.#running === undefined && this.#options.clock.nowMs() - this.#finishedMs < this.#options.everyMs) return;
    await this.run();
  }

  /** Evaluates now, or joins the evaluation that is running. */
  async run(): Promise<void> {
    this.#running ??= this.#evaluate().finally(() => (this.#running = undefined));
    await this.#running;
  }

  async #evaluate(): Promise<void> {
    const { families, observer, clock } = this.#options;
    const startMs = clock.nowMs();
    await this.#options.gather();
    observer.advance();
    observer.volumes.record(observer.versions(), observer.endMs);
    const current = new Set(observer.versions());
    for (const version of this.#series.keys()) if (!current.has(version)) this.#series.delete(version);
    families.begin();
    let turnMs = performance.now();
    const pause = async (): Promise<void> => {
      if (performance.now() - turnMs < TURN_MS) return;
      await nextTurn();
      turnMs = performance.now();
    };
    const latest = new Map<string, VersionSeries>();
    for (const version of current) {
      const series = this.#seriesOf(version);
      await series.write(pause, latest.get(version.model));
      const segments = observer.directory.segmentsOf(version);
      if (segments !== undefined) await this.#segments.write(version, segments.all(), pause);
      latest.set(version.model, series);
    }
    await this.#skew?.write(observer, current, pause);
    await this.#volumes.write(pause);
    this.#options.writeProcess(families);
    families.commit();
    this.#finishedMs = clock.nowMs();
    this.durationMs = this.#finishedMs - startMs;
  }

  #seriesOf(version: VersionObserver): VersionSeries {
    let series = this.#series.get(version);
    if (series === undefined) {
      const { families, criticalValues, windows, factsOf } = this.#options;
      const facts = factsOf(version.model);
      series = new VersionSeries(version, { families, criticalValues, quality: this.#quality, windows, facts });
      this.#series.set(version, series);
    }
    return series;
  }
}
