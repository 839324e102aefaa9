/**
 * Alert definitions to Prometheus alerting rules: one per scope of thresholds, with the owner and tier of the model joined
 * on, so that models which nobody configured reach the default owner all the same.
 */
import type { Config } from '../../config/index.js';
import { LABEL } from '../../registry/index.js';
import { DASHBOARD_UID } from '../dashboard-uids.js';
import { thresholdScopes, type Scope } from '../threshold-scopes.js';
import type { AlertDefinition, AlertText, ProcessAlertDefinition } from './alert-definition.js';
import { dashboardUrl, runbookFile, severityTemplate, templateComment } from './annotation.js';
import { EMBEDDING_ALERTS } from './embedding-alerts.js';
import { FEATURE_ALERTS } from './feature-alerts.js';
import { MODEL_ALERTS } from './model-alerts.js';
import { processAlerts } from './process-alerts.js';
import { QUALITY_ALERTS } from './quality-alerts.js';
import { RECORDED } from './recording-rules.js';
import type { AlertingRule } from './rule.js';
import { SEGMENT_DRIFT_ALERTS, SEGMENT_PERFORMANCE_ALERTS } from './segment-alerts.js';
import { SKEW_ALERTS } from './skew-alerts.js';
import { VERSION_QUALITY_ALERTS } from './version-quality-alerts.js';
import { VOLUME_ALERTS } from './volume-alerts.js';

function runbookUrl(config: Config, alert: string): string {
  return `${config.alerts.runbookBase.replace(/\/$/, '')}/${runbookFile(alert)}`;
}

function joinOwner(condition: string, subject: AlertDefinition['subject']): string {
  const [labels, owner] =
    subject === 'model'
      ? [[LABEL.modelName], RECORDED.modelOwner.name]
      : [[LABEL.modelName, LABEL.modelVersion], RECORDED.versionOwner.name];
  const joined = `group_left (${LABEL.owner}, ${LABEL.tier}) ${owner}`;
  return `(\n  ${condition}\n)\n  * on (${labels.join(', ')}) ${joined}`;
}

function modelRule(
  definition: AlertDefinition,
  scope: Scope,
  text: AlertText,
  note: string,
  config: Config,
): AlertingRule {
  return {
    alert: definition.name,
    expr: joinOwner(text.condition, definition.subject),
    for: definition.for,
    labels: { [LABEL.severity]: note + severityTemplate(definition.severity) },
    annotations: {
      summary: text.summary,
      description: text.description,
      runbook_url: scope.model?.runbook ?? runbookUrl(config, definition.name),
      dashboard_url: dashboardUrl(
        config.alerts.dashboardBase,
        definition.dashboard.name,
        definition.dashboard.variables,
      ),
    },
  };
}

function modelRules(definitions: readonly AlertDefinition[], config: Config): AlertingRule[] {
  return definitions.flatMap((definition) => {
    const subject = definition.subject === 'feature' || definition.subject === 'output' ? definition.subject : 'model';
    const keys = definition.thresholds(config);
    const scopes = thresholdScopes(config, keys, subject);
    return scopes.flatMap((scope) => {
      const text = definition.build(scope, config);
      if (text === undefined) return [];
      // promtool takes rules with the same name and labels for duplicates, whatever they select.
      const isOneOfSeveral =
        scopes.length > 1 || definitions.some((one) => one !== definition && one.name === definition.name);
      const note = isOneOfSeveral ? templateComment([scope.title, ...keys].join(', ')) : '';
      return [modelRule(definition, scope, text, note, config)];
    });
  });
}

function processRule(definition: ProcessAlertDefinition, config: Config): AlertingRule {
  return {
    alert: definition.name,
    expr: definition.condition,
    for: definition.for,
    labels: { [LABEL.severity]: definition.severity, [LABEL.owner]: config.alerts.defaultOwner },
    annotations: {
      summary: definition.summary,
      description: definition.description,
      runbook_url: runbookUrl(config, definition.name),
      dashboard_url: `${config.alerts.dashboardBase.replace(/\/$/, '')}/${DASHBOARD_UID.fleet}`,
    },
  };
}

/** By what they are about; those about segments only where there are any. */
function definitions({ observe: { segments } }: Config): Record<'features' | 'models', readonly AlertDefinition[]> {
  const areSegments = segments.length > 0;
  return {
    features: [
      ...FEATURE_ALERTS,
      ...QUALITY_ALERTS,
      ...SKEW_ALERTS,
      ...EMBEDDING_ALERTS,
      ...(areSegments ? SEGMENT_DRIFT_ALERTS : []),
    ],
    models: [
      ...VERSION_QUALITY_ALERTS,
      ...MODEL_ALERTS,
      ...VOLUME_ALERTS,
      ...(areSegments ? SEGMENT_PERFORMANCE_ALERTS : []),
    ],
  };
}

export const featureAlertRules = (config: Config): AlertingRule[] => modelRules(definitions(config).features, config);
export const modelAlertRules = (config: Config): AlertingRule[] => modelRules(definitions(config).models, config);
export const processAlertRules = (config: Config): AlertingRule[] =>
  processAlerts(config).map((definition) => processRule(definition, config));

/** Names of the alerts about models, for those who treat them alike. */
export function modelAlertNames(config: Config): string[] {
  const { features, models } = definitions(config);
  return [...new Set([...features, ...models].map(({ name }) => name))];
}
