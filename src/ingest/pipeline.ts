/** The stages from bytes to profiles, put together: once in a process, or once in each thread. */
import { Correlator, type CorrelatorMemory, type CorrelatorOptions } from '../correlate/index.js';
import { transcodeLogs, transcodeMetrics, transcodeTraces } from '../decode/index.js';
import { type Interpretation, Interpreter, type InterpreterOptions } from '../interpret/index.js';
import type { Clock } from '../lib/clock.js';
import { Observer, type ObserverOptions, type Principal } from '../observe/index.js';

const TRANSCODE = { traces: transcodeTraces, logs: transcodeLogs, metrics: transcodeMetrics };

export type Signal = 'traces' | 'logs' | 'metrics';

/** Plain data, so that a thread can be given it. */
export interface PipelineSettings {
  readonly correlator: Omit<CorrelatorOptions, 'clock' | 'memory'>;
  readonly observer: Omit<
    ObserverOptions,
    'clock' | 'correlator' | 'principal' | 'knownModel' | 'referenceOf' | 'referencePlansOf'
  >;
  readonly interpreter: Omit<InterpreterOptions, 'clock' | 'sink'>;
  /** By sender: models that it may send. A sender that is not named may send all. */
  readonly allowedModels: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface PipelinePorts {
  readonly clock: Clock;
  readonly knownModel: ObserverOptions['knownModel'];
  readonly referenceOf: ObserverOptions['referenceOf'];
  readonly referencePlansOf?: ObserverOptions['referencePlansOf'];
  readonly memory?: CorrelatorMemory;
  readonly principal?: Principal;
}

/** A message as it came, decompressed. */
export interface Message {
  readonly signal: Signal;
  readonly encoding: 'protobuf' | 'json';
  readonly body: Uint8Array;
  /** Who sent it, where that is known. */
  readonly sender?: string;
}

export class Pipeline {
  readonly correlator: Correlator;
  readonly observer: Observer;
  readonly interpreter: Interpreter;
  readonly #allowedModels: PipelineSettings['allowedModels'];

  constructor(settings: PipelineSettings, ports: PipelinePorts) {
    const { clock, memory } = ports;
    this.#allowedModels = settings.allowedModels;
    this.correlator = new Correlator({ ...settings.correlator, clock, memory });
    this.observer = new Observer({ ...settings.observer, ...ports, correlator: this.correlator });
    this.interpreter = new Interpreter({ ...settings.interpreter, clock, sink: this.observer });
    this.observer.attach(this.interpreter);
  }

  /** @throws PlumblineError when the message cannot be decoded; nothing of it was observed then */
  take({ signal, encoding, body, sender }: Message): Interpretation {
    const bytes = encoding === 'json' ? TRANSCODE[signal](body) : body;
    const models = sender === undefined ? undefined : this.#allowedModels.get(sender);
    if (signal === 'metrics') return this.interpreter.interpretMetrics(bytes, models);
    return this.interpreter.interpret(signal, bytes, models);
  }
}
