/** The near end of the load process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export type LoadOrder =
  | { readonly kind: 'bodies'; readonly bodies: readonly Uint8Array[] }
  | {
      readonly kind: 'run';
      readonly url: string;
      readonly requests: number;
      /** Requests under way at once. */
      readonly concurrency: number;
      readonly gzip: boolean;
    };

export interface LoadReport {
  readonly wireBytes: number;
  readonly seconds: number;
}

export class Load {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(fileURLToPath(new URL('load-process.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
    });
  }

  async bodies(bodies: readonly Uint8Array[]): Promise<void> {
    await this.#order({ kind: 'bodies', bodies });
  }

  async run(order: Omit<Extract<LoadOrder, { kind: 'run' }>, 'kind'>): Promise<LoadReport> {
    return (await this.#order({ kind: 'run', ...order })) as LoadReport;
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  async #order(order: LoadOrder): Promise<unknown> {
    const died = new AbortController();
    const answered = once(this.#child, 'message', { signal: died.signal });
    const exited = once(this.#child, 'exit', { signal: died.signal }).then(() => {
      throw new Error('the load process ended: see above');
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
}
