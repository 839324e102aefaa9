/**
 * One OTLP request over HTTP from its admission to its answer, whoever reads it off the socket: bytes are counted into the
 * in-flight bound as they come, and the whole body is decompressed, delivered and answered.
 */
import type { Seat } from './admission.js';
import { type ContentEncoding, tooLarge } from './content-encoding.js';
import { deliver, type Encoding, type Outcome, type Signal } from './delivery.js';
import { encodeExportResponse, isFullSuccess } from './export-response.js';
import { encodeRefusal, refusalHeaders } from './http-answer.js';
import type { ReceiveContext } from './receive-context.js';
import { Refusal } from './refusal.js';
import type { CountedSignal, RequestOutcome } from './statistics.js';

const ACCEPTED: Outcome = { rejected: 0 };

/** Who reads the request off its connection and writes the answer there, if somebody is left to read it. */
export interface HttpCarrier {
  answer(httpStatus: number, encoding: Encoding, body: Buffer, headers: readonly string[]): void;
}

export class HttpExchange {
  readonly #context: ReceiveContext;
  readonly #carrier: HttpCarrier;
  readonly #headers: readonly string[];
  /** Of the answer; JSON until the request's type is known. */
  encoding: Encoding = 'json';
  signal: CountedSignal = 'none';
  principal: string | undefined;

  #seat: Seat | undefined;
  #settled = false;
  #whole = false;

  /** @param headers of every answer */
  constructor(context: ReceiveContext, carrier: HttpCarrier, headers: readonly string[]) {
    this.#context = context;
    this.#carrier = carrier;
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

  /** False where it is refused. */
  enter(address: string): boolean {
    const seat = this.#context.admission.enter(this.principal ?? address);
    if (seat instanceof Refusal) {
      this.refuse(seat);
      return false;
    }
    this.#seat = seat;
    return true;
  }

  /** Counts bytes that have come; false where the request is refused, which lets go of what it held. */
  take(bytes: number): boolean {
    const { maxMessageBytes, statistics } = this.#context;
    const seat = this.#seat;
    if (seat === undefined) return false;
    statistics.http.wireBytes[this.signal] += bytes;
    const refusal = seat.heldBytes + bytes > maxMessageBytes ? tooLarge(maxMessageBytes) : seat.take(bytes);
    if (refusal !== undefined) this.refuse(refusal);
    return refusal === undefined;
  }

  /** Counts bytes that have come before their time; false where there is no room. */
  hold(bytes: number): boolean {
    return this.#seat?.take(bytes) === undefined;
  }

  /**
   * The body is whole.
   * @param received good until this returns
   * @param lease what holds `received` longer, and is given back when nobody needs it any more
   */
  deliver(signal: Signal, contentEncoding: ContentEncoding, received: Buffer, lease?: Buffer): void {
    this.#whole = true;
    const { buffers, handler, maxMessageBytes, statistics } = this.#context;
    const seat = this.#seat;
    // An empty request is a success in every encoding, and nothing for the handler.
    if (received.length === 0 || seat === undefined) {
      this.#accept(signal, ACCEPTED);
      return;
    }
    const body = seat.open(contentEncoding, received, maxMessageBytes);
    if (body !== received && lease !== undefined) buffers.giveBack(lease);
    if (body instanceof Refusal) {
      this.refuse(body);
      return;
    }
    statistics.http.bodyBytes[signal] += body.length;
    const { encoding, principal } = this;
    seat.handed();
    deliver(handler, { signal, encoding, body, transport: 'http', principal }, (outcome, failure) => {
      seat.settled();
      if (body === received && lease !== undefined) buffers.giveBack(lease);
      if (failure === undefined) this.#accept(signal, outcome);
      else this.refuse(Refusal.ofFailure(failure), failure);
    });
  }

  /** The client has gone. */
  abort(): void {
    if (!this.#whole && !this.#settled) this.#settle('aborted');
  }

  refuse(refusal: Refusal, cause?: unknown): void {
    if (this.#settled) return;
    this.#settle(refusal.kind);
    const { signal, principal } = this;
    this.#context.onReject({ refusal, transport: 'http', signal, principal, cause });
    const headers = [...this.#headers, ...refusalHeaders(refusal)];
    this.#carrier.answer(refusal.httpStatus, this.encoding, encodeRefusal(refusal, this.encoding), headers);
  }

  #accept(signal: Signal, outcome: Outcome): void {
    this.#settle(isFullSuccess(outcome) ? 'ok' : 'partial');
    const body = encodeExportResponse(signal, this.encoding, outcome);
    this.#carrier.answer(200, this.encoding, body, this.#headers);
  }

  #settle(outcome: RequestOutcome): void {
    this.#settled = true;
    this.#context.statistics.http.requests[this.signal][outcome] += 1;
    this.#seat?.leave();
  }
}
