/**
 * Who may come in: one bound on requests and one on their bytes, shared by both transports, and the door that drain closes.
 *
 * Bytes are taken as they arrive at the socket and again as they are decompressed, so a sender that promises much and sends
 * little holds little. Refusing a request frees what it held, so senders that fill the bound cannot lock one another out.
 * Error bound: two transient copies, one at a time since both are synchronous, are not counted: joining the chunks of one
 * body, and the one chunk of output by which a decompressor overshoots.
 */
import { Limit } from '../lib/limit.js';
import { Refusal } from './refusal.js';

export class Admission {
  readonly bytes: Limit;
  readonly requests: Limit;
  #draining = false;
  #whenEmpty: (() => void)[] = [];

  constructor(maxInFlightBytes: number, maxInFlightRequests: number) {
    this.bytes = new Limit('in_flight_bytes', maxInFlightBytes);
    this.requests = new Limit('in_flight_requests', maxInFlightRequests);
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Every `enter` that gives no refusal is paired with one `leave`. */
  enter(): Refusal | undefined {
    if (this.#draining) return new Refusal('draining', 'The receiver is shutting down; send this again.');
    if (!this.requests.take()) return new Refusal('overloaded', 'Too many requests are in flight; send this again.');
    return undefined;
  }

  leave(heldBytes: number): void {
    this.bytes.release(heldBytes);
    this.requests.release();
    if (this.requests.used > 0) return;
    for (const resolve of this.#whenEmpty) resolve();
    this.#whenEmpty = [];
  }

  /** Lets nobody in from now on; resolves when everyone has left. */
  drain(): Promise<void> {
    this.#draining = true;
    if (this.requests.used === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.push(resolve));
  }
}
