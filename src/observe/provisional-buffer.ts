/**
 * The first values of a feature that no reference describes, kept raw until there are enough of them to make bins from;
 * then they become the provisional reference and are counted into the windows they came from. Bounded by `max` values, at
 * 24 bytes each, and 32 more for a text.
 */
/** As plain data. */
export interface ProvisionalBufferState {
  readonly timesMs: Float64Array;
  readonly weights: Float64Array;
  readonly values: Float64Array;
  /** Absent: they are no texts. */
  readonly texts?: Float64Array;
  /** Lengths of texts, in states from before more was kept of them. */
  readonly lengths?: Float64Array;
}

/** What a text is folded by if it turns out to be no category. */
export interface KeptText {
  /** In bytes. */
  readonly length: number;
  readonly words: number;
  readonly nonAsciiShare: number;
  /** Milliseconds since the epoch; NaN: it is no time. */
  readonly time: number;
}
const TEXT_NUMBERS = 4;

export class ProvisionalBuffer {
  count = 0;
  readonly max: number;
  timesMs = new Float64Array(64);
  weights = new Float64Array(64);
  /** The number; for a text its category's number, or -1 when it was one too many. */
  values = new Float64Array(64);
  #texts: Float64Array | undefined;

  constructor(max: number) {
    this.max = max;
  }

  add(timeMs: number, weight: number, value: number, text?: KeptText): void {
    if (this.count === this.max) return;
    if (this.count === this.values.length) this.#grow();
    const at = this.count++;
    this.timesMs[at] = timeMs;
    this.weights[at] = weight;
    this.values[at] = value;
    if (text === undefined) return;
    this.#texts ??= new Float64Array(this.values.length * TEXT_NUMBERS);
    this.#texts[at * TEXT_NUMBERS] = text.length;
    this.#texts[at * TEXT_NUMBERS + 1] = text.words;
    this.#texts[at * TEXT_NUMBERS + 2] = text.nonAsciiShare;
    this.#texts[at * TEXT_NUMBERS + 3] = text.time;
  }

  text(at: number): KeptText {
    return keptText({ texts: this.#texts }, at);
  }

  save(): ProvisionalBufferState {
    const { count } = this;
    const kept = (column: Float64Array): Float64Array => column.slice(0, count);
    return {
      timesMs: kept(this.timesMs),
      weights: kept(this.weights),
      values: kept(this.values),
      texts: this.#texts?.slice(0, count * TEXT_NUMBERS),
    };
  }

  restore(state: ProvisionalBufferState | undefined): void {
    const hasTexts = state?.texts !== undefined || state?.lengths?.some((length) => length > 0) === true;
    state?.values.forEach((value, at) =>
      this.add(state.timesMs[at], state.weights[at], value, hasTexts ? keptText(state, at) : undefined),
    );
  }

  #grow(): void {
    const length = Math.min(this.max, this.values.length * 2);
    const grown = (from: Float64Array, size = length): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(size);
      to.set(from);
      return to;
    };
    this.timesMs = grown(this.timesMs);
    this.weights = grown(this.weights);
    this.values = grown(this.values);
    this.#texts &&= grown(this.#texts, length * TEXT_NUMBERS);
  }
}

export function keptText({ texts, lengths }: Pick<ProvisionalBufferState, 'texts' | 'lengths'>, at: number): KeptText {
  if (texts === undefined) return { length: lengths?.[at] ?? 0, words: 0, nonAsciiShare: 0, time: NaN };
  const [length, words, nonAsciiShare, time] = texts.subarray(at * TEXT_NUMBERS, (at + 1) * TEXT_NUMBERS);
  return { length, words, nonAsciiShare, time };
}
