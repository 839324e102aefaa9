/**
 * Refuses before memory runs out: above the limit nothing new is let in, and clients send it again later. Bytes in flight
 * have a bound of their own; this one is for everything else that a process can grow by.
 *
 * Resident memory falls only when garbage is collected, and a process that refuses everything makes none. So while it is
 * above the limit a collection is asked for, at most every ten seconds, as the Collector's memory_limiter does.
 * Cost: one look at the resident set each tenth of a second. Error bound: what comes in between two looks.
 */
import { totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Limit } from '../lib/limit.js';

const LOOK_EVERY_MS = 100;
const LOOKS_BETWEEN_COLLECTIONS = 100;
/** The rest is for what grows between two looks, and for the operating system's own use of it. */
const DEFAULT_SHARE = 0.8;

/** Four fifths of what the control group may use, or of the machine where there is no such limit. */
export function defaultMaxMemoryBytes(): number {
  const machine = totalmem();
  const constrained = process.constrainedMemory();
  return Math.floor(DEFAULT_SHARE * (constrained > 0 && constrained < machine ? constrained : machine));
}

export class MemoryWatch {
  readonly limit: Limit;
  readonly #timer: NodeJS.Timeout;
  #looksUntilCollection = 0;

  constructor(maxMemoryBytes: number) {
    this.limit = new Limit('memory_bytes', maxMemoryBytes);
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** Asked before each request; what it turns away counts as one overflow. */
  isShort(): boolean {
    if (this.limit.used <= this.limit.max) return false;
    this.limit.overflow++;
    return true;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.limit.used = process.memoryUsage.rss();
    if (this.#looksUntilCollection > 0) this.#looksUntilCollection--;
    else if (this.limit.used > this.limit.max) {
      this.#looksUntilCollection = LOOKS_BETWEEN_COLLECTIONS;
      collectGarbage();
      this.limit.used = process.memoryUsage.rss();
    }
  }
}

/** V8 hands out its collector only to contexts that are made after the flag is set. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}
