/** The Prometheus configuration that scrapes this process, loads the rules and sends alerts: everything on one host. */
import { stringify } from 'yaml';
import type { Config } from '../config/index.js';
import { generatedHeader, type GeneratedFile } from './generated-file.js';
import { JOB } from './rules/process-alerts.js';

const INTERVAL = '15s';
const ALERTMANAGER = '127.0.0.1:9093';

export function prometheusConfig(config: Config): GeneratedFile[] {
  const { host, port } = config.expose;
  const target = `${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`;
  const content = {
    global: { scrape_interval: INTERVAL, evaluation_interval: INTERVAL },
    rule_files: ['rules/*.yml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [ALERTMANAGER] }] }] },
    scrape_configs: [{ job_name: JOB, static_configs: [{ targets: [target] }] }],
  };
  return [{ path: 'prometheus.yml', text: generatedHeader('prometheus') + stringify(content, { lineWidth: 0 }) }];
}
