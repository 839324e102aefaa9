/**
 * The oracle of the decoding tests: OTLP 1.11 by protobufjs, reflected from `otlp.proto`, sharing no code with `src`.
 * Requests are plain objects: lowerCamelCase names, 64-bit integers as bigint, bytes as Uint8Array, at most one member
 * of a oneof. What is decoded is in normal form: a member is absent where it is unset, where it is the default of a
 * field without presence, and where it is an empty list; so two encodings of one message decode to equal objects.
 */
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';

export type OtlpValue = string | number | boolean | bigint | Uint8Array | OtlpObject | OtlpValue[];
export interface OtlpObject {
  [name: string]: OtlpValue | undefined;
}

export type RequestName = 'ExportTraceServiceRequest' | 'ExportLogsServiceRequest' | 'ExportMetricsServiceRequest';

const LONG_TYPES = new Set(['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64']);

const root = protobuf.parse(readFileSync(new URL('./otlp.proto', import.meta.url), 'utf8')).root.resolveAll();

/** The reflected type of any message of the schema, by its last name: `Span`, `KeyValue`, `Buckets`. */
export function otlpType(name: string): protobuf.Type {
  return root.lookupType(name.includes('.') ? name : (nestedPath(name) ?? name));
}

/** All message types, nested ones too. */
export function otlpTypes(): protobuf.Type[] {
  const types: protobuf.Type[] = [];
  const visit = (space: protobuf.NamespaceBase): void => {
    if (space instanceof protobuf.Type) types.push(space);
    for (const child of space.nestedArray) if (child instanceof protobuf.Namespace) visit(child);
  };
  visit(root);
  return types;
}

export const encodeTraces = (request: OtlpObject): Uint8Array => encodeMessage('ExportTraceServiceRequest', request);
export const encodeLogs = (request: OtlpObject): Uint8Array => encodeMessage('ExportLogsServiceRequest', request);
export const encodeMetrics = (request: OtlpObject): Uint8Array => encodeMessage('ExportMetricsServiceRequest', request);

export const decodeTraces = (bytes: Uint8Array): OtlpObject => decodeMessage('ExportTraceServiceRequest', bytes);
export const decodeLogs = (bytes: Uint8Array): OtlpObject => decodeMessage('ExportLogsServiceRequest', bytes);
export const decodeMetrics = (bytes: Uint8Array): OtlpObject => decodeMessage('ExportMetricsServiceRequest', bytes);

/** Any message of the schema, also the responses. */
export function encodeMessage(name: string, plain: OtlpObject): Uint8Array {
  const type = otlpType(name);
  return new Uint8Array(type.encode(toMessage(type, plain)).finish());
}

/** @throws Error where the bytes are not a whole message */
export function decodeMessage(name: string, bytes: Uint8Array): OtlpObject {
  const type = otlpType(name);
  return toPlain(type, type.decode(bytes));
}

/** The normal form of a request that a test wrote by hand. */
export function normalForm(name: string, plain: OtlpObject): OtlpObject {
  return decodeMessage(name, encodeMessage(name, plain));
}

/** A scalar as protobufjs wants it: a bigint as the two words of 32 bits that it writes. */
export function toScalar(field: protobuf.Field, value: OtlpValue): unknown {
  if (!LONG_TYPES.has(field.type) || typeof value !== 'bigint') return value;
  return {
    low: Number(BigInt.asIntN(32, value)),
    high: Number(BigInt.asIntN(32, value >> 32n)),
    unsigned: value >= 0n,
  };
}

function nestedPath(name: string): string | undefined {
  const found = otlpTypes().find((type) => type.name === name);
  return found?.fullName;
}

function toMessage(type: protobuf.Type, plain: OtlpObject): protobuf.Message {
  const properties: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const value = plain[field.name];
    if (value === undefined) continue;
    const convert = (element: OtlpValue): unknown =>
      field.resolvedType instanceof protobuf.Type
        ? toMessage(field.resolvedType, element as OtlpObject)
        : toScalar(field, element);
    properties[field.name] = field.repeated ? (value as OtlpValue[]).map(convert) : convert(value);
  }
  return type.create(properties);
}

function toPlain(type: protobuf.Type, message: Record<string, unknown>): OtlpObject {
  const plain: OtlpObject = {};
  for (const field of type.fieldsArray) {
    if (!Object.hasOwn(message, field.name)) continue;
    const raw = message[field.name];
    const convert = (element: unknown): OtlpValue =>
      field.resolvedType instanceof protobuf.Type
        ? toPlain(field.resolvedType, element as Record<string, unknown>)
        : fromScalar(field, element);
    if (field.repeated) {
      const elements = raw as unknown[];
      if (elements.length > 0) plain[field.name] = elements.map(convert);
      continue;
    }
    const value = convert(raw);
    if (hasPresence(field) || !isDefault(value)) plain[field.name] = value;
  }
  return plain;
}

/** Members of a oneof, proto3 `optional` (which is a oneof of one) and messages tell unset from default. */
function hasPresence(field: protobuf.Field): boolean {
  return field.partOf !== null || field.resolvedType instanceof protobuf.Type;
}

function fromScalar(field: protobuf.Field, raw: unknown): OtlpValue {
  if (raw instanceof Uint8Array) return new Uint8Array(raw);
  if (LONG_TYPES.has(field.type)) return BigInt(String(raw));
  return raw as OtlpValue;
}

function isDefault(value: OtlpValue): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  return Object.is(value, 0) || value === '' || value === false || value === 0n;
}
