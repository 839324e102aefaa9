/**
 * The 64-bit identity of a prediction, by which its ground truth finds it. A prediction id is hashed from its bytes; an
 * absent one stands for `trace_id:span_id`, so that text of that form hashes as the raw identifiers do and either side
 * may leave it out. Two ids among a million collide with a chance of 3e-8.
 */
const HEX_VALUE = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16);
  HEX_VALUE[text.charCodeAt(0)] = digit;
  HEX_VALUE[text.toUpperCase().charCodeAt(0)] = digit;
}

const TRACE_HEX = 32;
const SPAN_HEX = 16;
const COLON = 0x3a;

export class Identity {
  high = 0;
  low = 0;
  readonly #raw = new DataView(new ArrayBuffer(24));

  /** Hashes `[start, end)`. */
  ofText(view: DataView, start: number, end: number): void {
    if (end - start === TRACE_HEX + 1 + SPAN_HEX && this.#parseSpanForm(view, start)) {
      this.#mix(this.#raw, 0, 24);
      return;
    }
    this.#mix(view, start, end);
  }

  ofSpan(view: DataView, traceIdAt: number, spanIdAt: number): void {
    const raw = this.#raw;
    for (let at = 0; at < 16; at += 4) raw.setInt32(at, view.getInt32(traceIdAt + at));
    for (let at = 0; at < 8; at += 4) raw.setInt32(16 + at, view.getInt32(spanIdAt + at));
    this.#mix(raw, 0, 24);
  }

  #mix(view: DataView, start: number, end: number): void {
    let high = (end - start) ^ 0x243f6a88;
    let low = (end - start) ^ 0x13198a2e;
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const word = view.getInt32(at, true);
      high = Math.imul(high ^ word, 0x85ebca6b);
      high = (high << 13) | (high >>> 19);
      low = Math.imul(low + word, 0xcc9e2d51);
      low ^= low >>> 15;
    }
    for (; at < end; at++) {
      const byte = view.getUint8(at);
      high = Math.imul(high ^ byte, 0xc2b2ae35);
      low = Math.imul(low + byte, 0x1b873593);
      low ^= low >>> 13;
    }
    high = Math.imul(high ^ (high >>> 16) ^ low, 0x7feb352d);
    low = Math.imul(low ^ (low >>> 15) ^ high, 0x846ca68b);
    this.high = high ^ (high >>> 15);
    this.low = low ^ (low >>> 16);
  }

  #parseSpanForm(view: DataView, start: number): boolean {
    if (view.getUint8(start + TRACE_HEX) !== COLON) return false;
    for (let at = 0; at < 24; at++) {
      const from = start + at * 2 + (at < 16 ? 0 : 1);
      const high = HEX_VALUE[view.getUint8(from)];
      const low = HEX_VALUE[view.getUint8(from + 1)];
      if (high < 0 || low < 0) return false;
      this.#raw.setUint8(at, high * 16 + low);
    }
    return true;
  }
}
