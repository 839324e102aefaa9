/** A program that keeps running until the test is done with it: started, waited for by what it says, ended by a signal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { Program } from './languages.js';

export class RunningProcess {
  /** Everything that it said, on both streams. */
  output = '';
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #ended = false;
  /** Tells of each addition to `output`, and of the end. */
  readonly #heard = new EventEmitter();

  constructor({ command, parameters }: Program, env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(command, parameters, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#closed = once(this.#child, 'close');
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += String(chunk);
        this.#heard.emit('change');
      });
    }
    this.#child.on('close', () => {
      this.#ended = true;
      this.#heard.emit('change');
    });
  }

  /** @throws Error with all that it said, when it ends before */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output);
      if (match !== null) return match;
      if (this.#ended) throw new Error(`It ended without ${pattern}:\n${this.output}`);
      await Promise.race([once(this.#heard, 'change'), this.#closed]);
    }
  }

  /** Asks it to end, and waits until it has. */
  async stop(): Promise<void> {
    if (!this.#ended) this.#child.kill('SIGTERM');
    await this.#closed;
  }
}
