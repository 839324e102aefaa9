/**
 * The model: will this flight arrive more than 15 minutes late? Weights by name, so that its file can be read by eye:
 * `origin=ORD` for a category, `distance` for a number (its logarithm, standardised as in January).
 */
import { sigmoid } from './logistic-regression.js';
import { weekdayOf, type FlightFeatures, type ModelInputs } from './flights.js';

export type InputName = keyof ModelInputs;

export interface DelayModel {
  readonly name: string;
  readonly version: string;
  /** What this version uses; other features are not looked at. */
  readonly inputs: readonly InputName[];
  /** A flight whose score is at least this is called late. */
  readonly threshold: number;
  readonly intercept: number;
  readonly weights: Readonly<Record<string, number>>;
  readonly scaling: Readonly<Record<string, Scaling>>;
}

/** Of a number's logarithm. */
export interface Scaling {
  readonly mean: number;
  readonly deviation: number;
}

export interface DelayPrediction {
  readonly late: boolean;
  /** Probability of being late. */
  readonly score: number;
}

/** These are numbers in telemetry too, but the model learns one weight for each value. */
const CATEGORICAL: ReadonlySet<InputName> = new Set(['hour', 'weekday', 'origin', 'destination']);

/** Which weight a feature's value goes to. */
export function weightName(feature: InputName, value: string | number): string {
  return CATEGORICAL.has(feature) ? `${feature}=${value}` : feature;
}

/** What that weight is multiplied with. */
export function weightFactor(feature: InputName, value: string | number, scaling: DelayModel['scaling']): number {
  const { [feature]: scale } = scaling;
  return scale === undefined ? 1 : (Math.log1p(Number(value)) - scale.mean) / scale.deviation;
}

export function isCategorical(feature: InputName): boolean {
  return CATEGORICAL.has(feature);
}

/**
 * The features that telemetry carries. The weekday is not among them: the model reads it from the calendar, and a window
 * of a day holds one weekday only, which differs from a month's every time.
 */
export function recordedFeatures(model: Pick<DelayModel, 'inputs'>): (keyof FlightFeatures)[] {
  return model.inputs.filter((input) => input !== 'weekday');
}

/** A missing feature and a category that January did not have count for nothing. */
export function predictDelay(
  model: DelayModel,
  features: Partial<FlightFeatures>,
  departureMs: number,
): DelayPrediction {
  const inputs: Partial<ModelInputs> = { ...features, weekday: weekdayOf(departureMs) };
  let margin = model.intercept;
  for (const feature of model.inputs) {
    const value = inputs[feature];
    if (value === undefined) continue;
    margin += (model.weights[weightName(feature, value)] ?? 0) * weightFactor(feature, value, model.scaling);
  }
  const score = sigmoid(margin);
  return { late: score >= model.threshold, score };
}
