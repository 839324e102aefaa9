/**
 * The senders, in a process of their own. Takes orders over the IPC channel: bodies first, then runs. Open loop: requests
 * leave when they are due, at random with the rate that was ordered, whether those before have been answered or not, on
 * whichever connection is free; where none is, the request is left out and counted. Or closed loop, to find the most.
 */
import { type Client, credentials, Client as GrpcClient, Metadata, status as GrpcCode } from '@grpc/grpc-js';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/lib/random.js';
import { FreshBody } from '../ingest/bodies.js';
import type { Order, SenderReport } from './senders.js';

const EXPORT_PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
/** What is sent in the first second is counted, but how long it took is not: connections are made in it. */
const SETTLING_MS = 1000;
const RETRYABLE_HTTP = new Set([429, 502, 503, 504]);

type Result = 'accepted' | 'refused' | 'lost';
type Post = (body: Buffer, token: string) => Promise<Result>;

let bodies: FreshBody[] = [];
let turn = 0;

process.on('message', (order: Order) => {
  if (order.kind === 'bodies') {
    bodies = order.bodies.map((bytes) => new FreshBody(Uint8Array.from(bytes)));
    process.send?.('ready');
  } else void run(order).then((reports) => process.send?.(reports));
});

async function run(order: Extract<Order, { kind: 'run' }>): Promise<SenderReport[]> {
  const reports: SenderReport[] = [];
  const ends: (() => void)[] = [];
  const start = performance.now();
  const until = start + order.seconds * 1000;
  const measuredFrom = start + SETTLING_MS;
  await Promise.all(
    order.senders.map(async ({ name, perSecond, connections }, index) => {
      const free: Post[] = [];
      for (let made = 0; made < connections; made++) {
        const { post, end } = order.transport === 'http' ? httpConnection(order.port) : grpcConnection(order.port);
        free.push(post);
        ends.push(end);
      }
      const report: SenderReport = { name, sent: 0, accepted: 0, refused: 0, lost: 0, leftOut: 0, latenciesMs: [] };
      reports.push(report);
      const send = async (post: Post): Promise<Result> => {
        report.sent++;
        const body = nextBody();
        const from = performance.now();
        const result = await post(body, name);
        report[result]++;
        if (result === 'accepted' && from >= measuredFrom) report.latenciesMs.push(performance.now() - from);
        return result;
      };
      if (perSecond === undefined) {
        await Promise.all(
          free.map(async (post) => {
            while (performance.now() < until) await send(post);
          }),
        );
        return;
      }
      const random = seededRandom(index + 1);
      const underWay = new Set<Promise<void>>();
      let dueMs = performance.now();
      while (dueMs < until) {
        dueMs += (-Math.log(1 - random.next()) * 1000) / perSecond;
        const waitMs = dueMs - performance.now();
        if (waitMs > 1) await sleep(waitMs);
        const post = free.pop();
        if (post === undefined) {
          report.leftOut++;
          // Lets answers in.
          await sleep(0);
          continue;
        }
        const sent = send(post).then((result) => {
          // One that was refused may still be sending what is thrown away; it is used last.
          if (result === 'accepted') free.push(post);
          else free.unshift(post);
          underWay.delete(sent);
        });
        underWay.add(sent);
      }
      await Promise.all(underWay);
    }),
  );
  for (const end of ends) end();
  return reports;
}

/** A copy, because the next refresh of the same body may come before the socket has taken this one. */
function nextBody(): Buffer {
  const body = bodies[turn++ % bodies.length];
  body.refresh();
  return Buffer.from(body.bytes);
}

interface Connection {
  readonly post: Post;
  readonly end: () => void;
}

function httpConnection(port: number): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const post: Post = (body, token) =>
    new Promise((resolve) => {
      const headers = {
        'Content-Type': 'application/x-protobuf',
        'Content-Length': body.length,
        Authorization: `Bearer ${token}`,
      };
      const outgoing = request({ host: '127.0.0.1', port, path: '/v1/traces', method: 'POST', agent, headers });
      outgoing.on('error', () => resolve('lost'));
      outgoing.on('response', (response) => {
        const { statusCode = 0 } = response;
        const retryable = RETRYABLE_HTTP.has(statusCode) && response.headers['retry-after'] !== undefined;
        response.resume();
        response.on('end', () => resolve(statusCode === 200 ? 'accepted' : retryable ? 'refused' : 'lost'));
      });
      outgoing.end(body);
    });
  return { post, end: () => agent.destroy() };
}

const identity = (bytes: Buffer): Buffer => bytes;

function grpcConnection(port: number): Connection {
  const client: Client = new GrpcClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
  });
  const post: Post = (body, token) =>
    new Promise((resolve) => {
      const metadata = new Metadata();
      metadata.set('authorization', `Bearer ${token}`);
      client.makeUnaryRequest(EXPORT_PATH, identity, identity, body, metadata, (error) => {
        if (error === null) resolve('accepted');
        else {
          const told = error.metadata.get('grpc-status-details-bin').length > 0;
          resolve(error.code === GrpcCode.UNAVAILABLE && told ? 'refused' : 'lost');
        }
      });
    });
  return { post, end: () => client.close() };
}
