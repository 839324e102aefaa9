/**
 * Several threads that decode and observe, in front of one pipeline: the principal, which everything they gather ends up
 * in. A message goes to the thread with the fewest bytes before it, copied once into memory that changes hands.
 */
import { MessageChannel, Worker } from 'node:worker_threads';
import type { CorrelatorMemory } from '../correlate/index.js';
import type { Interpretation } from '../interpret/index.js';
import { PlumblineError } from '../lib/plumbline-error.js';
import type { Message, Pipeline, PipelineSettings } from './pipeline.js';
import type { Answer, FromThread, KeyCounts, Question, ThreadSettings, ToThread } from './thread-messages.js';

/** Memory of messages that a thread has given back, kept for the next ones. */
const SPARE_BUFFERS = 4;
const SPARE_BUFFER_BYTES_MAX = 4 * 1024 * 1024;
/** What is copied into fresh memory is given this much more of it, so that the next message of its kind fits too. */
const BUFFER_ROOM = 1.25;

interface Waiting {
  readonly bytes: number;
  readonly resolve: (interpretation: Interpretation) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerPool {
  readonly #threads: readonly Thread[];

  private constructor(threads: readonly Thread[]) {
    this.#threads = threads;
  }

  static async start(
    count: number,
    settings: PipelineSettings,
    principal: Pipeline,
    memory: CorrelatorMemory,
  ): Promise<WorkerPool> {
    const threads = Array.from({ length: count }, () => new Thread(settings, principal, memory));
    await Promise.all(threads.map(({ ready }) => ready));
    return new WorkerPool(threads);
  }

  get keys(): KeyCounts {
    return {
      used: Math.max(...this.#threads.map(({ keys }) => keys.used)),
      overflow: this.#threads.reduce((sum, { keys }) => sum + keys.overflow, 0),
    };
  }

  /** Rejects with a PlumblineError when the message cannot be decoded; nothing of it was observed then. */
  take(message: Message): Promise<Interpretation> {
    return this.#threads.reduce((least, thread) => (thread.bytes < least.bytes ? thread : least)).take(message);
  }

  /** What was taken before is in the principal afterwards. */
  async gather(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.gather()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

class Thread {
  /** Of the messages that wait or are being taken. */
  bytes = 0;
  keys: KeyCounts = { used: 0, overflow: 0 };
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #principal: Pipeline;
  readonly #waiting = new Map<number, Waiting>();
  readonly #spare: ArrayBuffer[] = [];
  readonly #gatherers: (() => void)[] = [];
  #nextId = 0;

  constructor(settings: PipelineSettings, principal: Pipeline, memory: CorrelatorMemory) {
    this.#principal = principal;
    const { port1, port2 } = new MessageChannel();
    const answered = new SharedArrayBuffer(4);
    const questions = { port: port2, answered };
    const workerData: ThreadSettings = { pipeline: settings, memory, questions };
    this.#worker = new Worker(threadEntry(), { workerData, transferList: [port2] });
    this.ready = new Promise((resolve) => {
      this.#worker.on('message', (message: FromThread) => {
        if (message.kind === 'ready') resolve();
        else if (message.kind === 'done') this.#done(message);
        else this.#absorb(message);
      });
    });
    // A fault of ours in a thread is a fault of the process: what was acknowledged and not gathered is lost either way.
    this.#worker.on('error', (error) => {
      throw error;
    });
    port1.on('message', (question: Question) => {
      port1.postMessage(this.#answer(question));
      const count = new Int32Array(answered);
      Atomics.add(count, 0, 1);
      Atomics.notify(count, 0);
    });
  }

  take({ signal, encoding, sender, body }: Message): Promise<Interpretation> {
    const id = this.#nextId++;
    const { length } = body;
    this.bytes += length;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { bytes: length, resolve, reject });
      const buffer = this.#bufferOf(length);
      new Uint8Array(buffer).set(body);
      this.#say({ kind: 'message', id, buffer, length, signal, encoding, sender }, [buffer]);
    });
  }

  gather(): Promise<void> {
    return new Promise((resolve) => {
      this.#gatherers.push(resolve);
      this.#say({ kind: 'gather', skew: this.#principal.observer.skew?.guidance });
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #done({ id, buffer, interpretation, refusal, failure }: Extract<FromThread, { kind: 'done' }>): void {
    const { bytes, resolve, reject } = this.#waiting.get(id)!;
    this.#waiting.delete(id);
    this.bytes -= bytes;
    if (this.#spare.length < SPARE_BUFFERS && buffer.byteLength <= SPARE_BUFFER_BYTES_MAX) this.#spare.push(buffer);
    if (interpretation !== undefined) resolve(interpretation);
    else if (refusal !== undefined) reject(new PlumblineError(refusal.message, refusal));
    else reject(new Error(failure));
  }

  #absorb({ gathered, accounting, counts, keys }: Extract<FromThread, { kind: 'gathered' }>): void {
    const { observer, correlator, interpreter } = this.#principal;
    observer.absorb(gathered);
    correlator.addCounts(counts);
    interpreter.accounting.absorb(accounting);
    this.keys = keys;
    const versions = gathered.awaiting.filter(([model, version]) => observer.introduce(model, version)?.schemas);
    if (versions.length > 0) this.#say({ kind: 'settle', versions });
    this.#gatherers.shift()?.();
  }

  #answer(question: Question): Answer {
    const { observer } = this.#principal;
    if (question.kind === 'introduce') return observer.introduce(question.model, question.version);
    const { model, version } = question.taken;
    observer.absorbVersion(question.taken);
    return observer.introduce(model, version)?.schemas;
  }

  #bufferOf(length: number): ArrayBuffer {
    const fits = this.#spare.findIndex(({ byteLength }) => byteLength >= length);
    if (fits >= 0) return this.#spare.splice(fits, 1)[0];
    this.#spare.length = 0;
    return new ArrayBuffer(Math.ceil(length * BUFFER_ROOM));
  }

  #say(message: ToThread, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}

/** The built thread: beside the built collector; when the sources are run, a thread cannot be read from them. */
function threadEntry(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? '../../dist/worker.js' : './worker.js', import.meta.url);
}
