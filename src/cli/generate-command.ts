/** `plumbline generate`: writes what the registry and a configuration give, or checks that what is on disk is that. */
import { join } from 'node:path';
import { Argument, Command } from 'commander';
import { type Config } from '../config/index.js';
import { checkGenerated, generate, GENERATORS, writeGenerated, type GenerateKind } from '../generate/index.js';
import { PlumblineError } from '../lib/plumbline-error.js';
import { configOption, readConfig, type ConfigOption } from './config-source.js';
import { EXIT, type ExitStatus } from './exit-status.js';
import { describeError } from './error-message.js';
import { type Terminal } from './terminal.js';

const KINDS = Object.keys(GENERATORS) as GenerateKind[];
const ALL = 'all';

interface GenerateOptions extends ConfigOption {
  readonly out?: string;
  readonly check?: boolean;
}

export function generateCommand(terminal: Terminal, finish: (status: ExitStatus) => void): Command {
  const width = Math.max(...KINDS.map((kind) => kind.length));
  const kinds = KINDS.map(
    (kind) => `  ${kind.padEnd(width)}  ${GENERATORS[kind].brief} (${GENERATORS[kind].directory})`,
  );
  return new Command('generate')
    .description('write rules, routes, dashboards and documentation from the configuration')
    .addArgument(new Argument('<kind>', 'what to generate').choices([...KINDS, ALL]))
    .addOption(configOption())
    .option(
      '-o, --out <folder>',
      'folder to write to (default: the folder of the kind, below; with all: the folder that those are in)',
    )
    .option('--check', 'write nothing; say what differs from what is on disk, and fail if anything does')
    .addHelpText(
      'after',
      `
Kinds, and the folders that they are written to:
${kinds.join('\n')}
  ${ALL.padEnd(width)}  all of these

Examples:
  $ plumbline generate rules --config plumbline.yaml --out /etc/prometheus
  $ plumbline generate all --check
`,
    )
    .action(async (kind: GenerateKind | typeof ALL, options: GenerateOptions) => {
      const { config } = readConfig(options);
      finish(
        options.check === true
          ? await check(kind, config, options, terminal)
          : await write(kind, config, options, terminal),
      );
    });
}

/** The kinds that are meant, each with the folder that its files go to. */
function targets(kind: GenerateKind | typeof ALL, out: string | undefined): [GenerateKind, string][] {
  if (kind === ALL) return KINDS.map((each) => [each, join(out ?? '.', GENERATORS[each].directory)]);
  return [[kind, out ?? GENERATORS[kind].directory]];
}

async function write(
  kind: GenerateKind | typeof ALL,
  config: Config,
  { out }: GenerateOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  for (const [each, folder] of targets(kind, out)) {
    const files = generate(each, config);
    const written = await writeGenerated(folder, files).catch((cause: unknown) => refuseFolder(folder, cause));
    for (const path of written) terminal.out(`${path}\n`);
    terminal.err(`${each}: ${written.length} of ${files.length} files written to ${folder}\n`);
  }
  return EXIT.fine;
}

/** @throws PB7001 where the system says why; what it does not explain is passed on. */
function refuseFolder(folder: string, cause: unknown): never {
  const { syscall, message } = cause as NodeJS.ErrnoException;
  if (syscall === undefined) throw cause;
  throw new PlumblineError(`${folder} cannot be written to: ${message}.`, {
    code: 'PB7001',
    key: '--out',
    remedy: 'Name a folder that you may write to.',
    cause,
  });
}

/** Goes through all kinds even when one differs, so that one run tells everything. */
async function check(
  kind: GenerateKind | typeof ALL,
  config: Config,
  { out }: GenerateOptions,
  terminal: Terminal,
): Promise<ExitStatus> {
  let status: ExitStatus = EXIT.fine;
  for (const [each, folder] of targets(kind, out)) {
    try {
      await checkGenerated(folder, generate(each, config));
      terminal.err(`${each}: ${folder} is in step\n`);
    } catch (error) {
      if (!(error instanceof PlumblineError) || error.code !== 'PB6001') throw error;
      terminal.err(describeError(error, terminal));
      status = EXIT.checkFailed;
    }
  }
  return status;
}
