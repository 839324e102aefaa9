/** What the main thread and its worker threads say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { CorrelatorCounts, CorrelatorMemory } from '../correlate/index.js';
import type { AccountingState, Interpretation } from '../interpret/index.js';
import type { Gathered, Introduction, SkewGuidance, VersionSchemas, VersionState } from '../observe/index.js';
import type { ErrorCode } from '../registry/index.js';
import type { Message, PipelineSettings } from './pipeline.js';

/** What a thread is started with. */
export interface ThreadSettings {
  readonly pipeline: PipelineSettings;
  readonly memory: CorrelatorMemory;
  readonly questions: Questions;
}

/** A channel on which a thread asks and sleeps until it is answered. */
export interface Questions {
  readonly port: MessagePort;
  /** One word; the number of answers so far. */
  readonly answered: SharedArrayBuffer;
}

export type Question =
  | { readonly kind: 'introduce'; readonly model: string; readonly version: string }
  | { readonly kind: 'handOver'; readonly taken: VersionState };

export type Answer = Introduction | VersionSchemas | undefined;

export type ToThread =
  | ({ readonly kind: 'message'; readonly id: number; readonly buffer: ArrayBuffer; readonly length: number } & Omit<
      Message,
      'body'
    >)
  | { readonly kind: 'gather'; readonly skew: SkewGuidance | undefined }
  /** How these versions are folded has been decided: ask for it. */
  | { readonly kind: 'settle'; readonly versions: Gathered['awaiting'] };

export type FromThread =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'done';
      readonly id: number;
      /** The message's memory, for the next one. */
      readonly buffer: ArrayBuffer;
      readonly interpretation?: Interpretation;
      readonly refusal?: Refusal;
      /** Ours is the fault: what was thrown, in words. */
      readonly failure?: string;
    }
  | {
      readonly kind: 'gathered';
      readonly gathered: Gathered;
      readonly accounting: AccountingState;
      readonly counts: CorrelatorCounts;
      readonly keys: KeyCounts;
    };

/** A PlumblineError as plain data. */
export interface Refusal {
  readonly message: string;
  readonly code: ErrorCode;
  readonly key: string | undefined;
  readonly remedy: string | undefined;
}

export interface KeyCounts {
  readonly used: number;
  readonly overflow: number;
}
