/** What can be generated: one entry per kind, with the directory that this repository keeps it in. */
import type { Config } from '../config/index.js';
import { alertmanagerConfig } from './alertmanager-config.js';
import { dashboardFiles } from './dashboards/dashboard-files.js';
import { defaultConfigFile } from './default-config.js';
import type { GeneratedFile } from './generated-file.js';
import { prometheusConfig } from './prometheus-config.js';
import { configurationPage } from './reference/configuration-page.js';
import { registryPages } from './reference/registry-pages.js';
import { ruleFiles } from './rules/rule-files.js';

interface Generator {
  readonly brief: string;
  readonly directory: string;
  readonly files: (config: Config) => GeneratedFile[];
}

/** In the order in which `all` writes them: the configuration first, which the rest is made from. */
export const GENERATORS = {
  config: {
    brief: 'a configuration file with every default and its meaning',
    directory: 'deploy/plumbline',
    files: defaultConfigFile,
  },
  rules: { brief: 'Prometheus recording and alert rules', directory: 'deploy/prometheus', files: ruleFiles },
  prometheus: { brief: 'a Prometheus configuration', directory: 'deploy/prometheus', files: prometheusConfig },
  alertmanager: {
    brief: 'an Alertmanager configuration',
    directory: 'deploy/alertmanager',
    files: alertmanagerConfig,
  },
  dashboards: { brief: 'Grafana dashboards', directory: 'grafana-dashboards', files: dashboardFiles },
  reference: {
    brief: 'reference documentation and the JSON Schema of the configuration',
    directory: 'docs/reference',
    files: () => [...registryPages(), ...configurationPage()],
  },
} as const satisfies Record<string, Generator>;

export type GenerateKind = keyof typeof GENERATORS;

/**
 * Files of one kind, paths relative to its directory. The same input gives the same bytes on every machine.
 * @throws PlumblineError PB1003 where the configuration asks for what cannot be generated.
 */
export function generate(kind: GenerateKind, config: Config): GeneratedFile[] {
  return GENERATORS[kind].files(config);
}
