/**
 * Everything about skew in one window: rows of pairs turned into columns, each feature compared, and what is wrong named.
 * A feature that no offline row carries is not compared, since offline records need not carry all of them, but it may turn out
 * to be the other name of one that they carry. Cost: O(pairs × features), about 30 ns a value.
 */
import { OUTCOME } from '../interpret/index.js';
import type { SkewPair } from '../observe/index.js';
import { featureSkew, type FeatureSkew, type SkewColumn, type SkewedFeature } from './skew.js';
import { diagnoseSkew, type SkewDiagnosis } from './skew-diagnosis.js';

export interface SkewFinding {
  readonly feature: string;
  readonly skew: FeatureSkew;
  readonly diagnosis: SkewDiagnosis | undefined;
}

export function skewOfWindow(pairs: readonly SkewPair[], toleranceOf: (feature: string) => number): SkewFinding[] {
  const features = featuresOf(pairs, toleranceOf);
  const skews = features.map(featureSkew);
  const diagnoses = diagnoseSkew(features, skews);
  return features.flatMap(({ name, offline }, index) => {
    const diagnosis = diagnoses[index];
    const isCompared = offline.kinds.some((kind) => kind !== OUTCOME.none) || diagnosis?.name === 'renamed';
    return isCompared ? { feature: name, skew: skews[index], diagnosis } : [];
  });
}

function featuresOf(pairs: readonly SkewPair[], toleranceOf: (feature: string) => number): SkewedFeature[] {
  const features = new Map<string, SkewedFeature>();
  const emptyColumn = (): SkewColumn => ({
    kinds: new Uint8Array(pairs.length),
    values: new Float64Array(pairs.length),
  });
  const hasPrevious = pairs.some(({ previous }) => previous !== undefined);
  const featureOf = (name: string): SkewedFeature => {
    let feature = features.get(name);
    if (feature === undefined) {
      feature = {
        name,
        tolerance: toleranceOf(name),
        online: emptyColumn(),
        offline: emptyColumn(),
        ...(hasPrevious && { previous: emptyColumn() }),
      };
      features.set(name, feature);
    }
    return feature;
  };
  // Rows mostly share their list of names: it is looked up once for all of them.
  const byList = new Map<readonly string[], readonly SkewedFeature[]>();
  const listOf = (names: readonly string[]): readonly SkewedFeature[] => {
    let list = byList.get(names);
    if (list === undefined) {
      list = names.map(featureOf);
      byList.set(names, list);
    }
    return list;
  };
  pairs.forEach((pair, row) => {
    for (const side of ['online', 'offline', 'previous'] as const) {
      const values = pair[side];
      if (values === undefined) continue;
      listOf(values.features).forEach((feature, at) => {
        const column = feature[side];
        if (column === undefined) return;
        column.kinds[row] = values.kinds[at];
        column.values[row] = values.values[at];
      });
    }
  });
  return [...features.values()];
}
