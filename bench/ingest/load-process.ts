/**
 * The sender, in a process of its own so that what it costs is not counted as the receiver's. Takes orders over the IPC
 * channel: bodies first, then runs. HTTP/1.1, keep-alive, one connection for each request that may be under way.
 */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { FreshBody } from './bodies.js';
import type { LoadOrder, LoadReport } from './load.js';

let bodies: FreshBody[] = [];
let turn = 0;
/** Kept from run to run, as an exporter keeps its connections. */
const agent = new Agent({ keepAlive: true });

process.once('disconnect', () => agent.destroy());
process.on('message', (order: LoadOrder) => {
  if (order.kind === 'bodies') {
    bodies = order.bodies.map((bytes) => new FreshBody(Uint8Array.from(bytes)));
    process.send?.('ready');
  } else void run(order).then((report) => process.send?.(report));
});

async function run(order: Extract<LoadOrder, { kind: 'run' }>): Promise<LoadReport> {
  const headers: Record<string, string> = { 'content-type': 'application/x-protobuf' };
  if (order.gzip) headers['content-encoding'] = 'gzip';
  let left = order.requests;
  let wireBytes = 0;
  const send = async (): Promise<void> => {
    while (left > 0) {
      left--;
      const body = bodies[turn++ % bodies.length];
      body.refresh();
      // A copy, because the next refresh of the same body may come before the socket has taken this one.
      const sent = order.gzip ? gzipSync(body.bytes) : Buffer.from(body.bytes);
      wireBytes += sent.length;
      await post(order.url, { ...headers, 'content-length': String(sent.length) }, sent);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: order.concurrency }, send));
  return { wireBytes, seconds: (performance.now() - start) / 1000 };
}

/** Nothing, or an empty `partial_success`; one that says that spans were rejected is longer. */
const FULL_SUCCESS_MAX_BYTES = 2;

/** Fails on anything but full success. */
async function post(url: string, headers: Record<string, string>, body: Uint8Array): Promise<void> {
  const outgoing = request(url, { method: 'POST', agent, headers });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let answered = 0;
  for await (const chunk of response) answered += (chunk as Buffer).length;
  if (response.statusCode !== 200 || answered > FULL_SUCCESS_MAX_BYTES) {
    throw new Error(`${url} answered ${response.statusCode} with ${answered} bytes`);
  }
}
