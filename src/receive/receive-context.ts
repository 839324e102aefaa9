/** What every request needs, of either transport; one object for the life of the receiver. */
import type { Admission } from './admission.js';
import type { Authentication } from './authentication.js';
import type { Handler } from './delivery.js';
import type { Rejection } from './refusal.js';
import type { BodyBuffers } from './body-buffers.js';
import type { ReceiverStatistics } from './statistics.js';

export interface ReceiveContext {
  readonly admission: Admission;
  readonly authentication: Authentication;
  readonly handler: Handler;
  readonly maxMessageBytes: number;
  /** Per transport; one more is closed at once. */
  readonly maxConnections: number;
  /** From a request's first byte to its last: a slower sender is refused. */
  readonly requestTimeoutMs: number;
  /** A connection on which nothing has happened for so long is closed. */
  readonly idleTimeoutMs: number;
  readonly buffers: BodyBuffers;
  readonly statistics: ReceiverStatistics;
  /** Must not throw. */
  readonly onReject: (rejection: Rejection) => void;
}
