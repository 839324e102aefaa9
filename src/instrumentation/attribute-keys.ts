/**
 * Attribute keys by the name that completes them: `distance` to the key of that feature. Concatenating once per name
 * instead of once per prediction matters, because a fresh string must be hashed again by everything that stores it.
 * Callers go through names in the same order every time, so the name last seen at a position is tried before the map.
 * Bounded: beyond 10,000 names keys are concatenated and not kept.
 */
const KEYS_MAX = 10_000;
const POSITIONS_MAX = 1024;

export class AttributeKeys {
  readonly #prefix: string;
  readonly #keys = new Map<string, string>();
  readonly #nameAt: string[] = [];
  readonly #keyAt: string[] = [];

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The key for `name`, which stands at `position` among its siblings. */
  of(name: string, position: number): string {
    if (this.#nameAt[position] === name) return this.#keyAt[position];
    let key = this.#keys.get(name);
    if (key === undefined) {
      key = this.#prefix + name;
      if (this.#keys.size < KEYS_MAX) this.#keys.set(name, key);
    }
    // Only the next free place: an array with holes would be slower than the map.
    if (position <= this.#nameAt.length && position < POSITIONS_MAX) {
      this.#nameAt[position] = name;
      this.#keyAt[position] = key;
    }
    return key;
  }
}
