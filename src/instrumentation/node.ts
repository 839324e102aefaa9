/**
 * Starts the ordinary OpenTelemetry SDK for a service that has none (`import { startTelemetry } from 'plumbline/node'`).
 * There is nothing of ours in it: providers, exporters and their defaults are OpenTelemetry's, configured by the standard
 * OTEL_* variables. A service that has an SDK already needs none of this.
 */
import { context, diag, metrics, propagation, ProxyTracerProvider, trace, type Attributes } from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  type Resource,
} from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { ATTRIBUTE } from '../registry/index.js';
import { metricReaders, spanProcessors, text } from './node-exporters.js';
import { SCOPE } from './scope.js';

export interface TelemetryOptions {
  /** Used where neither OTEL_SERVICE_NAME nor OTEL_RESOURCE_ATTRIBUTES names the service. */
  readonly serviceName?: string;
  /** Further resource attributes; OTEL_RESOURCE_ATTRIBUTES wins over those of the same key. */
  readonly resourceAttributes?: Attributes;
}

export interface Telemetry {
  /** Sends what is waiting. Never rejects: what fails is told through the diagnostic log. */
  forceFlush(): Promise<void>;
  /** Sends what is waiting, stops, and takes the SDK out of the API again. Never rejects. */
  shutdown(): Promise<void>;
}

const INERT: Telemetry = { forceFlush: () => Promise.resolve(), shutdown: () => Promise.resolve() };

let running: Telemetry | undefined;

/**
 * Registers the SDK globally, once: a second call returns the first one's handle. Call it before the service handles
 * requests; models that were instrumented before are recorded from then on. What is waiting is sent when the process ends
 * by itself; on a signal the service has to await `shutdown()`.
 *
 * Does nothing where OTEL_SDK_DISABLED is true, or where another SDK is registered already.
 */
export function startTelemetry(options: TelemetryOptions = {}): Telemetry {
  if (running !== undefined) return running;
  if (text('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return INERT;
  if (hasSdk()) {
    diag.warn('plumbline: another OpenTelemetry SDK is registered already; startTelemetry() leaves everything to it.');
    return INERT;
  }

  const resource = resourceOf(options);
  const processors = spanProcessors();
  const readers = metricReaders();
  const tracerProvider = new NodeTracerProvider({ resource, spanProcessors: processors });
  const meterProvider = new MeterProvider({ resource, readers });
  // With no exporter nothing is registered either, so that predictions cost what they cost without an SDK.
  if (processors.length > 0) tracerProvider.register();
  if (readers.length > 0) metrics.setGlobalMeterProvider(meterProvider);

  const forceFlush = (): Promise<void> => settled('flush', [tracerProvider.forceFlush(), meterProvider.forceFlush()]);
  const flushAtEnd = (): void => void forceFlush();
  process.once('beforeExit', flushAtEnd);

  let stopped: Promise<void> | undefined;
  const shutdown = (): Promise<void> =>
    (stopped ??= settled('shutdown', [tracerProvider.shutdown(), meterProvider.shutdown()]).then(() => {
      process.removeListener('beforeExit', flushAtEnd);
      if (processors.length > 0) {
        trace.disable();
        context.disable();
        propagation.disable();
      }
      if (readers.length > 0) metrics.disable();
      running = undefined;
    }));
  return (running = { forceFlush, shutdown });
}

function hasSdk(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer(SCOPE) !== undefined;
}

/** Later ones win: the SDK's own, a random instance id (so that replicas stay apart), the options, the environment. */
function resourceOf({ serviceName, resourceAttributes }: TelemetryOptions): Resource {
  const named: Attributes = { ...resourceAttributes };
  if (serviceName !== undefined) named[ATTRIBUTE.serviceName] = serviceName;
  return defaultResource()
    .merge(detectResources({ detectors: [serviceInstanceIdDetector] }))
    .merge(resourceFromAttributes(named))
    .merge(detectResources({ detectors: [envDetector] }));
}

async function settled(what: string, pending: Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(pending)) {
    if (result.status === 'rejected') diag.warn(`plumbline: ${what} of the OpenTelemetry SDK failed.`, result.reason);
  }
}
