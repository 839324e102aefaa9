/**
 * `npm run demo`: a real model on real flights, watched by Plumbline, Prometheus and Alertmanager. Reads from top to
 * bottom as what happens: train, build the references, start the collector, the monitoring and the model service, play
 * and watch, sum up. Each part is a process of its own; Ctrl-C ends them all.
 */
import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../src/config/index.js';
import { startAlertWebhook } from './alert-webhook.js';
import { ChildProcesses } from './child-processes.js';
import { parseOptions, WEBHOOK_PORT } from './options.js';
import { Play } from './play.js';
import { Screen } from './screen.js';
import * as stages from './stages.js';
import { whenStartersAreGone } from './starters.js';

async function main(): Promise<number> {
  const demo = dirname(fileURLToPath(import.meta.url));
  const options = parseOptions(process.argv.slice(2));
  const screen = new Screen();
  const ending = new AbortController();
  const end = (reason: string): void => ending.abort(new stages.DemoError(reason));
  const children = new ChildProcesses((name, how, lines) =>
    end([`The ${name} ${how}, which it must not. Its last lines:`, ...lines.map((line) => `  ${line}`)].join('\n')),
  );
  const configFile = join(demo, 'plumbline.yaml');
  const stage: stages.Stage = {
    root: dirname(demo),
    demo,
    run: join(demo, '.run'),
    config: loadConfig(configFile),
    configFile,
    options,
    screen,
    children,
    signal: ending.signal,
  };
  endWithOurStarters(end);
  let webhook: Server | undefined;
  try {
    await stages.checkPorts(stage);
    await mkdir(stage.run, { recursive: true });
    await stages.train(stage);
    await stages.buildReferences(stage);
    await stages.startCollector(stage);
    const play = new Play(stage);
    webhook = await startAlertWebhook(WEBHOOK_PORT, (alert) => play.receive(alert));
    play.hasAlerts = await stages.startPrometheus(stage);
    await stages.startService(stage);
    await play.run();
    const everySeen = play.sumUp();
    if (options.stay) {
      screen.step('everything keeps running; Ctrl-C ends it');
      await sleep(2 ** 31 - 1, undefined, { signal: ending.signal });
    }
    return everySeen ? 0 : 1;
  } catch (error) {
    const reason: unknown = ending.signal.aborted ? ending.signal.reason : error;
    if (!(reason instanceof stages.DemoError)) throw reason;
    screen.plain(`\n${reason.message}`);
    return 1;
  } finally {
    webhook?.close();
    webhook?.closeAllConnections();
    await children.stopAll();
    screen.step('ended; nothing is left running');
  }
}

/** Ends on Ctrl-C, on SIGTERM, and when whoever started us is gone. */
function endWithOurStarters(end: (reason: string) => void): void {
  process.on('SIGINT', () => end('Ending, as asked.'));
  process.on('SIGTERM', () => end('Ending, as asked.'));
  process.on('SIGHUP', () => end('Ending: the terminal is gone.'));
  whenStartersAreGone(() => end('Ending: what started the demo is gone.'));
}

process.exit(await main());
