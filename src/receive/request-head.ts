/**
 * The head of a request as exporters send it, and nothing else: one of the three paths, one length, no coding of the
 * transfer, no expectation, no origin, nothing folded, nothing twice. Whatever looks otherwise, be it valid or not, is for
 * node:http to judge; so this needs to know no more of HTTP than the one shape (https://www.rfc-editor.org/rfc/rfc9112).
 */
import { type ContentEncoding, parseContentEncoding } from './content-encoding.js';
import { type Encoding, type Signal } from './delivery.js';
import { parseContentType } from './http-answer.js';

export interface RequestHead {
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly contentEncoding: ContentEncoding;
  readonly contentLength: number;
  readonly authorization: string | undefined;
  /** Where in the bytes the body begins. */
  readonly end: number;
}

const MAX_HEAD_BYTES = 8 * 1024;
const END = '\r\n\r\n';
const REQUEST_LINE = /^POST \/v1\/(traces|logs|metrics) HTTP\/1\.1$/;
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): *([\x20-\x7e\x80-\xff]*?) *$/;
const LENGTH = /^[0-9]{1,15}$/;
/** Those that mean something here; any other is of no consequence to us. */
const KNOWN = new Set(['host', 'content-type', 'content-length', 'content-encoding', 'authorization', 'connection']);
/** Those that only node:http deals with. */
const OTHERS = new Set(['transfer-encoding', 'expect', 'upgrade', 'origin', 'trailer', 'te', 'http2-settings']);

/** Undefined where the head is not whole, or not of the one shape. */
export function parseRequestHead(bytes: Buffer, start: number): RequestHead | undefined {
  const near = bytes.subarray(start, start + MAX_HEAD_BYTES);
  const length = near.indexOf(END, 0, 'latin1');
  if (length < 0) return undefined;
  const lines = near.toString('latin1', 0, length).split('\r\n');
  const signal = REQUEST_LINE.exec(lines[0])?.[1] as Signal | undefined;
  if (signal === undefined) return undefined;
  const values = new Map<string, string>();
  for (let line = 1; line < lines.length; line++) {
    const header = HEADER.exec(lines[line]);
    if (header === null) return undefined;
    const name = header[1].toLowerCase();
    if (OTHERS.has(name)) return undefined;
    if (!KNOWN.has(name)) continue;
    if (values.has(name)) return undefined;
    values.set(name, header[2]);
  }
  const connection = values.get('connection');
  const contentLength = values.get('content-length');
  if (!values.has('host') || contentLength === undefined || !LENGTH.test(contentLength)) return undefined;
  if (connection !== undefined && connection.toLowerCase() !== 'keep-alive') return undefined;
  const encoding = parseContentType(values.get('content-type'));
  const contentEncoding = parseContentEncoding(values.get('content-encoding'));
  if (encoding === undefined || contentEncoding === undefined) return undefined;
  return {
    signal,
    encoding,
    contentEncoding,
    contentLength: Number(contentLength),
    authorization: values.get('authorization'),
    end: start + length + END.length,
  };
}
