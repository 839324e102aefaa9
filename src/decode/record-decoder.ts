/**
 * OTLP trace and log requests (opentelemetry-proto 1.11) into a `RecordBatch`.
 *
 * One walk over the bytes, no object and no string per span. A resource may stand after the records it describes, so
 * each resource group is first skimmed for it. Unknown fields are skipped; every field is allowed in any order.
 */
import { AttributeDecoder, type DecodedValue } from './attribute-decoder.js';
import { type AttributeColumns, VALUE } from './attribute-columns.js';
import type { KeyTable } from './key-table.js';
import { ABSENT, type RecordBatch } from './record-batch.js';
import { malformed, WireCursor } from './wire.js';

export type RecordSignal = 'traces' | 'logs';

/** `resource_spans` and `resource_logs`, `scope_spans` and `scope_logs`, `spans` and `log_records`: the same numbers. */
const REQUEST_GROUP = 0x0a;
const GROUP_RESOURCE = 0x0a;
const GROUP_SCOPE = 0x12;
const SCOPE_RECORD = 0x12;
const RESOURCE_ATTRIBUTE = 0x0a;

const SPAN = {
  traceId: 0x0a,
  spanId: 0x12,
  traceState: 0x1a,
  startTime: 0x39,
  endTime: 0x41,
  attribute: 0x4a,
  droppedAttributes: 0x50,
  status: 0x7a,
} as const;
const STATUS_CODE = 0x18;

const LOG = {
  time: 0x09,
  attribute: 0x32,
  droppedAttributes: 0x38,
  traceId: 0x4a,
  spanId: 0x52,
  observedTime: 0x59,
  eventName: 0x62,
} as const;

const WRONG_LENGTH = -2;

export class RecordDecoder {
  readonly #keys: KeyTable;
  readonly #cursor = new WireCursor();
  readonly #attributes = new AttributeDecoder(this.#cursor);

  constructor(keys: KeyTable) {
    this.#keys = keys;
  }

  /** @throws PlumblineError PB3001, PB3002; `batch` is then to be ignored. */
  decode(signal: RecordSignal, bytes: Uint8Array, batch: RecordBatch): void {
    batch.begin(bytes);
    const cursor = this.#cursor;
    cursor.load(bytes, batch.view);
    const end = bytes.length;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === REQUEST_GROUP) this.#group(signal, cursor.lengthEnd(end), batch);
      else cursor.skip(tag, end, 0);
    }
  }

  /**
   * Elements of a column (an array, or bytes that are doubles) of the batch decoded last, from byte `at` on, appended to
   * its attributes without keys, a thousand at most. The caller takes them away again by setting the count back.
   * @returns the byte from which the next ones are read; the column's end: there are no more
   */
  elements(batch: RecordBatch, entry: number, at: number): number {
    const { attributes } = batch;
    this.#cursor.load(batch.bytes, batch.view);
    const end = attributes.end[entry];
    return attributes.type[entry] === VALUE.bytes
      ? this.#attributes.doubles(at, end, attributes)
      : this.#attributes.elements(at, end, attributes);
  }

  /** All of them, in parts: visits the entries from `first` up to `end`, which are gone afterwards. */
  eachPart(batch: RecordBatch, entry: number, visit: (first: number, end: number) => void): void {
    const { attributes } = batch;
    const first = attributes.count;
    for (let at = attributes.start[entry]; at < attributes.end[entry];) {
      at = this.elements(batch, entry, at);
      visit(first, attributes.count);
      attributes.count = first;
    }
  }

  /** Elements of an array attribute of the batch decoded last. */
  eachElement(batch: RecordBatch, entry: number, visit: (value: DecodedValue) => void): void {
    this.#cursor.load(batch.bytes, batch.view);
    this.#attributes.eachElement(batch.attributes.start[entry], batch.attributes.end[entry], visit);
  }

  /** Entries of a kvlist attribute of the batch decoded last, appended to its columns. */
  eachEntry(batch: RecordBatch, entry: number, keys: KeyTable, columns: AttributeColumns): void {
    this.#cursor.load(batch.bytes, batch.view);
    this.#attributes.eachEntry(batch.attributes.start[entry], batch.attributes.end[entry], keys, columns);
  }

  #group(signal: RecordSignal, end: number, batch: RecordBatch): void {
    const cursor = this.#cursor;
    const start = cursor.at;
    const resourceStart = batch.attributes.count;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === GROUP_RESOURCE) this.#resource(cursor.lengthEnd(end), batch);
      else cursor.skip(tag, end, 0);
    }
    const resourceEnd = batch.attributes.count;
    cursor.at = start;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === GROUP_SCOPE) this.#scope(signal, cursor.lengthEnd(end), batch, resourceStart, resourceEnd);
      else cursor.skip(tag, end, 0);
    }
  }

  #resource(end: number, batch: RecordBatch): void {
    const cursor = this.#cursor;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === RESOURCE_ATTRIBUTE) this.#attributes.keyValue(cursor.lengthEnd(end), this.#keys, batch.attributes);
      else cursor.skip(tag, end, 0);
    }
  }

  #scope(signal: RecordSignal, end: number, batch: RecordBatch, resourceStart: number, resourceEnd: number): void {
    const cursor = this.#cursor;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag !== SCOPE_RECORD) {
        cursor.skip(tag, end, 0);
        continue;
      }
      batch.received++;
      const recordEnd = cursor.lengthEnd(end);
      const attributesBefore = batch.attributes.count;
      const record = batch.append();
      batch.resourceStart[record] = resourceStart;
      batch.resourceEnd[record] = resourceEnd;
      batch.attributeStart[record] = attributesBefore;
      batch.traceId[record] = ABSENT;
      batch.spanId[record] = ABSENT;
      batch.traceStateStart[record] = ABSENT;
      batch.eventNameStart[record] = ABSENT;
      batch.timeMs[record] = 0;
      batch.durationNs[record] = NaN;
      batch.statusCode[record] = 0;
      batch.droppedAttributes[record] = 0;
      if (signal === 'traces') this.#span(recordEnd, record, batch);
      else this.#logRecord(recordEnd, record, batch);
      if (batch.traceId[record] === WRONG_LENGTH || batch.spanId[record] === WRONG_LENGTH) {
        malformed('a trace id has not 16 bytes, or a span id not 8,', recordEnd);
      }
      batch.attributeEnd[record] = batch.attributes.count;
      const wanted = batch.attributes.count > attributesBefore || batch.eventNameStart[record] !== ABSENT;
      if (!wanted) batch.count--;
    }
  }

  #span(end: number, record: number, batch: RecordBatch): void {
    const cursor = this.#cursor;
    const view = cursor.view;
    let startAt = ABSENT;
    let endAt = ABSENT;
    const { bytes } = cursor;
    const keys = this.#keys;
    const attributes = this.#attributes;
    const columns = batch.attributes;
    while (cursor.at < end) {
      if (bytes[cursor.at] === SPAN.attribute) {
        attributes.keyValues(SPAN.attribute, end, keys, columns);
        continue;
      }
      const tag = cursor.tag(end);
      switch (tag) {
        case SPAN.attribute:
          // Its tag in more bytes than it needs.
          attributes.keyValue(cursor.lengthEnd(end), keys, columns);
          break;
        case SPAN.traceId:
          batch.traceId[record] = this.#identifier(16, end);
          break;
        case SPAN.spanId:
          batch.spanId[record] = this.#identifier(8, end);
          break;
        case SPAN.startTime:
          startAt = cursor.fixed64Position(end);
          break;
        case SPAN.endTime:
          endAt = cursor.fixed64Position(end);
          break;
        case SPAN.status:
          batch.statusCode[record] = this.#statusCode(cursor.lengthEnd(end), batch.statusCode[record]);
          break;
        case SPAN.droppedAttributes:
          batch.droppedAttributes[record] = cursor.varint32(end);
          break;
        case SPAN.traceState:
          batch.traceStateEnd[record] = cursor.lengthEnd(end);
          batch.traceStateStart[record] = cursor.at;
          cursor.at = batch.traceStateEnd[record];
          break;
        default:
          cursor.skip(tag, end, 0);
      }
    }
    if (startAt === ABSENT) return;
    const startLow = view.getUint32(startAt, true);
    const startHigh = view.getUint32(startAt + 4, true);
    batch.timeMs[record] = (startHigh * 4294967296 + startLow) / 1e6;
    if (endAt === ABSENT) return;
    const elapsed =
      (view.getUint32(endAt + 4, true) - startHigh) * 4294967296 + (view.getUint32(endAt, true) - startLow);
    batch.durationNs[record] = elapsed >= 0 ? elapsed : NaN;
  }

  #logRecord(end: number, record: number, batch: RecordBatch): void {
    const cursor = this.#cursor;
    let observedMs = 0;
    const { bytes } = cursor;
    const keys = this.#keys;
    const attributes = this.#attributes;
    const columns = batch.attributes;
    while (cursor.at < end) {
      if (bytes[cursor.at] === LOG.attribute) {
        attributes.keyValues(LOG.attribute, end, keys, columns);
        continue;
      }
      const tag = cursor.tag(end);
      switch (tag) {
        case LOG.attribute:
          // Its tag in more bytes than it needs.
          attributes.keyValue(cursor.lengthEnd(end), keys, columns);
          break;
        case LOG.time:
          batch.timeMs[record] = cursor.fixed64AsMs(end);
          break;
        case LOG.observedTime:
          observedMs = cursor.fixed64AsMs(end);
          break;
        case LOG.traceId:
          batch.traceId[record] = this.#identifier(16, end);
          break;
        case LOG.spanId:
          batch.spanId[record] = this.#identifier(8, end);
          break;
        case LOG.eventName:
          batch.eventNameEnd[record] = cursor.lengthEnd(end);
          batch.eventNameStart[record] = cursor.at === batch.eventNameEnd[record] ? ABSENT : cursor.at;
          cursor.at = batch.eventNameEnd[record];
          break;
        case LOG.droppedAttributes:
          batch.droppedAttributes[record] = cursor.varint32(end);
          break;
        default:
          cursor.skip(tag, end, 0);
      }
    }
    if (batch.timeMs[record] === 0) batch.timeMs[record] = observedMs;
  }

  /** Where an identifier of the right length stands; ABSENT when it is empty, `WRONG_LENGTH` else: a later one may mend it. */
  #identifier(length: number, end: number): number {
    const cursor = this.#cursor;
    const fieldEnd = cursor.lengthEnd(end);
    const start = cursor.at;
    cursor.at = fieldEnd;
    if (fieldEnd - start === length) return start;
    return fieldEnd === start ? ABSENT : WRONG_LENGTH;
  }

  /** A message that comes twice is merged: what the second leaves out stays. */
  #statusCode(end: number, before: number): number {
    const cursor = this.#cursor;
    let code = before;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === STATUS_CODE) code = cursor.varint32(end) | 0;
      else cursor.skip(tag, end, 0);
    }
    return code;
  }
}
