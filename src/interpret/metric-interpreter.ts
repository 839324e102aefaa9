/**
 * Metrics requests to observations of features: every histogram point of `ml.feature.value` that names its model,
 * version and feature (on the point or on its resource; the point wins) becomes a `FeatureHistogram` of the values that
 * have not been counted yet. Every other point is rejected or ignored with a reason; the counts add up.
 */
import { KeyTable, MetricDecoder, type MetricPoint, NO_RECORDED_VALUE, VALUE, viewOf } from '../decode/index.js';
import type { Clock } from '../lib/clock.js';
import {
  ATTRIBUTE,
  IGNORED,
  type IgnoredReason,
  INCOMING_METRIC,
  REJECTED,
  type RejectedReason,
} from '../registry/index.js';
import type { SignalAccount } from './accounting.js';
import { FeatureHistogram, isConsistent } from './metric-histogram.js';
import { MetricSeries } from './metric-series.js';
import type { ObservationSink } from './observations.js';
import { TextCache } from './text-cache.js';

const MAX_SERIES = 20_000;
/** 32 MiB. */
const MAX_NUMBERS = 4_194_304;

export interface MetricInterpreterOptions {
  readonly clock: Clock;
  /** Infinity: a replay, in which time is not the clock's. */
  readonly maxFutureMs: number;
  readonly sink: Pick<ObservationSink, 'histogram'>;
}

export class MetricInterpreter {
  readonly series: MetricSeries;
  readonly #options: MetricInterpreterOptions;
  readonly #keys = new KeyTable({
    names: [ATTRIBUTE.modelName, ATTRIBUTE.modelVersion, ATTRIBUTE.metricFeatureName],
    prefixes: [],
    maxKeys: 3,
  });
  readonly #decoder = new MetricDecoder({ metrics: [INCOMING_METRIC.featureValue], keys: this.#keys });
  readonly #modelName = this.#keys.numberOf(ATTRIBUTE.modelName);
  readonly #modelVersion = this.#keys.numberOf(ATTRIBUTE.modelVersion);
  readonly #feature = this.#keys.numberOf(ATTRIBUTE.metricFeatureName);
  readonly #names = new TextCache(4096);
  readonly #histogram = new FeatureHistogram();

  constructor(options: MetricInterpreterOptions) {
    this.#options = options;
    const sinceMs = options.maxFutureMs === Infinity ? -Infinity : options.clock.nowMs();
    this.series = new MetricSeries({ maxSeries: MAX_SERIES, maxNumbers: MAX_NUMBERS, sinceMs });
  }

  /**
   * @param allowedModels models that the sender may send; undefined: all
   * @throws PlumblineError PB3001, PB3002 when the message cannot be decoded; nothing of it was observed then
   */
  interpret(
    bytes: Uint8Array,
    account: SignalAccount,
    allowedModels?: ReadonlySet<string>,
  ): { readonly rejected: number; readonly firstReason: RejectedReason | undefined } {
    let rejected = 0;
    let firstReason: RejectedReason | undefined;
    const view = viewOf(bytes);
    let read = 0;
    try {
      this.#decoder.decode(bytes, (point) => {
        read++;
        const outcome = this.#point(point, view, allowedModels);
        if (outcome === undefined) account.observed++;
        else if (outcome in account.ignored) account.ignored[outcome as IgnoredReason]++;
        else {
          const reason = outcome as RejectedReason;
          account.rejected[reason]++;
          firstReason ??= reason;
          rejected++;
        }
      });
    } catch (error) {
      const received = Math.max(1, this.#decoder.received);
      account.received += received;
      account.rejected[REJECTED.undecodable.reason] += received;
      throw error;
    }
    account.received += this.#decoder.received;
    account.ignored[IGNORED.unsupportedMetric.reason] += this.#decoder.received - read;
    return { rejected, firstReason };
  }

  #point(
    point: MetricPoint,
    view: DataView,
    allowed?: ReadonlySet<string>,
  ): RejectedReason | IgnoredReason | undefined {
    if ((point.flags & NO_RECORDED_VALUE) !== 0) return IGNORED.noRecordedValue.reason;
    const histogram = this.#histogram;
    this.#readNames(point, view);
    if (histogram.modelName === '') return REJECTED.noModelName.reason;
    if (allowed !== undefined && !allowed.has(histogram.modelName)) return REJECTED.forbiddenModel.reason;
    if (histogram.modelVersion === '') return REJECTED.noModelVersion.reason;
    if (histogram.feature === '') return REJECTED.noFeatureName.reason;
    const { timeMs } = point;
    if (timeMs === 0 || timeMs > this.#options.clock.nowMs() + this.#options.maxFutureMs) {
      return REJECTED.badTime.reason;
    }
    if (!isConsistent(point)) return REJECTED.badHistogram.reason;
    const advance = this.series.advance(point);
    if (advance === 'duplicate') return IGNORED.duplicate.reason;
    if (advance === 'baseline') return IGNORED.baseline.reason;
    if (point.count === 0) return undefined;
    const { fromMs } = this.series;
    histogram.read(point);
    histogram.endMs = timeMs;
    histogram.timeMs = fromMs > 0 && fromMs < timeMs ? (fromMs + timeMs) / 2 : timeMs;
    return this.#options.sink.histogram(histogram);
  }

  #readNames({ attributes }: MetricPoint, view: DataView): void {
    const histogram = this.#histogram;
    histogram.modelName = '';
    histogram.modelVersion = '';
    histogram.feature = '';
    const { key, type, start, end, count } = attributes;
    for (let entry = 0; entry < count; entry++) {
      if (type[entry] !== VALUE.string) continue;
      const text = this.#names.text(view, start[entry], end[entry]);
      if (key[entry] === this.#modelName) histogram.modelName = text;
      else if (key[entry] === this.#modelVersion) histogram.modelVersion = text;
      else if (key[entry] === this.#feature) histogram.feature = text;
    }
  }
}
