/**
 * The two protobuf field types that answers are made of (https://protobuf.dev/programming-guides/encoding/). Answers are
 * short and rare next to what comes in, so this favours brevity over speed. A field that holds its default is left out.
 */
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const NOTHING = Buffer.alloc(0);

/** Encodes a non-negative integer up to 2^53. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

export function varintField(field: number, value: number): Buffer {
  return value === 0 ? NOTHING : Buffer.from([...varint(field * 8 + VARINT), ...varint(value)]);
}

export function bytesField(field: number, content: Uint8Array | string): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  if (bytes.length === 0) return NOTHING;
  return messageField(field, bytes);
}

/** Like `bytesField`, but an empty message is written: its presence says something. */
export function messageField(field: number, message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([...varint(field * 8 + LENGTH_DELIMITED), ...varint(message.length)]), message]);
}
