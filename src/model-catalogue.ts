/**
 * What configuration says of models beforehand: owners, tasks, thresholds, references. Models and versions that it does
 * not name get the defaults.
 */
import { type Config, durationMs, type ModelConfig, scheduleOf } from './config/index.js';
import type { ModelFacts } from './expose/index.js';
import { outcomeOfClass } from './interpret/index.js';
import type { KnownModel, ReferencePlan, ReferencePlans, ReferenceProfiles } from './observe/index.js';
import { loadReference, withKnownGroundTruth } from './reference/index.js';
import type { AlertingStatistic } from './registry/index.js';

const DEFAULT_TIER = 'standard';
const WEEK = '7d';

export class ModelCatalogue {
  readonly #config: Config;
  readonly #models: ReadonlyMap<string, ModelConfig>;
  readonly #references = new Map<string, ReferenceProfiles>();
  readonly #schedules: ReadonlyMap<string, ReturnType<typeof scheduleOf>>;

  /** Reads all references. @throws PlumblineError PB4001, PB4002 */
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
        if (path === undefined || this.#references.has(path)) continue;
        this.#references.set(path, withKnownGroundTruth(loadReference(path)));
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
