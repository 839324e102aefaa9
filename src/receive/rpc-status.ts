/**
 * google.rpc.Status, the body of every refusal over HTTP and the `grpc-status-details-bin` of a retryable one over gRPC
 * (https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto, error_details.proto for RetryInfo).
 */
import { bytesField, messageField, varintField } from './protobuf-writer.js';

export const RPC_CODE = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const;
export type RpcCode = (typeof RPC_CODE)[keyof typeof RPC_CODE];

export interface RpcStatus {
  readonly code: RpcCode;
  readonly message: string;
  /** Present where the client shall send the same again after so long; becomes a RetryInfo detail. */
  readonly retryAfterSeconds?: number;
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';
/** grpc-message travels in an HTTP/2 header block, which clients limit to 8 KiB or so. */
const MAX_MESSAGE_CHARACTERS = 1024;

export function encodeRpcStatus(status: RpcStatus): Buffer {
  const parts = [varintField(1, status.code), bytesField(2, clip(status.message))];
  if (status.retryAfterSeconds !== undefined) {
    const duration = varintField(1, status.retryAfterSeconds);
    const any = Buffer.concat([bytesField(1, RETRY_INFO), messageField(2, messageField(1, duration))]);
    parts.push(messageField(3, any));
  }
  return Buffer.concat(parts);
}

export function formatRpcStatus(status: RpcStatus): string {
  const details =
    status.retryAfterSeconds === undefined
      ? undefined
      : [{ '@type': RETRY_INFO, retryDelay: `${status.retryAfterSeconds}s` }];
  return JSON.stringify({ code: status.code, message: clip(status.message), details });
}

/** Shortens, and replaces lone surrogates: the gRPC library passes the text through `encodeURI`, which throws on them. */
export function clip(message: string): string {
  return Buffer.from(message.slice(0, MAX_MESSAGE_CHARACTERS)).toString();
}
