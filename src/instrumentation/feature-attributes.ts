/**
 * One row of features onto a span. Values go to the span one by one: an object of attributes in between would be built,
 * copied and thrown away for every prediction, and costs more than the span itself.
 *
 * The contract tells 'absent', 'empty' and NaN apart, so null and undefined are not sent, and '' and NaN are sent as they
 * are. What cannot be an attribute (nested objects, arrays, functions, symbols) is left out and told once per feature.
 */
import { type Span } from '@opentelemetry/api';
import { ATTRIBUTE } from '../registry/index.js';
import { type AttributeKeys } from './attribute-keys.js';
import { warnOnce } from './fault.js';

/** From here on SDKs with their default limit of 128 attributes drop some, other attributes of the span counted in. */
const FEATURES_SAFE_MAX = 100;

/** Sends every feature of `features` and returns how many there were. A getter that throws costs its own feature only. */
export function setFeatures(span: Span, features: object, keys: AttributeKeys, model: string): number {
  const row = features as Readonly<Record<string, unknown>>;
  let position = 0;
  for (const name in row) {
    let value: unknown;
    try {
      value = row[name];
    } catch (fault) {
      warnOnce(
        `feature ${model} ${name}`,
        `feature '${name}' of model '${model}' cannot be read and is not sent.`,
        fault,
      );
    }
    const key = keys.of(name, position++);
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
      span.setAttribute(key, value);
    } else if (value !== undefined && value !== null) {
      const sent = asScalar(value);
      if (sent !== undefined) span.setAttribute(key, sent);
      else unsendable(model, name);
    }
  }
  return position;
}

/** A date as ISO 8601 text, an invalid one as NaN; a bigint as a number where that is exact, else as text. */
export function asScalar(value: unknown): string | number | boolean | undefined {
  switch (typeof value) {
    case 'number':
    case 'string':
    case 'boolean':
      return value;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
    case 'object':
      if (!(value instanceof Date)) return undefined;
      return Number.isNaN(value.getTime()) ? Number.NaN : value.toISOString();
    default:
      return undefined;
  }
}

export function unsendable(model: string, name: string): void {
  warnOnce(
    `unsendable ${model} ${name}`,
    `feature '${name}' of model '${model}' is neither a number, text, a boolean nor a date, and is not sent.`,
  );
}

/**
 * Says once per model that the SDK drops features, and how to stop it. SDKs that tell how many they dropped (the
 * JavaScript SDK does) are believed; of others it is assumed from the number of features.
 */
export function warnOfDropped(span: Span, features: number, model: string): void {
  const { droppedAttributesCount: dropped } = span as { droppedAttributesCount?: unknown };
  if (typeof dropped === 'number' ? dropped === 0 : features <= FEATURES_SAFE_MAX) return;
  warnOnce(
    `dropped ${model}`,
    `a prediction of model '${model}' has ${features} features, and the SDK drops attributes over its limit (128 by default): ` +
      `those features look missing. Set OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT to ${Math.max(256, 2 ** Math.ceil(Math.log2(features + 32)))} or more, ` +
      `or send all features in the one attribute '${ATTRIBUTE.features}' where the SDK takes maps.`,
  );
}
