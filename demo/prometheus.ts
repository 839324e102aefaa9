/**
 * The real Prometheus and Alertmanager, where they are installed, with the very files of `deploy/`: what the demo shows
 * firing is what fires in production.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ChildProcesses } from './child-processes.js';
import { ALERTMANAGER_PORT, ALERTMANAGER_URL, HOST, PROMETHEUS_PORT, PROMETHEUS_URL } from './options.js';

export interface MonitoringPrograms {
  readonly prometheus: string;
  readonly alertmanager: string;
}

export const HOW_TO_GET_THEM =
  'Prometheus and Alertmanager are not on the PATH, so no alerts will be shown: `sudo apt-get install prometheus prometheus-alertmanager` (Debian, Ubuntu) or `brew install prometheus alertmanager`, then run this again.';

/** Debian calls the second `prometheus-alertmanager`. Absent: one of them is not installed. */
export function findMonitoringPrograms(): MonitoringPrograms | undefined {
  const prometheus = find('prometheus');
  const alertmanager = find('alertmanager') ?? find('prometheus-alertmanager');
  return prometheus === undefined || alertmanager === undefined ? undefined : { prometheus, alertmanager };
}

export function startMonitoring(
  children: ChildProcesses,
  programs: MonitoringPrograms,
  deployDirectory: string,
  runDirectory: string,
): void {
  children.start('alertmanager', programs.alertmanager, [
    `--config.file=${join(deployDirectory, 'alertmanager', 'alertmanager.yml')}`,
    `--storage.path=${join(runDirectory, 'alertmanager')}`,
    `--web.listen-address=${HOST}:${ALERTMANAGER_PORT}`,
    // No cluster: it would listen on every interface.
    '--cluster.listen-address=',
  ]);
  children.start('prometheus', programs.prometheus, [
    `--config.file=${join(deployDirectory, 'prometheus', 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(runDirectory, 'prometheus')}`,
    `--web.listen-address=${HOST}:${PROMETHEUS_PORT}`,
    '--enable-feature=exemplar-storage',
  ]);
}

export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>;
}

/** Alerts that Prometheus says are firing; none while it cannot be asked. */
export async function firingAlerts(): Promise<FiringAlert[]> {
  try {
    const response = await fetch(`${PROMETHEUS_URL}/api/v1/alerts`, { signal: AbortSignal.timeout(2000) });
    const body = (await response.json()) as { data: { alerts: (FiringAlert & { state: string })[] } };
    return body.data.alerts.filter((alert) => alert.state === 'firing');
  } catch {
    return [];
  }
}

export const READY_URLS = [`${ALERTMANAGER_URL}/-/ready`, `${PROMETHEUS_URL}/-/ready`] as const;

function find(program: string): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/bin', '/usr/bin'];
  return directories
    .filter(Boolean)
    .map((directory) => join(directory, program))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
