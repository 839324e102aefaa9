/**
 * Every way a request is not taken, with what each transport says to it. The table is the whole policy of what a client
 * sends again: only 429, 502, 503 and 504 over HTTP, and over gRPC UNAVAILABLE, DEADLINE_EXCEEDED and the like; it drops the rest.
 */
import { DeliveryError } from './delivery.js';
import { RPC_CODE, type RpcCode, type RpcStatus } from './rpc-status.js';

interface Answer {
  readonly httpStatus: number;
  readonly rpcCode: RpcCode;
  readonly retry?: true;
}

const ANSWERS = {
  bad_data: { httpStatus: 400, rpcCode: RPC_CODE.invalidArgument },
  malformed: { httpStatus: 400, rpcCode: RPC_CODE.invalidArgument },
  header_too_large: { httpStatus: 431, rpcCode: RPC_CODE.resourceExhausted },
  unauthenticated: { httpStatus: 401, rpcCode: RPC_CODE.unauthenticated },
  forbidden: { httpStatus: 403, rpcCode: RPC_CODE.permissionDenied },
  not_found: { httpStatus: 404, rpcCode: RPC_CODE.unimplemented },
  method_not_allowed: { httpStatus: 405, rpcCode: RPC_CODE.unimplemented },
  too_large: { httpStatus: 413, rpcCode: RPC_CODE.resourceExhausted },
  unsupported: { httpStatus: 415, rpcCode: RPC_CODE.unimplemented },
  overloaded: { httpStatus: 503, rpcCode: RPC_CODE.unavailable, retry: true },
  /** Not 408: clients do not send that again, and a slow network is a passing failure. */
  timeout: { httpStatus: 503, rpcCode: RPC_CODE.deadlineExceeded, retry: true },
  draining: { httpStatus: 503, rpcCode: RPC_CODE.unavailable, retry: true },
  /** The handler failed in a way it does not know: retryable, since a 500 would lose the client's data. */
  failed: { httpStatus: 503, rpcCode: RPC_CODE.unavailable, retry: true },
} as const satisfies Record<string, Answer>;

export type RefusalKind = keyof typeof ANSWERS;
export const REFUSAL_KINDS = Object.keys(ANSWERS) as readonly RefusalKind[];

const DEFAULT_RETRY_AFTER_SECONDS = 1;

/** A value, not an error: a flood of refusals must not pay for stack traces. */
export class Refusal implements RpcStatus {
  readonly kind: RefusalKind;
  readonly message: string;
  readonly httpStatus: number;
  readonly code: RpcCode;
  readonly retryAfterSeconds: number | undefined;

  constructor(kind: RefusalKind, message: string, retryAfterSeconds = DEFAULT_RETRY_AFTER_SECONDS) {
    const answer: Answer = ANSWERS[kind];
    this.kind = kind;
    this.message = message;
    this.httpStatus = answer.httpStatus;
    this.code = answer.rpcCode;
    this.retryAfterSeconds = answer.retry === undefined ? undefined : Math.max(1, Math.ceil(retryAfterSeconds));
  }

  static ofFailure(failure: unknown): Refusal {
    if (failure instanceof DeliveryError) return new Refusal(failure.kind, failure.message, failure.retryAfterSeconds);
    return new Refusal('failed', 'The request could not be handled; send it again.');
  }
}

/** What `onReject` is told, for the log. */
export interface Rejection {
  readonly refusal: Refusal;
  readonly transport: 'http' | 'grpc';
  readonly signal: string;
  readonly principal?: string;
  /** What the handler threw, where it did. */
  readonly cause?: unknown;
}
