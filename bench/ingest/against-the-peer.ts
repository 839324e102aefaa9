/**
 * Spans per CPU-second of the receiving process: our collector, which computes statistics of every feature, against the
 * OpenTelemetry Collector with its span metrics connector, which computes none. The same bodies, one receiver after the
 * other, in alternating rounds; ours is scraped once a round, at its own expense. Argument: rounds (default 7).
 * Needs `npm run build` and, the first time, Go.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeBodies, PREDICTIONS_PER_BODY } from './bodies.js';
import { machine, median, publish, spread, table } from './figures.js';
import { flightRows } from './flight-rows.js';
import { Load } from './load.js';
import { buildPeer, PEER_VERSION, peerArguments } from './peer.js';
import { freePort, ReceivingProcess } from './receiving-process.js';

const BODIES = 16;
const FEATURES = 20;
const CONCURRENCY = 4;
/** Enough to fill the store of predictions that wait for their ground truth, so that ours works at full size. */
const WARM_UP_REQUESTS = 2_100;
const REQUESTS = { none: 600, gzip: 200 } as const;
const GOAL = 5;
const FLOOR = 2;

type Encoding = keyof typeof REQUESTS;
interface Subject {
  readonly name: string;
  readonly process: ReceivingProcess;
  readonly url: string;
  readonly metricsUrl?: string;
}

const rounds = Number(process.argv[2] ?? '7');
const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
const load = new Load();
const subjects: Subject[] = [];
let sentToOurs = 0;
try {
  await load.bodies(makeBodies(await flightRows(BODIES * PREDICTIONS_PER_BODY), FEATURES, 'flat'));
  subjects.push(await startOurs(), await startPeer());
  for (const subject of subjects) await send(subject, 'none', WARM_UP_REQUESTS);
  const sections: string[] = [];
  for (const encoding of ['none', 'gzip'] as const) sections.push(await compare(encoding));
  await checkCounts(subjects[0]);
  const memory = subjects.map(({ name, process: receiver }) => [name, receiver.peakResidentMib.toFixed(0)]);
  publish(
    'peer',
    [
      `${machine()}, ${rounds} rounds of ${REQUESTS.none} requests (gzip: ${REQUESTS.gzip}) of ${PREDICTIONS_PER_BODY} spans with ${FEATURES} features; median (min..max).`,
      ...sections,
      table(1, ['receiver', 'peak RSS, MiB'], memory),
    ].join('\n\n'),
  );
} finally {
  load.end();
  for (const subject of subjects) await subject.process.stop();
  await rm(folder, { recursive: true });
}

async function startOurs(): Promise<Subject> {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const config = join(folder, 'plumbline.yaml');
  await writeFile(
    config,
    `log: { level: warn }\nreceive:\n  http: { port: ${port} }\n  grpc: { enabled: false }\nexpose: { port: ${metricsPort} }\n`,
  );
  const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
  return {
    name: 'Plumbline',
    process: await ReceivingProcess.start(process.execPath, [cli, 'serve', '--config', config], port),
    url: `http://127.0.0.1:${port}/v1/traces`,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
  };
}

async function startPeer(): Promise<Subject> {
  const executable = await buildPeer();
  const port = await freePort();
  return {
    name: `OpenTelemetry Collector ${PEER_VERSION}`,
    process: await ReceivingProcess.start(executable, await peerArguments(executable, port), port),
    url: `http://127.0.0.1:${port}/v1/traces`,
  };
}

/** Spans per CPU-second. */
async function send(subject: Subject, encoding: Encoding, requests: number): Promise<{ rate: number; share: number }> {
  const before = subject.process.cpuSeconds;
  const { seconds } = await load.run({
    url: subject.url,
    requests,
    concurrency: CONCURRENCY,
    gzip: encoding === 'gzip',
  });
  if (subject.metricsUrl !== undefined) {
    await (await fetch(subject.metricsUrl)).text();
    sentToOurs += requests * PREDICTIONS_PER_BODY;
  }
  const cpuSeconds = subject.process.cpuSeconds - before;
  return { rate: (requests * PREDICTIONS_PER_BODY) / cpuSeconds, share: cpuSeconds / seconds };
}

async function compare(encoding: Encoding): Promise<string> {
  const rates = subjects.map((): number[] => []);
  const shares = subjects.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    for (const index of order) {
      const { rate, share } = await send(subjects[index], encoding, REQUESTS[encoding]);
      rates[index].push(rate);
      shares[index].push(share);
    }
  }
  const ratios = rates[0].map((rate, round) => rate / rates[1][round]);
  const rows = subjects.map(({ name }, index) => [
    name,
    spread(
      rates[index].map((rate) => rate / 1000),
      0,
    ),
    median(rates[index].map((rate) => 1e9 / rate)).toFixed(0),
    median(shares[index]).toFixed(2),
  ]);
  const ratio = median(ratios);
  const verdict =
    ratio >= GOAL
      ? `the goal of ${GOAL} holds`
      : ratio >= FLOOR
        ? `short of the goal of ${GOAL}`
        : `under the floor of ${FLOOR}`;
  return [
    `**${encoding === 'none' ? 'Not compressed' : 'Gzip'}**: ${spread(ratios, 2)} times the Collector's spans per CPU-second; ${verdict}.`,
    table(1, ['receiver', 'thousand spans per CPU-second', 'CPU a span, ns', 'cores used'], rows),
  ].join('\n\n');
}

/** Every span that was sent must have been observed, or the rates mean nothing. */
async function checkCounts(ours: Subject): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const page = await (await fetch(ours.metricsUrl ?? '')).text();
    const observed = [...page.matchAll(/^ml_model_predictions_total\{[^}]*\} (\S+)/gm)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
    if (observed === sentToOurs) return;
    if (Date.now() > deadline) throw new Error(`${sentToOurs} spans were sent and ${observed} were observed`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
