/**
 * The few pieces of PromQL that rules and dashboards are put together from: selectors with quoted label values, and
 * aggregation by a list of labels. Metric and label names come from the registry; the names that Prometheus itself gives
 * stand here.
 */
import type { LabelName } from '../registry/index.js';

/** Series and labels that Prometheus makes, not we. */
export const PROMETHEUS_SERIES = { up: 'up', alerts: 'ALERTS' } as const;
export const PROMETHEUS_LABEL = {
  job: 'job',
  instance: 'instance',
  le: 'le',
  alertName: 'alertname',
  alertState: 'alertstate',
} as const;

export type QueryLabel = LabelName | (typeof PROMETHEUS_LABEL)[keyof typeof PROMETHEUS_LABEL];

export interface Matcher {
  readonly label: QueryLabel;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** A PromQL string: Go's escapes, of which JSON's are a subset. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A regular expression (RE2, anchored by Prometheus) that matches exactly these texts. */
export function anyOf(texts: readonly string[]): string {
  return texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
}

export const equal = (label: QueryLabel, value: string): Matcher => ({ label, operator: '=', value });
export const oneOf = (label: QueryLabel, values: readonly string[]): Matcher =>
  values.length === 1 ? equal(label, values[0]) : { label, operator: '=~', value: anyOf(values) };
export const noneOf = (label: QueryLabel, values: readonly string[]): Matcher[] => {
  if (values.length === 0) return [];
  if (values.length === 1) return [{ label, operator: '!=', value: values[0] }];
  return [{ label, operator: '!~', value: anyOf(values) }];
};

/** `name{label="value",…}`; without matchers the bare name. */
export function select(name: string, matchers: readonly Matcher[] = []): string {
  if (matchers.length === 0) return name;
  return `${name}{${matchers.map(({ label, operator, value }) => `${label}${operator}${quoted(value)}`).join(',')}}`;
}

/** An aggregation over everything but these labels, on several lines so that a rule can be read. */
export function aggregateBy(
  operation: 'sum' | 'max' | 'min',
  labels: readonly QueryLabel[],
  expression: string,
): string {
  return `${operation} by (${labels.join(', ')}) (${expression})`;
}
