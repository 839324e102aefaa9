/**
 * What a model service records about itself through the metrics API, next to its spans: predictions, their duration and
 * their errors by model and version. Unlike spans these are never sampled.
 *
 * The number of predictions is observed when metrics are collected instead of added to a counter each time: a counter of
 * the JavaScript SDK serializes and hashes its attributes on every `add`, about 1 µs, a plain number costs nothing.
 */
import {
  createNoopMeter,
  metrics,
  type Attributes,
  type Counter,
  type Histogram,
  type Meter,
  type MeterProvider,
} from '@opentelemetry/api';
import { ATTRIBUTE, SERVICE_METRIC } from '../registry/index.js';
import { OTHER_ERROR } from './error-type.js';
import { warnOnce } from './fault.js';
import { SCOPE } from './scope.js';

/** Error types kept apart per model; further ones count as `_OTHER`. */
const ERROR_TYPES_MAX = 50;

/** Model versions counted in one process; the SDK itself caps a metric at as many series. */
const TOTALS_MAX = 2000;

interface Total {
  readonly attributes: Attributes;
  predictions: number;
}

/** The instruments of one meter provider, shared by all models of the process. Totals: one for each model and version. */
class ServiceMeter {
  readonly duration: Histogram;
  readonly errors: Counter;
  readonly #totals = new Map<string, Total>();

  constructor(meter: Meter) {
    const { predictions, duration, errors } = SERVICE_METRIC;
    this.duration = meter.createHistogram(duration.instrument, {
      description: duration.help,
      unit: duration.unit,
      advice: { explicitBucketBoundaries: [...duration.buckets] },
    });
    this.errors = meter.createCounter(errors.instrument, { description: errors.help, unit: errors.unit });
    meter
      .createObservableCounter(predictions.instrument, { description: predictions.help, unit: predictions.unit })
      .addCallback((result) => {
        for (const total of this.#totals.values()) result.observe(total.predictions, total.attributes);
      });
  }

  total(attributes: Attributes): Total {
    const key = JSON.stringify(attributes);
    let total = this.#totals.get(key);
    if (total !== undefined) return total;
    total = { attributes, predictions: 0 };
    if (this.#totals.size < TOTALS_MAX) this.#totals.set(key, total);
    else warnOnce('totals', `more than ${TOTALS_MAX} model versions in one process; further ones are not counted.`);
    return total;
  }
}

/** Null for a provider that records nothing or failed, so that it is asked once. */
const METERS = new WeakMap<MeterProvider, ServiceMeter | null>();

function serviceMeter(provider: MeterProvider): ServiceMeter | null {
  let found = METERS.get(provider);
  if (found === undefined) {
    found = null;
    try {
      const meter = provider.getMeter(SCOPE);
      if (meter !== createNoopMeter()) found = new ServiceMeter(meter);
    } catch (fault) {
      warnOnce('meter', 'the meter provider failed; predictions of this service are not counted.', fault);
    }
    METERS.set(provider, found);
  }
  return found;
}

/** The metrics of one model version. Follows the global meter provider, which has no proxy and may come later. */
export class ModelMetrics {
  readonly #fixedProvider: MeterProvider | undefined;
  readonly #attributes: Attributes;
  readonly #errorAttributes = new Map<string, Attributes>();
  #provider: MeterProvider | undefined;
  #meter: ServiceMeter | null = null;
  #total: Total | undefined;

  constructor(model: string, version: string, provider: MeterProvider | undefined) {
    this.#attributes = { [ATTRIBUTE.modelName]: model, [ATTRIBUTE.modelVersion]: version };
    this.#fixedProvider = provider;
  }

  /** False where nothing records: then no time need be measured. May throw where the API does. */
  enabled(): boolean {
    const provider = this.#fixedProvider ?? metrics.getMeterProvider();
    if (provider !== this.#provider) {
      this.#provider = provider;
      this.#meter = serviceMeter(provider);
      this.#total = this.#meter?.total(this.#attributes);
    }
    return this.#meter !== null;
  }

  /** A duration that was not measured is undefined. A failed prediction is a prediction. */
  record(rows: number, durationMs: number | undefined, errorType: string | undefined): void {
    if (this.#meter === null || this.#total === undefined) return;
    this.#total.predictions += rows;
    if (durationMs !== undefined) this.#meter.duration.record(durationMs / 1000, this.#attributes);
    if (errorType !== undefined) this.#meter.errors.add(rows, this.#attributesOf(errorType));
  }

  #attributesOf(errorType: string): Attributes {
    const known = this.#errorAttributes.get(errorType);
    if (known !== undefined) return known;
    const type = this.#errorAttributes.size < ERROR_TYPES_MAX ? errorType : OTHER_ERROR;
    const attributes = { ...this.#attributes, [ATTRIBUTE.errorType]: type };
    if (type === errorType) this.#errorAttributes.set(type, attributes);
    return attributes;
  }
}
