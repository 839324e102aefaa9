/** The port through which time enters. Milliseconds since the Unix epoch, as a double (sub-millisecond allowed). */
export interface Clock {
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

/** A clock that tests and replays move by hand. */
export class ManualClock implements Clock {
  #nowMs: number;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  advanceMs(deltaMs: number): void {
    this.#nowMs += deltaMs;
  }

  setMs(nowMs: number): void {
    this.#nowMs = nowMs;
  }
}
