/**
 * OTLP metrics requests (opentelemetry-proto 1.11): the histogram points, explicit and exponential, of the metrics that
 * the next stage names; all other points are only counted.
 *
 * Nothing of a message is stored: it is walked once to prove that it is valid and once to visit its points, so a message
 * is observed whole or refused whole and costs no more memory than its longest point. What may stand after the points
 * that it describes (resource, scope, name, temporality) is skimmed for first. Of several members of a
 * oneof the last one counts.
 */
import { AttributeDecoder } from './attribute-decoder.js';
import { BytesTable, NOT_FOUND, viewOf } from './bytes-table.js';
import type { KeyTable } from './key-table.js';
import { MetricPoint } from './metric-point.js';
import { MetricPointDecoder } from './metric-point-decoder.js';
import { SeriesHash } from './metric-series-hash.js';
import { WireCursor } from './wire.js';

const REQUEST_GROUP = 0x0a;
const GROUP_RESOURCE = 0x0a;
const GROUP_SCOPE = 0x12;
const RESOURCE_ATTRIBUTE = 0x0a;
const SCOPE_IDENTITY = 0x0a;
const SCOPE_METRIC = 0x12;

const METRIC = {
  name: 0x0a,
  unit: 0x1a,
  gauge: 0x2a,
  sum: 0x3a,
  histogram: 0x4a,
  exponentialHistogram: 0x52,
  summary: 0x5a,
} as const;
const DATA_POINT = 0x0a;
const TEMPORALITY_FIELD = 0x10;

/** Where a part of a series' identity stands. */
const SALT = { resource: 0x51ed270b, scope: 0x2f6a9c11, unit: 0x7c9e35d3, kind: 0x13579bdf } as const;

export interface MetricDecoderOptions {
  /** Names of the metrics whose points are wanted. */
  readonly metrics: readonly string[];
  /** Attributes that are wanted, of the resource and of the point. */
  readonly keys: KeyTable;
}

/** @param metric index of the metric's name in the options */
export type PointVisitor = (point: MetricPoint, metric: number) => void;

export class MetricDecoder {
  /** Points of the message validated last, whatever their metric. Up to the fault, where it has one. */
  received = 0;
  readonly #keys: KeyTable;
  readonly #metrics: BytesTable;
  readonly #cursor = new WireCursor();
  readonly #attributes = new AttributeDecoder(this.#cursor);
  readonly #point = new MetricPoint();
  readonly #points: MetricPointDecoder;
  readonly #resourceHash = new SeriesHash();
  readonly #metricHash = new SeriesHash();
  readonly #pointHash = new SeriesHash();

  constructor(options: MetricDecoderOptions) {
    this.#keys = options.keys;
    this.#points = new MetricPointDecoder({ cursor: this.#cursor, attributes: this.#attributes, keys: options.keys });
    this.#metrics = new BytesTable(options.metrics.length);
    for (const name of options.metrics) this.#metrics.internText(name);
  }

  /**
   * Visits the wanted points of a message.
   * @throws PlumblineError PB3001, PB3002, before anything was visited
   */
  decode(bytes: Uint8Array, visit: PointVisitor): void {
    this.#walk(bytes, undefined);
    this.#walk(bytes, visit);
  }

  #walk(bytes: Uint8Array, visit: PointVisitor | undefined): void {
    const cursor = this.#cursor;
    this.received = 0;
    cursor.load(bytes, viewOf(bytes));
    const end = bytes.length;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === REQUEST_GROUP) this.#group(cursor.lengthEnd(end), visit);
      else cursor.skip(tag, end, 0);
    }
  }

  #group(end: number, visit: PointVisitor | undefined): void {
    const cursor = this.#cursor;
    const start = cursor.at;
    const point = this.#point;
    point.attributes.count = 0;
    this.#resourceHash.clear();
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === GROUP_RESOURCE) this.#resource(cursor.lengthEnd(end));
      else cursor.skip(tag, end, 0);
    }
    point.resourceEnd = point.attributes.count;
    cursor.at = start;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === GROUP_SCOPE) this.#scope(cursor.lengthEnd(end), visit);
      else cursor.skip(tag, end, 0);
    }
  }

  #resource(end: number): void {
    const cursor = this.#cursor;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag !== RESOURCE_ATTRIBUTE) {
        cursor.skip(tag, end, 0);
        continue;
      }
      const attributeEnd = cursor.lengthEnd(end);
      this.#resourceHash.add(cursor.view, cursor.at, attributeEnd, SALT.resource);
      this.#attributes.keyValue(attributeEnd, this.#keys, this.#point.attributes);
    }
  }

  #scope(end: number, visit: PointVisitor | undefined): void {
    const cursor = this.#cursor;
    const start = cursor.at;
    const scopeHash = new SeriesHash();
    scopeHash.set(this.#resourceHash);
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === SCOPE_IDENTITY) {
        const identityEnd = cursor.lengthEnd(end);
        scopeHash.add(cursor.view, cursor.at, identityEnd, SALT.scope);
        cursor.at = identityEnd;
      } else cursor.skip(tag, end, 0);
    }
    cursor.at = start;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === SCOPE_METRIC) this.#metric(cursor.lengthEnd(end), scopeHash, visit);
      else cursor.skip(tag, end, 0);
    }
  }

  #metric(end: number, scopeHash: SeriesHash, visit: PointVisitor | undefined): void {
    const cursor = this.#cursor;
    const start = cursor.at;
    let nameStart = 0;
    let nameEnd = 0;
    let data = 0;
    const hash = this.#metricHash;
    hash.set(scopeHash);
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      switch (tag) {
        case METRIC.name:
          nameEnd = cursor.lengthEnd(end);
          nameStart = cursor.at;
          cursor.at = nameEnd;
          break;
        case METRIC.unit: {
          const unitEnd = cursor.lengthEnd(end);
          hash.add(cursor.view, cursor.at, unitEnd, SALT.unit);
          cursor.at = unitEnd;
          break;
        }
        case METRIC.gauge:
        case METRIC.sum:
        case METRIC.histogram:
        case METRIC.exponentialHistogram:
        case METRIC.summary:
          data = tag;
          cursor.at = cursor.lengthEnd(end);
          break;
        default:
          cursor.skip(tag, end, 0);
      }
    }
    hash.add(cursor.view, nameStart, nameEnd, SALT.kind + data);
    const metric = this.#metrics.find(cursor.view, nameStart, nameEnd);
    const isHistogram = data === METRIC.histogram || data === METRIC.exponentialHistogram;
    const wanted = metric !== NOT_FOUND && isHistogram;
    const point = this.#point;
    point.exponential = data === METRIC.exponentialHistogram;
    point.temporality = 0;
    for (const pass of wanted ? (['temporality', 'points'] as const) : (['points'] as const)) {
      cursor.at = start;
      while (cursor.at < end) {
        const tag = cursor.tag(end);
        if (tag !== data) cursor.skip(tag, end, 0);
        else if (pass === 'temporality') this.#temporality(cursor.lengthEnd(end));
        else this.#dataPoints(cursor.lengthEnd(end), wanted ? metric : NOT_FOUND, visit);
      }
    }
  }

  #temporality(end: number): void {
    const cursor = this.#cursor;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag === TEMPORALITY_FIELD) this.#point.temporality = cursor.varint32(end) | 0;
      else cursor.skip(tag, end, 0);
    }
  }

  /** @param metric `NOT_FOUND`: the points are only counted */
  #dataPoints(end: number, metric: number, visit: PointVisitor | undefined): void {
    const cursor = this.#cursor;
    const point = this.#point;
    while (cursor.at < end) {
      const tag = cursor.tag(end);
      if (tag !== DATA_POINT) {
        cursor.skip(tag, end, 0);
        continue;
      }
      const pointEnd = cursor.lengthEnd(end);
      this.received++;
      if (metric === NOT_FOUND) {
        cursor.at = pointEnd;
        continue;
      }
      this.#pointHash.set(this.#metricHash);
      this.#points.decode(pointEnd, point, this.#pointHash);
      visit?.(point, metric);
    }
  }
}
