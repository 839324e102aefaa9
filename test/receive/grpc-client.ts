/** A raw gRPC client: bytes out, bytes and status back. */
import {
  Client,
  type ChannelCredentials,
  credentials,
  type ClientOptions,
  Metadata,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import { decodeStatus, type StatusMessage } from './answer-messages.js';

export const EXPORT_PATH = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
} as const;

export const NO_COMPRESSION = { 'grpc.default_compression_algorithm': 0 } as ClientOptions;
export const DEFLATE = { 'grpc.default_compression_algorithm': 1 } as ClientOptions;
export const GZIP = { 'grpc.default_compression_algorithm': 2 } as ClientOptions;

export interface GrpcAnswer {
  readonly code: number;
  readonly details: string;
  readonly body?: Buffer;
  /** From grpc-status-details-bin. */
  readonly status?: StatusMessage;
}

const identity = (bytes: Buffer): Buffer => bytes;

export function connectGrpc(
  address: string,
  options: ClientOptions = {},
  channel: ChannelCredentials = credentials.createInsecure(),
): Client {
  const client = new Client(address, channel, {
    'grpc.enable_retries': 0,
    'grpc.max_send_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

export function call(
  client: Client,
  path: string,
  body: Buffer,
  headers: Record<string, string> = {},
  deadlineMs?: number,
): Promise<GrpcAnswer> {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const options = deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      identity,
      identity,
      body,
      metadata,
      options,
      (error: ServiceError | null, response?: Buffer) => {
        if (error === null) resolve({ code: 0, details: '', body: response });
        else resolve(answerOf(error));
      },
    );
  });
}

export function answerOf({ code, details, metadata }: StatusObject | ServiceError): GrpcAnswer {
  const [bytes] = metadata.get('grpc-status-details-bin');
  return { code, details, status: bytes === undefined ? undefined : decodeStatus(bytes as Buffer) };
}
