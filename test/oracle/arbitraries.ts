/**
 * Arbitrary OTLP requests for property tests, derived from the oracle's schema: every message, every field, each present
 * or not, every kind of attribute value nested in every other, ids of proper length or empty, names that have undone
 * other programs. `shuffled` gives the same requests as bytes in no particular order.
 */
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { seededRandom } from '../../src/lib/random.js';
import { type OtlpObject, type OtlpValue, otlpType, type RequestName } from './otlp-oracle.js';
import { encodeShuffled, type ShuffleOptions } from './shuffled-writer.js';

export interface RequestOptions {
  /** Arbitraries that take the place of the derived ones, by message and field: `{ 'KeyValue.key': fc.constant('a') }`. */
  readonly fields?: Readonly<Record<string, fc.Arbitrary<OtlpValue>>>;
  /** The longest list of anything. Default 3. */
  readonly listLengthMax?: number;
}

const LIST_LENGTH_MAX = 3;
const VALUE_DEPTH_MAX = 3;
const ID_BYTES: Readonly<Record<string, number>> = { traceId: 16, spanId: 8, parentSpanId: 8 };
const TREACHEROUS_KEYS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', '\u0000', 'service.name'];
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(...TREACHEROUS_KEYS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', minLength: 120, maxLength: 300 }) },
);
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const int64 = fc.oneof(
  fc.bigInt({ min: INT64_MIN, max: INT64_MAX }),
  fc.bigInt({ min: -300n, max: 300n }),
  fc.constantFrom(INT64_MIN, INT64_MAX, 2n ** 53n + 1n, -(2n ** 53n) - 1n, -1n),
);
const uint64 = fc.oneof(
  fc.bigInt({ min: 0n, max: UINT64_MAX }),
  fc.bigInt({ min: 0n, max: 300n }),
  fc.constantFrom(UINT64_MAX, 2n ** 53n + 1n, 1_544_712_660_300_000_123n),
);

const SCALARS: Readonly<Record<string, fc.Arbitrary<OtlpValue>>> = {
  string: text,
  bool: fc.boolean(),
  double: fc.double(),
  bytes: fc.uint8Array({ maxLength: 40 }),
  int32,
  sint32: int32,
  uint32,
  fixed32: uint32,
  int64,
  sfixed64: int64,
  uint64,
  fixed64: uint64,
};

/** Whole requests of one signal, in the form that the oracle encodes. */
export function requests(name: RequestName, options: RequestOptions = {}): fc.Arbitrary<OtlpObject> {
  return messages(name, options);
}

/** Any message of the schema: `messages('AnyValue')`, `messages('Span')`. */
export function messages(name: string, options: RequestOptions = {}): fc.Arbitrary<OtlpObject> {
  const derived = new Map<string, fc.Arbitrary<OtlpObject>>();
  const listLengthMax = options.listLengthMax ?? LIST_LENGTH_MAX;

  const messageOf = (type: protobuf.Type, depth: number): fc.Arbitrary<OtlpObject> => {
    const key = `${type.fullName}/${depth}`;
    const arbitrary = derived.get(key) ?? derive(type, depth);
    derived.set(key, arbitrary);
    return arbitrary;
  };

  const derive = (type: protobuf.Type, depth: number): fc.Arbitrary<OtlpObject> => {
    const alone: Record<string, fc.Arbitrary<OtlpValue>> = {};
    const choices: fc.Arbitrary<OtlpObject>[] = [fc.constant({})];
    for (const field of type.fieldsArray) {
      if (type.name === 'AnyValue' && depth >= VALUE_DEPTH_MAX && field.resolvedType !== null) continue;
      const arbitrary = valueOf(type, field, type.name === 'AnyValue' ? depth + 1 : depth);
      const group = field.partOf;
      if (group !== null && group.fieldsArray.length > 1) {
        choices.push(fc.record({ [field.name]: arbitrary }, { noNullPrototype: true }));
      } else {
        alone[field.name] = arbitrary;
      }
    }
    const record = fc.record(alone, { requiredKeys: [], noNullPrototype: true });
    if (choices.length === 1) return record;
    return fc.tuple(record, fc.oneof(...choices)).map(([rest, chosen]) => ({ ...rest, ...chosen }));
  };

  const valueOf = (type: protobuf.Type, field: protobuf.Field, depth: number): fc.Arbitrary<OtlpValue> => {
    const given = options.fields?.[`${type.name}.${field.name}`];
    if (given !== undefined) return given;
    const element = elementOf(field, depth);
    return field.repeated ? fc.array(element, { maxLength: listLengthMax }) : element;
  };

  const elementOf = (field: protobuf.Field, depth: number): fc.Arbitrary<OtlpValue> => {
    if (field.resolvedType instanceof protobuf.Type) return messageOf(field.resolvedType, depth);
    if (field.resolvedType instanceof protobuf.Enum) {
      return fc.oneof(fc.constantFrom(...Object.values(field.resolvedType.values)), int32);
    }
    const idBytes = ID_BYTES[field.name];
    if (idBytes === undefined) return SCALARS[field.type];
    return fc.oneof(
      { weight: 9, arbitrary: fc.uint8Array({ minLength: idBytes, maxLength: idBytes }) },
      { weight: 1, arbitrary: fc.constant(new Uint8Array()) },
    );
  };

  return messageOf(otlpType(name), 0);
}

export interface ShuffledRequest {
  readonly request: OtlpObject;
  /** The request as `encodeShuffled` wrote it. */
  readonly bytes: Uint8Array;
}

/** Whole requests with bytes in arbitrary field order, among unknown fields. */
export function shuffled(
  name: RequestName,
  options: RequestOptions & ShuffleOptions = {},
): fc.Arbitrary<ShuffledRequest> {
  return fc
    .tuple(requests(name, options), fc.integer())
    .map(([request, seed]) => ({ request, bytes: encodeShuffled(name, request, seededRandom(seed), options) }));
}
