/**
 * The decoder and the oracle on the same bytes: the same records, or a refusal by both. `check` throws where they differ.
 * One rule is ours: a trace id has 16 bytes or none, a span id 8 or none, and a message with any other is refused.
 */
import type protobuf from 'protobufjs';
import { ABSENT, KeyTable, RecordBatch, RecordDecoder, type RecordSignal, VALUE } from '../../src/decode/index.js';
import { PlumblineError } from '../../src/lib/plumbline-error.js';
import { WALKED_REQUEST } from './walked-schema.js';

export type Verdict = 'accepted' | 'refused' | 'stricter';

export class Disagreement extends Error {}

const MEMBERS = {
  traces: ['resourceSpans', 'scopeSpans', 'spans'],
  logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
} as const;
const EVERY_KEY = { names: [], prefixes: [''], maxKeys: 50_000 };
/** After so many inputs the tables of keys start anew, before they are full: then keys would be left out by design. */
const INPUTS_PER_TABLE = 500;
const NO_BYTES = new Uint8Array(0);

/** protobufjs skips a varint of any length in an unknown field; the protocol ends one after ten bytes. */
export const LONG_VARINT = /a varint is longer than ten bytes/;

type Plain = Record<string, unknown>;

const hex = (bytes: unknown): string => Buffer.from((bytes as Uint8Array | undefined) ?? NO_BYTES).toString('hex');
const list = (value: unknown): Plain[] => (value ?? []) as Plain[];

export class Agreement {
  #keys = new KeyTable(EVERY_KEY);
  #decoder = new RecordDecoder(this.#keys);
  /** One for all inputs: what a refused message leaves behind must not show in the next. */
  readonly #batch = new RecordBatch();
  #inputs = 0;

  check(signal: RecordSignal, bytes: Uint8Array): Verdict {
    if (++this.#inputs % INPUTS_PER_TABLE === 0) {
      this.#keys = new KeyTable(EVERY_KEY);
      this.#decoder = new RecordDecoder(this.#keys);
    }
    const oracle = attempt(() => this.#expected(signal, bytes));
    const ours = attempt(() => this.#decoded(signal, bytes));
    if (ours.failure !== undefined && !(ours.failure instanceof PlumblineError)) {
      throw new Error('The decoder has thrown what it never should.', { cause: ours.failure });
    }
    if (oracle.text !== undefined && LONG_VARINT.test(String(ours.failure))) return 'stricter';
    if (ours.text !== oracle.text) throw new Disagreement(explain(signal, bytes, ours, oracle));
    return ours.text === undefined ? 'refused' : 'accepted';
  }

  #decoded(signal: RecordSignal, bytes: Uint8Array): unknown[] {
    const batch = this.#batch;
    this.#decoder.decode(signal, bytes, batch);
    const { attributes } = batch;
    const attribute = (entry: number): unknown => {
      const { type, number, start, end, key } = attributes;
      const content = (): string => hex(bytes.subarray(start[entry], end[entry]));
      const name = hex(new TextEncoder().encode(this.#keys.text(key[entry])));
      switch (type[entry]) {
        case VALUE.string:
        case VALUE.bytes:
          return [name, type[entry], content()];
        case VALUE.bool:
        case VALUE.int:
        case VALUE.double:
          return [name, type[entry], numberText(number[entry])];
        default:
          return [name, type[entry]];
      }
    };
    const range = (start: number, end: number): unknown[] =>
      Array.from({ length: end - start }, (_, index) => attribute(start + index));
    const id = (at: number, length: number): string => (at === ABSENT ? '' : hex(bytes.subarray(at, at + length)));
    const records = Array.from({ length: batch.count }, (_, record) => [
      range(batch.resourceStart[record], batch.resourceEnd[record]),
      range(batch.attributeStart[record], batch.attributeEnd[record]),
      batch.timeMs[record],
      id(batch.traceId[record], 16),
      id(batch.spanId[record], 8),
      batch.droppedAttributes[record],
      batch.statusCode[record],
      batch.eventNameStart[record] === ABSENT
        ? ''
        : hex(bytes.subarray(batch.eventNameStart[record], batch.eventNameEnd[record])),
    ]);
    return [batch.received, ...records];
  }

  #expected(signal: RecordSignal, bytes: Uint8Array): unknown[] {
    const [groups, scopes, members] = MEMBERS[signal];
    const request = WALKED_REQUEST[signal].decode(bytes) as unknown as Plain;
    let received = 0;
    const records: unknown[] = [];
    for (const group of list(request[groups])) {
      const resource = list((group.resource as Plain | undefined | null)?.attributes).map(attributeOf);
      for (const scope of list(group[scopes])) {
        for (const record of list(scope[members])) {
          received++;
          const traceId = identifier(record.traceId, 16);
          const spanId = identifier(record.spanId, 8);
          const attributes = list(record.attributes).map(attributeOf);
          const eventName = signal === 'logs' ? hex(record.eventName) : '';
          // A record with nothing that the next stage could want is counted and not kept.
          if (attributes.length === 0 && eventName === '') continue;
          const status = (record.status as Plain | undefined | null)?.code ?? 0;
          const dropped = record.droppedAttributesCount ?? 0;
          records.push([resource, attributes, timeMs(signal, record), traceId, spanId, dropped, status, eventName]);
        }
      }
    }
    return [received, ...records];
  }
}

export interface Attempt {
  readonly text?: string;
  readonly failure?: unknown;
}

export function attempt(run: () => unknown): Attempt {
  try {
    return { text: JSON.stringify(run()) };
  } catch (failure) {
    // A fault of this program is no refusal.
    if (failure instanceof TypeError || failure instanceof ReferenceError) throw failure;
    return { failure };
  }
}

export function attributeOf({ key, value }: Plain): unknown {
  // Our side has the key as text, in which what is not UTF-8 is U+FFFD already.
  const name = hex(new TextEncoder().encode(new TextDecoder().decode(Buffer.from((key ?? NO_BYTES) as Uint8Array))));
  const any = (value ?? {}) as Plain & { value?: string };
  const own = (member: string): boolean => any.value === member;
  if (own('stringValue')) return [name, VALUE.string, hex(any.stringValue)];
  if (own('bytesValue')) return [name, VALUE.bytes, hex(any.bytesValue)];
  if (own('boolValue')) return [name, VALUE.bool, any.boolValue === true ? '1' : '0'];
  if (own('intValue')) return [name, VALUE.int, numberText(Number(String(any.intValue)))];
  if (own('doubleValue')) return [name, VALUE.double, numberText(any.doubleValue as number)];
  if (own('arrayValue')) return [name, VALUE.array];
  if (own('kvlistValue')) return [name, VALUE.kvlist];
  return [name, VALUE.empty];
}

function timeMs(signal: RecordSignal, record: Plain): number {
  const ms = (name: string): number => {
    const long = record[name] as { low: number; high: number } | undefined;
    return long === undefined || long === null ? 0 : ((long.high >>> 0) * 4294967296 + (long.low >>> 0)) / 1e6;
  };
  return signal === 'traces' ? ms('startTimeUnixNano') : ms('timeUnixNano') || ms('observedTimeUnixNano');
}

function identifier(bytes: unknown, length: number): string {
  const text = hex(bytes);
  if (text.length !== 0 && text.length !== 2 * length) throw new RangeError('an identifier of the wrong length');
  return text;
}

/** JSON has neither NaN nor -0. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

export function explain(signal: string, bytes: Uint8Array, ours: Attempt, oracle: Attempt): string {
  const told = ({ text, failure }: Attempt): string => text ?? `refused: ${String(failure)}`;
  return `${signal} ${hex(bytes)}\n  decoder: ${told(ours)}\n  oracle:  ${told(oracle)}`;
}

/** Whether the whole schema, text and opaque messages included, would take these bytes. */
export function wholeSchemaTakes(type: protobuf.Type, bytes: Uint8Array): boolean {
  try {
    type.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
