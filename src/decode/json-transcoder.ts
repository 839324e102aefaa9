/**
 * OTLP/JSON to OTLP protobuf, so that one decoder serves both encodings and whatever is true of one is true of the other.
 * A body is parsed, then walked by the tables of `json-messages.ts` into a protobuf writer. Unknown members are ignored,
 * null is absence, and everything else that is not what the table says is refused with the path to it.
 * Source: OTLP 1.11, 'JSON Protobuf Encoding'. Cost: `JSON.parse` is the larger half; memory is a small multiple of the
 * body, which the receiver bounds. Since the writer fills from the back, of several faults it is the last that is told.
 */
import { PlumblineError } from '../lib/plumbline-error.js';
import { longIntegerDigits, parseJsonDocument } from './json-document.js';
import { type Field, type Message, type MessageName, messageNamed } from './json-messages.js';
import { exceedsInt64, type Scalar, SCALARS } from './json-scalars.js';
import { ProtobufWriter, WIRE_LENGTH_DELIMITED } from './protobuf-writer.js';

/** How many values may stand within each other; an attribute's own value is the first. Nothing else in OTLP nests freely. */
export const JSON_VALUE_DEPTH_MAX = 100;

/** Protobuf takes about a third of the room of JSON; more than enough, since names are not sent. */
const SIZE_RATIO_GUESS = 0.5;

const TRACE_REQUEST = messageNamed('ExportTraceServiceRequest');
const LOGS_REQUEST = messageNamed('ExportLogsServiceRequest');
const METRICS_REQUEST = messageNamed('ExportMetricsServiceRequest');
const NESTING: MessageName = 'AnyValue';
/** What takes the number that an AnyValue's `intValue` cannot hold. */
const DOUBLE_VALUE = messageNamed(NESTING).fields.find(({ scalar }) => scalar === SCALARS.double) as Field;

/**
 * @param json an ExportTraceServiceRequest in OTLP/JSON
 * @returns the same request in protobuf
 * @throws PlumblineError PB3001 where it is not valid OTLP/JSON, PB3002 where values nest too deeply
 */
export function transcodeTraces(json: Uint8Array): Uint8Array {
  return transcode(TRACE_REQUEST, json);
}

/** As `transcodeTraces`, for an ExportLogsServiceRequest. */
export function transcodeLogs(json: Uint8Array): Uint8Array {
  return transcode(LOGS_REQUEST, json);
}

/** As `transcodeTraces`, for an ExportMetricsServiceRequest. */
export function transcodeMetrics(json: Uint8Array): Uint8Array {
  return transcode(METRICS_REQUEST, json);
}

function transcode(message: Message, json: Uint8Array): Uint8Array {
  const document = parseJsonDocument(json);
  const writer = new ProtobufWriter(Math.ceil(json.length * SIZE_RATIO_GUESS));
  new Walk(writer).message(message, document);
  return writer.finish();
}

class Walk {
  readonly #writer: ProtobufWriter;
  /** The way from the root to what is being written: member names and element indices. */
  readonly #path: (string | number)[] = [];
  #valueDepth = 0;

  constructor(writer: ProtobufWriter) {
    this.#writer = writer;
  }

  /** The content of a message, without tag and length. */
  message(message: Message, value: unknown): void {
    if (!isObject(value)) throw this.#refusal('an object', value);
    const nests = message.name === NESTING;
    if (nests && ++this.#valueDepth > JSON_VALUE_DEPTH_MAX) throw this.#tooDeep();
    const { fields } = message;
    let chosen: string | undefined;
    for (let i = fields.length - 1; i >= 0; i--) {
      const field = fields[i];
      const member = value[field.name];
      if (member === undefined || member === null) continue;
      this.#path.push(field.name);
      if (field.oneof) {
        if (chosen !== undefined) throw this.#refusal(`nothing beside ${chosen}`, member);
        chosen = field.name;
      }
      if (field.repeated) this.#repeated(field, member);
      else if (nests && field.scalar === SCALARS.int64 && exceedsInt64(member)) this.#single(DOUBLE_VALUE, member);
      else this.#single(field, member);
      this.#path.pop();
    }
    if (nests) this.#valueDepth--;
  }

  #single(field: Field, value: unknown): void {
    if (field.scalar !== undefined) {
      this.#scalar(field.scalar, value);
      this.#writer.tag(field.number, field.scalar.wireType);
      return;
    }
    const before = this.#writer.lengthBytes;
    this.message(field.message as Message, value);
    this.#closeDelimited(field, before);
  }

  #repeated(field: Field, value: unknown): void {
    if (!Array.isArray(value)) throw this.#refusal('an array', value);
    const elements = value as unknown[];
    const { scalar } = field;
    const isPacked = scalar !== undefined && scalar.wireType !== WIRE_LENGTH_DELIMITED;
    const before = this.#writer.lengthBytes;
    for (let i = elements.length - 1; i >= 0; i--) {
      this.#path.push(i);
      if (isPacked) this.#scalar(scalar, elements[i]);
      else this.#single(field, elements[i]);
      this.#path.pop();
    }
    if (isPacked && elements.length > 0) this.#closeDelimited(field, before);
  }

  #scalar(scalar: Scalar, value: unknown): void {
    if (!scalar.write(this.#writer, value)) throw this.#refusal(scalar.expected, value);
  }

  #closeDelimited(field: Field, lengthBefore: number): void {
    this.#writer.varint32(this.#writer.lengthBytes - lengthBefore);
    this.#writer.tag(field.number, WIRE_LENGTH_DELIMITED);
  }

  #refusal(expected: string, found: unknown): PlumblineError {
    return new PlumblineError(`Expected ${expected}, found ${describe(found)}.`, {
      code: 'PB3001',
      key: this.#key(),
      remedy: 'Send OTLP/JSON: lowerCamelCase names, enums as numbers, trace and span ids in hexadecimal.',
    });
  }

  #tooDeep(): PlumblineError {
    return new PlumblineError(`Values stand within each other more than ${JSON_VALUE_DEPTH_MAX} deep.`, {
      code: 'PB3002',
      key: this.#key(),
      remedy: 'Flatten the attribute.',
    });
  }

  #key(): string | undefined {
    if (this.#path.length === 0) return undefined;
    return this.#path
      .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
      .join('')
      .slice(1);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && longIntegerDigits(value) === undefined;
}

/** What stands there, without repeating a text of the sender's. */
function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return `a string of length ${value.length}`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return longIntegerDigits(value) === undefined ? 'an object' : 'an integer of many digits';
}
