/**
 * Writes a request as OTLP/JSON text in any of the spellings that the protocol allows, picked by a seeded generator: 64-bit
 * integers bare or quoted, hexadecimal in either case, base64 in both alphabets with or without padding, members in any
 * order, nulls for what is absent, unknown members (`__proto__`, snake_case names) and white space.
 * Source: OTLP 1.11 'JSON Protobuf Encoding', protobuf.dev/programming-guides/json.
 */
import protobuf from 'protobufjs';
import { type Random } from '../../src/lib/random.js';
import { type OtlpObject, type OtlpValue, otlpType } from './otlp-oracle.js';

export interface JsonOptions {
  /** How likely each liberty is taken; 0 means the plainest spelling, as most exporters write it. Default 0.3. */
  readonly libertyChance?: number;
}

const HEXADECIMAL_FIELDS = new Set(['traceId', 'spanId', 'parentSpanId']);
const FLOATING_TYPES = new Set(['double', 'float']);

const UNKNOWN_MEMBERS = [
  '"__proto__":{"traceId":12,"polluted":true}',
  '"constructor":{"prototype":{"polluted":true}}',
  '"trace_id":12',
  '"resource_spans":"nothing"',
  '"future":[{"a":[null,1e3,12345678901234567890]},"\\"}"]',
];

export function encodeJson(name: string, plain: OtlpObject, random: Random, options: JsonOptions = {}): string {
  const chance = options.libertyChance ?? 0.3;
  return objectText(otlpType(name), plain, () => random.next() < chance, random);
}

type Liberty = () => boolean;

function objectText(type: protobuf.Type, plain: OtlpObject, liberty: Liberty, random: Random): string {
  const members: string[] = [];
  for (const field of type.fieldsArray) {
    const value = plain[field.name];
    if (value !== undefined) members.push(`"${field.name}":${valueText(field, value, liberty, random)}`);
    else if (liberty() && liberty()) members.push(`"${field.name}":null`);
  }
  if (liberty() && liberty()) members.push(UNKNOWN_MEMBERS[Math.floor(random.next() * UNKNOWN_MEMBERS.length)]);
  if (liberty()) members.sort(() => random.next() - 0.5);
  return liberty() ? `{ ${members.join(' ,\n\t')} }` : `{${members.join(',')}}`;
}

function valueText(field: protobuf.Field, value: OtlpValue, liberty: Liberty, random: Random): string {
  const one = (element: OtlpValue): string =>
    field.resolvedType instanceof protobuf.Type
      ? objectText(field.resolvedType, element as OtlpObject, liberty, random)
      : scalarText(field, element, liberty);
  if (!field.repeated) return one(value);
  return `[${(value as OtlpValue[]).map(one).join(liberty() ? ' , ' : ',')}]`;
}

function scalarText(field: protobuf.Field, value: OtlpValue, liberty: Liberty): string {
  if (value instanceof Uint8Array) return JSON.stringify(bytesText(field, value, liberty));
  switch (typeof value) {
    case 'bigint':
      return liberty() ? value.toString() : `"${value}"`;
    case 'number': {
      if (!Number.isFinite(value)) return `"${value}"`;
      const text = Object.is(value, -0) ? '-0' : String(value);
      const mayQuote = FLOATING_TYPES.has(field.type) || !(field.resolvedType instanceof protobuf.Enum);
      return mayQuote && liberty() ? `"${text}"` : text;
    }
    default:
      return JSON.stringify(value);
  }
}

function bytesText(field: protobuf.Field, value: Uint8Array, liberty: Liberty): string {
  const buffer = Buffer.from(value);
  if (HEXADECIMAL_FIELDS.has(field.name)) {
    const hex = buffer.toString('hex');
    return liberty() ? hex.toUpperCase() : hex;
  }
  const standard = buffer.toString('base64');
  if (!liberty()) return standard;
  const unpadded = standard.replace(/=+$/, '');
  return liberty() ? unpadded : buffer.toString('base64url');
}
