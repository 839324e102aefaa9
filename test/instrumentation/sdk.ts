/** The real SDK in memory, for tests: what was exported can be looked at, and what the API's diagnostic log was told. */
import { diag, DiagLogLevel, type Attributes } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type NodeTracerConfig,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node';

interface Point {
  readonly attributes: Attributes;
  readonly value: unknown;
}

export interface Sdk {
  readonly tracerProvider: NodeTracerProvider;
  readonly meterProvider: MeterProvider;
  /** All spans that were exported so far. */
  readonly spans: () => ReadableSpan[];
  /** The one span that was exported. */
  readonly span: () => ReadableSpan;
  /** Forgets the spans so far. */
  readonly reset: () => void;
  /** Current values of one metric, each with its attributes. */
  readonly metric: (name: string) => Promise<Point[]>;
}

export function inMemorySdk(config: Omit<NodeTracerConfig, 'spanProcessors'> = {}): Sdk {
  const spanExporter = new InMemorySpanExporter();
  const tracerProvider = new NodeTracerProvider({ ...config, spanProcessors: [new SimpleSpanProcessor(spanExporter)] });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const spans = (): ReadableSpan[] => spanExporter.getFinishedSpans();
  return {
    tracerProvider,
    meterProvider,
    spans,
    span: () => {
      const finished = spans();
      if (finished.length !== 1) throw new Error(`expected one span, found ${finished.length}`);
      return finished[0];
    },
    reset: () => spanExporter.reset(),
    metric: async (name) => {
      metricExporter.reset();
      await reader.forceFlush();
      const metrics = metricExporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
      return metrics
        .filter(({ descriptor }) => descriptor.name === name)
        .flatMap((metric): Point[] => metric.dataPoints.map(({ attributes, value }) => ({ attributes, value })));
    },
  };
}

/** What the diagnostic log is told from now on, one text a warning. */
export function warnings(): string[] {
  const told: string[] = [];
  const ignore = (): void => {};
  const logger = {
    error: ignore,
    warn: (message: string) => told.push(message),
    info: ignore,
    debug: ignore,
    verbose: ignore,
  };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return told;
}
