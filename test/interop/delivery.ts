/**
 * What must stand on Plumbline's page once all traffic of `flight-calls.ts` has arrived, worked out from the calls and
 * from what the service answered, and nothing else.
 */
import { expect } from 'vitest';
import {
  BIN,
  FEATURE_METRIC,
  IGNORED,
  LABEL,
  MODEL_METRIC,
  PREDICTION_METRIC,
  PROCESS_METRIC,
  prometheusName,
  REJECTED,
} from '../../src/registry/index.js';
import { CHALLENGER, CHAMPION, type Flight, MODEL, type Traffic, UNSEEN_ORIGIN } from './flight-calls.js';
import type { Answer } from './model-service.js';
import type { MetricsPage } from './plumbline.js';

/** OpenTelemetry's default. */
const SPAN_ATTRIBUTES_MAX = 128;
/** Attributes of a successful single prediction: four features, id, role, value, score. */
const PREDICTION_ATTRIBUTES = 8;
const WINDOW = '1h';
const SIGNALS = ['traces', 'logs', 'metrics'] as const;

interface Row {
  readonly version: string;
  readonly carrier: 'span' | 'log' | 'batch';
  readonly flight: Flight;
  readonly score?: number;
  readonly value?: boolean;
  readonly actual?: boolean;
  /** Attributes that the SDK had no room for. */
  readonly dropped: number;
}

/** The predictions that count: not the one of no version, and the repeated one once. */
function rowsOf({ predictions, groundTruths }: Traffic, answers: readonly Answer[]): Row[] {
  const actualOf = new Map(groundTruths.flatMap(({ id, value }) => (value === undefined ? [] : [[id, value]])));
  const seen = new Set<string>();
  return predictions.flatMap((prediction, index): Row[] => {
    const { score, value, scores = [], values = [] } = answers[index];
    if (prediction.call === 'predict_batch')
      return prediction.ids.map((id, row) => {
        const flight = prediction.flights[row];
        const shared = { version: CHAMPION, carrier: 'batch', flight, actual: actualOf.get(id), dropped: 0 } as const;
        return { ...shared, score: scores[row], value: values[row] };
      });
    const { id, call, version = CHAMPION, flight, extras = [] } = prediction;
    if (version === '' || (id !== undefined && seen.has(`${version} ${id}`))) return [];
    if (id !== undefined) seen.add(`${version} ${id}`);
    const actual = prediction.actual ?? actualOf.get(id ?? '');
    const carrier = call === 'predict' ? 'span' : 'log';
    const dropped = Math.max(0, PREDICTION_ATTRIBUTES + extras.length - SPAN_ATTRIBUTES_MAX);
    return [{ version, carrier, flight, score, value, actual, dropped }];
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** Items of each signal that all calls make, the metrics' points apart, whose number is the SDK's own affair. */
export function itemsOf({ predictions, groundTruths }: Traffic): { traces: number; logs: number } {
  const called = (...names: string[]) => predictions.filter(({ call }) => names.includes(call)).length;
  const atOnce = predictions.filter((prediction) => prediction.call === 'predict' && prediction.actual !== undefined);
  const inSpans = groundTruths.filter(({ carrier }) => carrier === 'span').length;
  return {
    // A single prediction's span has the request's span around it.
    traces: 2 * called('predict') + called('predict_batch') + inSpans,
    logs: called('predict_as_log') + atOnce.length + groundTruths.length - inSpans,
  };
}

export function hasArrived(traffic: Traffic): (page: MetricsPage) => boolean {
  const { traces, logs } = itemsOf(traffic);
  return (page) =>
    page.sum(prometheusName(PROCESS_METRIC.received), { signal: 'traces' }) >= traces &&
    page.sum(prometheusName(PROCESS_METRIC.received), { signal: 'logs' }) >= logs &&
    page.sum(prometheusName(PROCESS_METRIC.received), { signal: 'metrics' }) > 0;
}

export function expectAllDelivered(page: MetricsPage, traffic: Traffic, answers: readonly Answer[]): void {
  expectAccounting(page, traffic);
  const rows = rowsOf(traffic, answers);
  for (const version of new Set(rows.map((row) => row.version))) {
    const ofVersion = rows.filter((row) => row.version === version);
    expectPredictions(page, version, ofVersion);
    expectFeatures(page, version, ofVersion);
    expectPerformance(page, version, ofVersion);
  }
  const atOnce = rows.filter(({ actual }) => actual !== undefined).length;
  const challenged = rows.filter(({ version, actual }) => version === CHALLENGER && actual !== undefined).length;
  expect(page.by(LABEL.outcome, prometheusName(MODEL_METRIC.groundTruth), { model_name: MODEL })).toEqual({
    // One ground truth joins both versions that answered the request.
    joined: atOnce - challenged,
    duplicate: 1,
    late: 0,
    orphaned: 0,
  });
}

function expectAccounting(page: MetricsPage, traffic: Traffic): void {
  const total = (metric: keyof typeof PROCESS_METRIC, labels: Record<string, string>) =>
    page.sum(prometheusName(PROCESS_METRIC[metric]), labels);
  for (const signal of SIGNALS)
    expect(total('observed', { signal }) + total('rejected', { signal }) + total('ignored', { signal }), signal).toBe(
      total('received', { signal }),
    );
  const { traces, logs } = itemsOf(traffic);
  const requests = traffic.predictions.filter(({ call }) => call === 'predict').length;
  expect(total('received', { signal: 'traces' })).toBe(traces);
  expect(total('received', { signal: 'logs' })).toBe(logs);
  expect(total('received', { signal: 'metrics' })).toBeGreaterThan(0);
  expect(total('ignored', { signal: 'traces', reason: IGNORED.notForUs.reason })).toBe(requests);
  expect(total('ignored', { signal: 'traces', reason: IGNORED.duplicate.reason })).toBe(1);
  expect(total('rejected', { signal: 'traces', reason: REJECTED.noModelVersion.reason })).toBe(1);
  expect(total('rejected', { signal: 'logs', reason: REJECTED.noGroundTruthValue.reason })).toBe(1);
  expect(total('observed', { signal: 'traces' })).toBe(traces - requests - 2);
  expect(total('observed', { signal: 'logs' })).toBe(logs - 1);
}

function expectPredictions(page: MetricsPage, version: string, rows: readonly Row[]): void {
  const labels = { model_name: MODEL, model_version: version };
  const count = (carrier: Row['carrier']) => rows.filter((row) => row.carrier === carrier).length;
  const succeeded = rows.filter(({ score }) => score !== undefined);
  const role = version === CHAMPION ? 'champion' : 'challenger';
  expect(page.by(LABEL.role, prometheusName(MODEL_METRIC.predictions), labels)).toEqual({ [role]: rows.length });
  const failed = rows.length - succeeded.length;
  expect(page.by(LABEL.errorType, prometheusName(MODEL_METRIC.errors), labels)).toEqual(
    failed === 0 ? {} : { ValueError: failed },
  );
  const dropped = rows.reduce((sum, row) => sum + row.dropped, 0);
  expect(page.sum(prometheusName(MODEL_METRIC.droppedAttributes), labels)).toBe(dropped);
  const batches = page.sum(`${prometheusName(MODEL_METRIC.batchSize)}_count`, labels);
  expect(page.sum(`${prometheusName(MODEL_METRIC.batchSize)}_sum`, labels)).toBe(count('batch'));
  expect(page.sum(`${prometheusName(MODEL_METRIC.duration)}_count`, labels)).toBe(count('span') + batches);
  expect(page.sum(prometheusName(PREDICTION_METRIC.observations), { ...labels, output: 'score' })).toBe(
    succeeded.length,
  );
  expect(
    page.sum(prometheusName(PREDICTION_METRIC.moment), { ...labels, output: 'score', window: WINDOW, moment: 'mean' }),
  ).toBeCloseTo(mean(succeeded.map(({ score }) => score ?? NaN)), 9);
}

function expectFeatures(page: MetricsPage, version: string, rows: readonly Row[]): void {
  const ofFeature = (feature: string) => ({ model_name: MODEL, model_version: version, feature });
  for (const feature of ['distance', 'hour', 'weekend', 'origin'])
    expect(page.sum(prometheusName(FEATURE_METRIC.observations), ofFeature(feature)), feature).toBe(rows.length);

  const distances = rows.flatMap(({ flight }) => (flight.distance === null ? [] : [flight.distance]));
  const missing = prometheusName(FEATURE_METRIC.missing);
  const moment = prometheusName(FEATURE_METRIC.moment);
  expect(page.sum(missing, { ...ofFeature('distance'), reason: 'nan' })).toBe(rows.length - distances.length);
  expect(page.sum(missing, ofFeature('distance'))).toBe(rows.length - distances.length);
  const moments = page.by(LABEL.moment, moment, { ...ofFeature('distance'), window: WINDOW });
  expect(moments.mean).toBeCloseTo(mean(distances), 6);
  expect(moments.min).toBe(Math.min(...distances));
  expect(moments.max).toBe(Math.max(...distances));
  expect(page.sum(moment, { ...ofFeature('hour'), window: WINDOW, moment: 'mean' })).toBeCloseTo(
    mean(rows.map(({ flight }) => flight.hour)),
    9,
  );

  const unknown = (carriers: readonly Row['carrier'][]) =>
    rows.filter(({ carrier, flight }) => carriers.includes(carrier) && flight.origin === null).length;
  expect(page.sum(missing, { ...ofFeature('origin'), reason: 'absent' })).toBe(unknown(['span', 'log']));
  expect(page.sum(missing, { ...ofFeature('origin'), reason: 'empty' })).toBe(unknown(['batch']));
  // The one reference is of the champion's training data, and stands for all versions of the model.
  const bins = page.by(LABEL.bin, prometheusName(FEATURE_METRIC.bin), ofFeature('origin'));
  const served = countBy(rows.map(({ flight }) => flight.origin ?? BIN.missing));
  const { [UNSEEN_ORIGIN]: unseen = 0, ...known } = served;
  const present = Object.fromEntries(Object.entries(bins).filter(([, count]) => count > 0));
  expect(present).toEqual({ ...known, ...(unseen > 0 ? { [BIN.unseen]: unseen } : {}) });
}

function expectPerformance(page: MetricsPage, version: string, rows: readonly Row[]): void {
  const labels = { model_name: MODEL, model_version: version, window: WINDOW };
  const joined = rows.filter(({ value, actual }) => value !== undefined && actual !== undefined);
  expect(page.sum(prometheusName(MODEL_METRIC.performanceObservations), labels)).toBe(joined.length);
  expect(page.sum(prometheusName(MODEL_METRIC.performance), { ...labels, statistic: 'accuracy' })).toBeCloseTo(
    mean(joined.map(({ value, actual }) => (value === actual ? 1 : 0))),
    9,
  );
}
