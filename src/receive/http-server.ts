/**
 * OTLP over HTTP/1.1 (https://opentelemetry.io/docs/specs/otlp/#otlphttp) on node:http, whose parser and timeouts deal
 * with malformed and slow senders. Everything that can be refused from the headers alone is, before a body byte is read.
 */
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { parseContentEncoding, SUPPORTED_ENCODINGS, tooLarge } from './content-encoding.js';
import { Cors } from './cors.js';
import { SIGNALS, type Signal } from './delivery.js';
import { type Endpoint, listen, withTlsMaterial } from './endpoint.js';
import { formatRawRefusal, parseContentType } from './http-answer.js';
import type { HttpExchange } from './http-exchange.js';
import { PlainConnection, type PlainConnectionHost } from './plain-connection.js';
import type { ReceiveContext } from './receive-context.js';
import { Refusal } from './refusal.js';
import { StreamedRequest } from './streamed-request.js';

export interface HttpEndpoint extends Endpoint {
  /** Exact origins that browsers may send from. Absent or empty: none. */
  readonly corsOrigins?: readonly string[];
}

const SIGNAL_BY_PATH: ReadonlyMap<string, Signal> = new Map(SIGNALS.map((signal) => [`/v1/${signal}`, signal]));
const MAX_HEADERS_TIMEOUT_MS = 10_000;
const MAX_CHECK_INTERVAL_MS = 5_000;

export class HttpServer {
  readonly #server: Server;
  readonly #context: ReceiveContext;
  readonly #cors: Cors;
  /** Below TLS, where there is TLS: all there is to close. */
  readonly #connections = new Set<Socket>();
  /** What HTTP is spoken on: the same without TLS. */
  readonly #sockets = new Set<Socket>();
  /** Those that node:http has nothing to do with yet. */
  readonly #plain = new Map<Socket, PlainConnection>();
  readonly #sweeper: NodeJS.Timeout;
  /** The latest exchange of a connection of node:http, for what happens to the connection as a whole. */
  readonly #exchanges = new WeakMap<Duplex, HttpExchange>();

  /** @throws PlumblineError PB2001, PB2002, PB1003 */
  static async start(
    endpoint: HttpEndpoint,
    context: ReceiveContext,
  ): Promise<{ readonly server: HttpServer; readonly address: string }> {
    const server = new HttpServer(endpoint, context);
    return { server, address: await listen(server.#server, endpoint) };
  }

  private constructor(endpoint: HttpEndpoint, context: ReceiveContext) {
    this.#context = context;
    this.#cors = new Cors(endpoint.corsOrigins);
    const server = createHttpServer(endpoint, context);
    server.maxConnections = context.maxConnections;
    if (endpoint.tls === undefined) this.#readPlainConnections(server);
    server.on('connection', (socket) => keepWhileOpen(this.#connections, socket));
    server.on(endpoint.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
      keepWhileOpen(this.#sockets, socket),
    );
    server.on('request', (request, response) => this.#onRequest(request, response, false));
    server.on('checkContinue', (request, response) => this.#onRequest(request, response, true));
    server.on('checkExpectation', (request, response) => this.#onRequest(request, response, false));
    server.on('clientError', (error, socket) => this.#onClientError(error, socket));
    server.on('drop', () => (context.statistics.http.droppedConnections += 1));
    this.#server = server;
    this.#sweeper = setInterval(() => {
      for (const connection of this.#plain.values()) connection.sweep();
    }, checkInterval(context));
    this.#sweeper.unref();
  }

  /** Takes the place of node:http's own listener, which gets a connection once it has something that is not plain. */
  #readPlainConnections(server: Server): void {
    const listeners = server.listeners('connection') as ((socket: Socket) => void)[];
    server.removeAllListeners('connection');
    const giveToNode = (socket: Socket): void => {
      for (const listener of listeners) listener.call(server, socket);
    };
    const { requestTimeoutMs, idleTimeoutMs } = this.#context;
    const turns = (ms: number): number => Math.ceil(ms / checkInterval(this.#context));
    const host: PlainConnectionHost = {
      context: this.#context,
      requestTurns: turns(requestTimeoutMs),
      firstHeadTurns: turns(headersTimeout(this.#context)),
      idleTurns: turns(idleTimeoutMs),
      handOver: (socket, bytes) => {
        this.#plain.delete(socket);
        giveToNode(socket);
        socket.emit('data', bytes);
      },
      firstHeadTimedOut: (socket) =>
        this.#onClientError({ name: '', message: '', code: 'ERR_HTTP_REQUEST_TIMEOUT' }, socket),
    };
    server.on('connection', (socket) => {
      const connection = PlainConnection.open(host, socket);
      if (connection === undefined) giveToNode(socket);
      else {
        this.#plain.set(socket, connection);
        socket.on('close', () => this.#plain.delete(socket));
      }
    });
  }

  #onRequest(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const { headers, socket } = request;
    const { origin } = headers;
    if (request.method === 'OPTIONS' && this.#cors.enabled) {
      response.writeHead(204, [...this.#cors.preflightHeaders(origin)]);
      response.end();
      return;
    }
    const streamed = new StreamedRequest(this.#context, request, response, this.#cors.headers(origin));
    const { exchange } = streamed;
    this.#exchanges.set(socket, exchange);
    const encoding = parseContentType(headers['content-type']);
    if (encoding !== undefined) exchange.encoding = encoding;
    const signal = SIGNAL_BY_PATH.get(pathOf(request.url));
    if (signal === undefined) {
      exchange.refuse(new Refusal('not_found', 'Nothing is here: post to /v1/traces, /v1/logs or /v1/metrics.'));
      return;
    }
    exchange.signal = signal;
    if (request.method !== 'POST') {
      exchange.refuse(new Refusal('method_not_allowed', 'Only POST is allowed here.'));
      return;
    }
    const principal = this.#context.authentication.identify(headers.authorization, socket);
    if (principal instanceof Refusal) {
      exchange.refuse(principal);
      return;
    }
    exchange.principal = principal;
    if (encoding === undefined) {
      const message = 'The content type must be application/x-protobuf or application/json.';
      exchange.refuse(new Refusal('unsupported', message));
      return;
    }
    const contentEncoding = parseContentEncoding(headers['content-encoding']);
    if (contentEncoding === undefined) {
      exchange.refuse(new Refusal('unsupported', `The content encoding must be one of: ${SUPPORTED_ENCODINGS}.`));
      return;
    }
    const { maxMessageBytes } = this.#context;
    if (Number(headers['content-length'] ?? 0) > maxMessageBytes) {
      exchange.refuse(tooLarge(maxMessageBytes));
      return;
    }
    streamed.read(signal, contentEncoding, expectsContinue);
  }

  /** The connection cannot go on: malformed, too slow, no TLS, or gone. Answers where someone is left to read it. */
  #onClientError(error: NodeJS.ErrnoException, duplex: Duplex): void {
    const socket = duplex as Socket;
    const exchange = this.#exchanges.get(socket);
    const refusal = refusalOfClientError(error.code);
    if (exchange?.open === true) {
      // Once whole, the request is being handled and its answer is on the way, unless the connection is gone.
      if (!exchange.whole && socket.writable) exchange.refuse(refusal);
    } else if (error.code !== 'ECONNRESET') {
      this.#context.statistics.http.requests.none[refusal.kind] += 1;
      this.#context.onReject({ refusal, transport: 'http', signal: 'none', cause: error });
      if (isParserError(error.code) && socket.writable) socket.write(formatRawRefusal(refusal));
    }
    if (isParserError(error.code)) socket.destroySoon();
    else socket.destroy();
  }

  /**
   * Stops listening, lets what is in flight finish and closes every connection, by force once the grace is over.
   * The server's own notion of an idle connection leaves out those that have not sent anything yet.
   */
  drain(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const force = setTimeout(() => {
        for (const connection of this.#connections) connection.destroy();
      }, graceMs);
      this.#server.close(() => {
        clearTimeout(force);
        clearInterval(this.#sweeper);
        resolve();
      });
      for (const socket of this.#sockets) {
        const busy = this.#plain.get(socket)?.busy ?? this.#exchanges.get(socket)?.open === true;
        if (!busy) socket.destroySoon();
      }
    });
  }
}

function createHttpServer(endpoint: HttpEndpoint, context: ReceiveContext): Server {
  const options: ServerOptions = {
    keepAliveTimeout: context.idleTimeoutMs,
    headersTimeout: headersTimeout(context),
    requestTimeout: context.requestTimeoutMs,
    connectionsCheckingInterval: checkInterval(context),
    noDelay: true,
  };
  const { tls } = endpoint;
  if (tls === undefined) return createServer(options);
  const { key, certificate, clientCa } = tls;
  return withTlsMaterial(endpoint, () =>
    createTlsServer({ ...options, key, cert: certificate, ca: clientCa, requestCert: clientCa !== undefined }),
  );
}

function headersTimeout({ requestTimeoutMs }: ReceiveContext): number {
  return Math.min(requestTimeoutMs, MAX_HEADERS_TIMEOUT_MS);
}

function checkInterval({ requestTimeoutMs }: ReceiveContext): number {
  return Math.min(requestTimeoutMs, MAX_CHECK_INTERVAL_MS);
}

function keepWhileOpen(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
}

function pathOf(url = ''): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** Others come from the socket or from TLS, below HTTP: nothing can be written then. */
function isParserError(code: string | undefined): boolean {
  return code !== undefined && (code.startsWith('HPE_') || code.startsWith('ERR_HTTP_'));
}

function refusalOfClientError(code: string | undefined): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW') return new Refusal('header_too_large', 'The request headers are too large.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Refusal('timeout', 'The request did not come in whole in time.');
  return new Refusal('malformed', 'The request is not valid HTTP.');
}
