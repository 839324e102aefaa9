/**
 * A mutual exclusion between threads on one word of shared memory: Drepper's third mutex ("Futexes Are Tricky", 2011). Held
 * for well under a microsecond at a time, so a thread that finds it taken spins for a moment before it sleeps. On memory
 * that is not shared it is never contended. Cost where nobody else holds it: two atomic operations.
 */
const FREE = 0;
const TAKEN = 1;
/** Taken, and somebody sleeps until it is free. */
const AWAITED = 2;
const SPINS = 200;

export class SharedLock {
  readonly #word: Int32Array;

  /** @param word one element, 0 at first */
  constructor(word: Int32Array) {
    this.#word = word;
  }

  /** Runs `action` while nobody else holds the lock; for where a closure does not matter. */
  hold<Result>(action: () => Result): Result {
    this.acquire();
    try {
      return action();
    } finally {
      this.release();
    }
  }

  acquire(): void {
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.compareExchange(this.#word, 0, FREE, TAKEN) === FREE) return;
    }
    while (Atomics.exchange(this.#word, 0, AWAITED) !== FREE) Atomics.wait(this.#word, 0, AWAITED);
  }

  release(): void {
    if (Atomics.exchange(this.#word, 0, FREE) === AWAITED) Atomics.notify(this.#word, 0, 1);
  }
}
