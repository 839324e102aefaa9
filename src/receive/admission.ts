/**
 * Who may come in: one bound on requests, one on their bytes and one on their wait (`queue-delay.ts`), shared by both
 * transports, and the door that drain closes.
 *
 * Bytes are taken as they arrive at the socket and again as they are decompressed, so a sender that promises much and sends
 * little holds little. Refusing a request frees what it held, so senders that fill the bound cannot lock one another out.
 *
 * Fairness is by dynamic thresholds (Choudhury and Hahne, IEEE/ACM Trans. Networking 6, 1998): a sender may hold at most
 * `SHARE` times what is free, so one alone gets 4/5 of a bound, two get 4/9 each, and there is always room for the next.
 * Who holds nothing is bound by the whole only: any sender gets one request through, and one message of any size.
 * Error bound: two transient copies, one at a time since both are synchronous, are not counted: joining the chunks of one
 * body, and the one chunk of output by which a decompressor overshoots.
 */
import { Limit } from '../lib/limit.js';
import { type ContentEncoding, decompress, noRoom } from './content-encoding.js';
import type { MemoryWatch } from './memory-watch.js';
import { QueueDelay } from './queue-delay.js';
import { Refusal } from './refusal.js';

const SHARE = 4;

/** What one sender holds; forgotten when it holds nothing, so there are never more than requests. */
interface Sender {
  readonly name: string;
  requests: number;
  bytes: number;
}

export class Admission {
  readonly bytes: Limit;
  readonly requests: Limit;
  readonly delay = new QueueDelay();
  readonly #memory: MemoryWatch;
  readonly #senders = new Map<string, Sender>();
  #draining = false;
  #whenEmpty: (() => void)[] = [];

  constructor(maxInFlightBytes: number, maxInFlightRequests: number, memory: MemoryWatch) {
    this.bytes = new Limit('in_flight_bytes', maxInFlightBytes);
    this.requests = new Limit('in_flight_requests', maxInFlightRequests);
    this.#memory = memory;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /**
   * Every seat given is left once.
   * @param name the principal, or else the address that it sends from
   */
  enter(name: string): Seat | Refusal {
    if (this.#draining) return new Refusal('draining', 'The receiver is shutting down; send this again.');
    if (this.#memory.isShort()) return new Refusal('overloaded', 'Memory is short; send this again.');
    if (this.delay.isTooLong(name)) return tooLong();
    const sender = this.#senders.get(name) ?? { name, requests: 0, bytes: 0 };
    const { requests } = this;
    if (room(requests, sender.requests) < 1) {
      requests.overflow++;
      return new Refusal('overloaded', 'Too many requests are in flight; send this again.');
    }
    requests.take();
    sender.requests++;
    this.#senders.set(name, sender);
    return new Seat(this, sender);
  }

  /** What a seat calls: the request is answered, and holds nothing any more. */
  left(sender: Sender): void {
    if (--sender.requests === 0) this.#senders.delete(sender.name);
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

/** What one request holds. */
export class Seat {
  readonly #admission: Admission;
  readonly #sender: Sender;
  #heldBytes = 0;
  #handedMs = 0;

  constructor(admission: Admission, sender: Sender) {
    this.#admission = admission;
    this.#sender = sender;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** How many more bytes it may take. */
  get room(): number {
    return room(this.#admission.bytes, this.#sender.bytes - (this.#sender.requests === 1 ? this.#heldBytes : 0));
  }

  /**
   * The message is whole: decompressed, within what room there is, if it need not wait too long. That is asked again since it
   * may be long ago that the request came in, and most of the work is still to come.
   */
  open(encoding: ContentEncoding, message: Buffer, maxMessageBytes: number): Buffer | Refusal {
    const { bytes, delay } = this.#admission;
    if (delay.isTooLong(this.#sender.name)) return tooLong();
    const body = decompress(encoding, message, maxMessageBytes, this.room);
    if (body instanceof Refusal) {
      if (body.kind === 'overloaded') bytes.overflow += message.length;
    } else if (body !== message) this.#hold(body.length - this.#heldBytes);
    return body;
  }

  /** The body goes to the handler. */
  handed(): void {
    this.#handedMs = this.#admission.delay.handed();
  }

  /** The handler is done with it. */
  settled(): void {
    this.#admission.delay.settled(this.#sender.name, this.#handedMs);
  }

  take(amount: number): Refusal | undefined {
    if (amount <= this.room) {
      this.#hold(amount);
      return undefined;
    }
    this.#admission.bytes.overflow += amount;
    return noRoom();
  }

  leave(): void {
    this.#hold(-this.#heldBytes);
    this.#admission.left(this.#sender);
  }

  #hold(amount: number): void {
    this.#admission.bytes.used += amount;
    this.#sender.bytes += amount;
    this.#heldBytes += amount;
  }
}

function tooLong(): Refusal {
  return new Refusal('overloaded', 'Too much is waiting already; send this again.');
}

/** How much more somebody may take who holds `held` already: x with held + x <= SHARE * (free - x), or all that is free. */
function room(limit: Limit, held: number): number {
  const free = limit.max - limit.used;
  return held === 0 ? free : Math.ceil((SHARE * free - held) / (1 + SHARE));
}
