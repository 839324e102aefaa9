/**
 * The first values of a feature that no reference describes, kept raw until there are enough of them to make bins from;
 * then they become the provisional reference and are counted into the windows they came from. Bounded by `max` values.
 */
export class ProvisionalBuffer {
  count = 0;
  readonly max: number;
  timesMs = new Float64Array(64);
  weights = new Float64Array(64);
  /** The number; for a text its category's number, or -1 when it was one too many. */
  values = new Float64Array(64);
  /** Lengths of texts. */
  lengths = new Float64Array(64);

  constructor(max: number) {
    this.max = max;
  }

  add(timeMs: number, weight: number, value: number, length: number): void {
    if (this.count === this.max) return;
    if (this.count === this.values.length) this.#grow();
    const at = this.count++;
    this.timesMs[at] = timeMs;
    this.weights[at] = weight;
    this.values[at] = value;
    this.lengths[at] = length;
  }

  #grow(): void {
    const grown = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(Math.min(this.max, from.length * 2));
      to.set(from);
      return to;
    };
    this.timesMs = grown(this.timesMs);
    this.weights = grown(this.weights);
    this.values = grown(this.values);
    this.lengths = grown(this.lengths);
  }
}
