/**
 * Skew through the real SDKs and sockets, into one thread and into several: a service that predicts, a job that sends what
 * training would have computed, as log records and through this package, and the page that says what is wrong.
 */
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect, test } from 'vitest';
import { startCollector } from '../../src/collector.js';
import { configSchema } from '../../src/config/schema.js';
import { instrumentModel, recordOfflineFeatures } from '../../src/instrumentation/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { silentLog } from '../../src/lib/log.js';
import { seededRandom } from '../../src/lib/random.js';
import { parsePage } from '../expose/page.js';

const ROWS = 120;
const AIRPORTS = ['ORD', 'SEA', 'JFK', 'LAX'];

test.each([0, 2])('with %i threads', async (workers) => {
  const collector = await startCollector(
    configSchema.parse({
      receive: { http: { port: 0 }, grpc: { enabled: false }, workers },
      expose: { enabled: false },
    }),
    { clock: systemClock, log: silentLog },
  );
  const url = `http://${collector.httpAddress}`;
  const spans = new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url}/v1/traces` }), { maxExportBatchSize: 16 });
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [spans] });
  const records = new BatchLogRecordProcessor({
    exporter: new OTLPLogExporter({ url: `${url}/v1/logs` }),
    maxExportBatchSize: 16,
  });
  const logger = new LoggerProvider({ processors: [records] }).getLogger('job');
  const model = instrumentModel({ name: 'flight-delay', version: '7', tracerProvider });
  const random = seededRandom(1);
  try {
    for (let row = 0; row < ROWS; row++) {
      const [miles, hour] = [100 + Math.floor(random.next() * 2000), Math.floor(random.next() * 24)];
      const [from, to] = [AIRPORTS[Math.floor(random.next() * 4)], AIRPORTS[Math.floor(random.next() * 4)]];
      const entityId = row < 20 ? `flight-${row}` : undefined;
      const served = { distance: miles * 1.609344, hour, origin: to, dest: from };
      const { id } = model.predict(served, () => 'late', { entityId });
      const offline = { distance: miles, hour, origin: from, dest: to };
      if (entityId !== undefined) {
        recordOfflineFeatures({ model: 'flight-delay', entityId, features: offline, tracerProvider });
      } else if (row % 2 === 0) recordOfflineFeatures({ model: 'flight-delay', id, features: offline, tracerProvider });
      else {
        logger.emit({
          eventName: 'ml.offline_features',
          attributes: {
            'ml.model.name': 'flight-delay',
            'ml.prediction.id': id,
            ...Object.fromEntries(Object.entries(offline).map(([name, value]) => [`ml.feature.${name}`, value])),
          },
        });
      }
    }
    await Promise.all([tracerProvider.forceFlush(), records.forceFlush()]);
    const page = parsePage(await collector.metricsText());
    const found = (name: string, labels: Record<string, string>) =>
      page.filter(
        (sample) => sample.name === name && Object.entries(labels).every(([key, text]) => sample.labels[key] === text),
      );
    const value = (name: string, labels: Record<string, string>): number | undefined => found(name, labels)[0]?.value;
    expect(value('ml_model_skew_compared_total', { model_version: '7' })).toBe(ROWS);
    const window = '5m';
    expect(value('ml_feature_skew_rows', { feature: 'distance', window })).toBe(ROWS);
    expect(value('ml_feature_skew_mismatched_ratio', { feature: 'distance', window })).toBe(1);
    expect(value('ml_feature_skew_mismatched_ratio', { feature: 'hour', window })).toBe(0);
    expect(
      found('ml_feature_skew_diagnosis', { window }).map(({ labels }) => [
        labels.feature,
        labels.diagnosis,
        labels.detail,
      ]),
    ).toEqual([
      ['distance', 'scaled', 'miles to kilometres'],
      ['origin', 'swapped', 'dest'],
      ['dest', 'swapped', 'origin'],
    ]);
    expect(value('plumbline_items_rejected_total', { signal: 'logs', reason: 'no_join_key' })).toBe(0);
  } finally {
    await collector.drain();
  }
});
