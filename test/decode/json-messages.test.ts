/** The tables of OTLP/JSON against the schema: every message, field, number and type, none missing and none invented. */
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { type Field, type Message, messageNamed } from '../../src/decode/json-messages.js';
import { SCALARS } from '../../src/decode/json-scalars.js';
import { otlpType, otlpTypes } from '../oracle/otlp-oracle.js';

const ID_KINDS: Readonly<Record<string, string>> = {
  traceId: 'traceId',
  spanId: 'spanId',
  parentSpanId: 'spanId',
};

function reachable(message: Message, found = new Map<string, Message>()): Map<string, Message> {
  if (found.has(message.name)) return found;
  found.set(message.name, message);
  for (const field of message.fields) if (field.message !== undefined) reachable(field.message, found);
  return found;
}

/** One line a field: name, number, kind, list or not, in the oneof or not. */
function rowOf(field: Field): string {
  const kind = field.message?.name ?? Object.entries(SCALARS).find(([, scalar]) => scalar === field.scalar)?.[0];
  return `${field.name} ${field.number} ${kind} ${field.repeated} ${field.oneof}`;
}

function schemaRowOf(field: protobuf.Field): string {
  const isEnum = field.resolvedType instanceof protobuf.Enum;
  const kind = field.resolvedType instanceof protobuf.Type ? field.resolvedType.name : isEnum ? 'enum' : field.type;
  const isId = field.type === 'bytes' && field.name in ID_KINDS;
  const inOneof = field.partOf !== null && field.partOf.fieldsArray.length > 1;
  return `${field.name} ${field.id} ${isId ? ID_KINDS[field.name] : kind} ${field.repeated} ${inOneof}`;
}

const tables = new Map([
  ...reachable(messageNamed('ExportTraceServiceRequest')),
  ...reachable(messageNamed('ExportLogsServiceRequest')),
  ...reachable(messageNamed('ExportMetricsServiceRequest')),
]);

test('every message of a request has a table', () => {
  const ofRequests = otlpTypes().filter((type) => !/(Response|PartialSuccess)$/.test(type.name));
  expect([...tables.keys()].sort()).toEqual(ofRequests.map((type) => type.name).sort());
});

describe.each([...tables.values()])('$name', (message) => {
  test('has the fields of the schema', () => {
    expect(message.fields.map(rowOf).sort()).toEqual(otlpType(message.name).fieldsArray.map(schemaRowOf).sort());
  });

  test('has no field that every object inherits', () => {
    expect(message.fields.filter(({ name }) => name in Object.prototype)).toEqual([]);
  });
});
