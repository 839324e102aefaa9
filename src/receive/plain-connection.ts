/**
 * A connection without TLS, read by us as long as its requests look as exporters send them (`request-head.ts`); with the
 * first one that does not, it is node:http's for good. What is saved is node:http's copies: a head and what comes with it is
 * read into memory that all connections share, the rest of a body straight to where it is needed.
 *
 * Bounds: requests and bytes are admitted as everywhere. A body has room for twice what has come of it, so a length that is
 * promised and not sent holds nothing. Requests that come before the answer to the one before wait, counted as its bytes.
 */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Encoding } from './delivery.js';
import { CONTENT_TYPE } from './http-answer.js';
import { type HttpCarrier, HttpExchange } from './http-exchange.js';
import type { ReceiveContext } from './receive-context.js';
import { Refusal } from './refusal.js';
import { parseRequestHead, type RequestHead } from './request-head.js';
import { readIntoOwnMemory, stopReadingIntoOwnMemory } from './reused-memory.js';

const SHARED_BYTES = 256 * 1024;
const NOTHING = Buffer.alloc(0);
/** Every connection reads its heads into this, and is done with them before the next one reads. */
const shared = Buffer.allocUnsafeSlow(SHARED_BYTES);

export interface PlainConnectionHost {
  readonly context: ReceiveContext;
  /** In turns of the sweeper. */
  readonly requestTurns: number;
  readonly firstHeadTurns: number;
  readonly idleTurns: number;
  /** Node:http goes on with the connection, from these bytes. */
  readonly handOver: (socket: Socket, bytes: Buffer) => void;
  /** Nothing has come of a first request. */
  readonly firstHeadTimedOut: (socket: Socket) => void;
}

export class PlainConnection implements HttpCarrier {
  readonly #host: PlainConnectionHost;
  readonly #socket: Socket;
  #head: RequestHead | undefined;
  #exchange: HttpExchange | undefined;
  /** Leased, for a body that is not here whole; it is read into until `#left` is nothing. */
  #body: Buffer | undefined;
  #bodyEnd = 0;
  /** What is still to come of the body, to be kept or thrown away. */
  #left = 0;
  /** Came before its time. */
  #waiting: Buffer | undefined;
  #consuming = false;
  #closing = false;
  #age = 0;
  readonly #onEnd = (): void => this.#ended();
  readonly #onClose = (): void => this.#gone();
  readonly #onDrain = (): void => this.#resume();

  /** Undefined where Node does not let us; the socket is as it was then. */
  static open(host: PlainConnectionHost, socket: Socket): PlainConnection | undefined {
    const connection = new PlainConnection(host, socket);
    const reader = {
      first: shared,
      took: (bytes: number, buffer: Buffer) => connection.#took(bytes, buffer),
      next: () => connection.#next(),
    };
    if (!readIntoOwnMemory(socket, reader)) return undefined;
    socket.on('end', connection.#onEnd);
    socket.on('close', connection.#onClose);
    socket.on('drain', connection.#onDrain);
    socket.on('error', ignore);
    return connection;
  }

  private constructor(host: PlainConnectionHost, socket: Socket) {
    this.#host = host;
    this.#socket = socket;
  }

  /** A request is being read or handled. */
  get busy(): boolean {
    return this.#exchange?.open === true;
  }

  #took(bytes: number, buffer: Buffer): boolean {
    if (this.#closing) return true;
    this.#consuming = true;
    if (buffer === shared) this.#consume(shared.subarray(0, bytes));
    else this.#grown(bytes);
    this.#consuming = false;
    return this.#closing || (this.#waiting === undefined && !this.#socket.writableNeedDrain);
  }

  #next(): Buffer {
    const body = this.#body;
    if (body === undefined || this.#left === 0) return shared;
    if (this.#bodyEnd === body.length) return this.#roomFor(1).subarray(this.#bodyEnd, this.#bodyEnd + this.#left);
    return body.subarray(this.#bodyEnd, this.#bodyEnd + this.#left);
  }

  #consume(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length && !this.#closing) {
      if (this.#left > 0) at += this.#part(bytes.subarray(at, at + this.#left));
      else if (this.busy) {
        this.#wait(bytes.subarray(at));
        return;
      } else {
        const head = this.#acceptable(parseRequestHead(bytes, at));
        if (head === undefined) {
          this.#handOver(bytes.subarray(at));
          return;
        }
        at = head.end;
        this.#begin(head);
      }
    }
  }

  /** What would be refused for its head is node:http's to refuse. */
  #acceptable(head: RequestHead | undefined): RequestHead | undefined {
    if (head === undefined || head.contentLength > this.#host.context.maxMessageBytes) return undefined;
    const { context } = this.#host;
    const exchange = new HttpExchange(context, this, NO_HEADERS);
    const principal = context.authentication.identify(head.authorization, this.#socket);
    if (principal instanceof Refusal) return undefined;
    exchange.encoding = head.encoding;
    exchange.signal = head.signal;
    exchange.principal = principal;
    this.#exchange = exchange;
    return head;
  }

  #begin(head: RequestHead): void {
    this.#head = head;
    this.#age = 0;
    this.#left = head.contentLength;
    if (this.#exchange?.enter(this.#socket.remoteAddress ?? '') !== true) return;
    if (head.contentLength === 0) this.#exchange.deliver(head.signal, head.contentEncoding, NOTHING);
  }

  /** Bytes of a body that came with something else. */
  #part(bytes: Buffer): number {
    const head = this.#head;
    const exchange = this.#exchange;
    this.#left -= bytes.length;
    if (head === undefined || exchange?.open !== true) return bytes.length;
    if (!exchange.take(bytes.length)) this.#giveBack();
    else if (this.#body === undefined && this.#left === 0 && head.contentEncoding !== 'identity') {
      exchange.deliver(head.signal, head.contentEncoding, bytes);
    } else {
      this.#roomFor(bytes.length).set(bytes, this.#bodyEnd);
      this.#bodyEnd += bytes.length;
      if (this.#left === 0) this.#deliver(head, exchange);
    }
    return bytes.length;
  }

  /** Bytes of a body that came to where they belong. */
  #grown(bytes: number): void {
    const head = this.#head;
    const exchange = this.#exchange;
    this.#left -= bytes;
    this.#bodyEnd += bytes;
    if (head === undefined || exchange?.open !== true || !exchange.take(bytes)) this.#giveBack();
    else if (this.#left === 0) this.#deliver(head, exchange);
  }

  #deliver(head: RequestHead, exchange: HttpExchange): void {
    const body = this.#body;
    if (body === undefined) return;
    this.#body = undefined;
    const end = this.#bodyEnd;
    this.#bodyEnd = 0;
    exchange.deliver(head.signal, head.contentEncoding, body.subarray(0, end), body);
  }

  /** Room for so many bytes more: twice what there is by then, but no more than the whole body. */
  #roomFor(bytes: number): Buffer {
    const needed = this.#bodyEnd + bytes;
    const body = this.#body;
    if (body !== undefined && body.length >= needed) return body;
    const total = this.#bodyEnd + bytes + this.#left;
    const larger = this.#host.context.buffers.lease(Math.min(total, 2 * needed));
    if (body !== undefined) {
      larger.set(body.subarray(0, this.#bodyEnd));
      this.#host.context.buffers.giveBack(body);
    }
    this.#body = larger;
    return larger;
  }

  /** Only from where bytes are taken: Node reads into the body until it is told otherwise, right after. */
  #giveBack(): void {
    if (this.#body !== undefined) this.#host.context.buffers.giveBack(this.#body);
    this.#body = undefined;
    this.#bodyEnd = 0;
  }

  #wait(bytes: Buffer): void {
    const exchange = this.#exchange;
    if (exchange?.hold(bytes.length) === true) {
      this.#waiting = this.#waiting === undefined ? Buffer.from(bytes) : Buffer.concat([this.#waiting, bytes]);
    } else this.#closing = true;
  }

  answer(httpStatus: number, encoding: Encoding, body: Buffer, headers: readonly string[]): void {
    const socket = this.#socket;
    this.#age = 0;
    if (!socket.writable) return;
    const last = this.#closing || (this.#host.context.admission.draining && this.#waiting === undefined);
    let head = `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus]}\r\nContent-Type: ${CONTENT_TYPE[encoding]}\r\n`;
    for (let at = 0; at < headers.length; at += 2) head += `${headers[at]}: ${headers[at + 1]}\r\n`;
    head += `Content-Length: ${body.length}\r\nDate: ${new Date().toUTCString()}\r\n`;
    head += last ? 'Connection: close\r\n\r\n' : 'Connection: keep-alive\r\n\r\n';
    socket.write(body.length === 0 ? head : Buffer.concat([Buffer.from(head, 'latin1'), body]), 'latin1');
    if (last) {
      this.#closing = true;
      socket.destroySoon();
    } else if (!this.#consuming) this.#resume();
  }

  /** Goes on with what has been waiting, then with the socket. */
  #resume(): void {
    if (this.busy || this.#closing) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) {
      this.#consuming = true;
      this.#consume(waiting);
      this.#consuming = false;
    }
    if (!this.#closing && this.#waiting === undefined && !this.#socket.writableNeedDrain) this.#socket.resume();
  }

  /** Called in turns; see `PlainConnectionHost`. */
  sweep(): void {
    this.#age += 1;
    const { requestTurns, firstHeadTurns, idleTurns, firstHeadTimedOut } = this.#host;
    if (this.#left > 0) {
      if (this.#age <= requestTurns) return;
      this.#closing = true;
      if (this.busy) this.#exchange?.refuse(new Refusal('timeout', 'The request did not come in whole in time.'));
      else this.#socket.destroy();
    } else if (this.#head === undefined) {
      if (this.#age > firstHeadTurns) firstHeadTimedOut(this.#socket);
    } else if (!this.busy && this.#age > idleTurns) this.#socket.destroySoon();
  }

  #handOver(bytes: Buffer): void {
    const socket = this.#socket;
    this.#closing = true;
    // Node starts reading again only while the memory is ours.
    socket.resume();
    stopReadingIntoOwnMemory(socket);
    socket.off('end', this.#onEnd);
    socket.off('close', this.#onClose);
    socket.off('drain', this.#onDrain);
    socket.off('error', ignore);
    this.#host.handOver(socket, Buffer.from(bytes));
  }

  /** The client sends no more; it may still read its answer. */
  #ended(): void {
    if (this.#left > 0 || !this.busy) this.#socket.destroySoon();
    else this.#closing = true;
  }

  #gone(): void {
    this.#closing = true;
    this.#exchange?.abort();
    this.#waiting = undefined;
    this.#giveBack();
  }
}

const NO_HEADERS: readonly string[] = [];

function ignore(): void {
  // The connection closes, and that is seen.
}
