/** `plumbline reference diff`: whether data have moved away from a reference; a gate for continuous integration. */
import { tmpdir } from 'node:os';
import { Command, Option } from 'commander';
import { PlumblineError } from '../lib/plumbline-error.js';
import {
  alignReference,
  foldDataSet,
  isReferenceFile,
  loadReference,
  type Reference,
  withKnownGroundTruth,
} from '../reference/index.js';
import { ALERTING_STATISTICS, DRIFT_STATISTIC_TITLE, type DriftStatistic } from '../registry/index.js';
import { configOption, readConfig, type ConfigOption } from './config-source.js';
import { driftTable, MARKS } from './drift-table.js';
import type { EmbeddingDriftOptions } from './embedding-drift.js';
import { EXIT, type ExitStatus } from './exit-status.js';
import { listed, notNegative, probability, statisticNames, wholeNumber } from './reference-arguments.js';
import type { DriftOptions } from './reference-drift.js';
import { progressOf } from './reference-progress.js';
import { withTemporaryDirectory } from './temporary-directory.js';
import { paint, type Terminal } from './terminal.js';

interface DiffFlags extends ConfigOption {
  readonly statistics?: DriftStatistic[];
  readonly falseAlarmRate?: number;
  readonly minObservations?: number;
  readonly thresholdMmd?: number;
  readonly thresholdCosine?: number;
  readonly json?: boolean;
}

/** Thresholds by name of the statistic, as they were given on the command line. */
type GivenThresholds = Partial<Record<string, number>>;

const THRESHOLD_OPTIONS = ALERTING_STATISTICS.map((statistic) => ({
  statistic,
  flags: `--threshold-${statistic.replaceAll('_', '-')} <number>`,
  about: `${DRIFT_STATISTIC_TITLE[statistic]} above which a drift matters`,
}));

export function referenceDiffCommand(terminal: Terminal, finish: (status: ExitStatus) => void): Command {
  const thresholds: GivenThresholds = {};
  const command = new Command('diff')
    .description('compare data, or another reference, with a reference; fail where a feature has drifted')
    .argument('<reference>', 'the reference')
    .argument('<current>', 'CSV, JSON Lines or Parquet files, or another reference')
    .addOption(configOption())
    .option('--threshold-mmd <number>', 'discrepancy of embeddings above which a drift matters', notNegative)
    .option('--threshold-cosine <number>', 'cosine distance of embeddings above which a drift matters', notNegative)
    .option(
      '--statistics <names>',
      'drift statistics to show and to judge by, such as psi,ks,wasserstein_normalised; as many as fit are shown',
      statisticNames,
    )
    .option('--false-alarm-rate <number>', 'chance of exceeding a critical value with no drift at all', probability)
    .option('--min-observations <n>', 'rows below which nothing is said of a feature', wholeNumber)
    .option('--json', 'print the numbers as JSON')
    .addHelpText(
      'after',
      `
Between two references, features that were added, removed, renamed (same distribution, other name), retyped or extended (new
categories) are named first. A feature has drifted where any of the statistics is above its threshold (it matters) and above
its critical value for these numbers of rows (it is not luck), and the feature's q-value, which allows for the number of
features, is at most the false-alarm rate: as the alerts of a served model ask. Statistics: psi, js, ks, wasserstein_normalised
(w1/sd: in standard deviations of the reference), hellinger, tv, linf; chi2 and wasserstein (w1: in the feature's own unit) are shown and have
no threshold. So has an embedding; one that is absent or of another number of dimensions has as well. What no option says is taken from the configuration, for the reference's model. Exit status 1: something has drifted.

Examples:
  $ plumbline reference diff flight-delay.json february.parquet
  $ plumbline reference diff flight-delay.json 'incoming/*.csv' --statistics psi,chi2 --threshold-psi 0.1 --json
`,
    )
    .action(async (own: string, other: string, flags: DiffFlags) =>
      finish(await diff(own, other, flags, thresholds, terminal)),
    );
  for (const { statistic, flags, about } of THRESHOLD_OPTIONS) {
    const option = new Option(flags, about).argParser((text) => (thresholds[statistic] = notNegative(text)));
    command.addOption(option);
  }
  return command;
}

async function diff(
  own: string,
  other: string,
  flags: DiffFlags,
  thresholds: GivenThresholds,
  terminal: Terminal,
): Promise<ExitStatus> {
  const reference = loadReference(own);
  const options = optionsOf(reference, flags, thresholds);
  // The statistics take longest to load, and no other verb of the command line needs them.
  const { driftBetween, schemaChanges } = await import('./reference-drift.js');
  const { embeddingDrifts, embeddingDriftLines } = await import('./embedding-drift.js');
  const otherReference = isReferenceFile(other) ? loadReference(other) : undefined;
  const schema = otherReference === undefined ? [] : schemaChanges(reference, otherReference);
  for (const { change, feature, before, compatibility } of schema) {
    const what = before === undefined ? change : `${change}, from ${before}`;
    terminal.err(`${paint(terminal, 'yellow', 'schema:')} ${feature} ${what} (${compatibility}).\n`);
  }
  const current =
    otherReference === undefined ? await folded(reference, other, terminal) : aligned(own, reference, otherReference);
  const drifts = driftBetween(withKnownGroundTruth(reference), withKnownGroundTruth(current), options);
  const embeddings = embeddingDrifts(reference, current, options);
  const all = [...drifts, ...embeddings];
  const drifted = all.filter(({ over }) => over);
  if (flags.json === true) {
    const about = ({ name, rows, hash, source }: Reference) => ({ name, rows, hash, files: source.files });
    const report = {
      reference: about(reference),
      current: about(current),
      schema,
      drifted: drifted.length,
      subjects: drifts,
      embeddings,
    };
    terminal.out(`${JSON.stringify(report, null, 2)}\n`);
  } else {
    const { lines, leftOut } = driftTable(drifts, options.statistics);
    terminal.out(`${[...lines, ...embeddingDriftLines(embeddings)].join('\n')}\n`);
    terminal.err(`${MARKS}.\n`);
    if (leftOut.length > 0) {
      terminal.err(`There is no room for ${leftOut.join(', ')}: choose with --statistics, or see all with --json.\n`);
    }
  }
  const unsaid = all.filter(({ state, over }) => state !== 'ready' && !over).length;
  if (unsaid > 0) terminal.err(`${paint(terminal, 'yellow', 'note:')} ${unsaid} have too few rows to be compared.\n`);
  terminal.err(`${drifted.length} of ${all.length} have drifted.\n`);
  return drifted.length === 0 ? EXIT.fine : EXIT.checkFailed;
}

async function folded(reference: Reference, other: string, terminal: Terminal): Promise<Reference> {
  const progress = progressOf(terminal);
  return withTemporaryDirectory(tmpdir(), 'TMPDIR', (temporaryDirectory) =>
    foldDataSet(reference, {
      files: listed(other),
      temporaryDirectory,
      onProgress: (done) => progress.show(done),
      onNotice: (notice) => terminal.err(`${paint(terminal, 'yellow', 'note:')} ${notice}.\n`),
    }).finally(() => progress.stop()),
  );
}

/** @throws PB7001 where the two cannot be compared exactly: a guess would pass for a measurement */
function aligned(own: string, reference: Reference, other: Reference): Reference {
  const { aligned: current, different } = alignReference(reference, other);
  if (different.length === 0) return current;
  throw new PlumblineError(
    `The two references have different bins for ${different.join(', ')}, so their counts cannot be compared.`,
    {
      code: 'PB7001',
      key: other.name,
      remedy: `Compare with the data it was built from: plumbline reference diff ${own} ${other.source.files.join(',')}`,
    },
  );
}

function optionsOf(
  { model }: Reference,
  flags: DiffFlags,
  thresholds: GivenThresholds,
): DriftOptions & EmbeddingDriftOptions {
  const { config } = readConfig(flags);
  const known = config.models.find(({ name }) => name === model);
  const ofModel = (key: 'embeddingMmd' | 'embeddingCosine' | 'typeMismatch'): number =>
    known?.thresholds[key] ?? config.alerts.thresholds[key];
  return {
    falseAlarmRate: flags.falseAlarmRate ?? config.compare.falseAlarmRate,
    minimumObservations: flags.minObservations ?? config.compare.minimumObservations,
    statistics: flags.statistics ?? config.compare.statistics,
    thresholdOf: (feature, statistic) =>
      thresholds[statistic] ??
      (feature === undefined ? undefined : known?.features[feature]?.thresholds[statistic]) ??
      known?.thresholds[statistic] ??
      config.alerts.thresholds[statistic],
    embeddingThresholds: {
      embeddingMmd: flags.thresholdMmd ?? ofModel('embeddingMmd'),
      embeddingCosine: flags.thresholdCosine ?? ofModel('embeddingCosine'),
    },
    typeMismatch: ofModel('typeMismatch'),
  };
}
