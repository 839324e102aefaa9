/** The metrics decoder against the oracle: the same points, or the same refusal, whatever the order of the fields. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyTable, MetricDecoder, type MetricPoint, type NumberList, VALUE } from '../../src/decode/index.js';
import { shuffled } from '../oracle/arbitraries.js';
import { decodeMetrics, encodeMetrics, type OtlpObject } from '../oracle/otlp-oracle.js';
import { attributesOf } from '../observe/pipeline.js';

const REQUEST = 'ExportMetricsServiceRequest';
const WANTED = 'wanted';
const names = fc.constantFrom(WANTED, WANTED, WANTED, 'other', 'wanted.not');
const bucketCounts = fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 5 });
const fields = { 'Metric.name': names, 'Buckets.bucketCounts': bucketCounts };
const arbitrary = shuffled(REQUEST, { fields, listLengthMax: 4 });

interface SeenPoint {
  readonly [name: string]: unknown;
}

const list = (value: unknown): OtlpObject[] => (value ?? []) as OtlpObject[];
const number = (value: unknown): number => Number((value as bigint | number | undefined) ?? 0);
const numbers = (value: unknown): number[] => ((value ?? []) as (number | bigint)[]).map(Number);
const optional = (value: unknown): number => (value === undefined ? NaN : (value as number));

function decoded(bytes: Uint8Array): { received: number; points: SeenPoint[] } {
  const keys = new KeyTable({ names: [], prefixes: [''], maxKeys: 100_000 });
  const decoder = new MetricDecoder({ metrics: [WANTED], keys });
  const points: SeenPoint[] = [];
  const numbersOf = ({ values, length }: NumberList): number[] => Array.from(values.subarray(0, length));
  const attributes = (point: MetricPoint, from: number, to: number): unknown[] =>
    Array.from({ length: to - from }, (_, index) => {
      const entry = from + index;
      return [keys.text(point.attributes.key[entry]), point.attributes.type[entry]];
    });
  decoder.decode(bytes, (point, metric) => {
    expect(metric).toBe(0);
    points.push({
      exponential: point.exponential,
      temporality: point.temporality,
      resource: attributes(point, 0, point.resourceEnd),
      attributes: attributes(point, point.resourceEnd, point.attributes.count),
      startMs: point.startMs,
      timeMs: point.timeMs,
      flags: point.flags,
      count: point.count,
      sum: point.sum,
      min: point.min,
      max: point.max,
      counts: numbersOf(point.counts),
      bounds: numbersOf(point.bounds),
      scale: point.scale,
      zero: [point.zeroCount, point.zeroThreshold],
      positive: [point.positive.offset, ...numbersOf(point.positive)],
      negative: [point.negative.offset, ...numbersOf(point.negative)],
    });
  });
  return { received: decoder.received, points };
}

const ANY_TYPES = ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue', 'kvlistValue', 'bytesValue'];

function attributeOf({ key, value }: OtlpObject): unknown {
  const member = ANY_TYPES.findIndex((name) => (value as OtlpObject | undefined)?.[name] !== undefined);
  return [(key as string | undefined) ?? '', member < 0 ? VALUE.empty : member + 1];
}

function expected(bytes: Uint8Array): { received: number; points: SeenPoint[] } {
  let received = 0;
  const points: SeenPoint[] = [];
  for (const group of list(decodeMetrics(bytes).resourceMetrics)) {
    const resource = list((group.resource as OtlpObject | undefined)?.attributes).map(attributeOf);
    for (const metric of list(group.scopeMetrics).flatMap((scope) => list(scope.metrics))) {
      for (const kind of ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary']) {
        const data = metric[kind] as OtlpObject | undefined;
        received += list(data?.dataPoints).length;
        if (metric.name !== WANTED || !kind.toLowerCase().includes('histogram')) continue;
        for (const point of list(data?.dataPoints)) {
          const buckets = (side: string): number[] => {
            const { offset, bucketCounts } = (point[side] ?? {}) as OtlpObject;
            return [number(offset), ...numbers(bucketCounts)];
          };
          points.push({
            exponential: kind === 'exponentialHistogram',
            temporality: number(data?.aggregationTemporality),
            resource,
            attributes: list(point.attributes).map(attributeOf),
            startMs: number(point.startTimeUnixNano) / 1e6,
            timeMs: number(point.timeUnixNano) / 1e6,
            flags: number(point.flags),
            count: number(point.count),
            sum: optional(point.sum),
            min: optional(point.min),
            max: optional(point.max),
            counts: kind === 'histogram' ? numbers(point.bucketCounts) : [],
            bounds: numbers(point.explicitBounds),
            scale: number(point.scale),
            zero: [number(point.zeroCount), number(point.zeroThreshold)],
            positive: buckets('positive'),
            negative: buckets('negative'),
          });
        }
      }
    }
  }
  return { received, points };
}

describe('metrics', () => {
  test('decode as the oracle does: any field order, lists packed or not, unknown fields between', () => {
    let histograms = 0;
    fc.assert(
      fc.property(arbitrary, ({ bytes }) => {
        const oracle = expected(bytes);
        histograms += oracle.points.length;
        expect(decoded(bytes)).toEqual(oracle);
      }),
      { numRuns: 300 },
    );
    expect(histograms).toBeGreaterThan(50);
  });

  test('cut off anywhere, are refused or decode as the oracle does', () => {
    fc.assert(
      fc.property(arbitrary, fc.double({ min: 0, max: 1, noNaN: true }), ({ bytes }, share) => {
        const cut = bytes.subarray(0, Math.floor(share * bytes.length));
        let oracle: ReturnType<typeof expected>;
        try {
          oracle = expected(cut);
        } catch {
          expect(() => decoded(cut)).toThrow(/not valid protobuf/);
          return;
        }
        expect(decoded(cut)).toEqual(oracle);
      }),
      { numRuns: 300 },
    );
  });
});

test('a fault in the last point is found before the first is visited', () => {
  const good = { timeUnixNano: 1n, attributes: attributesOf({ a: 'b' }) };
  const bytes = encodeMetrics({
    resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: WANTED, histogram: { dataPoints: [good, good] } }] }] }],
  });
  const at = Buffer.from(bytes).lastIndexOf('b');
  bytes[at - 1] = 0x7f;
  let visited = 0;
  const decoder = new MetricDecoder({ metrics: [WANTED], keys: new KeyTable({ names: [], prefixes: [], maxKeys: 1 }) });
  expect(() => decoder.decode(bytes, () => visited++)).toThrow(/not valid protobuf/);
  expect([visited, decoder.received]).toEqual([0, 2]);
});

describe('the identity of a series', () => {
  const identities = (request: OtlpObject): string[] => {
    const seen: string[] = [];
    const keys = new KeyTable({ names: [], prefixes: [], maxKeys: 1 });
    new MetricDecoder({ metrics: [WANTED], keys }).decode(encodeMetrics(request), ({ seriesHigh, seriesLow }) =>
      seen.push(`${seriesHigh} ${seriesLow}`),
    );
    return seen;
  };
  const request = (
    attributes: Record<string, unknown>,
    resource: Record<string, unknown> = {},
    scope = 's',
    unit = '',
    kind = 'histogram',
  ): OtlpObject => ({
    resourceMetrics: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeMetrics: [
          {
            scope: { name: scope },
            metrics: [{ name: WANTED, unit, [kind]: { dataPoints: [{ attributes: attributesOf(attributes) }] } }],
          },
        ],
      },
    ],
  });

  test('is the same whatever the order of attributes, values and time', () => {
    const [first] = identities(request({ a: 1, b: 'x' }, { r: 1, q: 2 }));
    expect(identities(request({ b: 'x', a: 1 }, { q: 2, r: 1 }))).toEqual([first]);
  });

  test('differs by attribute, resource, scope, unit and kind', () => {
    const all = [
      request({ a: 1 }),
      request({ a: 2 }),
      request({ b: 1 }),
      request({}, { a: 1 }),
      request({ a: 1 }, {}, 'other'),
      request({ a: 1 }, {}, 's', 'm'),
      request({ a: 1 }, {}, 's', '', 'exponentialHistogram'),
    ].flatMap((one) => identities(one));
    expect(new Set(all).size).toBe(all.length);
  });
});

test('of a list that is too long the rest is not kept, and the point says so', () => {
  const dataPoints = [{ bucketCounts: Array.from({ length: 5000 }, () => 1n) }, { bucketCounts: [1n] }];
  const bytes = encodeMetrics({
    resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: WANTED, histogram: { dataPoints } }] }] }],
  });
  const seen: [boolean, number][] = [];
  const keys = new KeyTable({ names: [], prefixes: [], maxKeys: 1 });
  new MetricDecoder({ metrics: [WANTED], keys }).decode(bytes, ({ overflowing, counts }) =>
    seen.push([overflowing, counts.length]),
  );
  expect(seen).toEqual([
    [true, 4096],
    [false, 1],
  ]);
});
