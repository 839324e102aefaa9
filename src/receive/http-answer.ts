/** What is written back over HTTP: always in the encoding of the request, always with its length. */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Encoding } from './delivery.js';
import { SUPPORTED_ENCODINGS } from './content-encoding.js';
import type { Refusal } from './refusal.js';
import { encodeRpcStatus, formatRpcStatus } from './rpc-status.js';

export const CONTENT_TYPE: Record<Encoding, string> = { protobuf: 'application/x-protobuf', json: 'application/json' };
const NO_HEADERS: readonly string[] = [];

/** Undefined for a type that is not OTLP. Parameters such as `charset` are allowed and ignored. */
export function parseContentType(header: string | undefined): Encoding | undefined {
  if (header === 'application/x-protobuf') return 'protobuf';
  if (header === 'application/json') return 'json';
  if (header === undefined) return undefined;
  const semicolon = header.indexOf(';');
  const mediaType = (semicolon < 0 ? header : header.slice(0, semicolon)).trim().toLowerCase();
  if (mediaType === CONTENT_TYPE.protobuf || mediaType === 'application/protobuf') return 'protobuf';
  return mediaType === CONTENT_TYPE.json ? 'json' : undefined;
}

export function answer(
  response: ServerResponse,
  httpStatus: number,
  encoding: Encoding,
  body: Buffer,
  extraHeaders: readonly string[] = NO_HEADERS,
): void {
  const headers = ['Content-Type', CONTENT_TYPE[encoding], 'Content-Length', String(body.length)];
  response.writeHead(httpStatus, extraHeaders.length === 0 ? headers : [...headers, ...extraHeaders]);
  response.end(body);
}

/** The body of a refusal is a google.rpc.Status, in JSON where the request's encoding is not known. */
export function encodeRefusal(refusal: Refusal, encoding: Encoding): Buffer {
  return encoding === 'protobuf' ? encodeRpcStatus(refusal) : Buffer.from(formatRpcStatus(refusal));
}

export function refusalHeaders(refusal: Refusal): string[] {
  const headers: string[] = [];
  if (refusal.retryAfterSeconds !== undefined) headers.push('Retry-After', String(refusal.retryAfterSeconds));
  if (refusal.kind === 'unauthenticated') headers.push('WWW-Authenticate', 'Bearer realm="otlp"');
  if (refusal.kind === 'method_not_allowed') headers.push('Allow', 'POST');
  if (refusal.kind === 'unsupported') headers.push('Accept-Encoding', SUPPORTED_ENCODINGS);
  return headers;
}

/** An answer for a connection on which no request could be made out. */
export function formatRawRefusal(refusal: Refusal): Buffer {
  const body = encodeRefusal(refusal, 'json');
  const head = [
    `HTTP/1.1 ${refusal.httpStatus} ${STATUS_CODES[refusal.httpStatus]}`,
    `Content-Type: ${CONTENT_TYPE.json}`,
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}
