/**
 * Which exporters `plumbline/node` starts, read from the standard environment variables:
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 * Endpoints, headers, timeouts, compression and certificates are read by the exporters themselves.
 */
import { diag } from '@opentelemetry/api';
import { OTLPMetricExporter as MetricsOverGrpc } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as MetricsAsJson } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as MetricsAsProtobuf } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter as TracesOverGrpc } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as TracesAsJson } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as TracesAsProtobuf } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  ConsoleMetricExporter,
  PeriodicExportingMetricReader,
  type IMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';

const EXPORT_INTERVAL_MS = 60_000;
const EXPORT_TIMEOUT_MS = 30_000;

const TRACES_BY_PROTOCOL: Readonly<Record<string, () => SpanExporter>> = {
  'http/protobuf': () => new TracesAsProtobuf(),
  'http/json': () => new TracesAsJson(),
  grpc: () => new TracesOverGrpc(),
};

const METRICS_BY_PROTOCOL: Readonly<Record<string, () => PushMetricExporter>> = {
  'http/protobuf': () => new MetricsAsProtobuf(),
  'http/json': () => new MetricsAsJson(),
  grpc: () => new MetricsOverGrpc(),
};

const TRACES_BY_EXPORTER: Readonly<Record<string, () => SpanProcessor>> = {
  otlp: () => new BatchSpanProcessor(byProtocol('TRACES', TRACES_BY_PROTOCOL)()),
  console: () => new SimpleSpanProcessor(new ConsoleSpanExporter()),
};

const METRICS_BY_EXPORTER: Readonly<Record<string, () => IMetricReader>> = {
  otlp: () => periodic(byProtocol('METRICS', METRICS_BY_PROTOCOL)()),
  console: () => periodic(new ConsoleMetricExporter()),
  // The exporter alone would listen on all addresses; the specification's default is localhost.
  prometheus: () => new PrometheusExporter({ host: text('OTEL_EXPORTER_PROMETHEUS_HOST') ?? 'localhost' }),
};

/** By OTEL_TRACES_EXPORTER: otlp (the default), console, none, or several of them with commas. */
export function spanProcessors(): SpanProcessor[] {
  return chosen('OTEL_TRACES_EXPORTER', TRACES_BY_EXPORTER);
}

/** By OTEL_METRICS_EXPORTER: otlp (the default), prometheus, console, none, or several of them with commas. */
export function metricReaders(): IMetricReader[] {
  return chosen('OTEL_METRICS_EXPORTER', METRICS_BY_EXPORTER);
}

export function text(variable: string): string | undefined {
  const value = process.env[variable]?.trim();
  return value === '' ? undefined : value;
}

function chosen<T>(variable: string, known: Readonly<Record<string, () => T>>): T[] {
  const names = new Set((text(variable) ?? 'otlp').split(',').map((name) => name.trim()));
  if (names.has('none')) return [];
  const made: T[] = [];
  for (const name of names) {
    if (Object.hasOwn(known, name)) made.push(known[name]());
    else diag.warn(`plumbline: ${variable} names '${name}', which is none of ${Object.keys(known).join(', ')}, none.`);
  }
  return made;
}

function byProtocol<T>(signal: 'TRACES' | 'METRICS', known: Readonly<Record<string, () => T>>): () => T {
  const protocol = text(`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`) ?? text('OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol !== undefined && Object.hasOwn(known, protocol)) return known[protocol];
  if (protocol !== undefined) {
    diag.warn(
      `plumbline: OTLP protocol '${protocol}' is none of ${Object.keys(known).join(', ')}; http/protobuf is used.`,
    );
  }
  return known['http/protobuf'];
}

function periodic(exporter: PushMetricExporter): IMetricReader {
  const exportIntervalMillis = milliseconds('OTEL_METRIC_EXPORT_INTERVAL', EXPORT_INTERVAL_MS);
  // A timeout longer than the interval is refused by the reader.
  const exportTimeoutMillis = Math.min(
    milliseconds('OTEL_METRIC_EXPORT_TIMEOUT', EXPORT_TIMEOUT_MS),
    exportIntervalMillis,
  );
  return new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis });
}

function milliseconds(variable: string, absent: number): number {
  const value = Number(text(variable) ?? absent);
  if (Number.isFinite(value) && value > 0) return value;
  diag.warn(`plumbline: ${variable} is not a positive number of milliseconds; ${absent} is used.`);
  return absent;
}
