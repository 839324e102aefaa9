/**
 * The one error type that reaches a user: a stable code, one sentence, the key it is about and what to do.
 * Codes are listed in `registry/error-codes.ts`; the generated reference documentation has a page of them.
 */
import type { ErrorCode } from '../registry/index.js';

export interface PlumblineErrorDetails {
  /** Stable, greppable identifier. */
  readonly code: ErrorCode;
  /** The user's own name for the faulty thing: a configuration key, a file, an attribute. */
  readonly key?: string;
  /** What the user can do about it, as an imperative sentence. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

export class PlumblineError extends Error {
  readonly code: ErrorCode;
  readonly key: string | undefined;
  readonly remedy: string | undefined;

  constructor(sentence: string, details: PlumblineErrorDetails) {
    super(sentence, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'PlumblineError';
    this.code = details.code;
    this.key = details.key;
    this.remedy = details.remedy;
  }

  /** The form the command line prints: `PB1001 sentence (key). Remedy.` */
  describe(): string {
    const key = this.key === undefined ? '' : ` [${this.key}]`;
    const remedy = this.remedy === undefined ? '' : `\n  ${this.remedy}`;
    return `${this.code} ${this.message}${key}${remedy}`;
  }
}
