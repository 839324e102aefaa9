/**
 * Model versions by small numbers, the same in every thread that shares the memory. The list only grows; whoever appends
 * holds the correlator's lock, and the others take over what is new when they see that the count has changed.
 *
 *     0      4      8
 *     +------+------+----------------+------------------+-------+---------+-----
 *     | count| bytes| length of model| length of version| model | version | ...
 *     +------+------+----------------+------------------+-------+---------+-----
 */
const COUNT = 0;
const BYTES = 1;
const HEADER_BYTES = 8;
const ENTRY_HEADER_BYTES = 8;
/** A pair of names takes about 40 bytes. */
const BYTES_PER_VERSION = 128;
const ABSENT = -1;

export interface ListedVersion {
  readonly model: string;
  readonly version: string;
}

export class VersionList {
  readonly max: number;
  readonly #words: Int32Array;
  readonly #bytes: Buffer;
  readonly #listed: ListedVersion[] = [];
  readonly #indexes = new Map<string, Map<string, number>>();
  #bytesRead = HEADER_BYTES;

  /** @param buffer of `bytesFor(max)` bytes, all 0 or as another list left them */
  constructor(max: number, buffer: ArrayBufferLike = new ArrayBuffer(VersionList.bytesFor(max))) {
    this.max = max;
    this.#words = new Int32Array(buffer, 0, HEADER_BYTES / 4);
    this.#bytes = Buffer.from(buffer);
  }

  static bytesFor(max: number): number {
    return HEADER_BYTES + max * BYTES_PER_VERSION;
  }

  get size(): number {
    return Atomics.load(this.#words, COUNT);
  }

  /** The version's number, or -1. */
  find(model: string, version: string): number {
    return this.of(model)?.get(version) ?? ABSENT;
  }

  /** Versions of a model with their numbers. */
  of(model: string): ReadonlyMap<string, number> | undefined {
    if (this.size !== this.#listed.length) this.#catchUp();
    return this.#indexes.get(model);
  }

  at(index: number): ListedVersion | undefined {
    if (this.size !== this.#listed.length) this.#catchUp();
    return this.#listed[index];
  }

  /** Puts a version that is not there yet at the end. @returns its number; -1: there is no room */
  append(model: string, version: string): number {
    const index = this.size;
    const modelBytes = Buffer.from(model);
    const versionBytes = Buffer.from(version);
    const at = HEADER_BYTES + Atomics.load(this.#words, BYTES);
    const end = at + ENTRY_HEADER_BYTES + modelBytes.length + versionBytes.length;
    if (index >= this.max || end > this.#bytes.length) return ABSENT;
    this.#bytes.writeUInt32LE(modelBytes.length, at);
    this.#bytes.writeUInt32LE(versionBytes.length, at + 4);
    this.#bytes.set(modelBytes, at + ENTRY_HEADER_BYTES);
    this.#bytes.set(versionBytes, at + ENTRY_HEADER_BYTES + modelBytes.length);
    Atomics.store(this.#words, BYTES, end - HEADER_BYTES);
    Atomics.store(this.#words, COUNT, index + 1);
    return index;
  }

  #catchUp(): void {
    const { size } = this;
    while (this.#listed.length < size) {
      const modelStart = this.#bytesRead + ENTRY_HEADER_BYTES;
      const versionStart = modelStart + this.#bytes.readUInt32LE(this.#bytesRead);
      const end = versionStart + this.#bytes.readUInt32LE(this.#bytesRead + 4);
      const model = this.#bytes.toString('utf8', modelStart, versionStart);
      const version = this.#bytes.toString('utf8', versionStart, end);
      let versions = this.#indexes.get(model);
      if (versions === undefined) {
        versions = new Map();
        this.#indexes.set(model, versions);
      }
      versions.set(version, this.#listed.length);
      this.#listed.push({ model, version });
      this.#bytesRead = end;
    }
  }
}
