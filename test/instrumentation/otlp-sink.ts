/** A receiver for the real exporters: takes OTLP over HTTP and gRPC on loopback and keeps what came, as plain objects. */
import { Server, ServerCredentials, type handleUnaryCall } from '@grpc/grpc-js';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { decodeMetrics, decodeTraces, type OtlpObject, type OtlpValue } from '../oracle/otlp-oracle.js';

export interface Received {
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
}

export interface OtlpSink {
  readonly endpoint: string;
  readonly received: Received[];
  readonly close: () => Promise<void>;
}

export async function httpSink(): Promise<OtlpSink> {
  const received: Received[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const contentType = request.headers['content-type'] ?? '';
    received.push({ path: request.url ?? '', contentType, body: await buffer(request) });
    response.writeHead(200, { 'content-type': contentType });
    response.end(contentType === 'application/json' ? '{}' : undefined);
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

export async function grpcSink(): Promise<OtlpSink> {
  const received: Received[] = [];
  const server = new Server();
  for (const signal of ['trace', 'metrics']) {
    const service = `${signal[0].toUpperCase()}${signal.slice(1)}Service`;
    const path = `/opentelemetry.proto.collector.${signal}.v1.${service}/Export`;
    const asIs = (bytes: Buffer): Buffer => bytes;
    const take: handleUnaryCall<Buffer, Buffer> = (call, answer) => {
      received.push({ path, contentType: 'application/grpc', body: call.request });
      answer(null, Buffer.alloc(0));
    };
    const method = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
    };
    server.addService({ export: { ...method, responseSerialize: asIs, responseDeserialize: asIs } }, { export: take });
  }
  const port = await new Promise<number>((bound, failed) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, at) =>
      error ? failed(error) : bound(at),
    ),
  );
  return {
    endpoint: `http://127.0.0.1:${port}`,
    received,
    close: () => new Promise((closed) => (server.forceShutdown(), closed())),
  };
}

/** What a test looks at of a span, its ids in hexadecimal. */
export interface SentSpan {
  readonly name: string;
  readonly id: string;
  readonly dropped: number;
  readonly attributes: Record<string, unknown>;
  readonly resource: Record<string, unknown>;
}

const list = (value: OtlpValue | undefined): OtlpObject[] => (value ?? []) as OtlpObject[];
const hex = (value: OtlpValue | undefined): string => Buffer.from(value as Uint8Array).toString('hex');

/** The spans of protobuf requests, in the order in which they came. */
export function sentSpans(received: readonly Received[]): SentSpan[] {
  const requests = received.filter(({ path }) => /trace/i.test(path)).map(({ body }) => decodeTraces(body));
  return requests.flatMap((request) =>
    list(request.resourceSpans).flatMap(({ resource, scopeSpans }) =>
      list(scopeSpans).flatMap((scope) =>
        list(scope.spans).map((span) => ({
          name: span.name as string,
          id: `${hex(span.traceId)}:${hex(span.spanId)}`,
          dropped: Number(span.droppedAttributesCount ?? 0),
          attributes: plain(span.attributes),
          resource: plain((resource as OtlpObject).attributes),
        })),
      ),
    ),
  );
}

/** The names of the metrics of protobuf requests. */
export function sentMetrics(received: readonly Received[]): string[] {
  const requests = received.filter(({ path }) => /metrics/i.test(path)).map(({ body }) => decodeMetrics(body));
  return requests.flatMap((request) =>
    list(request.resourceMetrics).flatMap(({ scopeMetrics }) =>
      list(scopeMetrics).flatMap((scope) => list(scope.metrics).map((metric) => metric.name as string)),
    ),
  );
}

function plain(attributes: OtlpValue | undefined): Record<string, unknown> {
  return Object.fromEntries(list(attributes).map(({ key, value }) => [key as string, scalar(value as OtlpObject)]));
}

/** The one member of an AnyValue; 64-bit integers as numbers. */
function scalar(any: OtlpObject): unknown {
  const [value] = Object.values(any);
  if (typeof value === 'bigint') return Number(value);
  return any.arrayValue === undefined ? value : list((value as OtlpObject).values).map(scalar);
}
