/**
 * The first values of a feature that no reference describes, kept raw until there are enough of them to make bins from;
 * then they become the provisional reference and are counted into the windows they came from. Bounded by `max` values.
 */
/** As plain data. */
export interface ProvisionalBufferState {
  readonly timesMs: Float64Array;
  readonly weights: Float64Array;
  readonly values: Float64Array;
  readonly lengths: Float64Array;
}

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

  save(): ProvisionalBufferState {
    const { count } = this;
    const kept = (column: Float64Array): Float64Array => column.slice(0, count);
    return {
      timesMs: kept(this.timesMs),
      weights: kept(this.weights),
      values: kept(this.values),
      lengths: kept(this.lengths),
    };
  }

  restore(state: ProvisionalBufferState | undefined): void {
    state?.values.forEach((value, at) => this.add(state.timesMs[at], state.weights[at], value, state.lengths[at]));
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
