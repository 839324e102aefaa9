/**
 * What a metric is: an OpenTelemetry instrument, translated to Prometheus by the OpenTelemetry rules
 * (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/): dots become underscores; unit `s`
 * adds `_seconds`, `By` adds `_bytes`, a gauge of unit `1` adds `_ratio`; a counter adds `_total`; a unit in braces is an
 * annotation and adds nothing.
 */
import type { LabelName } from './labels.js';

export type InstrumentKind = 'counter' | 'gauge' | 'histogram';
export type Unit = '1' | 's' | 'By' | '' | `{${string}}`;

export interface MetricDefinition {
  /** OpenTelemetry instrument name. */
  readonly instrument: string;
  readonly kind: InstrumentKind;
  readonly unit: Unit;
  readonly help: string;
  readonly labels: readonly LabelName[];
  /** Upper bounds of an explicit histogram, without +Inf. */
  readonly buckets?: readonly number[];
}

/** The Prometheus name of a metric; a histogram's series add `_bucket`, `_sum`, `_count` to it. */
export function prometheusName(metric: MetricDefinition): string {
  const base = metric.instrument.replace(/[^a-zA-Z0-9]+/g, '_');
  const unit = metric.unit === 's' ? '_seconds' : metric.unit === 'By' ? '_bytes' : '';
  const ratio = metric.unit === '1' && metric.kind === 'gauge' ? '_ratio' : '';
  return `${base}${unit}${ratio}${metric.kind === 'counter' ? '_total' : ''}`;
}
