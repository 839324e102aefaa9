/** Puts the two transports behind one admission, one authentication and one set of counters. */
import type { Limit } from '../lib/limit.js';
import { PlumblineError } from '../lib/plumbline-error.js';
import { Admission } from './admission.js';
import { Authentication, type BearerToken } from './authentication.js';
import type { Handler } from './delivery.js';
import { BodyBuffers } from './body-buffers.js';
import { type Endpoint } from './endpoint.js';
import { GrpcServer } from './grpc-server.js';
import { type HttpEndpoint, HttpServer } from './http-server.js';
import { defaultMaxMemoryBytes, MemoryWatch } from './memory-watch.js';
import type { ReceiveContext } from './receive-context.js';
import type { Rejection } from './refusal.js';
import { createStatistics, type ReceiverStatistics } from './statistics.js';

export interface ReceiverOptions {
  /** OTLP over HTTP; absent: not served. */
  readonly http?: HttpEndpoint;
  /** OTLP over gRPC; absent: not served. */
  readonly grpc?: Endpoint;
  readonly handler: Handler;
  /** Largest message, after decompression as well as before. */
  readonly maxMessageBytes?: number;
  /** Bytes of all requests that are being read or handled, compressed ones and decompressed ones. */
  readonly maxInFlightBytes?: number;
  /** Resident memory of the process above which nothing new is let in; absent: `defaultMaxMemoryBytes()`. */
  readonly maxMemoryBytes?: number;
  /** Requests that are being read or handled, over both transports. */
  readonly maxConcurrentRequests?: number;
  /** Connections per transport. */
  readonly maxConnections?: number;
  /** How long a request may take to come in; over gRPC up to twice that. */
  readonly requestTimeoutMs?: number;
  /** How long a connection may do nothing. */
  readonly idleTimeoutMs?: number;
  /** By token. Absent: no token is asked for. Empty: nobody may send. */
  readonly bearerTokens?: ReadonlyMap<string, BearerToken>;
  /** Told of every refusal, for the log. */
  readonly onReject?: (rejection: Rejection) => void;
}

export const RECEIVER_DEFAULTS = {
  maxMessageBytes: 64 * 1024 * 1024,
  maxInFlightBytes: 256 * 1024 * 1024,
  maxConcurrentRequests: 1024,
  maxConnections: 1024,
  requestTimeoutMs: 30_000,
  idleTimeoutMs: 300_000,
} as const;

export interface Receiver {
  /** `host:port` as bound. */
  readonly httpAddress?: string;
  readonly grpcAddress?: string;
  readonly statistics: ReceiverStatistics;
  /** What the receiver is bounded by, with how full it is. */
  readonly limits: readonly Limit[];
  /**
   * Refuses what is new, lets what is in flight finish, then closes every connection; after `graceMs` by force.
   * Resolves when both ports are closed and no handler runs any more, or when the grace is over.
   */
  drain(graceMs: number): Promise<void>;
}

/** @throws PlumblineError PB2001 (bind), PB2002 (TLS material), PB1003 (CORS origin, nothing to serve, bounds) */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const settings = { ...RECEIVER_DEFAULTS, ...withoutUndefined(options) };
  check(settings);
  const memory = new MemoryWatch(options.maxMemoryBytes ?? defaultMaxMemoryBytes());
  const admission = new Admission(settings.maxInFlightBytes, settings.maxConcurrentRequests, memory);
  const context: ReceiveContext = {
    ...settings,
    admission,
    authentication: new Authentication(options.bearerTokens),
    buffers: new BodyBuffers(),
    statistics: createStatistics(),
    onReject: (rejection) => {
      try {
        options.onReject?.(rejection);
      } catch {
        // A log that cannot be written must not cost the client its answer.
      }
    },
  };
  let http: Awaited<ReturnType<typeof HttpServer.start>> | undefined;
  let grpc: Awaited<ReturnType<typeof GrpcServer.start>> | undefined;
  try {
    http = options.http && (await HttpServer.start(options.http, context));
    grpc = options.grpc && (await GrpcServer.start(options.grpc, context));
  } catch (error) {
    memory.stop();
    await http?.server.drain(0);
    throw error;
  }
  let drained: Promise<void> | undefined;
  return {
    httpAddress: http?.address,
    grpcAddress: grpc?.address,
    statistics: context.statistics,
    limits: [
      admission.bytes,
      admission.requests,
      memory.limit,
      admission.delay.limit,
      admission.delay.senders,
      ...(grpc ? [grpc.server.health.watchers] : []),
    ],
    drain: (graceMs) =>
      (drained ??= drainAll(admission, http?.server, grpc?.server, graceMs).finally(() => memory.stop())),
  };
}

async function drainAll(
  admission: Admission,
  http: HttpServer | undefined,
  grpc: GrpcServer | undefined,
  graceMs: number,
): Promise<void> {
  const empty = admission.drain();
  let timer: NodeJS.Timeout | undefined;
  const graceOver = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
  await Promise.all([http?.drain(graceMs), grpc?.drain(graceMs), Promise.race([empty, graceOver])]);
  clearTimeout(timer);
}

function check(settings: ReceiverOptions & Required<Pick<ReceiverOptions, keyof typeof RECEIVER_DEFAULTS>>): void {
  if (settings.http === undefined && settings.grpc === undefined) {
    throw new PlumblineError('The OTLP receiver has nothing to listen on.', {
      code: 'PB1003',
      remedy: 'Give it an HTTP endpoint, a gRPC endpoint or both.',
    });
  }
  for (const key of Object.keys(RECEIVER_DEFAULTS) as (keyof typeof RECEIVER_DEFAULTS)[]) {
    if (Number.isSafeInteger(settings[key]) && settings[key] > 0) continue;
    throw new PlumblineError('A bound of the OTLP receiver is not a positive whole number.', {
      code: 'PB1003',
      key,
      remedy: `Leave it out for the default, ${RECEIVER_DEFAULTS[key]}.`,
    });
  }
}

function withoutUndefined(options: ReceiverOptions): ReceiverOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as ReceiverOptions;
}
