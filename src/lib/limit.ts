/**
 * A named bound on something that telemetry can grow (models, features, categories, bytes in flight …).
 * Every bound in the process is one of these, so that all of them show on `/metrics` with how full they are and how
 * often they were hit: `plumbline_limit_used`, `plumbline_limit_max`, `plumbline_limit_overflow_total`.
 */
export class Limit {
  readonly name: string;
  readonly max: number;
  used = 0;
  overflow = 0;

  constructor(name: string, max: number) {
    this.name = name;
    this.max = max;
  }

  /** Takes `amount` if there is room; else counts the overflow and says no. */
  take(amount = 1): boolean {
    if (this.used + amount > this.max) {
      this.overflow += amount;
      return false;
    }
    this.used += amount;
    return true;
  }

  release(amount = 1): void {
    this.used -= amount;
  }
}
