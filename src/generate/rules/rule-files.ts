/** All rules as the files that Prometheus loads: one per subject, alerts sorted by name, the configuration's order within. */
import { stringify } from 'yaml';
import type { Config } from '../../config/index.js';
import { generatedHeader, type GeneratedFile } from '../generated-file.js';
import { featureAlertRules, modelAlertRules, processAlertRules } from './alerting-rules.js';
import { recordingRules } from './recording-rules.js';
import type { AlertingRule, RuleGroup } from './rule.js';

const byName = (rules: readonly AlertingRule[]): AlertingRule[] =>
  rules.toSorted((a, b) => (a.alert < b.alert ? -1 : a.alert > b.alert ? 1 : 0));

export function ruleGroups(config: Config): Record<string, RuleGroup> {
  return {
    'recording.yml': { name: 'plumbline-recording', rules: recordingRules(config) },
    'feature-alerts.yml': { name: 'plumbline-features', rules: byName(featureAlertRules(config)) },
    'model-alerts.yml': { name: 'plumbline-models', rules: byName(modelAlertRules(config)) },
    'plumbline-alerts.yml': { name: 'plumbline-process', rules: byName(processAlertRules(config)) },
  };
}

export function ruleFiles(config: Config): GeneratedFile[] {
  return Object.entries(ruleGroups(config)).map(([path, group]) => ({
    path: `rules/${path}`,
    text: generatedHeader('rules') + stringify({ groups: [group] }, { lineWidth: 0 }),
  }));
}
