/** A terminal that remembers what was said on it, and whose signals the test sends. */
import { type Terminal } from '../../src/cli/terminal.js';

export class RememberedTerminal implements Terminal {
  stdout = '';
  stderr = '';
  readonly coloured: boolean;
  readonly exits: number[] = [];
  #handlers = new Set<() => void>();
  #waiting: (() => void)[] = [];

  constructor({ coloured = false } = {}) {
    this.coloured = coloured;
  }

  out(text: string): void {
    this.stdout += text;
  }

  err(text: string): void {
    this.stderr += text;
    for (const look of this.#waiting) look();
  }

  onStopRequest(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  exitNow(status: number): void {
    this.exits.push(status);
  }

  stop(): void {
    for (const handler of this.#handlers) handler();
  }

  /** Resolves when standard error has the text. */
  said(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (pattern.test(this.stderr)) resolve();
      };
      this.#waiting.push(look);
      look();
    });
  }
}
