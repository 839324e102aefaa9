/** The answers' messages by an independent implementation of protobuf. */
import protobuf from 'protobufjs';

const { root } = protobuf.parse(`
  syntax = "proto3";
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message RetryInfo { Duration retry_delay = 1; }
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message PartialSuccess { int64 rejected = 1; string error_message = 2; }
  message ExportResponse { PartialSuccess partial_success = 1; }
`);

export interface StatusMessage {
  readonly code: number;
  readonly message: string;
  readonly retrySeconds?: number;
}

export function decodeStatus(bytes: Uint8Array): StatusMessage {
  const Status = root.lookupType('Status');
  const { code, message, details } = Status.toObject(Status.decode(bytes), { arrays: true, defaults: true }) as {
    code: number;
    message: string;
    details: { typeUrl: string; value: Uint8Array }[];
  };
  if (details.length === 0) return { code, message };
  const [{ typeUrl, value }] = details;
  if (typeUrl !== 'type.googleapis.com/google.rpc.RetryInfo') throw new Error(`unexpected detail ${typeUrl}`);
  const RetryInfo = root.lookupType('RetryInfo');
  const retry = RetryInfo.toObject(RetryInfo.decode(value), { longs: Number, defaults: true }) as {
    retryDelay: { seconds: number };
  };
  return { code, message, retrySeconds: retry.retryDelay.seconds };
}

export interface PartialSuccessMessage {
  readonly rejected: number;
  readonly errorMessage: string;
}

/** Undefined where partial_success is unset. */
export function decodeExportResponse(bytes: Uint8Array): PartialSuccessMessage | undefined {
  const ExportResponse = root.lookupType('ExportResponse');
  const { partialSuccess } = ExportResponse.toObject(ExportResponse.decode(bytes), { longs: Number }) as {
    partialSuccess?: Partial<PartialSuccessMessage>;
  };
  if (partialSuccess === undefined) return undefined;
  return { rejected: partialSuccess.rejected ?? 0, errorMessage: partialSuccess.errorMessage ?? '' };
}

/** The same messages in the JSON mapping of protobuf. */
export function parseStatus(body: Buffer | string): {
  code: number;
  message: string;
  details?: { retryDelay: string }[];
} {
  return JSON.parse(body.toString()) as ReturnType<typeof parseStatus>;
}

export function parsePartialSuccess(body: Buffer): Record<string, string> | undefined {
  return (JSON.parse(body.toString()) as { partialSuccess?: Record<string, string> }).partialSuccess;
}
