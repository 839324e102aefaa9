/** The steps before the play: train, build the references with our own command, start what runs, and wait until it does. */
import { execFile } from 'node:child_process';
import { rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Config } from '../src/config/index.js';
import type { ChildProcesses } from './child-processes.js';
import { EARLIEST_CREDIBLE_DELAY_MINUTES, FlightData } from './flights.js';
import * as listen from './options.js';
import type { PlayerMessage } from './player.js';
import { takenPorts } from './ports.js';
import { findMonitoringPrograms, HOW_TO_GET_THEM, READY_URLS, startMonitoring } from './prometheus.js';
import type { Screen } from './screen.js';
import { CANDIDATE, CHAMPION, MODEL_NAME, RECIPES, trainDelayModel, trainingFile, writeTrained } from './train.js';

export interface Stage {
  readonly root: string;
  readonly demo: string;
  readonly run: string;
  readonly config: Config;
  readonly configFile: string;
  readonly options: listen.DemoOptions;
  readonly screen: Screen;
  readonly children: ChildProcesses;
  /** Aborted when the demo is to end. */
  readonly signal: AbortSignal;
}

/** What ends the demo, with a sentence for whoever started it. */
export class DemoError extends Error {}

const READY_WITHIN_MS = 30_000;
const READY_POLL_MS = 100;

export async function checkPorts({ config, options }: Stage): Promise<void> {
  const { receive, expose } = config;
  const monitoring = [
    { port: listen.PROMETHEUS_PORT, by: 'Prometheus' },
    { port: listen.ALERTMANAGER_PORT, by: 'Alertmanager' },
  ];
  const taken = await takenPorts([
    { port: receive.grpc.port, by: 'the collector, OTLP over gRPC' },
    { port: receive.http.port, by: 'the collector, OTLP over HTTP' },
    { port: expose.port, by: "the collector's metrics" },
    { port: listen.SERVICE_PORT, by: 'the model service' },
    { port: listen.WEBHOOK_PORT, by: "the owner's webhook" },
    ...(options.prometheus && findMonitoringPrograms() !== undefined ? monitoring : []),
  ]);
  if (taken.length === 0) return;
  const list = taken.map(({ port, by }) => `${listen.HOST}:${port} (${by})`).join(', ');
  throw new DemoError(
    `The demo needs ${taken.length === 1 ? 'a port that is' : 'ports that are'} in use: ${list}. ` +
      `See who listens with \`ss -ltnp\` or \`lsof -iTCP -sTCP:LISTEN\`, end it, and run this again` +
      (taken.some(({ port }) => monitoring.some((entry) => entry.port === port))
        ? '; or run without Prometheus: `npm run demo -- --no-prometheus`.'
        : '.'),
  );
}

export async function train({ options, screen, run }: Stage): Promise<void> {
  const data = await FlightData.open();
  const january = await data.january();
  const defects = await data.defects();
  screen.step(
    `read ${january.rows.toLocaleString('en')} flights of January from vega-datasets; ${defects.rows} flights of the file are left out as defects ` +
      `(more than ${-EARLIEST_CREDIBLE_DELAY_MINUTES} minutes early, down to ${defects.earliestMinutes})`,
  );
  for (const recipe of RECIPES) {
    const trained = trainDelayModel(january, recipe, options.seed);
    await writeTrained(data, january, trained, run);
    screen.step(
      `trained ${MODEL_NAME} ${recipe.version} on ${recipe.inputs.join(', ')}: AUC ${trained.heldOutAuc.toFixed(3)} on ` +
        `${trained.heldOutRows.toLocaleString('en')} held-out flights, of which ${(trained.heldOutLate * 100).toFixed(1)}% were late`,
    );
  }
  data.close();
}

/** By the command that anyone would use: `plumbline reference build`. */
export async function buildReferences(stage: Stage): Promise<void> {
  for (const version of [CHAMPION, CANDIDATE]) {
    const file = join(stage.run, `reference-${version}.json`);
    const args = ['reference', 'build', '--model', MODEL_NAME, '--version', version];
    args.push('--from', trainingFile(stage.run, version), '--out', file);
    args.push('--value', 'predicted_late', '--score', 'score', '--exclude', 'late');
    await runCommand(stage, args);
    const { size } = await stat(file);
    stage.screen.step(
      `built ${relative(stage.root, file)} (${Math.round(size / 1024)} KiB) from ${relative(stage.root, args[7])}`,
    );
  }
}

export async function startCollector(stage: Stage): Promise<void> {
  const { config, children, screen } = stage;
  children.start('collector', process.execPath, [commandLine(stage), 'serve', '--config', stage.configFile]);
  await ready(stage, 'collector', `${collectorUrl(config)}/readyz`);
  const { receive } = config;
  screen.step(
    `collector listens: OTLP gRPC ${receive.grpc.host}:${receive.grpc.port}, OTLP HTTP ${receive.http.host}:${receive.http.port}, ${metricsUrl(config)}`,
  );
}

/** Says whether alerts can be shown. */
export async function startPrometheus(stage: Stage): Promise<boolean> {
  const { children, options, screen, root, run } = stage;
  if (!options.prometheus) return false;
  const programs = findMonitoringPrograms();
  if (programs === undefined) {
    screen.step(HOW_TO_GET_THEM);
    return false;
  }
  // Series of an earlier play would be in the way of this one's.
  for (const name of ['prometheus', 'alertmanager']) await rm(join(run, name), { recursive: true, force: true });
  startMonitoring(children, programs, join(root, 'deploy'), run);
  for (const url of READY_URLS) await ready(stage, url, url);
  screen.step(
    `Prometheus ${listen.PROMETHEUS_URL}/alerts and Alertmanager ${listen.ALERTMANAGER_URL}, with the files of deploy/`,
  );
  return true;
}

export async function startService(stage: Stage): Promise<void> {
  const { children, screen, demo, run } = stage;
  children.start('model service', process.execPath, ['--import', 'tsx', join(demo, 'service.ts'), run], {
    env: telemetryEnv(stage, 'flight-delay-service'),
    onMessage: () => undefined,
  });
  await ready(stage, 'model service', `${listen.SERVICE_URL}/healthz`);
  screen.step(`model service ${listen.SERVICE_URL} has ${CHAMPION} (champion) and ${CANDIDATE} (challenger) live`);
}

export function startPlayer(stage: Stage, onMessage: (message: PlayerMessage) => void): void {
  const { children, demo, options } = stage;
  const args = ['--import', 'tsx', join(demo, 'player.ts'), ...listen.toArguments(options)];
  children.start('player', process.execPath, args, {
    env: telemetryEnv(stage, 'arrivals-feed'),
    onMessage: (message) => onMessage(message as PlayerMessage),
  });
}

export function metricsUrl(config: Config): string {
  return `${collectorUrl(config)}/metrics`;
}

const collectorUrl = ({ expose }: Config): string => `http://${expose.host}:${expose.port}`;
const commandLine = ({ root }: Stage): string => join(root, 'dist', 'cli.js');

/** The standard variables of OpenTelemetry, as in production; spans leave sooner, since simulated days last seconds. */
function telemetryEnv({ config }: Stage, service: string): Record<string, string> {
  const { host, port } = config.receive.http;
  return {
    OTEL_SERVICE_NAME: service,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_BSP_SCHEDULE_DELAY: '200',
    OTEL_BSP_MAX_QUEUE_SIZE: '20000',
    OTEL_METRICS_EXPORTER: 'none',
  };
}

async function runCommand(stage: Stage, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [commandLine(stage), ...args], { signal: stage.signal });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new DemoError(`plumbline ${args.join(' ')} failed:\n${stderr.trim() || String(error)}`);
  }
}

async function ready({ signal }: Stage, name: string, url: string): Promise<void> {
  const deadlineMs = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadlineMs) {
    signal.throwIfAborted();
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
    if (response?.ok === true) return;
    await sleep(READY_POLL_MS, undefined, { signal });
  }
  throw new DemoError(`${name} is not ready after ${READY_WITHIN_MS / 1000} seconds (${url}).`);
}
