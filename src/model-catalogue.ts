/**
 * What configuration says of models beforehand: owners, tasks, thresholds, references. Models and versions that it does
 * not name get the defaults.
 */
import { type Config, durationMs, type ModelConfig, scheduleOf } from './config/index.js';
import type { ModelFacts } from './expose/index.js';
import { outcomeOfClass } from './interpret/index.js';
import type { KnownModel, ReferencePlan, ReferencePlans, ReferenceProfiles } from './observe/index.js';
import { loadReference, withKnownGroundTruth } from './reference/index.js';
import { PlumblineError } from './lib/plumbline-error.js';
import type { AlertingStatistic, FeatureKind } from './registry/index.js';

const DEFAULT_TIER = 'standard';
const WEEK = '7d';

export class ModelCatalogue {
  readonly #config: Config;
  readonly #models: ReadonlyMap<string, ModelConfig>;
  readonly #references = new Map<string, ReferenceProfiles>();
  readonly #schedules: ReadonlyMap<string, ReturnType<typeof scheduleOf>>;

  /** Reads all references. @throws PlumblineError PB4001, PB4002; PB4006 a feature is of another kind in one */
  constructor(config: Config) {
    this.#config = config;
    this.#models = new Map(config.models.map((model) => [model.name, model]));
    this.#schedules = new Map(config.models.map(({ name, schedule }) => [name, scheduleOf(schedule)]));
    for (const model of config.models) {
      const paths = [
        model.reference,
        ...model.references.flatMap((reference) => reference.path ?? []),
        ...Object.values(model.versions).map(({ reference }) => reference),
      ];
      for (const path of paths) {
        if (path === undefined) continue;
        if (!this.#references.has(path)) this.#references.set(path, withKnownGroundTruth(loadReference(path)));
        checkKinds(model, this.#references.get(path)!, path);
      }
    }
  }

  known(model: string): KnownModel | undefined {
    const config = this.#models.get(model);
    if (config === undefined) return undefined;
    const { task, positiveClass, multivariate } = config;
    const first = config.references.at(0)?.kind;
    return {
      task,
      multivariate,
      positive: positiveClass === undefined ? undefined : outcomeOfClass(positiveClass),
      kinds: kindsOf(config),
      provisionalReference: first === 'first_predictions' || first === 'previous_version' ? first : undefined,
    };
  }

  reference(model: string, version: string): ReferenceProfiles | undefined {
    const config = this.#models.get(model);
    const first = config?.references.at(0);
    const path = config?.versions[version]?.reference ?? (first?.kind === 'training' ? first.path : config?.reference);
    return path === undefined ? undefined : this.#references.get(path);
  }

  /** What the versions of a model are compared against; undefined: the configuration names nothing. */
  plans(model: string): ReferencePlans | undefined {
    const [primary, ...others] = this.#models.get(model)?.references ?? [];
    if (primary === undefined) return undefined;
    return {
      primary: { name: primary.name, alerts: primary.alerts ?? true },
      others: others.flatMap((reference) => this.#plan(reference) ?? []),
    };
  }

  /** Of one that is not the first. What its kind needs has been checked to be there. */
  #plan(reference: ModelConfig['references'][number]): ReferencePlan | undefined {
    const { kind, name, alerts = false, path = '', from = '', to = '', window = '', period = WEEK } = reference;
    switch (kind) {
      case 'training': {
        const profiles = this.#references.get(path)!;
        return { kind, name, alerts, source: profiles.name, profiles };
      }
      case 'previous_version':
        return { kind, name, alerts, source: '' };
      case 'range':
        return { kind, name, alerts, source: `${from}/${to}`, fromMs: Date.parse(from), toMs: Date.parse(to) };
      case 'rolling':
        return { kind, name, alerts, source: window, windowMs: durationMs(window) };
      case 'seasonal':
        return { kind, name, alerts, source: period, periodMs: durationMs(period) };
      case 'first_predictions':
        return undefined;
    }
  }

  /** Relative difference up to which two numbers of a feature are the same. */
  skewTolerance(model: string, feature: string): number {
    return this.#models.get(model)?.features[feature]?.skewTolerance ?? this.#config.observe.skew.tolerance;
  }

  facts(model: string): ModelFacts {
    const config = this.#models.get(model);
    const { thresholds, defaultOwner } = this.#config.alerts;
    return {
      owner: config?.owner ?? defaultOwner,
      tier: config?.tier ?? DEFAULT_TIER,
      task: config?.task ?? '',
      schedule: this.#schedules.get(model),
      thresholdOf: (feature) => {
        const ofFeature = feature === undefined ? undefined : config?.features[feature]?.thresholds;
        return (statistic: AlertingStatistic) =>
          ofFeature?.[statistic] ?? config?.thresholds[statistic] ?? thresholds[statistic];
      },
    };
  }
}

function kindsOf({ features }: ModelConfig): ReadonlyMap<string, FeatureKind> {
  return new Map(Object.entries(features).flatMap(([name, { kind }]) => (kind === undefined ? [] : [[name, kind]])));
}

/** Bins are of one kind: where a reference makes them, it says which. */
function checkKinds(model: ModelConfig, { features }: ReferenceProfiles, path: string): void {
  for (const [name, kind] of kindsOf(model)) {
    const schema = features.get(name)?.schema;
    if (schema === undefined || schema.kind === kind) continue;
    throw new PlumblineError(
      `The feature ${name} of the model ${model.name} is configured to be ${kind}, and is ${schema.kind} in ${path}.`,
      {
        code: 'PB4006',
        key: `models[].features.${name}.kind`,
        remedy: `Build the reference again with --kind ${name}=${kind}, or leave the kind out.`,
      },
    );
  }
}
