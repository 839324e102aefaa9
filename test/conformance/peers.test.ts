/** Faults that others have had, of the whole collector over real sockets. */
import { expect, test } from 'vitest';
import { parsePage } from '../expose/page.js';
import { CUMULATIVE, dataPoint, explicit, FEATURE_OF_M, metricOf } from '../interpret/metric-requests.js';
import { attributesOf } from '../observe/pipeline.js';
import { encodeMetrics, encodeTraces, type OtlpObject } from '../oracle/otlp-oracle.js';
import { PROTOBUF } from '../receive/receiver-fixture.js';
import { type Conforming, prediction, requestOf, startConforming } from './collector-fixture.js';

const DAY_MS = 86_400_000;

async function samples({ collector }: Conforming, name: string) {
  return parsePage(await collector.metricsText()).filter((sample) => sample.name === name);
}

async function limit(conforming: Conforming, what: string, of: string): Promise<number> {
  const found = (await samples(conforming, `plumbline_limit_${what}`)).find(({ labels }) => labels.limit === of);
  return found?.value ?? NaN;
}

test('cumulative metric state is bounded: series that are never seen again make room, and that is counted', async () => {
  const conforming = await startConforming();
  const max = await limit(conforming, 'max', 'metric_series');
  expect(max).toBeGreaterThan(0);
  const nowMs = Date.now();
  const total = Math.ceil(max * 1.2);
  const perRequest = 5000;
  for (let from = 0; from < total; from += perRequest) {
    const points = Array.from({ length: Math.min(perRequest, total - from) }, (_, at) =>
      dataPoint({
        timeMs: nowMs,
        startMs: nowMs - 1000,
        attributes: { ...FEATURE_OF_M, pod: `pod-${from + at}` },
        histogram: explicit([0.5], [0, 1]),
      }),
    );
    const request = { resourceMetrics: [{ scopeMetrics: [{ metrics: [metricOf(points, CUMULATIVE)] }] }] };
    const answer = await conforming.post('/v1/metrics', PROTOBUF, Buffer.from(encodeMetrics(request)));
    expect(answer.status).toBe(200);
  }
  expect(await limit(conforming, 'used', 'metric_series')).toBeLessThanOrEqual(max);
  expect(await limit(conforming, 'overflow_total', 'metric_series')).toBeGreaterThanOrEqual(total - max);
  expect((await conforming.accounted('metrics')).received).toBe(total);
});

test('changing resource attributes do not fork counters', async () => {
  const conforming = await startConforming();
  for (let pod = 1; pod <= 20; pod++) {
    const resource = { 'service.instance.id': `pod-${pod}`, 'k8s.pod.name': `p-${pod}`, 'service.version': `${pod}` };
    const request: OtlpObject = {
      resourceSpans: [{ resource: { attributes: attributesOf(resource) }, scopeSpans: [{ spans: [prediction(pod)] }] }],
    };
    expect((await conforming.post('/v1/traces', PROTOBUF, Buffer.from(encodeTraces(request)))).status).toBe(200);
  }
  const found = await samples(conforming, 'ml_model_predictions_total');
  expect(found.map(({ value }) => value)).toEqual([20]);
});

test('late spans are counted as late, by reason, and the counts add up', async () => {
  const conforming = await startConforming();
  const late = prediction(1);
  const time = BigInt(Date.now() - 3 * DAY_MS) * 1_000_000n;
  const body = encodeTraces(requestOf([{ ...late, startTimeUnixNano: time, endTimeUnixNano: time }, prediction(2)]));
  expect((await conforming.post('/v1/traces', PROTOBUF, Buffer.from(body))).status).toBe(200);
  expect(await conforming.accounted('traces')).toEqual({ received: 2, observed: 1, rejected: 0, ignored: 1 });
  const ignored = (await samples(conforming, 'plumbline_items_ignored_total')).filter(({ value }) => value > 0);
  expect(ignored.map(({ labels, value }) => [labels.reason, value])).toEqual([['too_late', 1]]);
});

test('what came before the first scrape is in the windows, and what the process counts itself starts at 0', async () => {
  const conforming = await startConforming();
  const reasons = await samples(conforming, 'plumbline_items_rejected_total');
  expect(reasons.length).toBeGreaterThan(0);
  expect(reasons.every(({ value }) => value === 0)).toBe(true);
  expect(await limit(conforming, 'overflow_total', 'models')).toBe(0);
  const burst = requestOf(Array.from({ length: 70 }, (_, index) => prediction(index + 1)));
  await conforming.post('/v1/traces', PROTOBUF, Buffer.from(encodeTraces(burst)));
  const windows = await samples(conforming, 'ml_model_window_predictions');
  expect(windows.map(({ value }) => value)).toEqual(windows.map(() => 70));
  expect(windows.length).toBeGreaterThan(0);
});
