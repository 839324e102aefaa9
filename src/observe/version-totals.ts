/** What is counted of one model version since the start of the process, and of its predictions in their pane. */
import type { Prediction } from '../interpret/index.js';
import { BATCH_SIZE_BUCKETS, DELAY_BUCKETS_SECONDS } from '../registry/index.js';
import { BoundedCounts } from './bounded-counts.js';
import { VERSION_CELL } from './cells.js';
import { Histogram, type HistogramState } from './histogram.js';
import { LatencyHistogram, type LatencyHistogramState } from './latency-histogram.js';

/** Roles and error types that are told apart. */
const NAMES_MAX = 50;

/** As plain data. */
export interface VersionTotalsState {
  /** Latency, batch sizes, delay of ground truth. */
  readonly histograms: readonly [LatencyHistogramState, HistogramState, HistogramState];
  readonly predictionsByRole: readonly (readonly [string, number])[];
  readonly errorsByType: readonly (readonly [string, number])[];
  readonly droppedAttributes: number;
  /** Absent in states from before it was counted. */
  readonly redelivered?: number;
  readonly overflowObservations: number;
  readonly lastTimeMs: number;
  readonly sinceStart: number;
}

export class VersionTotals {
  readonly latency = new LatencyHistogram();
  readonly batchSizes = new Histogram(BATCH_SIZE_BUCKETS);
  readonly groundTruthDelay = new Histogram(DELAY_BUCKETS_SECONDS);
  readonly predictionsByRole = new BoundedCounts(NAMES_MAX);
  readonly errorsByType = new BoundedCounts(NAMES_MAX);
  droppedAttributes = 0;
  /** Predictions that came again. */
  redelivered = 0;
  /** Values of features that the limit keeps out. */
  overflowObservations = 0;
  /** Event time of the latest prediction. */
  lastTimeMs = 0;
  /** Predictions, not weighted. */
  sinceStart = 0;

  /** @param cells of the pane that they belong to: the version's own of them are counted too */
  count(prediction: Prediction, rows: number, cells: Float64Array): void {
    const { weight, timeMs, durationNs, failed, droppedAttributes } = prediction;
    cells[VERSION_CELL.predictions] += weight * rows;
    cells[VERSION_CELL.squaredWeights] += weight * weight * rows;
    if (failed) cells[VERSION_CELL.errors] += weight * rows;
    if (droppedAttributes > 0) cells[VERSION_CELL.dropped] += weight * rows;
    if (timeMs > this.lastTimeMs) this.lastTimeMs = timeMs;
    this.sinceStart += rows;
    this.predictionsByRole.add(prediction.role, weight * rows);
    if (failed) this.errorsByType.add(prediction.errorType, weight * rows);
    this.droppedAttributes += droppedAttributes;
    if (prediction.columnar) this.batchSizes.add(rows, 1);
    if (durationNs === durationNs) {
      this.latency.add(durationNs / 1e9, weight, timeMs, prediction.batch.bytes, prediction.traceIdAt);
    }
  }

  save(): VersionTotalsState {
    return {
      histograms: [this.latency.save(), this.batchSizes.save(), this.groundTruthDelay.save()],
      predictionsByRole: [...this.predictionsByRole.entries()],
      errorsByType: [...this.errorsByType.entries()],
      droppedAttributes: this.droppedAttributes,
      redelivered: this.redelivered,
      overflowObservations: this.overflowObservations,
      lastTimeMs: this.lastTimeMs,
      sinceStart: this.sinceStart,
    };
  }

  absorb(state: VersionTotalsState): void {
    this.latency.absorb(state.histograms[0]);
    this.batchSizes.absorb(state.histograms[1]);
    this.groundTruthDelay.absorb(state.histograms[2]);
    for (const [role, count] of state.predictionsByRole) this.predictionsByRole.add(role, count);
    for (const [type, count] of state.errorsByType) this.errorsByType.add(type, count);
    this.droppedAttributes += state.droppedAttributes;
    this.redelivered += state.redelivered ?? 0;
    this.overflowObservations += state.overflowObservations;
    this.lastTimeMs = Math.max(this.lastTimeMs, state.lastTimeMs);
    this.sinceStart += state.sinceStart;
  }

  /** All but the time of the latest prediction. */
  clear(): void {
    for (const histogram of [this.latency, this.batchSizes, this.groundTruthDelay]) histogram.clear();
    this.predictionsByRole.clear();
    this.errorsByType.clear();
    this.droppedAttributes = 0;
    this.redelivered = 0;
    this.overflowObservations = 0;
    this.sinceStart = 0;
  }
}
