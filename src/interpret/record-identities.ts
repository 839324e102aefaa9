/**
 * The layouts and identities of all records of a message, read before any of them is interpreted: whoever looks identities
 * up in a large store can then have many look-ups under way at once.
 */
import { ABSENT, type RecordBatch, VALUE } from '../decode/index.js';
import type { AttributeLayout, LayoutTable } from './attribute-layout.js';
import { Identity } from './identity.js';
import { MEANING } from './key-meanings.js';

export class RecordIdentities {
  readonly layouts: AttributeLayout[] = [];
  /** 0 in both: the record has none of its own. */
  high = new Int32Array(256);
  low = new Int32Array(256);
  readonly #identity = new Identity();

  read(batch: RecordBatch, layouts: LayoutTable): void {
    if (this.high.length < batch.count) {
      this.high = new Int32Array(batch.count * 2);
      this.low = new Int32Array(batch.count * 2);
    }
    const identity = this.#identity;
    for (let record = 0; record < batch.count; record++) {
      const first = batch.attributeStart[record];
      const layout = layouts.find(batch.attributes.key, first, batch.attributeEnd[record]);
      this.layouts[record] = layout;
      identity.high = 0;
      identity.low = 0;
      this.#identify(batch, record, first, layout.places[MEANING.predictionId]);
      this.high[record] = identity.high;
      this.low[record] = identity.low;
    }
  }

  /** A prediction id that is a text counts, else the span. Ids in a column are its rows'. */
  #identify(batch: RecordBatch, record: number, first: number, place: number): void {
    const { type, start, end } = batch.attributes;
    const entry = first + place;
    if (place >= 0 && type[entry] === VALUE.array) return;
    if (place >= 0 && type[entry] === VALUE.string && end[entry] > start[entry]) {
      this.#identity.ofText(batch.view, start[entry], end[entry]);
    } else if (batch.traceId[record] !== ABSENT && batch.spanId[record] !== ABSENT) {
      this.#identity.ofSpan(batch.view, batch.traceId[record], batch.spanId[record]);
    }
  }
}
