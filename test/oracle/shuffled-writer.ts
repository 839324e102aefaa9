/**
 * Writes a request as no sane encoder would and every decoder must read: fields in any order (a map entry's value before
 * its key, elements of a list among other fields), stale scalars before the ones that count, lists of numbers packed,
 * unpacked and in several runs, and unknown fields of every wire type, deprecated groups included.
 * Source: protobuf.dev/programming-guides/encoding, 'Field Order' and 'Last One Wins'. The order of list elements holds.
 */
import protobuf from 'protobufjs';
import { type Random } from '../../src/lib/random.js';
import { type OtlpObject, type OtlpValue, otlpType, toScalar } from './otlp-oracle.js';

export interface ShuffleOptions {
  /** How likely an unknown field is at each of a few chances a message gets; 0 means none. Default 0.2. */
  readonly unknownFieldChance?: number;
  /** Whether unknown fields may be groups (wire types 3 and 4). Default true. */
  readonly groups?: boolean;
  /** How likely a scalar is preceded by a stale value of its own; 0 means never. Default 0.1. */
  readonly staleChance?: number;
  /** How likely the number of a list stands alone rather than in a packed run; 0 means one packed run. Default 0.2. */
  readonly unpackedChance?: number;
}

/** The bytes of one occurrence of a field. Those of one slot keep their order when all are shuffled. */
interface Occurrence {
  readonly slot: number;
  readonly bytes: Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const GROUP_START = 3;
const GROUP_END = 4;
const FIXED32 = 5;
const UNKNOWN_FIELD_NUMBERS = [90, 1000, 19_000 - 1, 1 << 24, 2 ** 29 - 1];
const UNKNOWN_CHANCES = 3;
const GROUP_DEPTH_MAX = 3;

export function encodeShuffled(
  name: string,
  plain: OtlpObject,
  random: Random,
  options: ShuffleOptions = {},
): Uint8Array {
  return encode(otlpType(name), plain, random, {
    unknownFieldChance: options.unknownFieldChance ?? 0.2,
    groups: options.groups ?? true,
    staleChance: options.staleChance ?? 0.1,
    unpackedChance: options.unpackedChance ?? 0.2,
  });
}

function encode(type: protobuf.Type, plain: OtlpObject, random: Random, options: Required<ShuffleOptions>): Uint8Array {
  const occurrences: Occurrence[] = [];
  for (const field of type.fieldsArray) {
    const value = plain[field.name];
    if (value === undefined) continue;
    const add = (bytes: Uint8Array): number => occurrences.push({ slot: field.id, bytes });
    if (field.resolvedType instanceof protobuf.Type) {
      const inner = field.resolvedType;
      const elements = (field.repeated ? value : [value]) as OtlpObject[];
      for (const element of elements) add(delimited(field.id, encode(inner, element, random, options)));
    } else if (field.repeated) {
      for (const bytes of scalarList(field, value as OtlpValue[], random, options)) add(bytes);
    } else {
      if (random.next() < options.staleChance) add(scalar(field, staleValue(value)));
      add(scalar(field, value));
    }
  }
  for (let i = 0; i < UNKNOWN_CHANCES; i++) {
    if (random.next() < options.unknownFieldChance) {
      occurrences.push({ slot: -1 - i, bytes: unknownField(random, options.groups, 0) });
    }
  }
  return Buffer.concat(shuffled(occurrences, random).map(({ bytes }) => bytes));
}

function scalarList(
  field: protobuf.Field,
  values: OtlpValue[],
  random: Random,
  options: Required<ShuffleOptions>,
): Uint8Array[] {
  if (field.type === 'string' || field.type === 'bytes') return values.map((value) => scalar(field, value));
  const chunks: Uint8Array[] = [];
  let run: OtlpValue[] = [];
  const closeRun = (): void => {
    const bytes = protobuf.Writer.create();
    for (const value of run) put(bytes, field, value);
    if (run.length > 0) chunks.push(delimited(field.id, bytes.finish()));
    run = [];
  };
  for (const value of values) {
    if (random.next() < options.unpackedChance) {
      closeRun();
      chunks.push(scalar(field, value));
    } else {
      run.push(value);
    }
  }
  closeRun();
  return chunks;
}

function scalar(field: protobuf.Field, value: OtlpValue): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32(tag(field.id, protobuf.types.basic[wireName(field) as 'int32']));
  put(writer, field, value);
  return writer.finish();
}

function put(writer: protobuf.Writer, field: protobuf.Field, value: OtlpValue): void {
  const method = wireName(field) as 'string';
  writer[method](toScalar(field, value) as string);
}

function wireName(field: protobuf.Field): string {
  return field.resolvedType instanceof protobuf.Enum ? 'int32' : field.type;
}

/** Another value of the same type. */
function staleValue(value: OtlpValue): OtlpValue {
  if (value instanceof Uint8Array) return Uint8Array.of(1, 2, 3);
  switch (typeof value) {
    case 'string':
      return 'stale';
    case 'boolean':
      return !value;
    case 'bigint':
      return 7n;
    default:
      return 7;
  }
}

function delimited(id: number, content: Uint8Array): Uint8Array {
  return protobuf.Writer.create().uint32(tag(id, DELIMITED)).bytes(content).finish();
}

function unknownField(random: Random, groups: boolean, depth: number): Uint8Array {
  const id = UNKNOWN_FIELD_NUMBERS[Math.floor(random.next() * UNKNOWN_FIELD_NUMBERS.length)];
  const writer = protobuf.Writer.create();
  const wireTypes =
    groups && depth < GROUP_DEPTH_MAX
      ? [VARINT, FIXED64, DELIMITED, FIXED32, GROUP_START]
      : [VARINT, FIXED64, DELIMITED, FIXED32];
  const wireType = wireTypes[Math.floor(random.next() * wireTypes.length)];
  writer.uint32(tag(id, wireType));
  if (wireType === VARINT) writer.int64(-1);
  else if (wireType === FIXED64) writer.double(random.next());
  else if (wireType === FIXED32) writer.fixed32(0xdead_beef);
  else if (wireType === DELIMITED) writer.bytes(new Uint8Array(Math.floor(random.next() * 300)).fill(0xff));
  if (wireType !== GROUP_START) return writer.finish();
  const inner = [...Array(Math.floor(random.next() * 3)).keys()].map(() => unknownField(random, groups, depth + 1));
  return Buffer.concat([writer.finish(), ...inner, protobuf.Writer.create().uint32(tag(id, GROUP_END)).finish()]);
}

function tag(id: number, wireType: number): number {
  return ((id << 3) | wireType) >>> 0;
}

/** Fisher-Yates, then the occurrences of each slot are put back in their order over the places that the slot got. */
function shuffled(occurrences: readonly Occurrence[], random: Random): Occurrence[] {
  const places = [...occurrences];
  for (let i = places.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [places[i], places[j]] = [places[j], places[i]];
  }
  const queues = new Map<number, Occurrence[]>();
  for (const occurrence of occurrences) {
    const queue = queues.get(occurrence.slot) ?? [];
    queue.push(occurrence);
    queues.set(occurrence.slot, queue);
  }
  return places.map(({ slot }) => queues.get(slot)?.shift() as Occurrence);
}
