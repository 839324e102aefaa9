/** `plumbline serve`: the collector as a process, from its configuration to the last drained item. */
import { Command, Option } from 'commander';
import { LOG_LEVELS, type Config } from '../config/index.js';
import { systemClock } from '../lib/clock.js';
import { createLog } from '../lib/log.js';
import { configOption, readConfig, type ConfigOption } from './config-source.js';
import { configWarnings } from './config-warnings.js';
import { EXIT, type ExitStatus } from './exit-status.js';
import { paint, type Terminal } from './terminal.js';
import { VERSION } from './version.js';

interface ServeOptions extends ConfigOption {
  readonly logLevel?: Config['log']['level'];
}

export function serveCommand(terminal: Terminal, finish: (status: ExitStatus) => void): Command {
  return new Command('serve')
    .description('receive telemetry, derive statistics and expose them to Prometheus, until SIGTERM or SIGINT')
    .addOption(configOption())
    .addOption(
      new Option('--log-level <level>', 'least severe message to log, in place of log.level').choices(LOG_LEVELS),
    )
    .addHelpText(
      'after',
      `
Listening addresses and warnings are printed on standard error, next to the log.
The first signal drains: no more is taken, what was taken is observed and saved. A second signal ends at once.

Examples:
  $ plumbline serve
  $ plumbline serve --config plumbline.yaml --log-level debug
`,
    )
    .action(async (options: ServeOptions) => finish(await serve(options, terminal)));
}

async function serve(options: ServeOptions, terminal: Terminal): Promise<ExitStatus> {
  const { config, name } = readConfig(options);
  for (const warning of configWarnings(config)) terminal.err(`${paint(terminal, 'yellow', 'warning:')} ${warning}\n`);

  // Only this verb needs the stages; the others start faster without them.
  const { startCollector } = await import('../collector.js');
  const stop = stopRequest(terminal);
  const collector = await startCollector(config, {
    clock: systemClock,
    log: createLog(options.logLevel ?? config.log.level),
    version: VERSION,
  });

  terminal.err(`plumbline ${VERSION} with ${name}\n`);
  if (collector.httpAddress !== undefined) terminal.err(`  OTLP over HTTP  ${collector.httpAddress}\n`);
  if (collector.grpcAddress !== undefined) terminal.err(`  OTLP over gRPC  ${collector.grpcAddress}\n`);
  if (collector.metricsUrl !== undefined) terminal.err(`  metrics         ${collector.metricsUrl}\n`);

  await stop;
  terminal.err('Draining; a second signal ends at once.\n');
  await collector.drain();
  return EXIT.fine;
}

/** Resolves at the first request to stop; a second one, however early, ends the process. */
function stopRequest(terminal: Terminal): Promise<void> {
  return new Promise((resolveStop) => {
    let requests = 0;
    terminal.onStopRequest(() => {
      requests++;
      if (requests === 1) resolveStop();
      else terminal.exitNow(EXIT.interrupted);
    });
  });
}
