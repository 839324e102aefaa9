/**
 * The gRPC health service (https://github.com/grpc/grpc/blob/master/doc/health-checking.md), with its two tiny messages
 * by hand: a request holds a service name in field 1, a response a serving status in field 1.
 */
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { Limit } from '../lib/limit.js';
import { varintField } from './protobuf-writer.js';

const SERVING = varintField(1, 1);
const NOT_SERVING = varintField(1, 2);
const SERVICE_UNKNOWN = varintField(1, 3);

const MAX_WATCHERS = 256;
const SERVICE_TAG = 0x0a;

type Watcher = ServerWritableStream<Buffer, Buffer>;

export class GrpcHealth {
  readonly watchers = new Limit('health_watchers', MAX_WATCHERS);
  readonly #services: ReadonlySet<string>;
  readonly #watching = new Set<Watcher>();
  #serving = true;

  /** @param services names that are asked about; the empty one, the server as a whole, is always known */
  constructor(services: readonly string[]) {
    this.#services = new Set(['', ...services]);
  }

  readonly definition: ServiceDefinition = {
    Check: method('/grpc.health.v1.Health/Check', false),
    Watch: method('/grpc.health.v1.Health/Watch', true),
  };

  get implementation(): UntypedServiceImplementation {
    const check: handleUnaryCall<Buffer, Buffer> = (call, callback) => {
      if (this.#services.has(serviceName(call.request))) callback(null, this.#status());
      else callback({ code: status.NOT_FOUND, details: 'The service is not known.' });
    };
    const watch: handleServerStreamingCall<Buffer, Buffer> = (call) => this.#watch(call);
    return { Check: check, Watch: watch };
  }

  #status(): Buffer {
    return this.#serving ? SERVING : NOT_SERVING;
  }

  #watch(call: Watcher): void {
    if (!this.watchers.take()) {
      call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: 'Too many watch already.' });
      return;
    }
    this.#watching.add(call);
    call.on('cancelled', () => {
      if (this.#watching.delete(call)) this.watchers.release();
    });
    call.write(this.#services.has(serviceName(call.request)) ? this.#status() : SERVICE_UNKNOWN);
    if (!this.#serving) call.end();
  }

  /** Tells every watcher and ends its stream, which would keep its connection open for good otherwise. */
  stopServing(): void {
    this.#serving = false;
    for (const call of this.#watching) {
      if (this.#services.has(serviceName(call.request))) call.write(NOT_SERVING);
      call.end();
    }
  }
}

function method(path: string, responseStream: boolean): ServiceDefinition[string] {
  const identity = (bytes: Buffer): Buffer => bytes;
  return {
    path,
    requestStream: false,
    responseStream,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  };
}

/** A name of 128 bytes or more is none of ours. */
function serviceName(request: Buffer): string {
  if (request.length === 0) return '';
  const length = request[1];
  if (request[0] !== SERVICE_TAG || length === undefined || length !== request.length - 2) return '?';
  return request.toString('utf8', 2);
}
