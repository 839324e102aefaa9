/**
 * How each scalar type of protobuf is spelled in OTLP/JSON, one entry per type: what is accepted, in words, and how it
 * is written. Source: protobuf.dev/programming-guides/json, with OTLP's deviations (trace and span ids in hexadecimal,
 * enums as integers only). Integers are exact: what does not fit its type is refused, never rounded or wrapped.
 */
import { longIntegerDigits } from './json-document.js';
import {
  type ProtobufWriter,
  type WireType,
  WIRE_FIXED32,
  WIRE_FIXED64,
  WIRE_LENGTH_DELIMITED,
  WIRE_VARINT,
} from './protobuf-writer.js';

export interface Scalar {
  readonly wireType: WireType;
  /** What is accepted, to stand after 'expected' in a message. */
  readonly expected: string;
  /** Writes the value, or writes nothing and says no. */
  write(writer: ProtobufWriter, value: unknown): boolean;
}

const INT32_MIN = -0x8000_0000;
const INT32_MAX = 0x7fff_ffff;
const UINT32_MAX = 0xffff_ffff;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** 2^64 has 20 digits. The bound also keeps a body from making us convert a million of them. */
const INTEGER = /^-?[0-9]{1,20}$/;
/** Up to this many characters a decimal integer is exact as a double. */
const EXACT_CHARACTERS_MAX = 15;
const DECIMAL = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const NON_FINITE: ReadonlyMap<unknown, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

export const SCALARS = {
  string: {
    wireType: WIRE_LENGTH_DELIMITED,
    expected: 'a string',
    write(writer, value) {
      if (typeof value !== 'string') return false;
      writer.string(value);
      return true;
    },
  },
  bool: {
    wireType: WIRE_VARINT,
    expected: 'true or false',
    write(writer, value) {
      if (typeof value !== 'boolean') return false;
      writer.varint32(value ? 1 : 0);
      return true;
    },
  },
  double: {
    wireType: WIRE_FIXED64,
    expected: 'a number, or NaN, Infinity or -Infinity as a string',
    write(writer, value) {
      const number = readDouble(value);
      if (number === undefined) return false;
      writer.double(number);
      return true;
    },
  },
  enum: {
    wireType: WIRE_VARINT,
    expected: 'the number of an enum value (its name is not allowed)',
    write(writer, value) {
      if (typeof value !== 'number' || !isIntegerWithin(value, INT32_MIN, INT32_MAX)) return false;
      writer.varint64(value);
      return true;
    },
  },
  int32: integer32(WIRE_VARINT, INT32_MIN, INT32_MAX, (writer, value) => writer.varint64(value)),
  sint32: integer32(WIRE_VARINT, INT32_MIN, INT32_MAX, (writer, value) =>
    writer.varint32(((value << 1) ^ (value >> 31)) >>> 0),
  ),
  uint32: integer32(WIRE_VARINT, 0, UINT32_MAX, (writer, value) => writer.varint32(value)),
  fixed32: integer32(WIRE_FIXED32, 0, UINT32_MAX, (writer, value) => writer.fixed32(value)),
  int64: integer64(WIRE_VARINT, INT64_MIN, INT64_MAX, (writer, value) => writer.varint64(value)),
  uint64: integer64(WIRE_VARINT, 0n, UINT64_MAX, (writer, value) => writer.varint64(value)),
  fixed64: integer64(WIRE_FIXED64, 0n, UINT64_MAX, (writer, value) => writer.fixed64(value)),
  sfixed64: integer64(WIRE_FIXED64, INT64_MIN, INT64_MAX, (writer, value) => writer.fixed64(value)),
  bytes: {
    wireType: WIRE_LENGTH_DELIMITED,
    expected: 'bytes in base64',
    write(writer, value) {
      if (typeof value !== 'string' || !isBase64(value)) return false;
      // Node's decoder takes the standard and the URL-safe alphabet alike.
      writer.bytes(Buffer.from(value, 'base64'));
      return true;
    },
  },
  traceId: identifier('a trace id', TRACE_ID_BYTES),
  spanId: identifier('a span id', SPAN_ID_BYTES),
} as const satisfies Record<string, Scalar>;

export type ScalarKind = keyof typeof SCALARS;

function integer32(
  wireType: WireType,
  min: number,
  max: number,
  write: (writer: ProtobufWriter, value: number) => void,
): Scalar {
  return {
    wireType,
    expected: `an integer from ${min} to ${max}, as a number or a decimal string`,
    write(writer, value) {
      const integer = typeof value === 'string' && INTEGER.test(value) ? Number(value) : value;
      if (typeof integer !== 'number' || !isIntegerWithin(integer, min, max)) return false;
      write(writer, integer);
      return true;
    },
  };
}

function integer64(
  wireType: WireType,
  min: bigint,
  max: bigint,
  write: (writer: ProtobufWriter, value: number | bigint) => void,
): Scalar {
  return {
    wireType,
    expected: `an integer from ${min} to ${max}, as a number or a decimal string`,
    write(writer, value) {
      const integer = readInteger(value);
      if (integer === undefined || integer < min || integer > max) return false;
      write(writer, integer);
      return true;
    },
  };
}

/** An id may be empty, which is how several exporters write that there is none (the parent of a root span). */
function identifier(noun: string, lengthBytes: number): Scalar {
  const digits = 2 * lengthBytes;
  return {
    wireType: WIRE_LENGTH_DELIMITED,
    expected: `${noun} of ${digits} hexadecimal digits`,
    write(writer, value) {
      if (typeof value !== 'string' || (value.length !== digits && value.length !== 0)) return false;
      const bytes = new Uint8Array(value.length / 2);
      for (let i = 0; i < bytes.length; i++) {
        const byte = (hexDigit(value.charCodeAt(2 * i)) << 4) | hexDigit(value.charCodeAt(2 * i + 1));
        if (byte < 0) return false;
        bytes[i] = byte;
      }
      writer.bytes(bytes);
      return true;
    },
  };
}

/** The value of one hexadecimal digit in either case, or -1. */
function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const letter = unit | 0x20;
  return letter >= 0x61 && letter <= 0x66 && unit < 0x80 ? letter - 0x57 : -1;
}

/** A safe number or a bigint. A number beyond 2^53 comes from a form with an exponent, and is what its double says. */
function readInteger(value: unknown): number | bigint | undefined {
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return undefined;
    return Number.isSafeInteger(value) ? value : BigInt(value);
  }
  const digits = typeof value === 'string' ? value : longIntegerDigits(value);
  if (digits === undefined || !INTEGER.test(digits)) return undefined;
  return digits.length <= EXACT_CHARACTERS_MAX ? Number(digits) : BigInt(digits);
}

/**
 * Whether it is a JSON number that is whole and beyond 64 bits. The JavaScript SDK writes every integral number as an
 * `intValue`, 1e21 too: it is a double that lost its type on the way, and no reason to refuse the batch around it.
 */
export function exceedsInt64(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && (value < -(2 ** 63) || value >= 2 ** 63);
  const digits = longIntegerDigits(value);
  if (digits === undefined) return false;
  if (!INTEGER.test(digits)) return true;
  const integer = BigInt(digits);
  return integer < INT64_MIN || integer > INT64_MAX;
}

function readDouble(value: unknown): number | undefined {
  const special = NON_FINITE.get(value);
  if (special !== undefined) return special;
  const decimal = typeof value === 'string' ? value : longIntegerDigits(value);
  const number = decimal !== undefined && DECIMAL.test(decimal) ? Number(decimal) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function isIntegerWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/** Padding may be left out; where it stands, the length must be whole. */
function isBase64(value: string): boolean {
  if (!BASE64.test(value)) return false;
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0;
  return padding === 0 ? value.length % 4 !== 1 : value.length % 4 === 0;
}
