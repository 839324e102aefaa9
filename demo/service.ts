/**
 * The model service: a process of its own, as a team would run it. An HTTP server that loads two versions of the model,
 * sends most requests to the champion and a share to the candidate, and says what it predicts over OpenTelemetry.
 * Of Plumbline it knows the instrumentation alone.
 *
 * `POST /predict` {id, departureMs, features} answers {version, late, score}.
 * `POST /admin/delay` {version, delayMs} makes each prediction of that version so much slower (the demo's fault).
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { instrumentModel } from 'plumbline';
import { startTelemetry } from 'plumbline/node';
import { predictDelay, recordedFeatures, type DelayModel, type DelayPrediction } from './delay-model.js';
import type { FlightFeatures } from './flights.js';
import { HOST, SERVICE_PORT } from './options.js';
import { modelFile, CANDIDATE, CHAMPION } from './train.js';

export interface PredictRequest {
  readonly id: string;
  /** Simulated, epoch milliseconds. */
  readonly departureMs: number;
  readonly features: Partial<FlightFeatures>;
}

export interface PredictResponse extends DelayPrediction {
  readonly version: string;
}

export interface DelayRequest {
  readonly version: string;
  readonly delayMs: number;
}

const CANDIDATE_SHARE = 0.3;
const LARGEST_BODY_BYTES = 64 * 1024;

type LiveModel = Awaited<ReturnType<typeof loadModel>>;

async function loadModel(directory: string, version: string, role: 'champion' | 'challenger') {
  const model = JSON.parse(await readFile(modelFile(directory, version), 'utf8')) as DelayModel;
  const instrumented = instrumentModel<Partial<FlightFeatures>>({ name: model.name, version, role });
  return { model, recorded: recordedFeatures(model), instrumented, addedDelayMs: 0 };
}

/** Both the id and the share decide, so that a flight meets the same version whenever it is asked about. */
function isForCandidate(id: string): boolean {
  let hash = 0;
  for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) | 0;
  return ((Math.imul(hash, 0x9e3779b1) >>> 0) % 1000) / 1000 < CANDIDATE_SHARE;
}

async function predict(live: LiveModel, request: PredictRequest): Promise<PredictResponse> {
  const asked = Object.fromEntries(
    live.recorded.map((name) => [name, request.features[name]]),
  ) as Partial<FlightFeatures>;
  const { prediction } = await live.instrumented.predict(
    asked,
    async (features) => {
      if (live.addedDelayMs > 0) await sleep(live.addedDelayMs);
      return predictDelay(live.model, features, request.departureMs);
    },
    {
      id: request.id,
      // The flights are of 2001: the span stands at the simulated departure, and lasts as long as the model really took.
      time: request.departureMs,
      describe: ({ late, score }) => ({ value: late, score }),
    },
  );
  return { version: live.model.version, ...prediction };
}

async function readJson<T>(request: IncomingMessage): Promise<T> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_BODY_BYTES) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString()) as T;
}

async function answer(live: Readonly<Record<string, LiveModel>>, request: IncomingMessage): Promise<unknown> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /healthz':
      return { versions: Object.keys(live) };
    case 'POST /predict': {
      const asked = await readJson<PredictRequest>(request);
      return predict(live[isForCandidate(asked.id) ? CANDIDATE : CHAMPION], asked);
    }
    case 'POST /admin/delay': {
      const { version, delayMs } = await readJson<DelayRequest>(request);
      live[version].addedDelayMs = delayMs;
      return { version, delayMs };
    }
    default:
      return undefined;
  }
}

async function main(directory: string): Promise<void> {
  const telemetry = startTelemetry();
  const live = {
    [CHAMPION]: await loadModel(directory, CHAMPION, 'champion'),
    [CANDIDATE]: await loadModel(directory, CANDIDATE, 'challenger'),
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    answer(live, request)
      .then((body) => {
        if (body === undefined) response.writeHead(404).end();
        else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      })
      .catch((error: unknown) => response.writeHead(400).end(String(error)));
  });
  server.listen(SERVICE_PORT, HOST);
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
    void telemetry.shutdown().finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Whoever started it is gone.
  process.once('disconnect', stop);
}

await main(process.argv[2]);
