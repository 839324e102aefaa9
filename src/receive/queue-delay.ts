/**
 * Bounds how long a request waits for its turn. A receiver that is offered more than it can do, and bounds bytes only, does
 * as much as ever, each a long while too late; so those are refused that would wait, and the others hardly do.
 *
 * Nobody tells how long bytes have lain in a socket, but whatever is read in one turn of the event loop was there, or came,
 * since the turn began: so long it has waited at least. To this is added what the handler has in hand already.
 * A burst is no overload (the controlled delay of Nichols and Jacobson, ACM Queue 10(5), 2012, is the idea), and waits a
 * quarter of a second at most. But when turns of more than `LATE_MS` follow one another, a request waits for about two others
 * at most, until there has been time to spare. The first request of a turn is always taken.
 *
 * Fairness: time in the handler is counted by sender, half of it forgotten each second. Whoever has had more than an equal
 * share waits a quarter as long before it is refused, and so makes room for the others.
 * Cost: one look at the clock for each request and each body, one immediate for each turn. Error bound: the wait of what came
 * during the turn before is understated by up to that turn.
 */
import { Limit } from '../lib/limit.js';

/** Turns longer than this, or than `LATE_COSTS` times what a request takes, are late. */
const LATE_MS = 100;
const LATE_COSTS = 16;
const LATE_TURNS = 2;
/** Busy for less than this share of this time, it is over: under overload there is always more to do. */
const CALM_SHARE = 0.75;
const CALM_MS = 1000;
/** How much longer than late a burst may take. */
const BURST = 2.5;
/** How many others a request may wait for while there is overload. */
const PATIENCE_COSTS = 2;
const LEAST_PATIENCE_MS = 1;
const OVER_SHARE_PATIENCE = 1 / 4;
/** Weight of the latest request in the mean. */
const SMOOTHING = 1 / 16;
const FORGET_EVERY_MS = 1000;
const FORGOTTEN_MS = 0.01;
/** Further ones are taken for modest. */
const MAX_SENDERS = 4096;
/** The least time that a request took creeps up by this much each, so that it follows. */
const LEAST_CREEP = 1.01;

export class QueueDelay {
  /** How long the latest turn took, against what makes it late; what is refused for its wait counts as one overflow. */
  readonly limit = new Limit('wait_seconds', LATE_MS / 1000);
  readonly senders = new Limit('senders', MAX_SENDERS);
  readonly #nowMs: () => number;
  readonly #usedMs = new Map<string, number>();
  #totalUsedMs = 0;
  #forgetAtMs = 0;

  #inTurn = false;
  #turnStartMs = 0;
  #lateTurns = 0;
  #lateSinceMs: number | undefined;
  #overloaded = false;
  #busySinceMs = 0;
  #busyMs = 0;
  #observedSinceMs = 0;

  #inHand = 0;
  #costMs = 0;
  #leastMs = Infinity;
  #settledMs = 0;
  readonly #onTurnEnd = (): void => this.#endTurn();

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Whether a request of this sender, come to its turn now, has to be refused. */
  isTooLong(sender: string): boolean {
    const nowMs = this.#beginTurn();
    const inHandMs = this.#inHand === 0 ? 0 : Math.max(0, this.#inHand * this.#costMs - this.#leastMs);
    const waitMs = nowMs - this.#turnStartMs + inHandMs;
    if (waitMs <= this.#patienceMs(sender)) return false;
    this.limit.overflow += 1;
    return true;
  }

  #patienceMs(sender: string): number {
    if (!this.#overloaded) return this.#lateTurns === 0 ? BURST * this.#lateMs : this.#lateMs;
    const patienceMs = Math.max(LEAST_PATIENCE_MS, PATIENCE_COSTS * this.#costMs);
    return this.#isOverShare(sender) ? OVER_SHARE_PATIENCE * patienceMs : patienceMs;
  }

  /** A body goes to the handler; gives what `settled` wants to know. */
  handed(): number {
    const nowMs = this.#beginTurn();
    this.#inHand += 1;
    return nowMs;
  }

  settled(sender: string, handedMs: number): void {
    const nowMs = this.#nowMs();
    const tookMs = nowMs - handedMs;
    // With several in hand at once: since the one before.
    const costMs = nowMs - Math.max(handedMs, this.#settledMs);
    this.#inHand -= 1;
    this.#settledMs = nowMs;
    this.#costMs += this.#costMs === 0 ? costMs : (costMs - this.#costMs) * SMOOTHING;
    this.#leastMs = Math.min(tookMs, this.#leastMs * LEAST_CREEP);
    this.#use(sender, costMs);
    if (tookMs <= this.#lateMs) this.#lateSinceMs = undefined;
    else {
      this.#lateSinceMs ??= nowMs;
      if (nowMs - this.#lateSinceMs > this.#lateMs) this.#overloaded = true;
    }
    if (!this.#inTurn && this.#inHand === 0) this.#busyMs += nowMs - this.#busySinceMs;
  }

  get #lateMs(): number {
    return Math.max(LATE_MS, LATE_COSTS * this.#costMs);
  }

  #beginTurn(): number {
    const nowMs = this.#nowMs();
    if (!this.#inTurn) {
      if (this.#inHand === 0) this.#busySinceMs = nowMs;
      this.#inTurn = true;
      this.#turnStartMs = nowMs;
      this.#calmDown(nowMs);
      setImmediate(this.#onTurnEnd);
    }
    return nowMs;
  }

  #endTurn(): void {
    const nowMs = this.#nowMs();
    const tookMs = nowMs - this.#turnStartMs;
    this.#inTurn = false;
    this.limit.used = tookMs / 1000;
    this.#lateTurns = tookMs > this.#lateMs ? this.#lateTurns + 1 : 0;
    if (this.#lateTurns >= LATE_TURNS) this.#overloaded = true;
    if (this.#inHand === 0) this.#busyMs += nowMs - this.#busySinceMs;
    if (nowMs >= this.#forgetAtMs) this.#forget(nowMs);
  }

  #calmDown(nowMs: number): void {
    const observedMs = nowMs - this.#observedSinceMs;
    if (observedMs < CALM_MS) return;
    const busyMs = this.#busyMs + nowMs - this.#busySinceMs;
    if (busyMs < CALM_SHARE * observedMs) this.#overloaded = false;
    this.#observedSinceMs = this.#busySinceMs = nowMs;
    this.#busyMs = 0;
  }

  #use(sender: string, costMs: number): void {
    const usedMs = this.#usedMs.get(sender);
    if (usedMs === undefined && !this.senders.take()) return;
    this.#usedMs.set(sender, (usedMs ?? 0) + costMs);
    this.#totalUsedMs += costMs;
  }

  #isOverShare(sender: string): boolean {
    return (this.#usedMs.get(sender) ?? 0) * this.#usedMs.size > this.#totalUsedMs;
  }

  #forget(nowMs: number): void {
    this.#forgetAtMs = nowMs + FORGET_EVERY_MS;
    this.#totalUsedMs = 0;
    for (const [sender, usedMs] of this.#usedMs) {
      const keptMs = usedMs / 2;
      if (keptMs < FORGOTTEN_MS) {
        this.#usedMs.delete(sender);
        this.senders.release();
      } else {
        this.#usedMs.set(sender, keptMs);
        this.#totalUsedMs += keptMs;
      }
    }
  }
}
