/** The oracle is trusted by other tests, so it is tested itself: against the real SDK, and against its own two writers. */
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requests, shuffled } from './arbitraries.js';
import { decodeMessage, decodeTraces, encodeMessage, normalForm, type RequestName } from './otlp-oracle.js';

const REQUESTS: RequestName[] = [
  'ExportTraceServiceRequest',
  'ExportLogsServiceRequest',
  'ExportMetricsServiceRequest',
];

test('reads what the real SDK writes', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider
    .getTracer('scope')
    .startSpan('predict', { attributes: { negative: -1, flag: true } })
    .end();
  const [span] = exporter.getFinishedSpans();

  const request = decodeTraces(ProtobufTraceSerializer.serializeRequest([span]) as Uint8Array);

  expect(request).toMatchObject({
    resourceSpans: [
      {
        scopeSpans: [
          {
            scope: { name: 'scope' },
            spans: [
              {
                name: 'predict',
                traceId: new Uint8Array(Buffer.from(span.spanContext().traceId, 'hex')),
                attributes: [
                  { key: 'negative', value: { intValue: -1n } },
                  { key: 'flag', value: { boolValue: true } },
                ],
              },
            ],
          },
        ],
      },
    ],
  });
});

describe.each(REQUESTS)('%s', (name) => {
  test('normal form is a fixed point', () => {
    fc.assert(
      fc.property(requests(name), (request) => {
        const normal = normalForm(name, request);
        expect(decodeMessage(name, encodeMessage(name, normal))).toEqual(normal);
      }),
    );
  });

  test('shuffled bytes decode to the same request', () => {
    fc.assert(
      fc.property(shuffled(name), ({ request, bytes }) => {
        expect(decodeMessage(name, bytes)).toEqual(normalForm(name, request));
      }),
    );
  });
});
