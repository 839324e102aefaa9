/** A process of a bench that takes one order at a time and answers each: what sends must not share a core's time with what is measured. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export class OrderedProcess<Order extends object> {
  readonly #child: ChildProcess;

  /** @param file of the process, in TypeScript */
  constructor(file: URL) {
    this.#child = fork(fileURLToPath(file), { execArgv: ['--import', 'tsx'], serialization: 'advanced' });
  }

  /** @throws Error when the process ends instead of answering */
  async order(order: Order): Promise<unknown> {
    const died = new AbortController();
    const answered = once(this.#child, 'message', { signal: died.signal });
    const exited = once(this.#child, 'exit', { signal: died.signal }).then(() => {
      throw new Error(`${this.#child.spawnargs.at(-1)} ended: see above`);
    });
    this.#child.send(order);
    try {
      const [answer] = (await Promise.race([answered, exited])) as [unknown];
      return answer;
    } finally {
      died.abort();
      await Promise.allSettled([answered, exited]);
    }
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
