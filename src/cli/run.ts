/**
 * The command line as a function: arguments in, exit status out. It joins the verbs and turns every way of failing into
 * a message and a status; the verbs themselves are thin and in a file each.
 */
import { Command, CommanderError } from 'commander';
import { PlumblineError } from '../lib/plumbline-error.js';
import { configCommand } from './config-command.js';
import { describeError } from './error-message.js';
import { EXIT, EXIT_STATUS_HELP, type ExitStatus } from './exit-status.js';
import { generateCommand } from './generate-command.js';
import { referenceCommand } from './reference-command.js';
import { serveCommand } from './serve-command.js';
import { paint, type Terminal } from './terminal.js';
import { VERSION } from './version.js';

/** @param parameters as typed, without the program's own name */
export async function run(parameters: readonly string[], terminal: Terminal): Promise<ExitStatus> {
  let status: ExitStatus = EXIT.fine;
  const finish = (result: ExitStatus): void => void (status = result);
  try {
    await program(terminal, finish).parseAsync(parameters, { from: 'user' });
    return status;
  } catch (error) {
    // Commander ends help and version the same way as a mistake; only a mistake has a status, and was told already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.refused;
    terminal.err(describeError(error, terminal));
    return error instanceof PlumblineError ? EXIT.refused : EXIT.ourFault;
  }
}

function program(terminal: Terminal, finish: (status: ExitStatus) => void): Command {
  const root = new Command('plumbline')
    .description('Model monitoring on OpenTelemetry, Prometheus and Grafana.')
    .enablePositionalOptions()
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText(
      'after',
      `
Examples:
  $ plumbline serve --config plumbline.yaml
  $ plumbline config check plumbline.yaml
  $ plumbline generate all --config plumbline.yaml --out monitoring
  $ plumbline reference build --model churn --version 7 --from training.parquet --out churn-7.json
${EXIT_STATUS_HELP}`,
    );
  root.addCommand(serveCommand(terminal, finish));
  root.addCommand(configCommand(terminal, finish));
  root.addCommand(generateCommand(terminal, finish));
  root.addCommand(referenceCommand(terminal, finish));
  for (const command of [root, ...root.commands, ...root.commands.flatMap((verb) => verb.commands)])
    settle(command, terminal);
  return root;
}

/** Commander hands neither of these on to commands that were made apart. */
function settle(command: Command, terminal: Terminal): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => terminal.out(text),
    writeErr: (text) => terminal.err(text),
    getOutHasColors: () => false,
    getErrHasColors: () => terminal.coloured,
    outputError: (text, write) => {
      const sentence = text.replace(/^error: /, '').trimEnd();
      write(`${paint(terminal, 'red', 'error:')} PB7001 ${sentence}\n  See ${commandPath(command)} --help.\n`);
    },
  });
}

function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}
