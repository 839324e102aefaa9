/**
 * OTLP over gRPC (https://opentelemetry.io/docs/specs/otlp/#otlpgrpc) on @grpc/grpc-js, with serializers that pass bytes
 * through. The listening socket is ours and hands its connections to the library: so connections can be counted and
 * bounded, a failed bind can say why, and drain knows when the last one has closed.
 */
import { type Http2Session, type ServerHttp2Session } from 'node:http2';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import {
  type ConnectionInjector,
  type handleUnaryCall,
  type Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js';
import { SIGNALS, type Signal } from './delivery.js';
import { type Endpoint, listen, withTlsMaterial } from './endpoint.js';
import { GrpcExchange, isOpenCall } from './grpc-exchange.js';
import { GrpcHealth } from './grpc-health.js';
import { PingWatch } from './ping-watch.js';
import type { ReceiveContext } from './receive-context.js';

const SERVICE_BY_SIGNAL: Record<Signal, string> = {
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
};

const OTHER_LIBRARY = {
  code: status.INTERNAL,
  details: 'The receiver is not made for this version of its gRPC library.',
};

const KEEPALIVE_TIME_MS = 60_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;
const MAX_STREAMS_PER_CONNECTION = 128;
const STREAM_WINDOW_BYTES = 1024 * 1024;
const CONNECTION_WINDOW_BYTES = 4 * STREAM_WINDOW_BYTES;
const MAX_FRAME_BYTES = 256 * 1024;
const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

export class GrpcServer {
  readonly health = new GrpcHealth(Object.values(SERVICE_BY_SIGNAL));
  readonly #context: ReceiveContext;
  readonly #server: Server;
  readonly #injector: ConnectionInjector;
  readonly #listener: NetServer;
  readonly #sockets = new Set<Socket>();
  readonly #exchanges = new Set<GrpcExchange>();
  /** From the library's headers object, the one thing that the interceptor and the method's handler both see. */
  readonly #exchangeByMetadata = new WeakMap<Metadata, GrpcExchange>();
  readonly #pings = new WeakMap<Http2Session, PingWatch>();
  readonly #sweeper: NodeJS.Timeout;

  /** @throws PlumblineError PB2001, PB2002 */
  static async start(
    endpoint: Endpoint,
    context: ReceiveContext,
  ): Promise<{ readonly server: GrpcServer; readonly address: string }> {
    const server = new GrpcServer(endpoint, context);
    try {
      return { server, address: await listen(server.#listener, endpoint) };
    } catch (error) {
      server.#stop();
      throw error;
    }
  }

  private constructor(endpoint: Endpoint, context: ReceiveContext) {
    this.#context = context;
    this.#server = new Server({
      'grpc.max_receive_message_length': context.maxMessageBytes,
      'grpc.max_send_message_length': MAX_RESPONSE_BYTES,
      'grpc.max_concurrent_streams': MAX_STREAMS_PER_CONNECTION,
      'grpc.max_connection_idle_ms': context.idleTimeoutMs,
      'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
      'grpc.enable_channelz': 0,
      interceptors: [this.#interceptor()],
    });
    for (const signal of SIGNALS) {
      this.#server.addService(exportService(signal), { Export: this.#exportHandler() });
    }
    this.#server.addService(this.health.definition, this.health.implementation);
    this.#injector = withTlsMaterial(endpoint, () => this.#server.createConnectionInjector(credentials(endpoint)));
    this.#listener = createServer({ noDelay: true }, (socket) => this.#onConnection(socket));
    this.#listener.maxConnections = context.maxConnections;
    this.#listener.on('drop', () => (context.statistics.grpc.droppedConnections += 1));
    this.#sweeper = setInterval(() => {
      for (const exchange of this.#exchanges) exchange.sweep();
    }, context.requestTimeoutMs);
    this.#sweeper.unref();
  }

  #onConnection(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    this.#injector.injectConnection(socket);
  }

  #interceptor(): ServerInterceptor {
    return (method, call) => {
      const signal = SIGNAL_BY_PATH.get(method.path);
      if (signal === undefined) return new ServerInterceptingCall(call);
      if (!isOpenCall(call)) return new ServerInterceptingCall(call, { start: () => call.sendStatus(OTHER_LIBRARY) });
      this.#meet(call.stream.session as ServerHttp2Session | undefined);
      const exchange = new GrpcExchange(this.#context, call, signal);
      return new ServerInterceptingCall(call, {
        start: (next) =>
          next({
            onReceiveMetadata: (metadata, proceed) => {
              this.#exchanges.add(exchange);
              if (!exchange.open(metadata)) return;
              this.#exchangeByMetadata.set(metadata, exchange);
              proceed(metadata);
            },
            onCancel: () => {
              this.#exchanges.delete(exchange);
              exchange.close();
            },
          }),
      });
    };
  }

  /**
   * Called with each call; most is done with the first of a connection.
   * HTTP/2 starts with windows of 64 KiB, which a batch of half a megabyte over a network waits for many times, and with
   * frames of 16 KiB, each of which costs an event. The library offers no option for either on the server's side.
   */
  #meet(session: ServerHttp2Session | undefined): void {
    if (session === undefined || session.destroyed) return;
    const pings = this.#pings.get(session);
    if (pings !== undefined) {
      pings.forgive();
      return;
    }
    this.#pings.set(session, new PingWatch(session));
    session.settings({ initialWindowSize: STREAM_WINDOW_BYTES, maxFrameSize: MAX_FRAME_BYTES });
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
  }

  #exportHandler(): handleUnaryCall<Buffer, Buffer> {
    return (call, callback) => {
      const exchange = this.#exchangeByMetadata.get(call.metadata);
      if (exchange === undefined) callback({ code: status.INTERNAL, details: 'The call was not admitted.' });
      else exchange.deliver(call.request, callback);
    };
  }

  /** Stops listening, says so to health watchers and clients, and waits for calls in flight as long as the grace lasts. */
  drain(graceMs: number): Promise<void> {
    this.health.stopServing();
    return new Promise((resolve) => {
      const force = setTimeout(() => {
        for (const socket of this.#sockets) socket.destroy();
      }, graceMs);
      this.#listener.close(() => {
        clearTimeout(force);
        this.#stop();
        resolve();
      });
      this.#injector.drain(graceMs);
    });
  }

  #stop(): void {
    clearInterval(this.#sweeper);
    this.#injector.destroy();
    this.#server.forceShutdown();
  }
}

function exportPath(signal: Signal): string {
  return `/${SERVICE_BY_SIGNAL[signal]}/Export`;
}

const SIGNAL_BY_PATH: ReadonlyMap<string, Signal> = new Map(SIGNALS.map((signal) => [exportPath(signal), signal]));

function exportService(signal: Signal): ServiceDefinition {
  const identity = (bytes: Buffer): Buffer => bytes;
  return {
    Export: {
      path: exportPath(signal),
      requestStream: false,
      responseStream: false,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity,
    },
  };
}

function credentials(endpoint: Endpoint): ServerCredentials {
  const { tls } = endpoint;
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { private_key: tls.key, cert_chain: tls.certificate };
  return ServerCredentials.createSsl(tls.clientCa ?? null, [pair], tls.clientCa !== undefined);
}
