/**
 * The clock of the play: simulated time runs `daysPerSecond` times a day for each real second. Where the play cannot
 * keep up (a slow machine, a slow service), the clock waits with it instead of running away.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../src/lib/clock.js';

const DAY_MS = 86_400_000;
/** Shorter waits than this are not worth a timer. */
const SHORTEST_WAIT_MS = 4;
/** How far the play may lag before the clock is held back. */
const LONGEST_LAG_MS = 250;

export class SimulatedClock implements Clock {
  readonly #wall: Clock;
  readonly #simulatedPerWall: number;
  #wallStartMs: number;
  readonly #startMs: number;

  constructor(startMs: number, daysPerSecond: number, wall: Clock) {
    this.#wall = wall;
    this.#startMs = startMs;
    this.#simulatedPerWall = (daysPerSecond * DAY_MS) / 1000;
    this.#wallStartMs = wall.nowMs();
  }

  nowMs(): number {
    return this.#startMs + (this.#wall.nowMs() - this.#wallStartMs) * this.#simulatedPerWall;
  }

  /** Resolves when it is that time; a play that comes late holds the clock back. */
  async reach(simulatedMs: number): Promise<void> {
    const dueMs = this.#wallStartMs + (simulatedMs - this.#startMs) / this.#simulatedPerWall;
    const waitMs = dueMs - this.#wall.nowMs();
    if (waitMs >= SHORTEST_WAIT_MS) await sleep(waitMs);
    else if (waitMs < -LONGEST_LAG_MS) this.#wallStartMs -= waitMs + LONGEST_LAG_MS;
  }
}
