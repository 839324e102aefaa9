/** Metrics requests as a test writes them, and histograms made of values as an SDK would aggregate them. */
import type { Interpretation } from '../../src/interpret/index.js';
import { encodeMetrics, type OtlpObject } from '../oracle/otlp-oracle.js';
import { attributesOf, type Pipeline } from '../observe/pipeline.js';

export const FEATURE_OF_M = { 'ml.model.name': 'm', 'ml.model.version': '1', 'ml.feature.name': 'x' };
export const DELTA = 1;
export const CUMULATIVE = 2;

export const nanos = (ms: number): bigint => BigInt(Math.round(ms * 1000)) * 1000n;

/** An explicit histogram: right-closed buckets. */
export function explicit(values: readonly number[], bounds: readonly number[]): OtlpObject {
  const bucketCounts = new Array<bigint>(bounds.length + 1).fill(0n);
  for (const value of values) {
    const found = bounds.findIndex((bound) => value <= bound);
    bucketCounts[found < 0 ? bounds.length : found]++;
  }
  return { ...summary(values), bucketCounts, explicitBounds: [...bounds] };
}

/** An exponential histogram: buckets (base^index, base^(index + 1)], base = 2^(2^-scale). */
export function exponential(values: readonly number[], scale: number): OtlpObject {
  const indexOf = (value: number): number => Math.ceil(Math.log2(Math.abs(value)) * 2 ** scale) - 1;
  const side = (members: readonly number[]): OtlpObject => {
    if (members.length === 0) return {};
    const indexes = members.map(indexOf);
    const offset = Math.min(...indexes);
    const bucketCounts = new Array<bigint>(Math.max(...indexes) - offset + 1).fill(0n);
    for (const index of indexes) bucketCounts[index - offset]++;
    return { offset, bucketCounts };
  };
  return {
    ...summary(values),
    scale,
    zeroCount: BigInt(values.filter((value) => value === 0).length),
    positive: side(values.filter((value) => value > 0)),
    negative: side(values.filter((value) => value < 0)),
  };
}

function summary(values: readonly number[]): OtlpObject {
  const sum = values.reduce((total, value) => total + value, 0);
  const count = BigInt(values.length);
  return values.length === 0 ? { count, sum } : { count, sum, min: Math.min(...values), max: Math.max(...values) };
}

export interface SentPoint {
  readonly startMs?: number;
  readonly timeMs: number;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly histogram: OtlpObject;
}

export function dataPoint({ startMs, timeMs, attributes, histogram }: SentPoint): OtlpObject {
  return {
    timeUnixNano: nanos(timeMs),
    ...(startMs === undefined ? {} : { startTimeUnixNano: nanos(startMs) }),
    attributes: attributesOf(attributes ?? FEATURE_OF_M),
    ...histogram,
  };
}

/** One metric of one resource. Points with a scale are exponential. */
export function metricOf(points: readonly OtlpObject[], aggregationTemporality = DELTA, name = 'ml.feature.value') {
  const kind = points.some((point) => point.scale !== undefined) ? 'exponentialHistogram' : 'histogram';
  return { name, [kind]: { aggregationTemporality, dataPoints: [...points] } };
}

export function sendMetrics(
  { interpreter }: Pipeline,
  metrics: readonly OtlpObject[],
  resource: Readonly<Record<string, unknown>> = {},
  allowedModels?: ReadonlySet<string>,
): Interpretation {
  const scopeMetrics = [{ metrics: [...metrics] }];
  const resourceMetrics = [{ resource: { attributes: attributesOf(resource) }, scopeMetrics }];
  return interpreter.interpretMetrics(encodeMetrics({ resourceMetrics }), allowedModels);
}

/** What became of the data points. */
export function metricsAccounted({ interpreter }: Pipeline) {
  const { received, observed, rejected, ignored } = interpreter.accounting.metrics;
  const some = (counts: Record<string, number>) => Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0));
  const sum = [...Object.values(rejected), ...Object.values(ignored)].reduce((total, n) => total + n, observed);
  return { received, observed, rejected: some(rejected), ignored: some(ignored), addsUp: received === sum };
}
