/**
 * The HTTP server that Prometheus scrapes and an orchestrator probes. Reading only: GET and HEAD.
 *
 * A page is sent as it is made, chunk by chunk, at the pace of its reader; gzip runs off the event loop. Bounds: scrapes
 * at once, connections, and the time that a scrape may take, so that a slow reader cannot hold pages for ever.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { Limit } from '../lib/limit.js';
import type { Log } from '../lib/log.js';
import { PlumblineError } from '../lib/plumbline-error.js';
import { QueryFault } from './segment-query.js';
import { acceptsGzip, negotiateFormat } from './content-negotiation.js';
import type { ExpositionFormat } from './text-format.js';

/** Two Prometheus replicas and a person at a browser fit; a page in the making holds its evaluation in memory. */
const SCRAPES_MAX = 4;
const CONNECTIONS_MAX = 128;
/** Prometheus' own default is 10 s; a reader that takes longer than this is not a scraper. */
const SCRAPE_DURATION_MAX_MS = 60_000;
/** Longer than the usual scrape interval, so that a scraper keeps its connection. */
const KEEP_ALIVE_MS = 75_000;
/** How long `drain` lets scrapes finish. */
const DRAIN_MS = 5_000;
/** The page is so repetitive that the fastest level already makes it about ten times smaller. */
const GZIP_OPTIONS = { level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 };

const PATHS = {
  index: '/',
  metrics: '/metrics',
  segments: '/api/segments',
  live: '/healthz',
  ready: '/readyz',
} as const;
const PLAIN = 'text/plain; charset=utf-8';

const INDEX_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Plumbline</title>
<h1>Plumbline</h1>
<ul>
<li><a href="${PATHS.metrics}">Metrics</a>, for Prometheus to scrape
<li><a href="${PATHS.live}">Health</a>: whether the process lives
<li><a href="${PATHS.ready}">Readiness</a>: whether it takes telemetry
</ul>
`;

export interface ExpositionOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** The page in chunks; called once for every scrape. */
  readonly render: (format: ExpositionFormat) => AsyncIterable<Buffer>;
  /** Answers a question about a segment. @throws QueryFault */
  readonly segments?: (query: URLSearchParams) => Promise<unknown>;
  readonly live: () => boolean;
  readonly ready: () => { readonly ready: boolean; readonly reason?: string };
  readonly log: Log;
}

export interface Exposition {
  readonly host: string;
  /** The port that was bound. */
  readonly port: number;
  /** Where to scrape. */
  readonly metricsUrl: string;
  /** Bounds of the server, to be shown with all others. */
  readonly limits: readonly Limit[];
  /** Takes no new connection, lets running scrapes finish for up to five seconds, and resolves when all are gone. */
  drain(): Promise<void>;
}

class ExpositionServer implements Exposition {
  readonly #options: ExpositionOptions;
  readonly #server: Server;
  readonly #scrapes = new Limit('scrapes', SCRAPES_MAX);
  readonly #connections = new Limit('scrape_connections', CONNECTIONS_MAX);
  #draining = false;

  constructor(options: ExpositionOptions) {
    this.#options = options;
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      void this.#answer(request, response);
    });
    this.#server.on('connection', (socket) => {
      if (!this.#connections.take()) {
        socket.destroy();
        return;
      }
      socket.once('close', () => this.#connections.release());
    });
  }

  get limits(): readonly Limit[] {
    return [this.#scrapes, this.#connections];
  }

  get host(): string {
    return this.#options.host;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get metricsUrl(): string {
    const { host } = this;
    const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
    return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${this.port}${PATHS.metrics}`;
  }

  listen(): Promise<void> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause: NodeJS.ErrnoException) => reject(bindError(host, port, cause)));
      this.#server.listen({ host, port }, () => {
        this.#server.removeAllListeners('error');
        this.#server.on('error', (error) => this.#options.log.error({ err: error }, 'exposition server failed'));
        resolve();
      });
    });
  }

  drain(): Promise<void> {
    this.#draining = true;
    return new Promise((resolve) => {
      const grace = setTimeout(() => this.#server.closeAllConnections(), DRAIN_MS);
      this.#server.close(() => {
        clearTimeout(grace);
        resolve();
      });
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#draining) response.setHeader('Connection', 'close');
    // `close` ends the connections that are idle when it is called; one that becomes idle later would hold the drain up.
    else response.once('finish', () => this.#draining && request.socket.end());
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      this.#sendText(request, response, 405, 'Only GET and HEAD are answered here.');
      return;
    }
    const [path, query] = (request.url ?? '').split('?', 2);
    switch (path) {
      case PATHS.metrics:
        return this.#sendMetrics(request, response);
      case PATHS.segments:
        return this.#sendSegments(request, response, new URLSearchParams(query));
      case PATHS.live: {
        const live = this.#options.live();
        return this.#sendText(request, response, live ? 200 : 503, live ? 'live' : 'not live');
      }
      case PATHS.ready: {
        const { ready, reason } = this.#draining
          ? { ready: false, reason: 'the process is shutting down' }
          : this.#options.ready();
        return this.#sendText(request, response, ready ? 200 : 503, ready ? 'ready' : (reason ?? 'not ready'));
      }
      case PATHS.index:
        response.setHeader('Content-Security-Policy', "default-src 'none'");
        return this.#send(request, response, 200, 'text/html; charset=utf-8', INDEX_PAGE);
      default:
        return this.#sendText(request, response, 404, `Nothing is here; the metrics are at ${PATHS.metrics}.`);
    }
  }

  #sendText(request: IncomingMessage, response: ServerResponse, status: number, sentence: string): void {
    this.#send(request, response, status, PLAIN, `${sentence}\n`);
  }

  #send(request: IncomingMessage, response: ServerResponse, status: number, type: string, body: string): void {
    response.writeHead(status, {
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(body),
      'Cache-Control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  async #sendSegments(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): Promise<void> {
    const { segments, log } = this.#options;
    const send = (status: number, answer: unknown): void => {
      this.#send(request, response, status, 'application/json; charset=utf-8', `${JSON.stringify(answer, null, 2)}\n`);
    };
    try {
      if (segments === undefined) throw new QueryFault('No predictions are kept here.', 404);
      send(200, await segments(query));
    } catch (error) {
      if (error instanceof QueryFault) return send(error.status, { error: error.message });
      log.error({ err: error }, 'a question about a segment could not be answered');
      send(500, { error: 'The question could not be answered; the log says why.' });
    }
  }

  async #sendMetrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { format, contentType } = negotiateFormat(request.headers.accept);
    const gzip = acceptsGzip(request.headers['accept-encoding']);
    const headers: Record<string, string> = {
      'Content-Type': contentType,
      'Cache-Control': 'no-store',
      Vary: 'Accept, Accept-Encoding',
      ...(gzip ? { 'Content-Encoding': 'gzip' } : {}),
    };
    if (request.method === 'HEAD') {
      response.writeHead(200, headers).end();
      return;
    }
    if (!this.#scrapes.take()) {
      response.setHeader('Retry-After', '1');
      this.#sendText(request, response, 503, `${SCRAPES_MAX} scrapes are being answered already.`);
      return;
    }
    try {
      response.writeHead(200, headers);
      const page = Readable.from(this.#options.render(format));
      const signal = AbortSignal.timeout(SCRAPE_DURATION_MAX_MS);
      if (gzip) await pipeline(page, createGzip(GZIP_OPTIONS), response, { signal });
      else await pipeline(page, response, { signal });
    } catch (error) {
      // The reader must see that the page is not whole: the connection ends without the final chunk.
      response.destroy();
      const left = (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
      if (left) this.#options.log.debug({ err: error }, 'the reader of a scrape left');
      else this.#options.log.error({ err: error }, 'a scrape failed');
    } finally {
      this.#scrapes.release();
    }
  }
}

function bindError(host: string, port: number, cause: NodeJS.ErrnoException): PlumblineError {
  const reason =
    cause.code === 'EADDRINUSE'
      ? 'another process listens there'
      : cause.code === 'EACCES'
        ? 'the port needs a privilege that this process does not have'
        : cause.code === 'EADDRNOTAVAIL' || cause.code === 'ENOTFOUND'
          ? 'this machine has no such address'
          : cause.message;
  return new PlumblineError(`Metrics cannot be served on ${host}:${port}: ${reason}.`, {
    code: 'PB2001',
    key: 'expose.port',
    remedy: 'Set expose.host and expose.port to a free address of this machine, or end the process that listens there.',
    cause,
  });
}

/**
 * Starts to serve `/metrics`, `/healthz`, `/readyz` and a page of links.
 * @throws PlumblineError PB2001 where the address cannot be bound
 */
export async function startExposition(options: ExpositionOptions): Promise<Exposition> {
  const server = new ExpositionServer(options);
  await server.listen();
  return server;
}
