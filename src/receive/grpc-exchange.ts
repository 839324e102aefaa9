/**
 * One OTLP call over gRPC from its headers to its status. The library joins and decompresses a message before anyone sees
 * it, within a limit for each message but none for all of them together. So this takes part in three places of the
 * library's call object that its types call private: it listens to the stream to count bytes as they come, it decompresses
 * by itself, within what the in-flight bound has left, and it sees the status of every call to count it. The version of the
 * library is pinned, and a call whose object looks otherwise is refused.
 */
import type { ServerHttp2Stream } from 'node:http2';
import { constants } from 'node:http2';
import {
  type Metadata,
  type sendUnaryData,
  type ServerInterceptingCallInterface,
  status as GrpcCode,
} from '@grpc/grpc-js';
import type { Seat } from './admission.js';
import { noRoom, parseContentEncoding, SUPPORTED_ENCODINGS } from './content-encoding.js';
import { deliver, type Outcome, type Signal } from './delivery.js';
import { encodeExportResponse, isFullSuccess } from './export-response.js';
import { grpcStatus } from './grpc-status.js';
import type { ReceiveContext } from './receive-context.js';
import { Refusal } from './refusal.js';
import type { RequestOutcome } from './statistics.js';

/** What the library's call object has besides its public interface. */
interface OpenCall extends ServerInterceptingCallInterface {
  readonly stream: ServerHttp2Stream;
  decompressMessage(framedMessage: Buffer, encoding: string): Buffer | Promise<Buffer>;
}

/** One byte of flags and four of length come before every message. */
const FRAME_HEADER_BYTES = 5;
const ACCEPTED: Outcome = { rejected: 0 };

export function isOpenCall(call: ServerInterceptingCallInterface): call is OpenCall {
  const { stream, decompressMessage } = call as Partial<OpenCall>;
  return typeof stream?.on === 'function' && typeof decompressMessage === 'function';
}

export class GrpcExchange {
  readonly #context: ReceiveContext;
  readonly #call: OpenCall;
  readonly #signal: Signal;
  #principal: string | undefined;
  #seat: Seat | undefined;
  #discardedBytes = 0;
  #messageSeen = false;
  #handling = false;
  #whole = false;
  #outcome: RequestOutcome | undefined;
  #closed = false;
  #ageInSweeps = 0;

  constructor(context: ReceiveContext, call: OpenCall, signal: Signal) {
    this.#context = context;
    this.#call = call;
    this.#signal = signal;
    const sendStatus = call.sendStatus.bind(call);
    call.sendStatus = (status) => {
      this.#outcome ??= this.#outcomeOf(status.code);
      sendStatus(status);
    };
    call.decompressMessage = (framedMessage, encoding) => this.#decompress(framedMessage, encoding);
    call.stream.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  /** Gives false where the call is refused; nothing of its body has been read then. */
  open(metadata: Metadata): boolean {
    const { admission, authentication } = this.#context;
    const [authorization] = metadata.get('authorization');
    const socket = this.#call.stream.session?.socket;
    const principal = authentication.identify(authorization?.toString(), socket);
    const seat = principal instanceof Refusal ? principal : admission.enter(principal ?? socket?.remoteAddress ?? '');
    if (seat instanceof Refusal) {
      this.refuse(seat);
      return false;
    }
    this.#principal = principal as string | undefined;
    this.#seat = seat;
    return true;
  }

  #take(chunk: Buffer): void {
    if (this.#outcome !== undefined) {
      this.#discardedBytes += chunk.length;
      if (this.#discardedBytes > this.#context.maxMessageBytes) {
        this.#call.stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      }
      return;
    }
    this.#context.statistics.grpc.wireBytes[this.#signal] += chunk.length;
    const refusal = this.#seat?.take(chunk.length);
    if (refusal !== undefined) this.refuse(refusal);
  }

  /** What it throws the library sends as the status of the call. */
  #decompress(framedMessage: Buffer, encoding: string): Buffer {
    this.#messageSeen = true;
    const message = framedMessage.subarray(FRAME_HEADER_BYTES);
    const { maxMessageBytes } = this.#context;
    const seat = this.#seat;
    const known = parseContentEncoding(encoding);
    const body =
      known === undefined
        ? new Refusal('unsupported', `The message encoding must be one of: ${SUPPORTED_ENCODINGS}.`)
        : (seat?.open(known, message, maxMessageBytes) ?? noRoom());
    if (body instanceof Refusal) {
      this.#note(body);
      throw Object.assign(new Error(body.message), grpcStatus(body));
    }
    return body;
  }

  deliver(body: Buffer, callback: sendUnaryData<Buffer>): void {
    this.#whole = true;
    if (body.length === 0) {
      this.#accept(ACCEPTED, callback);
      return;
    }
    const { handler, statistics } = this.#context;
    const signal = this.#signal;
    statistics.grpc.bodyBytes[signal] += body.length;
    const seat = this.#seat;
    this.#handling = true;
    seat?.handed();
    const delivery = { signal, encoding: 'protobuf', body, transport: 'grpc', principal: this.#principal } as const;
    deliver(handler, delivery, (outcome, failure) => {
      this.#handling = false;
      seat?.settled();
      if (failure === undefined) this.#accept(outcome, callback);
      else {
        const refusal = Refusal.ofFailure(failure);
        this.#note(refusal, failure);
        callback(grpcStatus(refusal));
      }
      this.#leave();
    });
  }

  #accept(outcome: Outcome, callback: sendUnaryData<Buffer>): void {
    this.#outcome ??= isFullSuccess(outcome) ? 'ok' : 'partial';
    callback(null, encodeExportResponse(this.#signal, 'protobuf', outcome));
  }

  refuse(refusal: Refusal): void {
    this.#note(refusal);
    this.#call.sendStatus(grpcStatus(refusal));
  }

  #note(refusal: Refusal, cause?: unknown): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = refusal.kind;
    this.#context.onReject({ refusal, transport: 'grpc', signal: this.#signal, principal: this.#principal, cause });
  }

  /** Called at intervals of the request timeout; refuses at the second, so a slow sender has one to two timeouts. */
  sweep(): void {
    this.#ageInSweeps += 1;
    if (this.#ageInSweeps < 2 || this.#whole || this.#outcome !== undefined) return;
    this.refuse(new Refusal('timeout', 'The message did not come in whole in time.'));
  }

  /** The library is done with the call: it is answered, or its client has gone. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#outcome ??= 'aborted';
    this.#context.statistics.grpc.requests[this.#signal][this.#outcome] += 1;
    this.#leave();
  }

  /** Only when both the library and the handler have let go of the body. */
  #leave(): void {
    if (!this.#closed || this.#handling) return;
    this.#seat?.leave();
    this.#seat = undefined;
  }

  /** The outcome behind a status that the library made up itself. */
  #outcomeOf(code: GrpcCode | null | undefined): RequestOutcome {
    if (code === GrpcCode.OK) return 'ok';
    if (code === GrpcCode.RESOURCE_EXHAUSTED) return 'too_large';
    if (code === GrpcCode.DEADLINE_EXCEEDED) return 'timeout';
    // The stream of a client that has gone ends like any other, only without a message.
    return this.#messageSeen ? 'malformed' : 'aborted';
  }
}
