/**
 * What this room hands to the next stage, and what it takes back. The body is raw OTLP bytes, already decompressed and
 * within the message limit; it belongs to the handler until the handler has returned or its promise has settled; after that its memory is used again.
 */
export type Transport = 'http' | 'grpc';
export type Signal = 'traces' | 'logs' | 'metrics';
export type Encoding = 'protobuf' | 'json';

export const SIGNALS: readonly Signal[] = ['traces', 'logs', 'metrics'];

export interface Delivery {
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly body: Uint8Array;
  readonly transport: Transport;
  /** Name of the bearer token, else common name of the client certificate; absent where neither is asked for. */
  readonly principal?: string;
}

/**
 * `{ rejected: 0 }` is full success and leaves `partial_success` unset; `rejected: 0` with a message is a warning.
 * Clients never retry a partial success, so a passing failure is a `DeliveryError` of kind `overloaded`, never this.
 */
export interface Outcome {
  /** Spans, log records or data points that were not taken and never will be. */
  readonly rejected: number;
  readonly message?: string;
}

export type Handler = (delivery: Delivery) => Outcome | Promise<Outcome>;

export type DeliveryErrorKind = 'bad_data' | 'overloaded' | 'forbidden';

/** Thrown by a handler that takes nothing of a delivery. Only `overloaded` makes the client send it again. */
export class DeliveryError extends Error {
  readonly kind: DeliveryErrorKind;
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: DeliveryErrorKind, message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = 'DeliveryError';
    this.kind = kind;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * Runs the handler and settles once, at once where the handler is synchronous: a promise per request is a cost that the
 * hot path does not need. `settle` must not throw.
 */
export function deliver(
  handler: Handler,
  delivery: Delivery,
  settle: (result: Outcome, failure?: unknown) => void,
): void {
  let outcome: Outcome | Promise<Outcome>;
  try {
    outcome = handler(delivery);
  } catch (failure) {
    settle(NOTHING, failure ?? new Error('the handler threw nothing'));
    return;
  }
  if (!(outcome instanceof Promise)) {
    settle(outcome);
    return;
  }
  outcome.then(
    (settled) => settle(settled),
    (failure: unknown) => settle(NOTHING, failure ?? new Error('the handler rejected with nothing')),
  );
}

const NOTHING: Outcome = { rejected: 0 };
