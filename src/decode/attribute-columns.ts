/**
 * Attributes of a whole message as columns: entry `i` has a key, a value type, and either a number (bool, int, double)
 * or a range of the message's bytes (string, bytes, array, kvlist); an array has both: the number of its elements. Reused from message to message, so that decoding
 * allocates nothing once the columns have grown to the traffic.
 */
export const VALUE = {
  empty: 0,
  string: 1,
  bool: 2,
  int: 3,
  double: 4,
  array: 5,
  kvlist: 6,
  bytes: 7,
} as const;

export class AttributeColumns {
  count = 0;
  key = new Int32Array(1024);
  type = new Uint8Array(1024);
  number = new Float64Array(1024);
  /** The halves of `number`, the lower one first: a double's bits, read without a way over memory. */
  words = new Int32Array(this.number.buffer);
  start = new Int32Array(1024);
  end = new Int32Array(1024);

  /** Makes room for one more entry and returns its index. */
  append(): number {
    this.reserve(this.count + 1);
    return this.count++;
  }

  /** Makes room for so many entries. */
  reserve(entries: number): void {
    if (entries > this.key.length) this.#grow(Math.max(entries, this.key.length * 2));
  }

  #grow(length: number): void {
    const key = new Int32Array(length);
    const type = new Uint8Array(length);
    const number = new Float64Array(length);
    const start = new Int32Array(length);
    const end = new Int32Array(length);
    key.set(this.key);
    type.set(this.type);
    number.set(this.number);
    start.set(this.start);
    end.set(this.end);
    this.key = key;
    this.type = type;
    this.number = number;
    this.words = new Int32Array(number.buffer);
    this.start = start;
    this.end = end;
  }
}
