/**
 * Sustained overload of the whole collector, over either transport: more requests are always under way than it can take. What
 * must hold is not how fast it is, but that memory stays bounded, every accepted batch counts exactly once, what is refused is
 * refused so that it comes back, and no sender starves.
 */
import { status as GrpcCode } from '@grpc/grpc-js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parsePage, type ParsedSample } from '../expose/page.js';
import { encodeTraces } from '../oracle/otlp-oracle.js';
import { call, connectGrpc, EXPORT_PATH } from '../receive/grpc-client.js';
import { portOf, PROTOBUF, send } from '../receive/receiver-fixture.js';
import { prediction, requestOf } from './collector-fixture.js';

const SENDERS = { greedy: 96, modest: 12, other: 12 } as const;
type Sender = keyof typeof SENDERS;
const SECONDS = 5;
const ROWS = 500;
const FEATURES = 40;
const MIB = 2 ** 20;
const GROWTH_MAX_MIB = 300;

interface Running {
  readonly address: (what: string) => string;
  readonly page: () => Promise<ParsedSample[]>;
}

/** A process of its own: it is to be busy while its senders are not, and its memory is to be its own. */
async function startProcess(): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-overload-'));
  const tokens = Object.keys(SENDERS).map((name) => {
    writeFileSync(join(folder, name), name);
    return `{ name: ${name}, file: ${join(folder, name)} }`;
  });
  const config = join(folder, 'plumbline.yaml');
  writeFileSync(
    config,
    `log: { level: error }\nreceive: { http: { port: 0 }, grpc: { port: 0 }, bearerTokens: [${tokens.join(', ')}] }\nexpose: { port: 0, evaluateEvery: 1ms }\n`,
  );
  const parameters = ['--import', 'tsx', 'src/cli/main.ts', 'serve', '--config', config];
  const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(async () => {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true });
  });
  let said = '';
  for await (const chunk of child.stderr) {
    said += String(chunk);
    if (/metrics +\S+\n/.test(said)) break;
  }
  const address = (what: string): string => new RegExp(`${what} +(?:\\w+://)?(\\S+)`).exec(said)?.[1] ?? '';
  return {
    address,
    page: async () => parsePage(await (await fetch(`http://${address('metrics')}`)).text()),
  };
}

const ID_BYTES = 8;
const columns = Object.fromEntries(
  Array.from({ length: FEATURES }, (_, feature) => [
    feature === 0 ? 'ml.feature.x' : `ml.feature.x${feature}`,
    Array.from({ length: ROWS }, (__, row) => row * 1.5),
  ]),
);
const template = Buffer.from(
  encodeTraces(requestOf([prediction(0xabcdef, { 'ml.batch.size': BigInt(ROWS), ...columns })])),
);
const marker = template.subarray(template.indexOf('abcdef', 0, 'hex') - ID_BYTES + 3).subarray(0, ID_BYTES);
const idsAt = [template.indexOf(marker), template.lastIndexOf(marker)];
let bodiesMade = 0;

/** A batch that was never sent before: cheap to make, and work to take. */
function freshBody(): Buffer {
  const body = Buffer.from(template);
  bodiesMade++;
  for (const at of idsAt) body.writeBigUInt64BE(BigInt(bodiesMade), at);
  return body;
}

type Post = (body: Buffer, sender: Sender) => Promise<'accepted' | 'refused'>;

function poster(transport: 'HTTP' | 'gRPC', { address }: Running): () => Post {
  if (transport === 'HTTP') {
    const port = portOf(address('OTLP over HTTP'));
    return () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      onTestFinished(() => agent.destroy());
      return async (body, sender) => {
        const headers = { ...PROTOBUF, Authorization: `Bearer ${sender}` };
        const answer = await send({ port, path: '/v1/traces', method: 'POST', headers, agent }, body);
        if (answer.status === 200) return 'accepted';
        expect(answer.status).toBe(503);
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
        return 'refused';
      };
    };
  }
  return () => {
    const client = connectGrpc(address('OTLP over gRPC'));
    return async (body, sender) => {
      const answer = await call(client, EXPORT_PATH.traces, body, { authorization: `Bearer ${sender}` });
      if (answer.code === 0) return 'accepted';
      expect(answer.code).toBe(GrpcCode.UNAVAILABLE);
      expect(answer.status?.retrySeconds).toBeGreaterThan(0);
      return 'refused';
    };
  };
}

test.each(['HTTP', 'gRPC'] as const)('%s: sustained overload', async (transport) => {
  const running = await startProcess();
  const newPost = poster(transport, running);
  const residentMib = async (): Promise<number> =>
    ((await running.page()).find(({ name }) => name === 'process_resident_memory_bytes')?.value ?? NaN) / MIB;
  expect(await newPost()(freshBody(), 'greedy')).toBe('accepted');
  const startMib = await residentMib();

  const counts = { accepted: 1, refused: 0 };
  const acceptedOf = { greedy: 0, modest: 0, other: 0 };
  const until = performance.now() + SECONDS * 1000;
  const connection = async (sender: Sender): Promise<void> => {
    const post = newPost();
    // What was refused is sent again as it is, as exporters do.
    let body = freshBody();
    while (performance.now() < until) {
      const result = await post(body, sender);
      counts[result]++;
      if (result === 'accepted') {
        acceptedOf[sender]++;
        body = freshBody();
      }
    }
  };
  const senders = Object.entries(SENDERS) as [Sender, number][];
  await Promise.all(
    senders.flatMap(([sender, connections]) => Array.from({ length: connections }, () => connection(sender))),
  );

  expect(counts.accepted).toBeGreaterThan(0);
  expect(counts.refused).toBeGreaterThan(0);
  const page = await running.page();
  const sum = (name: string): number =>
    page
      .filter((sample) => sample.name === name && sample.labels.signal === 'traces')
      .reduce((total, { value }) => total + value, 0);
  expect(sum('plumbline_items_observed_total')).toBe(counts.accepted);
  expect(sum('plumbline_items_received_total')).toBe(
    counts.accepted + sum('plumbline_items_rejected_total') + sum('plumbline_items_ignored_total'),
  );
  expect(sum('plumbline_items_ignored_total')).toBe(0);
  expect((await residentMib()) - startMib).toBeLessThan(GROWTH_MAX_MIB);
  // Who gets how much depends on who is scheduled; that shares are fair is held by test/receive. Here nobody may starve.
  for (const sender of Object.keys(SENDERS) as Sender[]) expect(acceptedOf[sender]).toBeGreaterThan(0);
});
