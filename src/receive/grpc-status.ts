/** A refusal as the status that ends a gRPC call; a retryable one carries RetryInfo, which is what tells clients to send again. */
import { Metadata, type StatusObject } from '@grpc/grpc-js';
import type { Refusal } from './refusal.js';
import { clip, encodeRpcStatus } from './rpc-status.js';

/** By convention of gRPC; `-bin` makes the library encode it as base64. */
const DETAILS_KEY = 'grpc-status-details-bin';

export function grpcStatus(refusal: Refusal): StatusObject {
  const metadata = new Metadata();
  if (refusal.retryAfterSeconds !== undefined) metadata.set(DETAILS_KEY, encodeRpcStatus(refusal));
  return { code: refusal.code, details: clip(refusal.message), metadata };
}
