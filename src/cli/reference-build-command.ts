/** `plumbline reference build`: a data set to the profile that serving is compared against. */
import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { type BuildOptions, buildReference, saveReference } from '../reference/index.js';
import { ATTRIBUTE } from '../registry/index.js';
import { EXIT, type ExitStatus } from './exit-status.js';
import { paint, type Terminal } from './terminal.js';

/** Rows between two looks at the progress. */
const PROGRESS_ROWS = 1_000_000;

interface BuildFlags {
  readonly model: string;
  readonly version: string;
  readonly from: string;
  readonly out: string;
  readonly value?: string;
  readonly score?: string;
  readonly exclude?: string[];
  readonly include?: string[];
  readonly maxCategories?: number;
}

const names = (text: string): string[] => text.split(',').map((name) => name.trim());

export function referenceBuildCommand(terminal: Terminal, finish: (status: ExitStatus) => void): Command {
  return new Command('build')
    .description('build a reference profile from the data that a model was trained on')
    .requiredOption('-m, --model <name>', `the model, as ${ATTRIBUTE.modelName} says it`)
    .requiredOption('-v, --version <version>', `its version, as ${ATTRIBUTE.modelVersion} says it`)
    .requiredOption('-f, --from <files>', 'CSV, JSON Lines or Parquet; several or a pattern, separated by commas')
    .requiredOption('-o, --out <file>', 'the reference to write')
    .option('--value <column>', "the column that holds the model's own prediction")
    .option('--score <column>', 'the column that holds its score')
    .option('--exclude <columns>', 'columns that are no features, such as an id or the ground truth', names)
    .option('--include <columns>', 'columns that are features; without it, all others are', names)
    .option('--max-categories <n>', 'different texts up to which a column is categories, and free text beyond', Number)
    .addHelpText(
      'after',
      `
Every column that is not named otherwise becomes a feature. Data larger than memory are streamed.

Example:
  $ plumbline reference build --model flight-delay --version 2001-01 \\
      --from january.parquet --value late --score score --exclude flight_id --out flight-delay.json
`,
    )
    .action(async (flags: BuildFlags) => {
      await build(flags, terminal);
      finish(EXIT.fine);
    });
}

async function build(flags: BuildFlags, terminal: Terminal): Promise<void> {
  const startedMs = performance.now();
  const { out, ...options } = flags;
  const progress = progressOf(terminal);
  const onProgress: BuildOptions['onProgress'] = (rows, total) => progress.show(rows, total);
  const { content, warnings } = await buildReference({
    ...options,
    createdAt: new Date().toISOString(),
    onProgress,
  }).finally(() => progress.stop());
  const reference = saveReference(out, content);
  for (const warning of warnings) terminal.err(`${paint(terminal, 'yellow', 'warning:')} ${warning}\n`);
  const kinds = new Map<string, number>();
  for (const { schema } of reference.features.values()) kinds.set(schema.kind, (kinds.get(schema.kind) ?? 0) + 1);
  const features = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ');
  const outputs = reference.outputs.size === 0 ? '' : `; outputs: ${[...reference.outputs.keys()].join(', ')}`;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  terminal.out(`${out}: ${reference.rows} rows, features: ${features}${outputs}\n`);
  terminal.out(`sha256 ${reference.hash}, in ${seconds} s\n`);
}

/** A bar for a person, a line now and then for a log. */
function progressOf(terminal: Terminal) {
  if (process.stderr.isTTY) {
    const bar = new SingleBar({
      format: '{bar} {percentage}% {value}/{total} rows, {eta_formatted} left',
      hideCursor: true,
    });
    let started = false;
    return {
      show(rows: number, total: number): void {
        if (!started) bar.start(total, 0);
        started = true;
        bar.update(rows);
      },
      stop: () => bar.stop(),
    };
  }
  let next = PROGRESS_ROWS;
  return {
    show(rows: number, total: number): void {
      if (rows < next) return;
      terminal.err(`${rows} of ${total} rows\n`);
      next = rows + PROGRESS_ROWS;
    },
    stop(): void {},
  };
}
