/** The near end of the sender process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface SenderOrder {
  /** Also its token. */
  readonly name: string;
  /** Requests, open loop; absent: closed loop, one request under way on each connection. */
  readonly perSecond?: number;
  readonly connections: number;
}

export type Order =
  | { readonly kind: 'bodies'; readonly bodies: readonly Uint8Array[] }
  | {
      readonly kind: 'run';
      readonly transport: 'http' | 'grpc';
      readonly port: number;
      readonly seconds: number;
      readonly senders: readonly SenderOrder[];
    };

export interface SenderReport {
  readonly name: string;
  sent: number;
  accepted: number;
  /** So that they are to come back, and when. */
  refused: number;
  /** Answered otherwise, or not at all. */
  lost: number;
  /** Not sent, since no connection was free. */
  leftOut: number;
  /** Of what was accepted after the first second. */
  readonly latenciesMs: number[];
}

export class Senders {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(fileURLToPath(new URL('sender-process.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
    });
  }

  async bodies(bodies: readonly Uint8Array[]): Promise<void> {
    await this.#order({ kind: 'bodies', bodies });
  }

  async run(order: Omit<Extract<Order, { kind: 'run' }>, 'kind'>): Promise<SenderReport[]> {
    return (await this.#order({ kind: 'run', ...order })) as SenderReport[];
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  async #order(order: Order): Promise<unknown> {
    const died = new AbortController();
    const answered = once(this.#child, 'message', { signal: died.signal });
    const exited = once(this.#child, 'exit', { signal: died.signal }).then(() => {
      throw new Error('the sender process ended: see above');
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
