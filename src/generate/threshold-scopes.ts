/**
 * Which series a threshold holds for. One rule serves all models, those not yet known included; what the configuration
 * gives thresholds of its own is left out of it by matchers and gets a rule of its own. `!~` on one label cannot say 'this
 * feature of that model', so a model with any particular feature leaves the common rule as a whole.
 */
import { durationMs, type Config, type ModelConfig, type Thresholds } from '../config/index.js';
import { LABEL } from '../registry/index.js';
import { equal, noneOf, type Matcher } from './promql.js';

export type ThresholdKey = keyof Thresholds;

export interface Scope {
  /** Whom it is for, as a person would say it. */
  readonly title: string;
  readonly matchers: readonly Matcher[];
  readonly thresholds: Thresholds;
  /** That alerts look at. */
  readonly windows: readonly string[];
  /** Absent: all models without settings of their own. */
  readonly model?: ModelConfig;
}

type FeatureSettings = ModelConfig['features'][string];

/** The scopes of an alert that depends on these thresholds, the common one first. */
export function thresholdScopes(
  config: Config,
  keys: readonly ThresholdKey[],
  subject: 'feature' | 'model' | 'output',
): Scope[] {
  const differs = (thresholds: Partial<Thresholds>): boolean => keys.some((key) => thresholds[key] !== undefined);
  const isParticular = (settings: FeatureSettings): boolean =>
    !settings.alerts || settings.windows !== undefined || differs(settings.thresholds);
  const particularFeatures = (model: ModelConfig): [string, FeatureSettings][] =>
    subject === 'feature' ? Object.entries(model.features).filter(([, settings]) => isParticular(settings)) : [];

  const { thresholds: common, windows } = config.alerts;
  const models = config.models.filter(
    (model) => model.runbook !== undefined || differs(model.thresholds) || particularFeatures(model).length > 0,
  );
  const others = noneOf(LABEL.modelName, models.map(nameOf));
  const scopes: Scope[] = [{ title: 'all other models', matchers: others, thresholds: common, windows }];
  for (const model of models) {
    const particular = particularFeatures(model);
    const isModel = equal(LABEL.modelName, model.name);
    const ofModel = { ...common, ...defined(model.thresholds) };
    scopes.push({
      title: model.name,
      matchers: [
        isModel,
        ...noneOf(
          LABEL.feature,
          particular.map(([name]) => name),
        ),
      ],
      thresholds: ofModel,
      windows,
      model,
    });
    for (const [name, settings] of particular) {
      if (!settings.alerts) continue;
      const thresholds = { ...ofModel, ...defined(settings.thresholds) };
      const matchers = [isModel, equal(LABEL.feature, name)];
      const title = `${model.name}, feature ${name}`;
      scopes.push({ title, matchers, thresholds, windows: settings.windows ?? windows, model });
    }
  }
  return scopes;
}

/** All windows that any alert looks at, the shortest first. */
export function alertWindows({ alerts, models }: Config): string[] {
  const ofFeatures = models.flatMap(({ features }) => Object.values(features).flatMap(({ windows }) => windows ?? []));
  return [...new Set([...alerts.windows, ...ofFeatures])].toSorted((a, b) => durationMs(a) - durationMs(b));
}

function nameOf(model: ModelConfig): string {
  return model.name;
}

/** Without keys that are present and undefined, which would hide what lies beneath. */
function defined(thresholds: Partial<Thresholds>): Partial<Thresholds> {
  return Object.fromEntries(Object.entries(thresholds).filter(([, value]) => value !== undefined));
}
