/**
 * The 95th percentile of a version's latency over the last seconds, from two readings of its histogram: the increase of
 * each bucket, interpolated within the bucket as PromQL's `histogram_quantile` does.
 */
import { LABEL, MODEL_METRIC } from '../src/registry/index.js';
import type { MetricsPage } from './metrics-page.js';

const QUANTILE = 0.95;
const OVER_MS = 10_000;
/** Fewer predictions than this say little of a 95th percentile. */
const FEWEST = 100;

interface Reading {
  readonly wallMs: number;
  /** Cumulative counts by upper bound. */
  readonly buckets: ReadonlyMap<number, number>;
}

export class LatencyWatch {
  readonly #readings = new Map<string, Reading[]>();

  /** Takes a reading and returns the percentile in seconds; undefined while there are too few predictions. */
  read(page: MetricsPage, model: string, version: string, wallMs: number): number | undefined {
    const key = `${model}|${version}`;
    const readings = this.#readings.get(key) ?? [];
    this.#readings.set(key, readings);
    const labels = { [LABEL.modelName]: model, [LABEL.modelVersion]: version };
    const samples = page.samples(MODEL_METRIC.duration, labels, '_bucket');
    const buckets = new Map(samples.map(({ labels: { le }, value }) => [le === '+Inf' ? Infinity : Number(le), value]));
    readings.push({ wallMs, buckets });
    while (readings.length > 2 && readings[1].wallMs <= wallMs - OVER_MS) readings.shift();
    return quantile(QUANTILE, readings[0].buckets, buckets);
  }
}

/** Of what was added from `before` to `after`. */
export function quantile(
  q: number,
  before: ReadonlyMap<number, number>,
  after: ReadonlyMap<number, number>,
): number | undefined {
  const bounds = [...after.keys()].sort((a, b) => a - b);
  const added = bounds.map((bound) => (after.get(bound) ?? 0) - (before.get(bound) ?? 0));
  const total = added.at(-1) ?? 0;
  if (total < FEWEST) return undefined;
  const rank = q * total;
  const at = added.findIndex((count) => count >= rank);
  const lower = at === 0 ? 0 : bounds[at - 1];
  if (bounds[at] === Infinity) return lower;
  const below = at === 0 ? 0 : added[at - 1];
  return lower + ((bounds[at] - lower) * (rank - below)) / (added[at] - below);
}
