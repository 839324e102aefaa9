/**
 * Work of many milliseconds that can be put down between two slices, as a generator that yields how many units it has just
 * done. Whoever has a thread to himself loops over it, the thread of the event loop does it in turns. The result is the same:
 * where it was put down, the work cannot see.
 */
export type DivisibleWork<Result = void> = Generator<number, Result, void>;

/** @param pause awaited after each slice; may let others have their turn */
export async function inTurns<Result>(work: DivisibleWork<Result>, pause: () => Promise<void>): Promise<Result> {
  let step = work.next();
  while (step.done !== true) {
    await pause();
    step = work.next();
  }
  return step.value;
}
