/**
 * Pairs of data sets, each folded by the builder of references as a user's would be, and what the peers say of the very
 * same files.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CriticalValues, FeatureComparison } from '../../src/compare/index.js';
import { FEATURE_CELL, isNumeric, type Profile } from '../../src/observe/index.js';
import { buildReference, foldDataSet } from '../../src/reference/index.js';
import { FLIGHTS, parquet, sql } from '../reference/data-files.js';
import { askPeers, peersPython } from './python-environment.js';

type Numbers = Readonly<Record<string, number>>;

/** Of one column: `peers.*` are what others computed from the raw values. */
export interface ComparedColumn {
  readonly name: string;
  readonly isNumeric: boolean;
  readonly reference: Profile;
  readonly current: Profile;
  /** What is published. */
  readonly published: Readonly<Record<string, number>>;
  /** Counts in the bins that drift is computed on. */
  readonly drift: { readonly current: Float64Array; readonly reference: Float64Array };
  /** Counts in all bins of a numeric profile, in order, the outer ones included, with where they lie. */
  readonly ordered: OrderedCounts | undefined;
  /** Without the missing ones. */
  readonly values: { readonly current: readonly unknown[]; readonly reference: readonly unknown[] };
  readonly peers: PeerNumbers;
}

export interface OrderedCounts {
  readonly current: Float64Array;
  readonly reference: Float64Array;
  readonly edges: readonly number[];
  readonly positions: readonly number[];
}

export interface PeerNumbers {
  /** Over our bins. */
  readonly scipy: Numbers;
  readonly raw?: Numbers & { readonly untied: readonly [number[], number[]] | null };
  readonly evidently: Numbers & BinCounts & EvidentlyBins;
  readonly nannyml: Numbers & BinCounts & { readonly fine?: FineBins };
}

/** In the peer's own bins. */
interface BinCounts {
  readonly referenceCounts: number[];
  readonly currentCounts: number[];
}

interface EvidentlyBins {
  readonly referenceFilled: number[];
  readonly currentFilled: number[];
  readonly hellingerReferenceCounts: number[];
  readonly hellingerCurrentCounts: number[];
}

interface FineBins extends BinCounts {
  readonly edges: number[];
  readonly insideCounts: number[];
  readonly insideWasserstein: number;
}

export interface ComparedPair {
  readonly name: string;
  readonly columns: readonly ComparedColumn[];
}

type Unanswered = Omit<ComparedColumn, 'peers'>;

export async function comparedPairs(): Promise<ComparedPair[]> {
  const python = await peersPython();
  const pairs = [...(await bundledFiles(python)), ...(await flightFiles())];
  const asked = [];
  const all: { name: string; columns: Unanswered[] }[] = [];
  for (const { name, reference, current } of pairs) {
    const columns = await columnsOf(reference, current);
    all.push({ name, columns });
    asked.push({ reference, current, columns: columns.map(binsOf) });
  }
  const answers = (await askPeers(python, 'drift.py', [], asked)) as Record<string, PeerNumbers>[];
  return all.map(({ name, columns }, index) => ({
    name,
    columns: columns.map((column) => ({ ...column, peers: numbersOf(answers[index][column.name]) as PeerNumbers })),
  }));
}

interface Files {
  readonly name: string;
  readonly reference: string;
  readonly current: string;
}

async function bundledFiles(python: string): Promise<Files[]> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-peers-'));
  const names = (await askPeers(python, 'datasets.py', [folder])) as string[];
  return names.map((name) => ({
    name,
    reference: join(folder, `${name}.reference.csv`),
    current: join(folder, `${name}.current.csv`),
  }));
}

/** January against February, and against one flight in two thousand of the months after it. */
async function flightFiles(): Promise<Files[]> {
  const flights = (where: string): Promise<string> =>
    parquet(
      `SELECT * EXCLUDE (date, file_row_number) FROM read_parquet('${FLIGHTS}', file_row_number = true) WHERE ${where}`,
    );
  const january = await flights(`date < '2001-02-01'`);
  const february = await flights(`date >= '2001-02-01' AND date < '2001-03-01'`);
  const few = await flights(`date >= '2001-02-01' AND file_row_number % 2000 = 0`);
  return [
    { name: 'flights, January and February', reference: january, current: february },
    { name: 'flights, January and a few later ones', reference: january, current: few },
  ];
}

async function columnsOf(reference: string, current: string): Promise<Unanswered[]> {
  const built = await buildReference({ model: 'peers', version: '1', from: [reference] });
  const folded = await foldDataSet(built, { files: [current] });
  const criticalValues = new CriticalValues({ falseAlarmRate: 0.001 });
  const columns: Unanswered[] = [];
  for (const [name, profile] of built.features) {
    const other = folded.features.get(name)!;
    const comparison = new FeatureComparison(profile, criticalValues, { minimumObservations: 1 });
    comparison.compare(profile, 1);
    const own = comparison.currentCounts.slice();
    comparison.compare(other, 1);
    const values = async (file: string): Promise<unknown[]> =>
      (await sql(`SELECT "${name}" FROM '${file}' WHERE "${name}" IS NOT NULL`)).map(([value]) =>
        typeof value === 'bigint' ? Number(value) : value,
      );
    columns.push({
      name,
      isNumeric: isNumeric(profile.schema),
      reference: profile,
      current: other,
      published: Object.fromEntries(comparison.numbers.map(({ statistic, value }) => [statistic, value])),
      drift: { current: comparison.currentCounts.slice(), reference: own },
      ordered: orderedOf(profile, other),
      values: { current: await values(current), reference: await values(reference) },
    });
  }
  return columns;
}

function orderedOf(reference: Profile, current: Profile): OrderedCounts | undefined {
  const { schema } = reference;
  if (!isNumeric(schema)) return undefined;
  const counts = (profile: Profile): Float64Array =>
    Float64Array.from([profile.cell(FEATURE_CELL.below), ...profile.bins, profile.cell(FEATURE_CELL.above)]);
  const last = schema.upper[schema.upper.length - 1];
  const edges = [Math.min(schema.min, current.min), schema.min, ...schema.upper, Math.max(last, current.max)];
  const positions = edges.slice(1).map((edge, bin) => (edge + edges[bin]) / 2);
  return { current: counts(current), reference: counts(reference), edges, positions };
}

function binsOf({ name, reference, ordered }: Unanswered): unknown {
  const { schema } = reference;
  if (!isNumeric(schema)) return { name, kind: 'categorical', categories: schema.categories };
  return { name, kind: 'numeric', min: schema.min, upper: [...schema.upper], positions: ordered!.positions };
}

/** JSON has no word for what is not finite; it comes as a text. */
function numbersOf(answer: unknown): unknown {
  if (typeof answer === 'string') return answer === 'nan' ? NaN : answer === 'inf' ? Infinity : -Infinity;
  if (Array.isArray(answer)) return answer.map(numbersOf);
  if (answer === null || typeof answer !== 'object') return answer;
  return Object.fromEntries(Object.entries(answer).map(([key, value]) => [key, numbersOf(value)]));
}
