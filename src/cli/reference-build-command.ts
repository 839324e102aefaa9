/** `plumbline reference build`: a data set to the profile that serving is compared against. */
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { type Clock, systemClock } from '../lib/clock.js';
import { ATTRIBUTE, FEATURE_KINDS, type FeatureKind, VARIANCE_KEPT } from '../registry/index.js';
import { buildReference, type Reference, saveReference } from '../reference/index.js';
import { EXIT, type ExitStatus } from './exit-status.js';
import { progressOf } from './reference-progress.js';
import { kinds, listed, shareBelowOne, wholeNumber } from './reference-arguments.js';
import { withTemporaryDirectory } from './temporary-directory.js';
import { paint, type Terminal } from './terminal.js';

interface BuildFlags {
  readonly model: string;
  readonly version: string;
  readonly from: string[];
  readonly out: string;
  readonly value?: string;
  readonly score?: string;
  readonly groundTruth?: string;
  readonly exclude?: string[];
  readonly include?: string[];
  readonly embedding?: string[];
  readonly maxCategories?: number;
  readonly variance?: number;
  readonly kind?: ReadonlyMap<string, FeatureKind>;
  readonly eventTime?: string;
}

export function referenceBuildCommand(terminal: Terminal, finish: (status: ExitStatus) => void): Command {
  return new Command('build')
    .description('build a reference from the data that a model was trained on')
    .requiredOption('-m, --model <name>', `the model, as ${ATTRIBUTE.modelName} says it`)
    .requiredOption('-v, --version <version>', `its version, as ${ATTRIBUTE.modelVersion} says it`)
    .requiredOption('-f, --from <files>', 'CSV, JSON Lines or Parquet; several or a glob, separated by commas', listed)
    .requiredOption('-o, --out <file>', 'the reference to write')
    .option('--value <column>', "column with the model's own prediction")
    .option('--score <column>', 'column with its score')
    .option('--ground-truth <column>', 'column with what really happened')
    .option('--event-time <column>', 'column with when the predictions were made, which times are as old as')
    .option(
      '--kind <name=kind>',
      `what a feature is: ${FEATURE_KINDS.join(', ')} (default: as its type and values say)`,
      kinds,
    )
    .option('--exclude <columns>', 'columns that are no features, such as an id', listed)
    .option('--include <columns>', 'the only columns that are features (default: all others)', listed)
    .option('--embedding <columns>', 'columns of vectors (default: all lists of the same number of numbers)', listed)
    .option('--max-categories <n>', 'different texts above which a column is free text (default: 10000)', wholeNumber)
    .option(
      '--variance <share>',
      `variance that the principal components of the features keep (default: ${VARIANCE_KEPT}); 0: they are left out`,
      shareBelowOne,
    )
    .addHelpText(
      'after',
      `
Every column that is not named otherwise becomes a feature, or an embedding where its values are lists of numbers. Data larger than memory are streamed.

Example:
  $ plumbline reference build --model flight-delay --version 2001-01 --from january.parquet \\
      --value predicted_late --score score --ground-truth late --out flight-delay.json
`,
    )
    .action(async (flags: BuildFlags) => finish(await build(flags, terminal, systemClock)));
}

async function build(flags: BuildFlags, terminal: Terminal, clock: Clock): Promise<ExitStatus> {
  const startedMs = clock.nowMs();
  const { out, kind, ...options } = flags;
  const progress = progressOf(terminal);
  // Beside the result, where there is room for files of that size.
  const reference = await withTemporaryDirectory(dirname(resolve(out)), '--out', (temporaryDirectory) =>
    buildReference({
      ...options,
      kinds: kind,
      temporaryDirectory,
      createdAt: new Date(startedMs).toISOString(),
      onProgress: (done) => progress.show(done),
      onNotice: (notice) => terminal.err(`${paint(terminal, 'yellow', 'note:')} ${notice}.\n`),
    }).finally(() => progress.stop()),
  );
  saveReference(reference, out);
  terminal.out(`${summary(reference)}\n`);
  terminal.err(`${out} written in ${((clock.nowMs() - startedMs) / 1000).toFixed(1)} s\n`);
  return EXIT.fine;
}

function summary({ name, rows, features, outputs, embeddings, hash }: Reference): string {
  const byKind = new Map<string, number>();
  for (const { schema } of features.values()) byKind.set(schema.kind, (byKind.get(schema.kind) ?? 0) + 1);
  const kinds = Array.from(byKind, ([kind, count]) => `${count} ${kind}`).join(', ');
  const lines = [
    ['reference', name],
    ['rows', rows.toLocaleString('en')],
    ['features', kinds === '' ? 'none' : kinds],
    ['besides', outputs.size === 0 ? 'nothing' : [...outputs.keys()].join(', ')],
    ...(embeddings === undefined || embeddings.size === 0 ? [] : [['vectors', [...embeddings.keys()].join(', ')]]),
    ['hash', hash],
  ];
  return lines.map(([label, value]) => `${label.padEnd(10)}${value}`).join('\n');
}
