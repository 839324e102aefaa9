/**
 * The bytes of an OTLP/JSON body as JavaScript values, with the integers that a double cannot hold kept exact.
 * `JSON.parse` rounds a bare 1544712660300000123 to 1544712660300000256, and nanoseconds since 1970 are all of that
 * size. Senders that follow protobuf's JSON mapping quote them; those that do not are legal too. So each bare integer of
 * 16 digits and more becomes an object of one member that holds its digits before the text is parsed.
 * Cost: looking whether there may be one takes about a seventh of `JSON.parse`; replacing them, about as long as it.
 */
import { PlumblineError } from '../lib/plumbline-error.js';

/**
 * Name of the one member, which no field of a message has. A sender who writes such an object himself has written the
 * number in a long-winded way: it is taken as that number, and no more can be done with it.
 */
const DIGITS = '\u0000';

/** Every integer of fewer digits is below 2^53 and exact as a double. */
const INEXACT_DIGITS_MIN = 16;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
/** What may stand before a value, then 16 digits. It also matches inside of strings, which costs time and no more. */
const MAYBE_LONG_INTEGER = /[:,[\s]-?[1-9][0-9]{15}/;
const NUMBER_TOKEN = /^-?[1-9][0-9]*$/;

/** Replaces invalid UTF-8 by U+FFFD and drops a byte order mark. */
const decoder = new TextDecoder();

/**
 * @throws PlumblineError PB3001 where the bytes are not JSON
 */
export function parseJsonDocument(bytes: Uint8Array): unknown {
  try {
    const text = decoder.decode(bytes);
    return JSON.parse(MAYBE_LONG_INTEGER.test(text) ? keepLongIntegers(bytes) : text) as unknown;
  } catch (cause) {
    throw new PlumblineError('The body is not valid JSON.', {
      code: 'PB3001',
      remedy: 'Send OTLP/JSON, or set the Content-Type to the encoding that is sent.',
      cause,
    });
  }
}

/** The digits of a long integer, or undefined for every other value. */
export function longIntegerDigits(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const digits = (value as Record<string, unknown>)[DIGITS];
  return typeof digits === 'string' && NUMBER_TOKEN.test(digits) ? digits : undefined;
}

function keepLongIntegers(bytes: Uint8Array): string {
  const parts: string[] = [];
  let copied = 0;
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
    } else if (isNumberByte(byte)) {
      const start = at;
      while (at < bytes.length && isNumberByte(bytes[at])) at++;
      if (at - start < INEXACT_DIGITS_MIN) continue;
      const token = Buffer.from(bytes.buffer, bytes.byteOffset + start, at - start).toString('latin1');
      if (!NUMBER_TOKEN.test(token)) continue;
      parts.push(decoder.decode(bytes.subarray(copied, start)), JSON.stringify({ [DIGITS]: token }));
      copied = at;
    } else {
      at++;
    }
  }
  parts.push(decoder.decode(bytes.subarray(copied)));
  return parts.join('');
}

/** Index behind the closing quote of the string that opens at `open`. */
function endOfString(bytes: Uint8Array, open: number): number {
  let at = open + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** Digits, signs, the point and the exponent's letter; every other token of JSON has other bytes next to these. */
function isNumberByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === MINUS || byte === 0x2b || byte === 0x2e || (byte | 0x20) === 0x65;
}
