/** `plumbline config`: whether a configuration is valid, what it comes to, and its schema for editors. */
import { Command } from 'commander';
import { stringify } from 'yaml';
import { configJsonSchema, formatProblem, inspectConfig } from '../config/index.js';
import { configOption, CONFIG_FILE, readConfig, type ConfigOption } from './config-source.js';
import { configWarnings } from './config-warnings.js';
import { EXIT, type ExitStatus } from './exit-status.js';
import { paint, type Terminal } from './terminal.js';

export function configCommand(terminal: Terminal, finish: (status: ExitStatus) => void): Command {
  const command = new Command('config').description('check, show and describe the configuration');

  command
    .command('check')
    .description('list every problem of a configuration file, with its place and its remedy')
    .argument('[file]', 'the file', CONFIG_FILE)
    .addHelpText('after', '\nExample:\n  $ plumbline config check plumbline.yaml\n')
    .action((file: string) => finish(checkConfig(file, terminal)));

  command
    .command('show')
    .description('print the effective configuration as YAML: every default filled in, every path absolute')
    .addOption(configOption())
    .addHelpText('after', '\nExample:\n  $ plumbline config show --config plumbline.yaml\n')
    .action((options: ConfigOption) => terminal.out(stringify(readConfig(options).config)));

  command
    .command('schema')
    .description('print the JSON Schema of the configuration, for editors')
    .addHelpText('after', '\nExample:\n  $ plumbline config schema > plumbline.schema.json\n')
    .action(() => terminal.out(`${JSON.stringify(configJsonSchema(), null, 2)}\n`));

  return command;
}

function checkConfig(file: string, terminal: Terminal): ExitStatus {
  const found = inspectConfig(file);
  for (const problem of found.problems) terminal.err(`${formatProblem(file, problem)}\n`);
  for (const warning of found.config === undefined ? [] : configWarnings(found.config)) {
    terminal.err(`${paint(terminal, 'yellow', 'warning:')} ${warning}\n`);
  }
  const count = found.problems.length;
  if (count === 0) terminal.out(`${file} is valid.\n`);
  else terminal.err(`${file} has ${count === 1 ? 'a problem' : `${count} problems`}.\n`);
  return count === 0 ? EXIT.fine : EXIT.checkFailed;
}
