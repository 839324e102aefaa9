/** A program that keeps running until the test is done with it: started, waited for by what it says, ended by a signal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Program } from './languages.js';

export class RunningProcess {
  /** Everything that it said, on both streams. */
  output = '';
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor({ command, parameters }: Program, env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(command, parameters, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#closed = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk) => (this.output += String(chunk)));
    }
  }

  /** @throws Error with all that it said, when it ends before */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      await Promise.race([once(this.#child.stdout!, 'data'), once(this.#child.stderr!, 'data'), this.#closed]);
      if (this.#ended && !pattern.test(this.output)) throw new Error(`It ended without ${pattern}:\n${this.output}`);
    }
  }

  /** Asks it to end, and waits until it has. */
  async stop(): Promise<void> {
    if (!this.#ended) this.#child.kill('SIGTERM');
    await this.#closed;
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
