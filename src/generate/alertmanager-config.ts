/**
 * Alertmanager's routes: every alert carries an `owner`, every owner is a receiver, and who is not named reaches the
 * default owner. One notification tells of all features of a version that an alert fires for; inhibitions keep a cause and
 * its echo from calling twice.
 */
import { stringify } from 'yaml';
import type { Config } from '../config/index.js';
import { PlumblineError } from '../lib/plumbline-error.js';
import { LABEL } from '../registry/index.js';
import { generatedHeader, type GeneratedFile } from './generated-file.js';
import { equal, oneOf, PROMETHEUS_LABEL, quoted, type Matcher } from './promql.js';
import { modelAlertNames, processAlertRules } from './rules/alerting-rules.js';
import { alertWindows } from './threshold-scopes.js';

type Owner = Config['alerts']['owners'][string];

interface Receiver {
  readonly name: string;
  readonly webhook_configs?: readonly Readonly<Record<string, unknown>>[];
  readonly email_configs?: readonly Readonly<Record<string, unknown>>[];
}

interface Inhibition {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal?: readonly string[];
}

const written = ({ label, operator, value }: Matcher): string => `${label}${operator}${quoted(value)}`;
const named = (names: readonly string[]): string => written(oneOf(PROMETHEUS_LABEL.alertName, names));

function receiver(name: string, owner: Owner | undefined, config: Config): Receiver {
  if (owner?.email !== undefined && config.alerts.smtp === undefined) {
    throw new PlumblineError(`Owner ${name} has an email, and there is no mail server to send it with.`, {
      code: 'PB1003',
      key: `alerts.owners.${name}.email`,
      remedy: 'Set alerts.smtp.smarthost and alerts.smtp.from, or give the owner a webhook instead.',
    });
  }
  const webhooks = [
    ...(owner?.webhook === undefined ? [] : [{ url: owner.webhook, send_resolved: true }]),
    ...(owner?.webhookFile === undefined ? [] : [{ url_file: owner.webhookFile, send_resolved: true }]),
  ];
  return {
    name,
    ...(webhooks.length === 0 ? {} : { webhook_configs: webhooks }),
    ...(owner?.email === undefined ? {} : { email_configs: [{ to: owner.email, send_resolved: true }] }),
  };
}

/** What is wrong with all values of a feature makes its shares and its distribution look wrong too. */
const EXPLAINED: Readonly<Record<string, readonly string[]>> = {
  FeatureAbsent: ['FeatureMissing', 'FeatureDrift', 'FeatureShift'],
  FeatureConstant: ['FeatureDrift', 'FeatureShift'],
  FeatureImpossible: ['FeatureOutOfRange'],
  FeatureUnknownCategories: ['FeatureUnseenCategory', 'FeatureDrift', 'FeatureShift', 'FeatureExploded'],
};

/** A finding that two windows share is told by the shorter one, which is first to see it and first to see it gone. */
function windowInhibitions(config: Config): Inhibition[] {
  const windows = alertWindows(config);
  const sameFinding = [
    PROMETHEUS_LABEL.alertName,
    LABEL.modelName,
    LABEL.modelVersion,
    LABEL.feature,
    LABEL.output,
    LABEL.embedding,
    LABEL.segment,
    LABEL.segmentValue,
    LABEL.statistic,
  ];
  return windows.slice(0, -1).map((window, index) => ({
    source_matchers: [written(equal(LABEL.window, window))],
    target_matchers: [written(oneOf(LABEL.window, windows.slice(index + 1)))],
    equal: sameFinding,
  }));
}

function inhibitions(config: Config): Inhibition[] {
  const down = 'PlumblineDown';
  const ofProcess = processAlertRules(config).map(({ alert }) => alert);
  return [
    {
      source_matchers: [named([down])],
      target_matchers: [named([...modelAlertNames(config), ...ofProcess.filter((alert) => alert !== down)])],
    },
    {
      // Missing values are a bin of the distribution: the drift that they make has been explained.
      source_matchers: [named(['FeatureMissing', 'FeatureTypeMismatch'])],
      target_matchers: [named(['FeatureDrift', 'FeatureShift'])],
      equal: [LABEL.modelName, LABEL.modelVersion, LABEL.feature],
    },
    ...Object.entries(EXPLAINED).map(([cause, echoes]) => ({
      source_matchers: [named([cause])],
      target_matchers: [named(echoes)],
      equal: [LABEL.modelName, LABEL.modelVersion, LABEL.feature],
    })),
    {
      // A feature that is distributed otherwise cannot hang together with the others as it did.
      source_matchers: [named(['FeatureDrift'])],
      target_matchers: [named(['MultivariateDrift'])],
      equal: [LABEL.modelName, LABEL.modelVersion, LABEL.window],
    },
    {
      // Vectors that say nothing lie elsewhere too.
      source_matchers: [named(['EmbeddingTypeMismatch', 'EmbeddingNonFinite', 'EmbeddingCollapsed'])],
      target_matchers: [named(['EmbeddingDrift'])],
      equal: [LABEL.modelName, LABEL.modelVersion, LABEL.embedding],
    },
    {
      // What was warned of early has become certain.
      source_matchers: [named(['FeatureDrift', 'PredictionDrift', 'GroundTruthDrift', 'MultivariateDrift'])],
      target_matchers: [named(['FeatureShift', 'PredictionShift', 'GroundTruthShift'])],
      equal: [LABEL.modelName, LABEL.modelVersion, LABEL.feature, LABEL.output],
    },
    ...(config.observe.segments.length === 0
      ? []
      : [
          {
            // What all predictions have in common is no news of their segments.
            source_matchers: [named(['FeatureDrift', 'PredictionDrift'])],
            target_matchers: [named(['SegmentDrift', 'SegmentPredictionDrift'])],
            equal: [LABEL.modelName, LABEL.modelVersion, LABEL.feature, LABEL.output],
          },
        ]),
    ...windowInhibitions(config),
  ];
}

/**
 * @throws PlumblineError PB1003 where an owner has an email and `alerts.smtp` is absent.
 */
export function alertmanagerConfig(config: Config): GeneratedFile[] {
  const { owners, defaultOwner, smtp } = config.alerts;
  const names = Object.keys(owners).toSorted();
  const content = {
    ...(smtp === undefined ? {} : { global: { smtp_smarthost: smtp.smarthost, smtp_from: smtp.from } }),
    route: {
      receiver: defaultOwner,
      group_by: [LABEL.modelName, LABEL.modelVersion, PROMETHEUS_LABEL.alertName],
      group_wait: '10s',
      group_interval: '1m',
      repeat_interval: '4h',
      routes: names
        .filter((name) => name !== defaultOwner)
        .map((name) => ({ matchers: [written(equal(LABEL.owner, name))], receiver: name })),
    },
    inhibit_rules: inhibitions(config),
    receivers: [defaultOwner, ...names.filter((name) => name !== defaultOwner)].map((name) =>
      receiver(name, owners[name], config),
    ),
  };
  const notes = [
    owners[defaultOwner] === undefined
      ? `# Receiver ${defaultOwner} is told nothing: give alerts.owners.${defaultOwner} a webhook or an email.\n`
      : '',
    Object.values(owners).some((owner) => owner.webhookFile !== undefined)
      ? '# url_file needs Alertmanager 0.26 or later.\n'
      : '',
  ];
  const text = generatedHeader('alertmanager') + notes.join('') + stringify(content, { lineWidth: 0 });
  return [{ path: 'alertmanager.yml', text }];
}
