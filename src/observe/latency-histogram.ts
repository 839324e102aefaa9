/** How long predictions took, in fixed buckets, each with the trace of a recent one. */
import { LATENCY_BUCKETS_SECONDS } from '../registry/index.js';

const TRACE_ID_BYTES = 16;
/** An exemplar stands at least this long in event time, so that keeping them costs next to nothing. */
const EXEMPLAR_MIN_AGE_MS = 1000;
const BUCKETS = LATENCY_BUCKETS_SECONDS.length + 1;

/** As plain data. */
export interface LatencyHistogramState {
  readonly counts: Float64Array;
  readonly sum: number;
  readonly exemplars?: {
    readonly traceIds: Uint8Array;
    readonly seconds: Float64Array;
    /** -Infinity: the bucket has none. */
    readonly timesMs: Float64Array;
  };
}

export interface LatencyExemplar {
  readonly traceId: string;
  readonly seconds: number;
  readonly timeMs: number;
}

export class LatencyHistogram {
  readonly counts = new Float64Array(BUCKETS);
  /** Seconds. */
  sum = 0;
  readonly #traceIds = new Uint8Array(BUCKETS * TRACE_ID_BYTES);
  readonly #seconds = new Float64Array(BUCKETS);
  readonly #timesMs = new Float64Array(BUCKETS).fill(-Infinity);

  /** @param traceIdAt offset of the trace id in `bytes`; below 0: there is none */
  add(seconds: number, weight: number, timeMs: number, bytes: Uint8Array, traceIdAt: number): void {
    let bucket = 0;
    while (bucket < BUCKETS - 1 && seconds > LATENCY_BUCKETS_SECONDS[bucket]) bucket++;
    this.counts[bucket] += weight;
    this.sum += seconds * weight;
    if (traceIdAt < 0 || timeMs - this.#timesMs[bucket] < EXEMPLAR_MIN_AGE_MS) return;
    this.#timesMs[bucket] = timeMs;
    this.#seconds[bucket] = seconds;
    for (let at = 0; at < TRACE_ID_BYTES; at++) {
      this.#traceIds[bucket * TRACE_ID_BYTES + at] = bytes[traceIdAt + at];
    }
  }

  save(): LatencyHistogramState {
    const exemplars = {
      traceIds: this.#traceIds.slice(),
      seconds: this.#seconds.slice(),
      timesMs: this.#timesMs.slice(),
    };
    return { counts: this.counts.slice(), sum: this.sum, exemplars };
  }

  /** Of two exemplars the later one stays. */
  absorb({ counts, sum, exemplars }: LatencyHistogramState): void {
    counts.forEach((count, bucket) => (this.counts[bucket] += count));
    this.sum += sum;
    exemplars?.timesMs.forEach((timeMs, bucket) => {
      if (timeMs <= this.#timesMs[bucket]) return;
      const from = bucket * TRACE_ID_BYTES;
      this.#timesMs[bucket] = timeMs;
      this.#seconds[bucket] = exemplars.seconds[bucket];
      this.#traceIds.set(exemplars.traceIds.subarray(from, from + TRACE_ID_BYTES), from);
    });
  }

  clear(): void {
    this.counts.fill(0);
    this.sum = 0;
    this.#timesMs.fill(-Infinity);
  }

  /** One per bucket. */
  exemplars(): (LatencyExemplar | undefined)[] {
    return Array.from({ length: BUCKETS }, (_, bucket) => {
      const timeMs = this.#timesMs[bucket];
      if (timeMs === -Infinity) return undefined;
      const from = bucket * TRACE_ID_BYTES;
      const traceId = Buffer.from(this.#traceIds.subarray(from, from + TRACE_ID_BYTES)).toString('hex');
      return { traceId, seconds: this.#seconds[bucket], timeMs };
    });
  }
}
