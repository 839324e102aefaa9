/**
 * A request that node:http reads. Chunks are joined once; a body that came in one chunk is never copied.
 *
 * A refusal is answered at once, and what is still to come of the body is read and thrown away: closing right away would
 * reset the connection before the client has read why. That too is bounded, by the message limit and the request timeout.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ContentEncoding } from './content-encoding.js';
import type { Encoding, Signal } from './delivery.js';
import { answer } from './http-answer.js';
import { type HttpCarrier, HttpExchange } from './http-exchange.js';
import type { ReceiveContext } from './receive-context.js';

const NOTHING = Buffer.alloc(0);

export class StreamedRequest implements HttpCarrier {
  readonly exchange: HttpExchange;
  readonly #context: ReceiveContext;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #discardedBytes = 0;
  #listening = false;

  constructor(context: ReceiveContext, request: IncomingMessage, response: ServerResponse, headers: readonly string[]) {
    this.exchange = new HttpExchange(context, this, headers);
    this.#context = context;
    this.#request = request;
    this.#response = response;
  }

  /** @param expectsContinue the client holds its body back until it is told to go on */
  read(signal: Signal, contentEncoding: ContentEncoding, expectsContinue: boolean): void {
    const { exchange } = this;
    const request = this.#request;
    if (!exchange.enter(request.socket.remoteAddress ?? '')) return;
    if (expectsContinue) this.#response.writeContinue();
    this.#listen();
    request.on('end', () => {
      if (exchange.open) this.#deliver(signal, contentEncoding);
    });
    request.on('close', () => {
      exchange.abort();
      this.#chunks = [];
    });
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#request.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  #take(chunk: Buffer): void {
    if (!this.exchange.open) {
      this.#discardedBytes += chunk.length;
      if (this.#discardedBytes > this.#context.maxMessageBytes) this.#request.socket.destroy();
      return;
    }
    if (this.exchange.take(chunk.length)) {
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
    } else this.#chunks = [];
  }

  #deliver(signal: Signal, contentEncoding: ContentEncoding): void {
    const chunks = this.#chunks;
    this.#chunks = [];
    if (chunks.length < 2) {
      this.exchange.deliver(signal, contentEncoding, chunks.length === 0 ? NOTHING : chunks[0]);
      return;
    }
    const lease = this.#context.buffers.lease(this.#bytes);
    let end = 0;
    for (const chunk of chunks) {
      lease.set(chunk, end);
      end += chunk.length;
    }
    this.exchange.deliver(signal, contentEncoding, lease.subarray(0, end), lease);
  }

  answer(httpStatus: number, encoding: Encoding, body: Buffer, headers: readonly string[]): void {
    const { whole } = this.exchange;
    if (!this.#request.complete) this.#listen();
    const response = this.#response;
    if (response.destroyed || response.headersSent) return;
    // A client that was told not to go on may or may not send its body: the connection cannot be used again.
    const bodyInDoubt = !whole && this.#request.headers.expect !== undefined;
    if (bodyInDoubt || this.#context.admission.draining) response.shouldKeepAlive = false;
    answer(response, httpStatus, encoding, body, headers);
  }
}
