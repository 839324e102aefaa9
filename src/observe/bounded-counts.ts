/**
 * Counts by a name that telemetry gives: past `max` different names, new ones are counted under `_OTHER`. The name that came
 * last is tried first, so counting the usual one is a comparison and an addition.
 */
const OTHER = '_OTHER';

interface Count {
  readonly name: string;
  count: number;
}

export class BoundedCounts {
  readonly #max: number;
  readonly #counts = new Map<string, Count>();
  #last: Count | undefined;

  constructor(max: number) {
    this.#max = max;
  }

  add(name: string, amount: number): void {
    let last = this.#last;
    if (last === undefined || last.name !== name) {
      last = this.#countOf(name);
      this.#last = last.name === name ? last : undefined;
    }
    last.count += amount;
  }

  *entries(): Iterable<[name: string, count: number]> {
    for (const { name, count } of this.#counts.values()) yield [name, count];
  }

  clear(): void {
    this.#counts.clear();
    this.#last = undefined;
  }

  #countOf(name: string): Count {
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    if (this.#counts.size >= this.#max && name !== OTHER) return this.#countOf(OTHER);
    const made = { name, count: 0 };
    this.#counts.set(name, made);
    return made;
  }
}
