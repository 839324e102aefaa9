/** Plain counters of what came in and how it was answered; the reader decides what metrics they become. */
import { SIGNALS, type Signal, type Transport } from './delivery.js';
import { REFUSAL_KINDS, type RefusalKind } from './refusal.js';

/** `none` counts what was refused before a signal was known: an unknown path, malformed HTTP. */
export type CountedSignal = Signal | 'none';
/** `partial` includes warnings; `aborted` is a client that went away before its request was whole. */
export type RequestOutcome = 'ok' | 'partial' | 'aborted' | RefusalKind;
export const REQUEST_OUTCOMES: readonly RequestOutcome[] = ['ok', 'partial', 'aborted', ...REFUSAL_KINDS];

type BySignal<T> = Readonly<Record<CountedSignal, T>>;

export interface TransportStatistics {
  /** Requests by signal and outcome; every outcome is present from the start. */
  readonly requests: BySignal<Record<RequestOutcome, number>>;
  /** Body bytes as they came over the wire, of refused requests too. */
  readonly wireBytes: Record<CountedSignal, number>;
  /** Body bytes after decompression, of requests that reached the handler. */
  readonly bodyBytes: Record<CountedSignal, number>;
  /** Connections that were closed at once because there were too many. */
  droppedConnections: number;
}

export type ReceiverStatistics = Readonly<Record<Transport, TransportStatistics>>;

export function createStatistics(): ReceiverStatistics {
  return { http: createTransportStatistics(), grpc: createTransportStatistics() };
}

function createTransportStatistics(): TransportStatistics {
  return {
    requests: bySignal(() => Object.fromEntries(REQUEST_OUTCOMES.map((outcome) => [outcome, 0]))) as BySignal<
      Record<RequestOutcome, number>
    >,
    wireBytes: bySignal(() => 0),
    bodyBytes: bySignal(() => 0),
    droppedConnections: 0,
  };
}

function bySignal<T>(create: () => T): Record<CountedSignal, T> {
  const entries = [...SIGNALS, 'none'].map((signal) => [signal, create()]);
  return Object.fromEntries(entries) as Record<CountedSignal, T>;
}
