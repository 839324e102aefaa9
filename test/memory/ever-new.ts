/**
 * Telemetry in which nothing is ever the same: in each message models, versions, features, categories, keys, roles, error
 * types, senders' resource attributes, ids of ground truths and metric series that were never there before, among some that
 * always are. What a collector keeps of it must be bounded.
 */
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import { encodeLogs, encodeMetrics, encodeTraces, type OtlpObject } from '../oracle/otlp-oracle.js';
import { DELTA, dataPoint, explicit, metricOf, nanos } from '../interpret/metric-requests.js';
import { attributesOf } from '../observe/pipeline.js';

const USUAL = { model: 'usual', version: '1' };
const USUAL_FEATURES = 10;
const USUAL_COLOURS = ['red', 'green', 'blue'];
const BOUNDS = [-1, 0, 1];
const ERROR_STATUS = 2;
/** One in so many predictions is of a model, of a version, or has an error that is new. */
const NEW_MODEL_EVERY = 20;
const NEW_VERSION_EVERY = 10;
const NEW_ERROR_EVERY = 7;

export class EverNew {
  readonly #random = seededRandom(5);
  #number = 0;

  traces(count: number, timeMs: number): Uint8Array {
    const spans = Array.from({ length: count }, () => this.#span(timeMs));
    return encodeTraces({ resourceSpans: [{ resource: this.#resource(), scopeSpans: [{ spans }] }] });
  }

  /** Ground truths: for predictions that were made, for some that were not, for models that nobody has heard of. */
  logs(count: number, timeMs: number): Uint8Array {
    const logRecords = Array.from({ length: count }, (_, index): OtlpObject => {
      const number = ++this.#number;
      const attributes = {
        'ml.model.name': index % 4 === 0 ? `of_truth_${number}` : USUAL.model,
        ...(index % 3 === 0 ? { 'ml.model.version': `of_truth_${number}` } : {}),
        'ml.prediction.id': `p${index % 2 === 0 ? number : number - 3 * count}`,
        'ml.ground_truth.value': index % 2 === 0,
      };
      return { eventName: 'ml.ground_truth', timeUnixNano: nanos(timeMs), attributes: attributesOf(attributes) };
    });
    return encodeLogs({ resourceLogs: [{ resource: this.#resource(), scopeLogs: [{ logRecords }] }] });
  }

  /** Histograms of features, each of a series and of a feature of its own. */
  metrics(count: number, timeMs: number): Uint8Array {
    const points = Array.from({ length: count }, () => {
      const number = ++this.#number;
      const attributes = {
        'ml.model.name': USUAL.model,
        'ml.model.version': USUAL.version,
        'ml.feature.name': `measured_${number}`,
        [`label_${number}`]: number,
      };
      const histogram = explicit([normalDeviate(this.#random)], BOUNDS);
      return dataPoint({ startMs: timeMs - 1000, timeMs, attributes, histogram });
    });
    const scopeMetrics = [{ metrics: [metricOf(points, DELTA)] }];
    return encodeMetrics({ resourceMetrics: [{ resource: this.#resource(), scopeMetrics }] });
  }

  #resource(): OtlpObject {
    const number = ++this.#number;
    return {
      attributes: attributesOf({ 'service.instance.id': `instance_${number}`, [`resource_${number}`]: number }),
    };
  }

  #span(timeMs: number): OtlpObject {
    const number = ++this.#number;
    const isFailed = number % NEW_ERROR_EVERY === 0;
    const id = number.toString(16);
    const startMs = timeMs - (number % 50);
    return {
      traceId: Buffer.from(id.padStart(32, '0'), 'hex'),
      spanId: Buffer.from(id.padStart(16, '0'), 'hex'),
      startTimeUnixNano: nanos(startMs),
      endTimeUnixNano: nanos(timeMs),
      ...(isFailed ? { status: { code: ERROR_STATUS } } : {}),
      attributes: attributesOf({
        'ml.model.name': number % NEW_MODEL_EVERY === 0 ? `model_${number}` : USUAL.model,
        'ml.model.version': number % NEW_VERSION_EVERY === 1 ? `version_${number}` : USUAL.version,
        'ml.model.role': `role_${number}`,
        'ml.prediction.id': `p${number}`,
        'ml.prediction.value': number % 3 === 0,
        'ml.prediction.score': this.#random.next(),
        ...(isFailed ? { 'error.type': `error_${number}` } : {}),
        [`http.header.${number}`]: number,
        ...this.#features(number),
        'ml.features': { [`nested_${number}`]: number, nested: this.#random.next() },
      }),
    };
  }

  #features(number: number): Record<string, unknown> {
    const features: Record<string, unknown> = {};
    for (let at = 0; at < USUAL_FEATURES; at++)
      features[`ml.feature.usual_${at}`] = 100 + 10 * normalDeviate(this.#random);
    const isUsual = number % 5 !== 0;
    features['ml.feature.colour'] = isUsual ? USUAL_COLOURS[number % USUAL_COLOURS.length] : `colour_${number}`;
    features['ml.feature.text'] = `text ${number}`;
    features[`ml.feature.number_${number}`] = number;
    features[`ml.feature.text_${number}`] = `text ${number}`;
    features[`ml.feature.flag_${number}`] = number % 2 === 0;
    return features;
  }
}
