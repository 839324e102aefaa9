/**
 * What configuration says of models beforehand: owners, tasks, thresholds, references. Models and versions that it does
 * not name get the defaults.
 */
import type { Config, ModelConfig } from './config/index.js';
import type { ModelFacts } from './expose/index.js';
import { outcomeOfClass } from './interpret/index.js';
import type { KnownModel, ReferenceProfiles } from './observe/index.js';
import { loadReference } from './reference/index.js';
import type { DriftStatistic } from './registry/index.js';

const DEFAULT_TIER = 'standard';

export class ModelCatalogue {
  readonly #config: Config;
  readonly #models: ReadonlyMap<string, ModelConfig>;
  readonly #references = new Map<string, ReferenceProfiles>();

  /** Reads all references. @throws PlumblineError PB4001, PB4002 */
  constructor(config: Config) {
    this.#config = config;
    this.#models = new Map(config.models.map((model) => [model.name, model]));
    for (const model of config.models) {
      const paths = [model.reference, ...Object.values(model.versions).map(({ reference }) => reference)];
      for (const path of paths) {
        if (path !== undefined && !this.#references.has(path)) this.#references.set(path, loadReference(path));
      }
    }
  }

  known(model: string): KnownModel | undefined {
    const config = this.#models.get(model);
    if (config === undefined) return undefined;
    const { task, positiveClass } = config;
    return { task, positive: positiveClass === undefined ? undefined : outcomeOfClass(positiveClass) };
  }

  reference(model: string, version: string): ReferenceProfiles | undefined {
    const config = this.#models.get(model);
    const path = config?.versions[version]?.reference ?? config?.reference;
    return path === undefined ? undefined : this.#references.get(path);
  }

  facts(model: string): ModelFacts {
    const config = this.#models.get(model);
    const { thresholds, defaultOwner } = this.#config.alerts;
    return {
      owner: config?.owner ?? defaultOwner,
      tier: config?.tier ?? DEFAULT_TIER,
      task: config?.task ?? '',
      thresholdOf: (feature) => {
        const ofFeature = feature === undefined ? undefined : config?.features[feature]?.thresholds;
        return (statistic: DriftStatistic) =>
          ofFeature?.[statistic] ?? config?.thresholds[statistic] ?? thresholds[statistic];
      },
    };
  }
}
