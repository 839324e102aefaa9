/**
 * Counts the series of the evaluation that is being written against the limit on all series.
 *
 * The limit shows the last complete evaluation in `used`, never one that is half written. `overflow` grows by the number
 * of series left out at every evaluation: while it grows, something is missing on the page.
 */
import { Limit } from '../lib/limit.js';

export class SeriesBudget {
  readonly limit: Limit;
  /** Number of the open evaluation; between two evaluations a number that no series was set in. */
  cycle = 0;
  open = false;
  #taken = 0;

  constructor(maxSeries: number) {
    this.limit = new Limit('series', maxSeries);
  }

  begin(): void {
    this.cycle++;
    this.open = true;
    this.#taken = 0;
  }

  end(): void {
    this.limit.used = this.#taken;
    this.cycle++;
    this.open = false;
  }

  hasRoom(amount: number): boolean {
    return this.#taken + amount <= this.limit.max;
  }

  take(amount: number): boolean {
    if (!this.hasRoom(amount)) {
      this.refuse(amount);
      return false;
    }
    this.#taken += amount;
    return true;
  }

  refuse(amount: number): void {
    this.limit.overflow += amount;
  }
}
