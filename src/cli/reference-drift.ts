/** How far two references of the same schemas lie apart, feature by feature, and what of that is more than it may be. */
import {
  CriticalValues,
  FeatureComparison,
  qValues,
  schemaDifferences,
  schemaOfReference,
  type SchemaDifference,
} from '../compare/index.js';
import type { Profile } from '../observe/index.js';
import type { Reference } from '../reference/index.js';
import {
  type AlertingStatistic,
  canAlert,
  type DriftState,
  type DriftStatistic,
  SCHEMA_CHANGES,
} from '../registry/index.js';

export interface DriftOptions {
  readonly falseAlarmRate: number;
  readonly minimumObservations: number;
  readonly statistics: readonly DriftStatistic[];
  /** @param feature undefined: an output */
  readonly thresholdOf: (feature: string | undefined, statistic: AlertingStatistic) => number;
}

export interface SubjectDrift {
  readonly name: string;
  readonly role: 'feature' | 'output';
  readonly state: DriftState;
  /** Empty unless the state is ready. */
  readonly statistics: readonly StatisticDrift[];
  /** Of PSI, across all that are ready; absent unless the state is. */
  readonly qValue?: number;
  /** Whether any statistic is over, with a q-value up to the false-alarm rate: as the alert rules ask. */
  readonly over: boolean;
}

export interface StatisticDrift {
  readonly statistic: DriftStatistic;
  readonly value: number;
  readonly criticalValue: number;
  /** Absent: no threshold suits all features. */
  readonly threshold?: number;
  /** Of χ². */
  readonly degreesOfFreedom?: number;
  /** Above both: it is no chance, and it matters. */
  readonly over: boolean;
}

/** Rows of a data set are not sampled: each is worth one. */
const EFFECTIVE_SHARE = 1;

/** The furthest apart first. */
export function driftBetween(reference: Reference, current: Reference, options: DriftOptions): SubjectDrift[] {
  const { falseAlarmRate, statistics } = options;
  const criticalValues = new CriticalValues({ falseAlarmRate, statistics });
  const compared = (['features', 'outputs'] as const).flatMap((role) =>
    pairs<string>(reference[role], current[role]).map(([name, own, other]) => {
      const comparison = new FeatureComparison(own, criticalValues, options);
      return { name, isFeature: role === 'features', comparison, state: comparison.compare(other, EFFECTIVE_SHARE) };
    }),
  );
  const ready = compared.filter(({ state }) => state === 'ready');
  const corrected = qValues(ready.map(({ comparison }) => comparison.pValue));
  const drifts = compared.map((one): SubjectDrift => {
    const { name, isFeature, comparison, state } = one;
    const about = { name, role: isFeature ? 'feature' : 'output', state } as const;
    if (state !== 'ready') return { ...about, statistics: [], over: false };
    const qValue = corrected[ready.indexOf(one)];
    const thresholdOf = (statistic: DriftStatistic): number | undefined =>
      canAlert(statistic) ? options.thresholdOf(isFeature ? name : undefined, statistic) : undefined;
    const found = statisticsOf(comparison, thresholdOf);
    return { ...about, statistics: found, qValue, over: qValue <= falseAlarmRate && found.some(({ over }) => over) };
  });
  return drifts.sort((a, b) => Number(b.over) - Number(a.over) || valueOf(b) - valueOf(a));
}

function statisticsOf(
  { numbers, degreesOfFreedom }: FeatureComparison,
  thresholdOf: (statistic: DriftStatistic) => number | undefined,
): StatisticDrift[] {
  return numbers.map(({ statistic, value, criticalValue }) => {
    const threshold = thresholdOf(statistic);
    return {
      statistic,
      value,
      criticalValue,
      ...(threshold !== undefined && { threshold }),
      ...(statistic === 'chi2' && { degreesOfFreedom }),
      over: threshold !== undefined && value > threshold && value > criticalValue,
    };
  });
}

export interface NamedSchemaChange extends SchemaDifference {
  readonly compatibility: 'breaking' | 'compatible';
}

/** What the other's features are called and are that the reference's are not. */
export function schemaChanges(reference: Reference, other: Reference): NamedSchemaChange[] {
  return schemaDifferences(schemaOfReference(reference.features), schemaOfReference(other.features)).map(
    (difference) => ({ ...difference, compatibility: SCHEMA_CHANGES[difference.change] }),
  );
}

function pairs<Name extends string>(
  own: ReadonlyMap<Name, Profile>,
  others: ReadonlyMap<Name, Profile>,
): [Name, Profile, Profile][] {
  return Array.from(own).flatMap(([name, profile]) => {
    const other = others.get(name);
    return other === undefined ? [] : [[name, profile, other] as [Name, Profile, Profile]];
  });
}

function valueOf({ statistics }: SubjectDrift): number {
  const multiples = statistics.map(({ value, threshold = Infinity }) => value / Math.max(threshold, Number.EPSILON));
  return Math.max(-1, ...multiples);
}
