/** The JavaScript SDK's own exporters deliver. The bytes are not decoded here: that is another room's. */
import { type Attributes } from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter as LogGrpc } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as LogHttp } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as LogProto } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as MetricProto } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as TraceGrpc } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as TraceHttp } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as TraceProto } from '@opentelemetry/exporter-trace-otlp-proto';
import { LoggerProvider, type LogRecordExporter, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { describe, expect, test } from 'vitest';
import { DeliveryError } from '../../src/receive/index.js';
import { start } from './receiver-fixture.js';

const ATTRIBUTES: Attributes = {
  'ml.model.name': 'flight-delay',
  'ml.model.version': '2001-01',
  'ml.feature.distance': 733,
};
/** An enum of a package that is only there because the exporters need it. */
type Compression = NonNullable<ConstructorParameters<typeof TraceProto>[0]>['compression'];
const COMPRESSIONS = ['none', 'gzip'] as unknown as Compression[];
const TRANSPORTS = ['http protobuf', 'http json', 'grpc'] as const;
const CASES = TRANSPORTS.flatMap((transport) => COMPRESSIONS.map((compression) => [transport, compression] as const));

async function exportSpan(exporter: SpanExporter): Promise<void> {
  const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  provider.getTracer('test').startSpan('predict delay', { attributes: ATTRIBUTES }).end();
  await provider.forceFlush();
  await provider.shutdown();
}

async function exportLogRecord(exporter: LogRecordExporter): Promise<void> {
  const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
  const record = { eventName: 'ml.ground_truth', severityNumber: SeverityNumber.INFO, attributes: ATTRIBUTES };
  provider.getLogger('test').emit(record);
  await provider.forceFlush();
  await provider.shutdown();
}

describe.each(CASES)('%s, compression %s', (transport, compression) => {
  const encoding = transport === 'http json' ? 'json' : 'protobuf';

  test('spans', async () => {
    const { httpPort, grpcAddress, deliveries } = await start();
    const url = `http://127.0.0.1:${httpPort}/v1/traces`;
    const exporter =
      transport === 'grpc'
        ? new TraceGrpc({ url: `http://${grpcAddress}`, compression })
        : transport === 'http json'
          ? new TraceHttp({ url, compression })
          : new TraceProto({ url, compression });
    await exportSpan(exporter);
    expect(deliveries).toMatchObject([{ signal: 'traces', encoding, transport: transport.split(' ')[0] }]);
    const text = Buffer.from(deliveries[0].body).toString('latin1');
    for (const part of ['predict delay', 'ml.model.name', 'flight-delay']) expect(text).toContain(part);
  });

  test('log records', async () => {
    const { httpPort, grpcAddress, deliveries } = await start();
    const url = `http://127.0.0.1:${httpPort}/v1/logs`;
    const exporter =
      transport === 'grpc'
        ? new LogGrpc({ url: `http://${grpcAddress}`, compression })
        : transport === 'http json'
          ? new LogHttp({ url, compression })
          : new LogProto({ url, compression });
    await exportLogRecord(exporter);
    expect(deliveries).toMatchObject([{ signal: 'logs', encoding, transport: transport.split(' ')[0] }]);
    expect(Buffer.from(deliveries[0].body).toString('latin1')).toContain('ml.ground_truth');
  });
});

test.each(COMPRESSIONS)('metrics over HTTP, compression %s', async (compression) => {
  const { httpPort, deliveries } = await start();
  const exporter = new MetricProto({ url: `http://127.0.0.1:${httpPort}/v1/metrics`, compression });
  const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
  provider.getMeter('test').createHistogram('ml.feature.value').record(733, ATTRIBUTES);
  await provider.forceFlush();
  await provider.shutdown();
  expect(deliveries[0]).toMatchObject({ signal: 'metrics', encoding: 'protobuf', transport: 'http' });
  expect(Buffer.from(deliveries[0].body).toString('latin1')).toContain('ml.feature.value');
});

test('the exporter over HTTP sends again what was refused for overload', async () => {
  let deliveries = 0;
  const running = await start({
    handler: () => {
      deliveries += 1;
      if (deliveries === 1) throw new DeliveryError('overloaded', 'later');
      return { rejected: 0 };
    },
  });
  await exportSpan(new TraceProto({ url: `http://127.0.0.1:${running.httpPort}/v1/traces` }));
  expect(running.deliveries.length).toBe(2);
  expect(Buffer.compare(running.deliveries[0].body, running.deliveries[1].body)).toBe(0);
});

// This exporter sends nothing again over gRPC, whatever it is told: RetryInfo is tested with a client of our own.
test.each(['http', 'grpc'] as const)('the exporter over %s does not send again what is bad', async (transport) => {
  const { httpPort, grpcAddress, deliveries } = await start({
    handler: () => {
      throw new DeliveryError('bad_data', 'never');
    },
  });
  const exporter =
    transport === 'grpc'
      ? new TraceGrpc({ url: `http://${grpcAddress}` })
      : new TraceProto({ url: `http://127.0.0.1:${httpPort}/v1/traces` });
  await expect(exportSpan(exporter)).rejects.toThrow();
  expect(deliveries.length).toBe(1);
});
