/** A receiver as the kernel sees it: a process that was started, the CPU time it has used and the most memory it has held. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, connect } from 'node:net';

/** `_SC_CLK_TCK`, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const START_DEADLINE_MS = 30_000;
const RETRY_MS = 50;

export class ReceivingProcess {
  readonly #child: ChildProcess;
  #said = '';

  private constructor(command: string, commandArguments: readonly string[]) {
    this.#child = spawn(command, commandArguments, { stdio: ['ignore', 'pipe', 'pipe'] });
    process.once('exit', () => this.#child.kill('SIGKILL'));
    const keep = (chunk: Buffer): void => {
      this.#said = (this.#said + chunk.toString()).slice(-4000);
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
  }

  /** Resolves once something listens on `port`. */
  static async start(command: string, commandArguments: readonly string[], port: number): Promise<ReceivingProcess> {
    const started = new ReceivingProcess(command, commandArguments);
    const deadline = Date.now() + START_DEADLINE_MS;
    while (!(await listens(port))) {
      if (started.#child.exitCode !== null || Date.now() > deadline) {
        started.#child.kill();
        throw new Error(`${command} does not listen on port ${port}:\n${started.#said}`);
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    return started;
  }

  /** User and system time of all its threads. */
  get cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    // The second field is the command in parentheses, which may hold spaces; utime and stime are the 14th and 15th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  get peakResidentMib(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
