/**
 * The most frequent of ever so many names in bounded memory: space-saving (Metwally, Agrawal and El Abbadi, 2005).
 * A name that there is no room for takes the place of the rarest, and its count too, which is then its error: `count` is
 * never below the true count and `count - error` never above it. With `max` counters every name that makes up more than
 * 1/max of the stream is among them. Cost: a map access; a scan over the counters for a name that is new.
 */
interface Counter {
  readonly name: string;
  count: number;
  error: number;
}

export class HeavyHitters {
  readonly #max: number;
  readonly #counters = new Map<string, Counter>();

  constructor(max: number) {
    this.#max = max;
  }

  add(name: string, amount: number): void {
    const known = this.#counters.get(name);
    if (known !== undefined) known.count += amount;
    else {
      const error = this.#counters.size < this.#max ? 0 : this.#removeRarest();
      this.#counters.set(name, { name, count: error + amount, error });
    }
  }

  /** The name that surely came most often, and how often at least. */
  top(): { readonly name: string; readonly atLeast: number } | undefined {
    let best: { name: string; atLeast: number } | undefined;
    for (const { name, count, error } of this.#counters.values()) {
      if (best === undefined || count - error > best.atLeast) best = { name, atLeast: count - error };
    }
    return best;
  }

  clear(): void {
    this.#counters.clear();
  }

  #removeRarest(): number {
    let rarest: Counter | undefined;
    for (const counter of this.#counters.values()) {
      if (rarest === undefined || counter.count < rarest.count) rarest = counter;
    }
    if (rarest === undefined) return 0;
    this.#counters.delete(rarest.name);
    return rarest.count;
  }
}
