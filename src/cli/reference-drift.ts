/** How far two references of the same schemas lie apart, feature by feature, and what of that is more than it may be. */
import {
  CriticalValues,
  FeatureComparison,
  schemaDifferences,
  schemaOfReference,
  type SchemaDifference,
} from '../compare/index.js';
import type { Profile } from '../observe/index.js';
import type { Reference } from '../reference/index.js';
import { type DriftState, type DriftStatistic, SCHEMA_CHANGES } from '../registry/index.js';

export interface DriftOptions {
  readonly falseAlarmRate: number;
  readonly minimumObservations: number;
  /** @param feature undefined: an output */
  readonly thresholdOf: (feature: string | undefined, statistic: DriftStatistic) => number;
}

export interface SubjectDrift {
  readonly name: string;
  readonly role: 'feature' | 'output';
  readonly state: DriftState;
  /** Empty unless the state is ready. */
  readonly statistics: readonly StatisticDrift[];
  /** Whether any statistic is. */
  readonly over: boolean;
}

export interface StatisticDrift {
  readonly statistic: DriftStatistic;
  readonly value: number;
  readonly threshold: number;
  readonly criticalValue: number;
  /** Above both: it is no chance, and it matters. */
  readonly over: boolean;
}

/** Rows of a data set are not sampled: each is worth one. */
const EFFECTIVE_SHARE = 1;

/** The furthest apart first. */
export function driftBetween(reference: Reference, current: Reference, options: DriftOptions): SubjectDrift[] {
  const criticalValues = new CriticalValues({ falseAlarmRate: options.falseAlarmRate });
  const drift = (name: string, role: SubjectDrift['role'], own: Profile, other: Profile): SubjectDrift => {
    const comparison = new FeatureComparison(own, criticalValues, options.minimumObservations);
    const state = comparison.compare(other, EFFECTIVE_SHARE);
    const numbers = state === 'ready' ? comparison.numbers : [];
    const statistics = numbers.map(({ statistic, value, criticalValue }) => {
      const threshold = options.thresholdOf(role === 'feature' ? name : undefined, statistic);
      return { statistic, value, threshold, criticalValue, over: value > threshold && value > criticalValue };
    });
    return { name, role, state, statistics, over: statistics.some(({ over }) => over) };
  };
  const all = [
    ...pairs(reference.features, current.features).map(([name, own, other]) => drift(name, 'feature', own, other)),
    ...pairs(reference.outputs, current.outputs).map(([name, own, other]) => drift(name, 'output', own, other)),
  ];
  return all.sort((a, b) => Number(b.over) - Number(a.over) || valueOf(b) - valueOf(a));
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
  return Math.max(-1, ...statistics.map(({ value, threshold }) => value / Math.max(threshold, Number.EPSILON)));
}
