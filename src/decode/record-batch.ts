/**
 * The records (spans or log records) of one message that carry at least one attribute the next stage asked for, as
 * columns. Offsets point into `bytes`; -1 means absent. Nothing is handed on before the whole message has proved to be
 * valid, so a message is observed whole or refused whole.
 */
import { AttributeColumns } from './attribute-columns.js';
import { viewOf } from './bytes-table.js';

export const ABSENT = -1;

const EMPTY = new Uint8Array(0);

export class RecordBatch {
  bytes: Uint8Array = EMPTY;
  view: DataView = viewOf(EMPTY);
  /** Records in the message, those without any wanted attribute included. */
  received = 0;
  count = 0;
  readonly attributes = new AttributeColumns();

  resourceStart = new Int32Array(256);
  resourceEnd = new Int32Array(256);
  attributeStart = new Int32Array(256);
  attributeEnd = new Int32Array(256);
  traceId = new Int32Array(256);
  spanId = new Int32Array(256);
  traceStateStart = new Int32Array(256);
  traceStateEnd = new Int32Array(256);
  eventNameStart = new Int32Array(256);
  eventNameEnd = new Int32Array(256);
  /** Milliseconds since the epoch; 0 is absent. */
  timeMs = new Float64Array(256);
  /** Nanoseconds; NaN where the record has no duration. */
  durationNs = new Float64Array(256);
  statusCode = new Int32Array(256);
  droppedAttributes = new Uint32Array(256);

  begin(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.received = 0;
    this.count = 0;
    this.attributes.count = 0;
  }

  /** Lets go of the message's bytes. */
  release(): void {
    this.begin(EMPTY);
  }

  append(): number {
    if (this.count === this.timeMs.length) this.#grow();
    return this.count++;
  }

  #grow(): void {
    const length = this.timeMs.length * 2;
    const int32 = (from: Int32Array): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(length);
      to.set(from);
      return to;
    };
    this.resourceStart = int32(this.resourceStart);
    this.resourceEnd = int32(this.resourceEnd);
    this.attributeStart = int32(this.attributeStart);
    this.attributeEnd = int32(this.attributeEnd);
    this.traceId = int32(this.traceId);
    this.spanId = int32(this.spanId);
    this.traceStateStart = int32(this.traceStateStart);
    this.traceStateEnd = int32(this.traceStateEnd);
    this.eventNameStart = int32(this.eventNameStart);
    this.eventNameEnd = int32(this.eventNameEnd);
    const timeMs = new Float64Array(length);
    timeMs.set(this.timeMs);
    this.timeMs = timeMs;
    const durationNs = new Float64Array(length);
    durationNs.set(this.durationNs);
    this.durationNs = durationNs;
    this.statusCode = int32(this.statusCode);
    const droppedAttributes = new Uint32Array(length);
    droppedAttributes.set(this.droppedAttributes);
    this.droppedAttributes = droppedAttributes;
  }
}
