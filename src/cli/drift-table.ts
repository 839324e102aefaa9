/** Drift in words: a line for each feature and output, with as many statistics as a line of 100 characters holds. */
import type { DriftStatistic } from '../registry/index.js';
import { number } from './chart.js';
import type { StatisticDrift, SubjectDrift } from './reference-drift.js';
import { columnsOf } from './text-table.js';

const WIDTH = 100;
const NAME_WIDTH = 24;
/** Where a name is wider than its column would be. */
const HEADS: Partial<Record<DriftStatistic, string>> = { wasserstein: 'w1', wasserstein_normalised: 'w1/sd' };
export const MARKS = '! above its threshold and its critical value, + above its critical value alone';

export interface DriftTable {
  readonly lines: readonly string[];
  /** Statistics for which there was no room. */
  readonly leftOut: readonly DriftStatistic[];
}

export function driftTable(drifts: readonly SubjectDrift[], statistics: readonly DriftStatistic[]): DriftTable {
  let shown = statistics;
  let lines = linesOf(drifts, shown);
  while (shown.length > 1 && lines.some((line) => line.length > WIDTH)) {
    shown = shown.slice(0, -1);
    lines = linesOf(drifts, shown);
  }
  return { lines, leftOut: statistics.slice(shown.length) };
}

function linesOf(drifts: readonly SubjectDrift[], shown: readonly DriftStatistic[]): string[] {
  const head = ['', ...shown.map((statistic) => HEADS[statistic] ?? statistic), 'q-value', ''];
  const rows = drifts.map(({ name, role, state, statistics, qValue, over }) => [
    shortened(role === 'feature' ? name : `${name} (output)`),
    ...shown.map((wanted) => cell(statistics.find(({ statistic }) => statistic === wanted))),
    qValue === undefined ? '' : qValue.toPrecision(2),
    state === 'ready' ? (over ? 'drifted' : '') : state,
  ]);
  return columnsOf(head, rows);
}

function cell(found: StatisticDrift | undefined): string {
  if (found === undefined) return '-';
  return `${number(found.value)}${found.over ? '!' : found.value > found.criticalValue ? '+' : ''}`;
}

function shortened(name: string): string {
  return name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH - 1)}…` : name;
}
