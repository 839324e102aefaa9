/** A receiver on loopback that keeps what it is handed, with clients that speak to it over real sockets. */
import { once } from 'node:events';
import {
  Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type RequestOptions,
} from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import {
  type Delivery,
  type Handler,
  type Receiver,
  type ReceiverOptions,
  type Rejection,
  startReceiver,
} from '../../src/receive/index.js';

export interface Running {
  readonly receiver: Receiver;
  readonly httpPort: number;
  readonly grpcAddress: string;
  readonly deliveries: Delivery[];
  readonly rejections: Rejection[];
  readonly inFlightBytes: () => number;
}

/** Limits of what a request or a connection holds. */
const HELD = new Set(['in_flight_bytes', 'in_flight_requests', 'health_watchers']);

/** Starts both transports on free ports; when the test ends, drains and checks that nothing is held any more. */
export async function start(options: Partial<ReceiverOptions> = {}): Promise<Running> {
  const deliveries: Delivery[] = [];
  const rejections: Rejection[] = [];
  const handler: Handler = (delivery) => {
    deliveries.push({ ...delivery, body: Buffer.from(delivery.body) });
    return options.handler === undefined ? { rejected: 0 } : options.handler(delivery);
  };
  const receiver = await startReceiver({
    http: { host: '127.0.0.1', port: 0 },
    grpc: { host: '127.0.0.1', port: 0 },
    onReject: (rejection) => rejections.push(rejection),
    ...options,
    handler,
  });
  onTestFinished(async () => {
    await receiver.drain(0);
    await until(() => receiver.limits.every(({ name, used }) => !HELD.has(name) || used === 0));
  });
  return {
    receiver,
    httpPort: portOf(receiver.httpAddress),
    grpcAddress: receiver.grpcAddress ?? '',
    deliveries,
    rejections,
    inFlightBytes: () => receiver.limits[0].used,
  };
}

export function portOf(address = ''): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

/** Polls a condition; the test's own timeout is the bound. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export const PROTOBUF = { 'Content-Type': 'application/x-protobuf' };
export const JSON_TYPE = { 'Content-Type': 'application/json' };

export function post(
  port: number,
  path: string,
  headers: RequestOptions['headers'],
  body: string | Buffer = '',
): Promise<Answer> {
  return send({ port, path, method: 'POST', headers }, body);
}

export async function send(options: RequestOptions, body: string | Buffer = ''): Promise<Answer> {
  const agent = options.agent ?? new Agent();
  const request = httpRequest({ host: '127.0.0.1', ...options, agent });
  request.end(body);
  const response = await responseOf(request);
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(response, 'end');
  if (agent instanceof Agent && options.agent === undefined) agent.destroy();
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

export async function responseOf(request: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

/** A bare connection, for what no HTTP client would send. */
export class RawConnection {
  readonly socket: Socket;
  received = '';
  closed = false;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => (this.received += text));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.closed = true));
    onTestFinished(() => void this.socket.destroy());
  }

  write(text: string | Buffer): void {
    this.socket.write(text);
  }

  async receives(text: string): Promise<void> {
    await until(() => this.received.includes(text) || this.closed);
    expect(this.received).toContain(text);
  }
}
