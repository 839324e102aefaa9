/**
 * One OTLP request over HTTP from its first body byte to its answer. Chunks are counted into the in-flight bound as they
 * come and joined once; a body that came in one chunk, as most do on loopback, is never copied.
 *
 * A refusal is answered at once, and what is still to come of the body is read and thrown away: closing right away would
 * reset the connection before the client has read why. That too is bounded, by the message limit and the request timeout.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Seat } from './admission.js';
import { type ContentEncoding, decompress, tooLarge } from './content-encoding.js';
import { deliver, type Encoding, type Outcome, type Signal } from './delivery.js';
import { encodeExportResponse, isFullSuccess } from './export-response.js';
import { answer, encodeRefusal, refusalHeaders } from './http-answer.js';
import type { ReceiveContext } from './receive-context.js';
import { Refusal } from './refusal.js';
import type { CountedSignal, RequestOutcome } from './statistics.js';

const ACCEPTED: Outcome = { rejected: 0 };

export class HttpExchange {
  readonly #context: ReceiveContext;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #headers: readonly string[];
  /** Of the answer; JSON until the request's type is known. */
  encoding: Encoding = 'json';
  signal: CountedSignal = 'none';
  principal: string | undefined;

  #first: Buffer | undefined;
  #rest: Buffer[] | undefined;
  #seat: Seat | undefined;
  #discardedBytes = 0;
  #settled = false;
  #whole = false;

  constructor(context: ReceiveContext, request: IncomingMessage, response: ServerResponse, headers: readonly string[]) {
    this.#context = context;
    this.#request = request;
    this.#response = response;
    this.#headers = headers;
  }

  /** True while neither an answer nor the client's going away has ended it. */
  get open(): boolean {
    return !this.#settled;
  }

  /** True once the whole body has come: what happens to the connection then does not undo the delivery. */
  get whole(): boolean {
    return this.#whole;
  }

  /** @param expectsContinue the client holds its body back until it is told to go on */
  read(signal: Signal, contentEncoding: ContentEncoding, expectsContinue: boolean): void {
    const request = this.#request;
    const seat = this.#context.admission.enter(this.principal ?? request.socket.remoteAddress ?? '');
    if (seat instanceof Refusal) {
      this.refuse(seat);
      return;
    }
    this.#seat = seat;
    if (expectsContinue) this.#response.writeContinue();
    request.on('data', (chunk: Buffer) => this.#take(chunk, seat));
    request.on('end', () => {
      if (!this.#settled) this.#deliver(signal, contentEncoding, seat);
    });
    request.on('close', () => {
      if (!this.#whole && !this.#settled) this.#settle('aborted');
    });
  }

  #take(chunk: Buffer, seat: Seat): void {
    const { maxMessageBytes, statistics } = this.#context;
    if (this.#settled) {
      this.#discard(chunk);
      return;
    }
    statistics.http.wireBytes[this.signal] += chunk.length;
    if (seat.heldBytes + chunk.length > maxMessageBytes) {
      this.refuse(tooLarge(maxMessageBytes));
      return;
    }
    const refusal = seat.take(chunk.length);
    if (refusal !== undefined) {
      this.refuse(refusal);
      return;
    }
    if (this.#first === undefined) this.#first = chunk;
    else if (this.#rest === undefined) this.#rest = [this.#first, chunk];
    else this.#rest.push(chunk);
  }

  #discard(chunk: Buffer): void {
    this.#discardedBytes += chunk.length;
    if (this.#discardedBytes > this.#context.maxMessageBytes) this.#request.socket.destroy();
  }

  #deliver(signal: Signal, contentEncoding: ContentEncoding, seat: Seat): void {
    this.#whole = true;
    const { handler, maxMessageBytes, scratch, statistics } = this.#context;
    const joined = this.#rest && scratch.join(this.#rest, seat.heldBytes);
    const received = joined ?? this.#first;
    this.#first = this.#rest = undefined;
    // An empty request is a success in every encoding, and nothing for the handler.
    if (received === undefined) {
      this.#accept(signal, ACCEPTED);
      return;
    }
    const body = decompress(contentEncoding, received, maxMessageBytes, seat.room);
    if (body instanceof Refusal) {
      this.refuse(body.kind === 'overloaded' ? seat.refuse(received.length) : body);
      return;
    }
    if (body !== received) seat.exchange(body.length);
    statistics.http.bodyBytes[signal] += body.length;
    const { encoding, principal } = this;
    deliver(handler, { signal, encoding, body, transport: 'http', principal }, (outcome, failure) => {
      if (failure === undefined) this.#accept(signal, outcome);
      else this.refuse(Refusal.ofFailure(failure), failure);
    });
    if (body === joined && !this.#settled) scratch.giveAway();
  }

  #accept(signal: Signal, outcome: Outcome): void {
    this.#settle(isFullSuccess(outcome) ? 'ok' : 'partial');
    this.#write(200, encodeExportResponse(signal, this.encoding, outcome), this.#headers);
  }

  refuse(refusal: Refusal, cause?: unknown): void {
    if (this.#settled) return;
    this.#settle(refusal.kind);
    const { signal, principal } = this;
    this.#context.onReject({ refusal, transport: 'http', signal, principal, cause });
    if (this.#seat === undefined && !this.#request.complete)
      this.#request.on('data', (chunk: Buffer) => this.#discard(chunk));
    const headers = [...this.#headers, ...refusalHeaders(refusal)];
    this.#write(refusal.httpStatus, encodeRefusal(refusal, this.encoding), headers);
  }

  #write(httpStatus: number, body: Buffer, headers: readonly string[]): void {
    const response = this.#response;
    if (response.destroyed || response.headersSent) return;
    // A client that was told not to go on may or may not send its body: the connection cannot be used again.
    const bodyInDoubt = !this.#whole && this.#request.headers.expect !== undefined;
    if (bodyInDoubt || this.#context.admission.draining) response.shouldKeepAlive = false;
    answer(response, httpStatus, this.encoding, body, headers);
  }

  #settle(outcome: RequestOutcome): void {
    this.#settled = true;
    this.#first = this.#rest = undefined;
    this.#context.statistics.http.requests[this.signal][outcome] += 1;
    this.#seat?.leave();
  }
}
