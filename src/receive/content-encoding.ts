/**
 * Decompression with a cap on the output, for both transports. Synchronous on purpose: the whole message is in memory
 * already, the decoder that follows runs on the same thread anyway, and a stream costs several times the garbage.
 *
 * Cost: about 0.2 ms per 100 KB inflated. Bound: the output never exceeds the cap by more than one chunk, whatever the
 * input claims (CVE-2024-36129 is a receiver that held its limit before decompression only).
 */
import * as zlib from 'node:zlib';
import { Refusal } from './refusal.js';

type Decompress = (input: Uint8Array, options: { maxOutputLength: number; chunkSize: number }) => Buffer;

export type ContentEncoding = 'identity' | 'gzip' | 'deflate' | 'zstd';

/** Present from Node 22.15 on. */
const zstd = (zlib as { zstdDecompressSync?: Decompress }).zstdDecompressSync;

const DECOMPRESS: ReadonlyMap<string, Decompress> = new Map<ContentEncoding, Decompress>([
  ['gzip', zlib.gunzipSync],
  ['deflate', zlib.inflateSync],
  ...(zstd === undefined ? [] : [['zstd', zstd] as const]),
]);

/** For `Accept-Encoding` and for messages, most preferred first. */
export const SUPPORTED_ENCODINGS = [...DECOMPRESS.keys(), 'identity'].join(', ');

const MIN_CHUNK_BYTES = 1024;
const DEFAULT_CHUNK_BYTES = 64 * 1024;
/** Deflate cannot expand more than this (https://zlib.net/zlib_tech.html), so a larger claim is a lie. */
const MAX_DEFLATE_RATIO = 1032;

/** The one encoding that a header names; undefined for an unknown one and for several on top of one another. */
export function parseContentEncoding(header: string | undefined): ContentEncoding | undefined {
  if (header === undefined || header === '') return 'identity';
  if (header === 'gzip') return 'gzip';
  const name = header.trim().toLowerCase();
  if (name === 'identity' || name === '') return 'identity';
  if (name === 'x-gzip') return 'gzip';
  return DECOMPRESS.has(name) ? (name as ContentEncoding) : undefined;
}

/**
 * @param maxBytes the message limit: more output is `too_large`, for good
 * @param roomBytes what in-flight bytes are left: more output is `overloaded`, for now
 */
export function decompress(
  encoding: ContentEncoding,
  input: Buffer,
  maxBytes: number,
  roomBytes: number,
): Buffer | Refusal {
  const inflate = DECOMPRESS.get(encoding);
  if (inflate === undefined || input.length === 0) return input;
  const cap = Math.max(1, Math.min(maxBytes, roomBytes));
  try {
    const output = inflate(input, { maxOutputLength: cap, chunkSize: chunkBytes(encoding, input, cap) });
    return output.length > roomBytes ? noRoom() : output;
  } catch (error) {
    if (!isTooLarge(error)) return new Refusal('bad_data', `The body is not valid ${encoding}.`);
    return roomBytes < maxBytes ? noRoom() : tooLarge(maxBytes);
  }
}

export function tooLarge(maxBytes: number): Refusal {
  return new Refusal('too_large', `The message is larger than ${maxBytes} bytes after decompression.`);
}

export function noRoom(): Refusal {
  return new Refusal('overloaded', 'Too many bytes are in flight; send this again.');
}

/**
 * With one chunk as large as the output, zlib allocates once and joins nothing. Gzip ends with the size of its (last)
 * member modulo 2^32; it is only a hint, bounded by what the input can hold.
 */
function chunkBytes(encoding: ContentEncoding, input: Buffer, cap: number): number {
  if (encoding !== 'gzip' || input.length < 18) return DEFAULT_CHUNK_BYTES;
  const claimed = input.readUInt32LE(input.length - 4);
  return Math.max(MIN_CHUNK_BYTES, Math.min(claimed + 1, input.length * MAX_DEFLATE_RATIO, cap + 1));
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
