/** The near end of the sender process. */
import { OrderedProcess } from '../ingest/ordered-process.js';

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
  readonly #process = new OrderedProcess<Order>(new URL('sender-process.ts', import.meta.url));

  async bodies(bodies: readonly Uint8Array[]): Promise<void> {
    await this.#process.order({ kind: 'bodies', bodies });
  }

  async run(order: Omit<Extract<Order, { kind: 'run' }>, 'kind'>): Promise<SenderReport[]> {
    return (await this.#process.order({ kind: 'run', ...order })) as SenderReport[];
  }

  end(): void {
    this.#process.end();
  }
}
