/** `plumbline reference`: the profiles that serving is compared against. */
import { Command } from 'commander';
import type { ExitStatus } from './exit-status.js';
import { referenceBuildCommand } from './reference-build-command.js';
import { referenceDiffCommand } from './reference-diff-command.js';
import { referenceShowCommand } from './reference-show-command.js';
import type { Terminal } from './terminal.js';

export function referenceCommand(terminal: Terminal, finish: (status: ExitStatus) => void): Command {
  return new Command('reference')
    .description('build, show and compare the profiles that serving is compared against')
    .addCommand(referenceBuildCommand(terminal, finish))
    .addCommand(referenceShowCommand(terminal))
    .addCommand(referenceDiffCommand(terminal, finish));
}
