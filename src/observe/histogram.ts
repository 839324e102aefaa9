/** Counts in fixed buckets with a sum; the last bucket is everything above the highest bound. */
/** As plain data. */
export interface HistogramState {
  readonly counts: Float64Array;
  readonly sum: number;
}

export class Histogram {
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  add(value: number, weight: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > this.bounds[bucket]) bucket++;
    this.counts[bucket] += weight;
    this.sum += value * weight;
  }

  get isEmpty(): boolean {
    return this.counts.every((count) => count === 0);
  }

  save(): HistogramState {
    return { counts: this.counts.slice(), sum: this.sum };
  }

  absorb({ counts, sum }: HistogramState): void {
    counts.forEach((count, bucket) => (this.counts[bucket] += count));
    this.sum += sum;
  }

  clear(): void {
    this.counts.fill(0);
    this.sum = 0;
  }
}
