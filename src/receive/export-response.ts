/**
 * ExportTraceServiceResponse and its two siblings: they differ only in the JSON name of the rejected count.
 * Full success is the empty message, with `partial_success` unset, as the OTLP specification asks.
 */
import type { Encoding, Outcome, Signal } from './delivery.js';
import { bytesField, messageField, varintField } from './protobuf-writer.js';

/** Well under the 4 MiB that a client reads of an answer. */
const MAX_MESSAGE_CHARACTERS = 4096;

const REJECTED_JSON_NAME: Record<Signal, string> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
};

const FULL_SUCCESS: Record<Encoding, Buffer> = { protobuf: Buffer.alloc(0), json: Buffer.from('{}') };

export function isFullSuccess(outcome: Outcome): boolean {
  return !(outcome.rejected > 0) && (outcome.message === undefined || outcome.message === '');
}

export function encodeExportResponse(signal: Signal, encoding: Encoding, outcome: Outcome): Buffer {
  if (isFullSuccess(outcome)) return FULL_SUCCESS[encoding];
  const rejected = outcome.rejected > 0 ? Math.min(Math.trunc(outcome.rejected), Number.MAX_SAFE_INTEGER) : 0;
  const message = Buffer.from((outcome.message ?? '').slice(0, MAX_MESSAGE_CHARACTERS)).toString();
  if (encoding === 'protobuf') {
    return messageField(1, Buffer.concat([varintField(1, rejected), bytesField(2, message)]));
  }
  // A 64-bit integer is a string in the JSON mapping of protobuf.
  const partialSuccess = { [REJECTED_JSON_NAME[signal]]: String(rejected), errorMessage: message };
  return Buffer.from(JSON.stringify({ partialSuccess }));
}
