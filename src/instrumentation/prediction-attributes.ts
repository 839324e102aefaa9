/**
 * What came out of a model onto the span: one prediction as scalars, a batch as columns. Values of the wrong type are left
 * out and told once; the prediction itself goes back to the caller untouched.
 */
import { type AttributeValue, type Span } from '@opentelemetry/api';
import { ATTRIBUTE } from '../registry/index.js';
import { AttributeKeys } from './attribute-keys.js';
import { warnOnce } from './fault.js';
import { asScalar } from './feature-attributes.js';

const scoreKeys = new AttributeKeys(ATTRIBUTE.predictionScoresPrefix);
const attributionKeys = new AttributeKeys(ATTRIBUTE.attributionPrefix);

/** How one value becomes an attribute; undefined where it cannot. */
type Conversion = (value: unknown) => AttributeValue | undefined;

/** Loosely typed on purpose: what untyped code describes is checked here. */
interface Described {
  readonly value?: unknown;
  readonly score?: unknown;
  readonly scores?: unknown;
  readonly attributions?: unknown;
}

/** @param convert `asScalar` for one prediction; for a batch, what makes a column. */
export function setPrediction(span: Span, described: Described, convert: Conversion = asScalar): void {
  set(span, ATTRIBUTE.predictionValue, described.value, convert);
  set(span, ATTRIBUTE.predictionScore, described.score, convert);
  setEach(span, scoreKeys, described.scores, convert);
  setEach(span, attributionKeys, described.attributions, convert);
}

function set(span: Span, key: string, value: unknown, convert: Conversion): void {
  if (value === undefined || value === null) return;
  const sent = convert(value);
  if (sent !== undefined) span.setAttribute(key, sent);
  else warnOnce(`prediction ${key}`, `the value for '${key}' cannot be sent as it is, and is left out.`);
}

function setEach(span: Span, keys: AttributeKeys, values: unknown, convert: Conversion): void {
  if (typeof values !== 'object' || values === null) return;
  const named = values as Readonly<Record<string, unknown>>;
  let position = 0;
  for (const name in named) set(span, keys.of(name, position++), named[name], convert);
}
