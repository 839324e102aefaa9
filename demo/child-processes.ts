/**
 * The processes that the demo starts: each is known by name, its latest lines are kept to be shown should it die, and all
 * of them are ended, by process id, in the reverse of the order in which they were started.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that does not end within this time of being asked is killed. */
const GRACE_MS = 8_000;
const KEPT_LINES = 12;

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Each line of its standard output; absent: kept with its standard error. */
  readonly onLine?: (line: string) => void;
  /** What it sends over its channel to us (Node processes only). */
  readonly onMessage?: (message: unknown) => void;
}

interface Child {
  readonly name: string;
  readonly process: ChildProcess;
  readonly lines: string[];
  readonly ended: Promise<void>;
  expectedToEnd: boolean;
}

export class ChildProcesses {
  readonly #children: Child[] = [];
  readonly #onDeath: (name: string, how: string, lines: readonly string[]) => void;

  /** `onDeath` is told of a process that ended though nobody asked it to. */
  constructor(onDeath: (name: string, how: string, lines: readonly string[]) => void) {
    this.#onDeath = onDeath;
  }

  start(name: string, command: string, args: readonly string[], options: ChildOptions = {}): void {
    const channel = options.onMessage === undefined ? [] : ['ipc' as const];
    const child: ChildProcess = spawn(command, args, {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe', ...channel],
      // A group of its own: Ctrl-C in the terminal reaches this process alone, which then ends the others in order.
      detached: true,
    });
    const lines: string[] = [];
    const keep = (line: string): void => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
    };
    if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', options.onLine ?? keep);
    if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', keep);
    if (options.onMessage !== undefined) child.on('message', options.onMessage);
    const ended = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        keep(error.message);
        this.#tell(entry, 'could not be started');
        resolve();
      });
      child.once('close', (code, signal) => {
        this.#tell(entry, signal === null ? `ended with code ${code}` : `was ended by ${signal}`);
        resolve();
      });
    });
    const entry: Child = { name, process: child, lines, ended, expectedToEnd: false };
    this.#children.push(entry);
  }

  /** Says that it may end by itself from now on. */
  expectEnd(name: string): void {
    for (const child of this.#children) if (child.name === name) child.expectedToEnd = true;
  }

  /** Ends the latest first, so that what sends goes before what it sends to. */
  async stopAll(): Promise<void> {
    for (const child of this.#children) child.expectedToEnd = true;
    for (const child of this.#children.toReversed()) await stop(child);
  }

  #tell(child: Child, how: string): void {
    if (child.expectedToEnd) return;
    child.expectedToEnd = true;
    this.#onDeath(child.name, how, child.lines);
  }
}

async function stop(child: Child): Promise<void> {
  if (child.process.exitCode !== null || child.process.signalCode !== null || child.process.pid === undefined) return;
  child.process.kill('SIGTERM');
  const abort = new AbortController();
  const grace = sleep(GRACE_MS, 'late' as const, { signal: abort.signal }).catch(() => 'ended' as const);
  if ((await Promise.race([child.ended, grace])) === 'late') {
    child.process.kill('SIGKILL');
    await child.ended;
  }
  abort.abort();
}
