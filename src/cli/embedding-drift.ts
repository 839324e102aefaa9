/**
 * How far the embeddings of two references lie apart, and what of that is more than it may be. One that is not there any more,
 * or whose vectors have another number of dimensions, has drifted whatever its numbers: no model can read it.
 */
import { embeddingDrift } from '../compare/index.js';
import { EMBEDDING_THRESHOLDS } from '../config/index.js';
import type { EmbeddingProfile } from '../observe/index.js';
import type { Reference } from '../reference/index.js';
import {
  type DriftState,
  EMBEDDING_ALERT_STATISTICS,
  EMBEDDING_STATISTICS,
  type EmbeddingAlertStatistic,
  type EmbeddingStatistic,
} from '../registry/index.js';
import { number } from './chart.js';
import type { DriftOptions } from './reference-drift.js';
import { columnsOf } from './text-table.js';

export interface EmbeddingDriftOptions extends Pick<DriftOptions, 'falseAlarmRate' | 'minimumObservations'> {
  readonly embeddingThresholds: Readonly<Record<(typeof EMBEDDING_THRESHOLDS)[EmbeddingAlertStatistic], number>>;
  /** Share of values that are no vectors above which it matters. */
  readonly typeMismatch: number;
}

export interface EmbeddingSubject {
  readonly name: string;
  /** 'absent': the other has none of that name; 'faulty': too many of its values are no vectors like the reference's. */
  readonly state: DriftState | 'absent' | 'faulty';
  /** Empty unless the state is ready. */
  readonly statistics: readonly {
    readonly statistic: EmbeddingStatistic;
    readonly value: number;
    /** Absent: it is in the unit of the vectors. */
    readonly threshold?: number;
    readonly criticalValue: number;
    readonly over: boolean;
  }[];
  readonly over: boolean;
}

/** Vectors of a data set are not sampled: each is worth one. */
const EFFECTIVE_SHARE = 1;

export function embeddingDrifts(
  { embeddings = new Map<string, EmbeddingProfile>() }: Reference,
  current: Reference,
  options: EmbeddingDriftOptions,
): EmbeddingSubject[] {
  return Array.from(embeddings, ([name, own]) => {
    const other = current.embeddings?.get(name);
    if (other === undefined) return { name, state: 'absent', statistics: [], over: true };
    const faulty = other.dimensions === own.dimensions ? other.cell('typeMismatch') : other.cell('present');
    if (faulty > options.typeMismatch * other.cell('present'))
      return { name, state: 'faulty', statistics: [], over: true };
    const { state, numbers } = embeddingDrift(other, own, EFFECTIVE_SHARE, options);
    const statistics = numbers.map((measured) => {
      const threshold = thresholdOf(measured.statistic, options);
      const over = threshold !== undefined && measured.value > threshold && measured.value > measured.criticalValue;
      return { ...measured, threshold, over };
    });
    return { name, state, statistics, over: statistics.some(({ over }) => over) };
  });
}

function thresholdOf(
  statistic: EmbeddingStatistic,
  { embeddingThresholds }: EmbeddingDriftOptions,
): number | undefined {
  const alerting = EMBEDDING_ALERT_STATISTICS.find((each) => each === statistic);
  return alerting && embeddingThresholds[EMBEDDING_THRESHOLDS[alerting]];
}

/** Lines of a table; none where there is no embedding. */
export function embeddingDriftLines(subjects: readonly EmbeddingSubject[]): string[] {
  if (subjects.length === 0) return [];
  const head = ['embedding', ...EMBEDDING_STATISTICS.flatMap((statistic) => [statistic, 'threshold', 'critical']), ''];
  const rows = subjects.map(({ name, state, statistics, over }) => [
    name,
    ...EMBEDDING_STATISTICS.flatMap((wanted) => {
      const found = statistics.find(({ statistic }) => statistic === wanted);
      if (found === undefined) return ['-', '', ''];
      const { value, threshold, criticalValue } = found;
      return [number(value), threshold === undefined ? '' : number(threshold), number(criticalValue)];
    }),
    state === 'ready' ? (over ? 'drifted' : '') : state,
  ]);
  return ['', ...columnsOf(head, rows)];
}
