/**
 * The metrics decoder and the oracle on the same bytes: the same points of the wanted metric, the same number of all
 * points, or a refusal by both. `check` throws where they differ.
 */
import { KeyTable, MetricDecoder, type MetricPoint, type NumberList, VALUE } from '../../src/decode/index.js';
import { PlumblineError } from '../../src/lib/plumbline-error.js';
import { attempt, attributeOf, Disagreement, explain, LONG_VARINT, numberText, type Verdict } from './agreement.js';
import { WALKED_DATA, WALKED_POINT, WALKED_REQUEST } from './walked-schema.js';

export const WANTED_METRIC = 'wanted';

type Plain = Record<string, unknown>;
type Kind = keyof typeof WALKED_DATA;
type Long = { readonly low: number; readonly high: number };

const KINDS = Object.keys(WALKED_DATA) as Kind[];
const INPUTS_PER_TABLE = 500;

const list = <T = Plain>(value: unknown): T[] => (value ?? []) as T[];
const long = (value: unknown): number => {
  const { low, high } = (value ?? { low: 0, high: 0 }) as Long;
  return (high >>> 0) * 2 ** 32 + (low >>> 0);
};

export class MetricAgreement {
  #keys = MetricAgreement.#newKeys();
  #decoder = this.#newDecoder();
  #inputs = 0;

  check(bytes: Uint8Array): Verdict | 'ambiguous' {
    if (++this.#inputs % INPUTS_PER_TABLE === 0) {
      this.#keys = MetricAgreement.#newKeys();
      this.#decoder = this.#newDecoder();
    }
    let isAmbiguous = false;
    const oracle = attempt(() => expected(bytes, () => (isAmbiguous = true)));
    const ours = attempt(() => this.#decoded(bytes));
    if (ours.failure !== undefined && !(ours.failure instanceof PlumblineError)) {
      throw new Error('The decoder has thrown what it never should.', { cause: ours.failure });
    }
    if (isAmbiguous) return 'ambiguous';
    if (oracle.text !== undefined && LONG_VARINT.test(String(ours.failure))) return 'stricter';
    if (ours.text !== oracle.text) throw new Disagreement(explain('metrics', bytes, ours, oracle));
    return ours.text === undefined ? 'refused' : 'accepted';
  }

  #decoded(bytes: Uint8Array): unknown[] {
    const points: unknown[] = [];
    const numbers = ({ values, length }: NumberList): string[] => Array.from(values.subarray(0, length), numberText);
    const attributes = ({ attributes: { key, type, number, start, end } }: MetricPoint, from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => {
        const entry = from + index;
        const name = Buffer.from(this.#keys.text(key[entry])).toString('hex');
        const isRange = type[entry] === VALUE.string || type[entry] === VALUE.bytes;
        if (isRange) return [name, type[entry], Buffer.from(bytes.subarray(start[entry], end[entry])).toString('hex')];
        const isNumber = type[entry] >= VALUE.bool && type[entry] <= VALUE.double;
        return isNumber ? [name, type[entry], numberText(number[entry])] : [name, type[entry]];
      });
    this.#decoder.decode(bytes, (point) => {
      points.push([
        point.exponential,
        point.temporality,
        attributes(point, 0, point.resourceEnd),
        attributes(point, point.resourceEnd, point.attributes.count),
        [point.startMs, point.timeMs, point.flags, numberText(point.count)],
        [point.sum, point.min, point.max].map(numberText),
        numbers(point.counts),
        numbers(point.bounds),
        [point.scale, numberText(point.zeroCount), numberText(point.zeroThreshold)],
        [point.positive.offset, ...numbers(point.positive)],
        [point.negative.offset, ...numbers(point.negative)],
      ]);
    });
    return [this.#decoder.received, ...points];
  }

  #newDecoder(): MetricDecoder {
    return new MetricDecoder({ metrics: [WANTED_METRIC], keys: this.#keys });
  }

  static #newKeys(): KeyTable {
    return new KeyTable({ names: [], prefixes: [''], maxKeys: 50_000 });
  }
}

/** @param ambiguous called where a metric holds members of several kinds: which came last, protobufjs does not say */
function expected(bytes: Uint8Array, ambiguous: () => void): unknown[] {
  let received = 0;
  const points: unknown[] = [];
  const request = WALKED_REQUEST.metrics.decode(bytes) as unknown as Plain;
  for (const group of list(request.resourceMetrics)) {
    const resource = list((group.resource as Plain | undefined | null)?.attributes).map(attributeOf);
    for (const metric of list(group.scopeMetrics).flatMap((scope) => list(scope.metrics))) {
      const present = KINDS.filter((kind) => list(metric[kind]).length > 0);
      if (present.length > 1) ambiguous();
      if (present.length !== 1) continue;
      const [kind] = present;
      const isWanted = Buffer.from((metric.name as Uint8Array | undefined) ?? []).toString() === WANTED_METRIC;
      const parts = list<Uint8Array>(metric[kind]).map((part) => WALKED_DATA[kind].decode(part) as unknown as Plain);
      const temporality = parts.findLast((part) => Object.hasOwn(part, 'aggregationTemporality'));
      for (const point of parts.flatMap((part) => list<Uint8Array>(part.dataPoints))) {
        received++;
        if (!isWanted || (kind !== 'histogram' && kind !== 'exponentialHistogram')) continue;
        const plain = WALKED_POINT[kind].decode(point) as unknown as Plain;
        points.push(pointOf(plain, kind, (temporality?.aggregationTemporality as number | undefined) ?? 0, resource));
      }
    }
  }
  return [received, ...points];
}

function pointOf(point: Plain, kind: string, temporality: number, resource: unknown[]): unknown[] {
  const isExplicit = kind === 'histogram';
  const own = (name: string): number => (Object.hasOwn(point, name) ? (point[name] as number) : NaN);
  const buckets = (side: string): unknown[] => {
    const { offset, bucketCounts } = (point[side] ?? {}) as Plain;
    return [offset ?? 0, ...list<Long>(bucketCounts).map((count) => numberText(long(count)))];
  };
  return [
    !isExplicit,
    temporality,
    resource,
    list(point.attributes).map(attributeOf),
    [
      long(point.startTimeUnixNano) / 1e6,
      long(point.timeUnixNano) / 1e6,
      point.flags ?? 0,
      numberText(long(point.count)),
    ],
    [own('sum'), own('min'), own('max')].map(numberText),
    isExplicit ? list<Long>(point.bucketCounts).map((count) => numberText(long(count))) : [],
    list<number>(point.explicitBounds).map(numberText),
    [point.scale ?? 0, numberText(long(point.zeroCount)), numberText((point.zeroThreshold as number | undefined) ?? 0)],
    buckets('positive'),
    buckets('negative'),
  ];
}
