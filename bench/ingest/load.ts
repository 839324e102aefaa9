/** The near end of the load process. */
import { OrderedProcess } from './ordered-process.js';

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
  readonly #process = new OrderedProcess<LoadOrder>(new URL('load-process.ts', import.meta.url));

  async bodies(bodies: readonly Uint8Array[]): Promise<void> {
    await this.#process.order({ kind: 'bodies', bodies });
  }

  async run(order: Omit<Extract<LoadOrder, { kind: 'run' }>, 'kind'>): Promise<LoadReport> {
    return (await this.#process.order({ kind: 'run', ...order })) as LoadReport;
  }

  end(): void {
    this.#process.end();
  }
}
