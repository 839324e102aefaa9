/**
 * A thread that decodes and observes for the main one. It keeps nothing for itself: what it has gathered is asked for
 * before anything is read, and it asks back what it must know of a version, asleep until the answer is there.
 */
import { parentPort, receiveMessageOnPort, threadId, workerData } from 'node:worker_threads';
import { systemClock } from '../lib/clock.js';
import { PlumblineError } from '../lib/plumbline-error.js';
import type { Introduction, Principal, VersionSchemas } from '../observe/index.js';
import { Pipeline } from './pipeline.js';
import type { Answer, FromThread, Question, ThreadSettings, ToThread } from './thread-messages.js';

if (parentPort === null) throw new Error('This file is a worker thread and is started by the collector.');
const parent = parentPort;
const settings = workerData as ThreadSettings;
const answered = new Int32Array(settings.questions.answered);

const principal: Principal = {
  introduce: (model, version) => ask({ kind: 'introduce', model, version }) as Introduction | undefined,
  handOver: (taken) => ask({ kind: 'handOver', taken }) as VersionSchemas | undefined,
};

const observer = { ...settings.pipeline.observer, seed: threadId };
const pipeline = new Pipeline(
  { ...settings.pipeline, observer },
  {
    clock: systemClock,
    memory: settings.memory,
    principal,
    knownModel: () => undefined,
    referenceOf: () => undefined,
  },
);

parent.on('message', (message: ToThread) => {
  if (message.kind === 'message') take(message);
  else if (message.kind === 'settle') pipeline.observer.settle(message.versions);
  else gather(message);
});
say({ kind: 'ready' });

function take(message: Extract<ToThread, { kind: 'message' }>): void {
  const { id, buffer, length, signal, encoding, sender } = message;
  const done = (result: Pick<Extract<FromThread, { kind: 'done' }>, 'interpretation' | 'refusal' | 'failure'>): void =>
    parent.postMessage({ kind: 'done', id, buffer, ...result } satisfies FromThread, [buffer]);
  try {
    done({ interpretation: pipeline.take({ signal, encoding, sender, body: new Uint8Array(buffer, 0, length) }) });
  } catch (error) {
    if (!(error instanceof PlumblineError)) done({ failure: String(error instanceof Error ? error.stack : error) });
    else done({ refusal: { message: error.message, code: error.code, key: error.key, remedy: error.remedy } });
  }
}

function gather({ skew }: Extract<ToThread, { kind: 'gather' }>): void {
  const { observer, interpreter, correlator } = pipeline;
  const { keys, nestedKeys } = interpreter.meanings;
  say({
    kind: 'gathered',
    gathered: observer.take(),
    accounting: interpreter.accounting.take(),
    counts: correlator.takeCounts(),
    keys: { used: keys.size, overflow: keys.overflow + nestedKeys.overflow },
  });
  if (skew !== undefined) observer.skew?.follow(skew);
}

function ask(question: Question): Answer {
  const { port } = settings.questions;
  const before = Atomics.load(answered, 0);
  port.postMessage(question);
  Atomics.wait(answered, 0, before);
  return (receiveMessageOnPort(port) as { message: Answer }).message;
}

function say(message: FromThread): void {
  parent.postMessage(message);
}
