/**
 * The data points of `Histogram` and `ExponentialHistogram` into a `MetricPoint`. Lists of numbers are read packed,
 * unpacked and in several runs; unknown fields (and exemplars) are skipped.
 */
import type { AttributeDecoder } from './attribute-decoder.js';
import type { KeyTable } from './key-table.js';
import type { ExponentialBuckets, MetricPoint } from './metric-point.js';
import type { SeriesHash } from './metric-series-hash.js';
import type { WireCursor } from './wire.js';

const EXPLICIT = {
  start: 0x11,
  time: 0x19,
  count: 0x21,
  sum: 0x29,
  packedCounts: 0x32,
  oneCount: 0x31,
  packedBounds: 0x3a,
  oneBound: 0x39,
  attribute: 0x4a,
  flags: 0x50,
  min: 0x59,
  max: 0x61,
} as const;

const EXPONENTIAL = {
  attribute: 0x0a,
  start: 0x11,
  time: 0x19,
  count: 0x21,
  sum: 0x29,
  scale: 0x30,
  zeroCount: 0x39,
  positive: 0x42,
  negative: 0x4a,
  flags: 0x50,
  min: 0x61,
  max: 0x69,
  zeroThreshold: 0x71,
} as const;
const BUCKETS_OFFSET = 0x08;
const BUCKETS_PACKED = 0x12;
const BUCKETS_ONE = 0x10;

/** Tells a point's attributes from those of its resource in the identity of its series. */
const POINT_SALT = 0x68bc21eb;

export interface PointDecoderParts {
  readonly cursor: WireCursor;
  readonly attributes: AttributeDecoder;
  readonly keys: KeyTable;
}

export class MetricPointDecoder {
  readonly #cursor: WireCursor;
  readonly #parts: PointDecoderParts;

  constructor(parts: PointDecoderParts) {
    this.#cursor = parts.cursor;
    this.#parts = parts;
  }

  /** Reads the data point between the cursor and `end`; `hash` takes in its attributes. */
  decode(end: number, point: MetricPoint, hash: SeriesHash): void {
    point.begin();
    if (point.exponential) this.#exponential(end, point, hash);
    else this.#explicit(end, point, hash);
    point.seriesHigh = hash.high;
    point.seriesLow = hash.low;
  }

  #attribute(end: number, point: MetricPoint, hash: SeriesHash): void {
    const { attributes, keys } = this.#parts;
    hash.add(this.#cursor.view, this.#cursor.at, end, POINT_SALT);
    attributes.keyValue(end, keys, point.attributes);
  }

  #explicit(end: number, point: MetricPoint, hash: SeriesHash): void {
    const cursor = this.#cursor;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      switch (tag) {
        case EXPLICIT.attribute:
          this.#attribute(cursor.lengthEnd(end), point, hash);
          break;
        case EXPLICIT.start:
          point.startMs = cursor.fixed64AsMs(end);
          break;
        case EXPLICIT.time:
          point.timeMs = cursor.fixed64AsMs(end);
          break;
        case EXPLICIT.count:
          point.count = this.#fixed64(end);
          break;
        case EXPLICIT.sum:
          point.sum = this.#double(end);
          break;
        case EXPLICIT.oneCount:
          point.counts.add(this.#fixed64(end));
          break;
        case EXPLICIT.packedCounts:
          for (const runEnd = cursor.lengthEnd(end); cursor.at < runEnd;) point.counts.add(this.#fixed64(runEnd));
          break;
        case EXPLICIT.oneBound:
          point.bounds.add(this.#double(end));
          break;
        case EXPLICIT.packedBounds:
          for (const runEnd = cursor.lengthEnd(end); cursor.at < runEnd;) point.bounds.add(this.#double(runEnd));
          break;
        case EXPLICIT.flags:
          point.flags = cursor.varint32(end);
          break;
        case EXPLICIT.min:
          point.min = this.#double(end);
          break;
        case EXPLICIT.max:
          point.max = this.#double(end);
          break;
        default:
          cursor.skip(tag, end, 0);
      }
    }
  }

  #exponential(end: number, point: MetricPoint, hash: SeriesHash): void {
    const cursor = this.#cursor;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      switch (tag) {
        case EXPONENTIAL.attribute:
          this.#attribute(cursor.lengthEnd(end), point, hash);
          break;
        case EXPONENTIAL.start:
          point.startMs = cursor.fixed64AsMs(end);
          break;
        case EXPONENTIAL.time:
          point.timeMs = cursor.fixed64AsMs(end);
          break;
        case EXPONENTIAL.count:
          point.count = this.#fixed64(end);
          break;
        case EXPONENTIAL.sum:
          point.sum = this.#double(end);
          break;
        case EXPONENTIAL.scale:
          point.scale = this.#zigzag(end);
          break;
        case EXPONENTIAL.zeroCount:
          point.zeroCount = this.#fixed64(end);
          break;
        case EXPONENTIAL.zeroThreshold:
          point.zeroThreshold = this.#double(end);
          break;
        case EXPONENTIAL.positive:
          this.#buckets(cursor.lengthEnd(end), point.positive);
          break;
        case EXPONENTIAL.negative:
          this.#buckets(cursor.lengthEnd(end), point.negative);
          break;
        case EXPONENTIAL.flags:
          point.flags = cursor.varint32(end);
          break;
        case EXPONENTIAL.min:
          point.min = this.#double(end);
          break;
        case EXPONENTIAL.max:
          point.max = this.#double(end);
          break;
        default:
          cursor.skip(tag, end, 0);
      }
    }
  }

  #buckets(end: number, buckets: ExponentialBuckets): void {
    const cursor = this.#cursor;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === BUCKETS_OFFSET) buckets.offset = this.#zigzag(end);
      else if (tag === BUCKETS_ONE) buckets.add(cursor.uint64(end));
      else if (tag === BUCKETS_PACKED) {
        for (const runEnd = cursor.lengthEnd(end); cursor.at < runEnd;) buckets.add(cursor.uint64(runEnd));
      } else cursor.skip(tag, end, 0);
    }
  }

  #zigzag(end: number): number {
    const raw = this.#cursor.varint32(end);
    return (raw >>> 1) ^ -(raw & 1);
  }

  #fixed64(end: number): number {
    const at = this.#cursor.fixed64Position(end);
    return this.#cursor.view.getUint32(at + 4, true) * 2 ** 32 + this.#cursor.view.getUint32(at, true);
  }

  #double(end: number): number {
    return this.#cursor.view.getFloat64(this.#cursor.fixed64Position(end), true);
  }
}
