/** `plumbline reference show`: what a reference says, drawn in the terminal. */
import { Command } from 'commander';
import { nearestName } from '../lib/nearest-name.js';
import { PlumblineError } from '../lib/plumbline-error.js';
import { isNumeric, type Profile, type Projection } from '../observe/index.js';
import { loadReference, type Reference } from '../reference/index.js';
import { BIN, QUANTILES } from '../registry/index.js';
import { barChart, categoryBars, number, numericBars, percent, sparkline, type Bar } from './chart.js';
import { embeddingLines, embeddingSummaries } from './reference-embeddings.js';
import { columnsOf } from './text-table.js';
import type { Terminal } from './terminal.js';

const SPARKS = 24;
const TOP_CATEGORIES = 4;
const BARS = 24;
const BAR_WIDTH = 50;

interface ShowFlags {
  readonly feature?: string;
  readonly json?: boolean;
}

export function referenceShowCommand(terminal: Terminal): Command {
  return new Command('show')
    .description('draw the distributions of a reference')
    .argument('<file>', 'the reference')
    .option('--feature <name>', 'one feature (or output) with all its numbers')
    .option('--json', 'print the numbers as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ plumbline reference show flight-delay.json
  $ plumbline reference show flight-delay.json --feature distance
`,
    )
    .action((file: string, flags: ShowFlags) => {
      const reference = loadReference(file);
      const subjects = subjectsOf(reference);
      const shown = flags.feature === undefined ? subjects : [pick(subjects, flags.feature)];
      if (flags.json === true) terminal.out(`${JSON.stringify(asJson(reference, shown), null, 2)}\n`);
      else if (flags.feature === undefined) terminal.out(overview(reference, shown));
      else terminal.out(detail(shown[0]));
    });
}

interface Subject {
  readonly name: string;
  readonly role: 'feature' | 'output';
  readonly profile: Profile;
}

function subjectsOf({ features, outputs }: Reference): Subject[] {
  return [
    ...Array.from(features, ([name, profile]): Subject => ({ name, role: 'feature', profile })),
    ...Array.from(outputs, ([name, profile]): Subject => ({ name, role: 'output', profile })),
  ];
}

/** @throws PB7001 */
function pick(subjects: readonly Subject[], name: string): Subject {
  const subject = subjects.find((each) => each.name === name);
  if (subject !== undefined) return subject;
  const names = subjects.map((each) => each.name);
  const nearest = nearestName(name, names);
  throw new PlumblineError(`The reference has no feature ${name}.`, {
    code: 'PB7001',
    key: '--feature',
    remedy: nearest === undefined ? `It has: ${names.join(', ')}.` : `Did you mean ${nearest}?`,
  });
}

function overview(reference: Reference, subjects: readonly Subject[]): string {
  const { name, rows, source, createdAt, hash, projection } = reference;
  const head = [
    ['reference', name],
    ['rows', rows.toLocaleString('en')],
    ['from', source.files.join(', ')],
    ...(createdAt === undefined ? [] : [['built', createdAt]]),
    ...(projection === undefined ? [] : [['together', togetherInWords(projection)]]),
    ['hash', hash],
  ].map(([label, value]) => `${label.padEnd(10)}${value}`);
  const table = columnsOf(
    ['', 'kind', 'missing', 'distribution', ''],
    subjects.map(({ name: label, profile }) => [
      label,
      profile.schema.kind,
      percent(shareOf(profile.missing, profile)),
      isNumeric(profile.schema) ? sparkline(numericBars(profile, SPARKS).map(({ share }) => share)) : '',
      inWords(profile),
    ]),
  );
  return `${[...head, '', ...table, ...embeddingLines(reference)].join('\n')}\n`;
}

function togetherInWords({ features, components, kept }: Projection): string {
  const count = components.length === 1 ? '1 principal component' : `${components.length} principal components`;
  return `${count} of ${features.length} features, ${percent(kept)} of their variance`;
}

function inWords(profile: Profile): string {
  if (isNumeric(profile.schema)) {
    const { mean, standardDeviation, min, max } = profile;
    return `${number(min)} to ${number(max)}, mean ${number(mean)}, sd ${number(standardDeviation)}`;
  }
  const bars = categoryBars(profile, TOP_CATEGORIES + 1);
  return bars.map(({ label, share }) => `${label} ${percent(share)}`).join(', ');
}

function detail({ name, role, profile }: Subject): string {
  const { schema, observations } = profile;
  const lines = [
    `${name}, ${role}, ${schema.kind}: ${observations.toLocaleString('en')} rows`,
    `missing ${percent(shareOf(profile.missing, profile))}` +
      ` (absent ${profile.absent}, empty ${profile.empty}, not a number ${profile.nan})`,
  ];
  if (isNumeric(schema)) {
    const quantiles = QUANTILES.map((q) => `${q * 100}% ${number(profile.quantile(q))}`);
    lines.push(inWords(profile), `quantiles ${quantiles.join(', ')}`);
  } else lines.push(`${schema.categories.length} categories`);
  return `${[...lines, '', ...barChart([...barsOf(profile), ...missingBar(profile)], BAR_WIDTH)].join('\n')}\n`;
}

const barsOf = (profile: Profile): Bar[] =>
  isNumeric(profile.schema) ? numericBars(profile, BARS) : categoryBars(profile, BARS);

function missingBar(profile: Profile): Bar[] {
  return profile.missing === 0 ? [] : [{ label: BIN.missing, share: shareOf(profile.missing, profile) }];
}

function categoryAt({ schema }: Profile, bin: number): string | undefined {
  return isNumeric(schema) ? undefined : schema.categories[bin];
}

function shareOf(count: number, { observations }: Profile): number {
  return observations === 0 ? 0 : count / observations;
}

function asJson(reference: Reference, subjects: readonly Subject[]) {
  const { name, model, version, rows, hash, source } = reference;
  return {
    name,
    model,
    version,
    rows,
    hash,
    source,
    embeddings: embeddingSummaries(reference),
    subjects: subjects.map(({ name: subject, role, profile }) => ({
      name: subject,
      role,
      kind: profile.schema.kind,
      observations: profile.observations,
      missing: { absent: profile.absent, empty: profile.empty, nan: profile.nan },
      ...(isNumeric(profile.schema)
        ? {
            mean: profile.mean,
            standardDeviation: profile.standardDeviation,
            min: profile.min,
            max: profile.max,
            quantiles: Object.fromEntries(QUANTILES.map((q) => [q, profile.quantile(q)])),
          }
        : {}),
      bins: isNumeric(profile.schema)
        ? Array.from(profile.bins, (count, bin) => ({
            upper: (profile.schema as { upper: Float64Array }).upper[bin],
            count,
          }))
        : Array.from(profile.bins, (count, bin) => ({ category: categoryAt(profile, bin), count })),
    })),
  };
}
