/**
 * A uniform sample of a stream of unknown length: every value has the same chance of being kept.
 * Source: K.-H. Li, "Reservoir-sampling algorithms of time complexity O(n(1 + log(N/n)))", ACM TOMS 20 (1994),
 * algorithm L: it draws how many values to pass over, so most values cost one comparison.
 */
import type { Random } from '../lib/random.js';

export class Reservoir {
  readonly #values: Float64Array;
  readonly #random: Random;
  #seen = 0;
  #next = 0;
  #weight = 1;

  constructor(size: number, random: Random) {
    this.#values = new Float64Array(size);
    this.#random = random;
  }

  add(value: number): void {
    const at = this.#seen++;
    if (at < this.#next) return;
    const size = this.#values.length;
    if (at < size) {
      this.#values[at] = value;
      this.#next = at + 1;
      if (at === size - 1) this.#skip(at);
      return;
    }
    this.#values[Math.floor(this.#random.next() * size)] = value;
    this.#skip(at);
  }

  get sample(): Float64Array {
    return this.#values.slice(0, Math.min(this.#seen, this.#values.length));
  }

  #skip(at: number): void {
    this.#weight *= Math.exp(Math.log(uniform(this.#random)) / this.#values.length);
    this.#next = at + 1 + Math.floor(Math.log(uniform(this.#random)) / Math.log1p(-this.#weight));
  }
}

/** In (0, 1): a logarithm of zero is no number. */
function uniform(random: Random): number {
  return random.next() + 2 ** -33;
}
