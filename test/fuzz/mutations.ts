/**
 * What may happen to a message on its way, and what an attacker does to it on purpose. Seeded: the same numbers give the
 * same bytes. Half of all mutations are of one byte: a message that is wrong everywhere is refused at its first field,
 * and nothing behind that field is tested.
 */
import type { Random } from '../../src/lib/random.js';

const MUTATIONS_MAX = 4;
const INSERTED_BYTES_MAX = 12;
/** Bytes on which varints, tags and lengths turn. */
const TURNING_BYTES = [0x00, 0x01, 0x07, 0x08, 0x0a, 0x0b, 0x0c, 0x12, 0x4a, 0x7f, 0x80, 0x81, 0xf8, 0xff];

type Mutation = (bytes: Buffer, at: number, random: Random, other: Uint8Array) => Buffer;

const flip: Mutation = (bytes, at, random) => {
  const mutated = Buffer.from(bytes);
  mutated[at] ^= 1 << below(8, random);
  return mutated;
};
const turn: Mutation = (bytes, at, random) => {
  const mutated = Buffer.from(bytes);
  mutated[at] = TURNING_BYTES[below(TURNING_BYTES.length, random)];
  return mutated;
};
/** As a length, one too long or too short; as a tag, the neighbouring wire type. */
const nudge: Mutation = (bytes, at, random) => {
  const mutated = Buffer.from(bytes);
  mutated[at] += random.next() < 0.5 ? 1 : -1;
  return mutated;
};
const cut: Mutation = (bytes, at) => bytes.subarray(0, at);
const remove: Mutation = (bytes, at, random) => {
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(INSERTED_BYTES_MAX, random))]);
};
const insert: Mutation = (bytes, at, random) => {
  const inserted = Uint8Array.from({ length: 1 + below(INSERTED_BYTES_MAX, random) }, () =>
    random.next() < 0.5 ? TURNING_BYTES[below(TURNING_BYTES.length, random)] : below(256, random),
  );
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
};
const splice: Mutation = (bytes, at, random, other) => {
  const from = below(other.length + 1, random);
  return Buffer.concat([bytes.subarray(0, at), other.subarray(from)]);
};
/** Two requests one after the other are one request that holds both. */
const append: Mutation = (bytes, _, __, other) => Buffer.concat([bytes, other]);
const repeat: Mutation = (bytes, at, random) => {
  const end = at + 1 + below(40, random);
  return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
};

const MUTATIONS = [flip, flip, flip, turn, turn, nudge, nudge, nudge, cut, remove, insert, splice, append, repeat];

export function mutate(original: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let bytes: Buffer = Buffer.from(original);
  const count = random.next() < 0.5 ? 1 : 1 + below(MUTATIONS_MAX, random);
  for (let i = 0; i < count && bytes.length > 0; i++) {
    bytes = MUTATIONS[below(MUTATIONS.length, random)](bytes, below(bytes.length, random), random, other);
  }
  return new Uint8Array(bytes);
}

export function below(bound: number, random: Random): number {
  return Math.floor(random.next() * bound);
}
