/** How the demo says things: one line each, with the wall time since the start and, while it plays, the simulated time. */
import type { ReceivedAlert } from './alert-webhook.js';
import type { Finding } from './findings.js';
import type { VersionState } from './watch.js';

/** Where the text of a line begins. */
const MARGIN = ' '.repeat(27);

export class Screen {
  readonly #startMs = Date.now();

  /** A step of the demo. */
  step(text: string): void {
    this.#line('', text);
  }

  /** Something that happened at a simulated time. */
  event(eventMs: number, text: string): void {
    this.#line(simulatedTime(eventMs), text);
  }

  plain(text: string): void {
    console.log(text);
  }

  #line(simulated: string, text: string): void {
    const seconds = ((Date.now() - this.#startMs) / 1000).toFixed(1).padStart(6);
    console.log(`${seconds}s  ${simulated.padEnd(simulated === '' ? 0 : 18)}${text}`);
  }
}

export function simulatedTime(eventMs: number): string {
  return new Date(eventMs).toISOString().slice(0, 16).replace('T', ' ');
}

export function simulatedDuration(ms: number): string {
  const hours = ms / 3_600_000;
  return hours < 48 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} d`;
}

export function ratio(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : value.toFixed(3);
}

/** Whom and what a finding is about: `flight-delay 2001-01 distance`. */
export function describeSubject({ model, version, subject, isFeature }: Finding): string {
  if (subject === '') return `${model} ${version}`;
  return `${model} ${version} ${isFeature ? subject : `prediction ${subject}`}`;
}

export function describeFinding(finding: Finding): string {
  const { signal, statistic, value, limit, window, sinceMs } = finding;
  const inWindow = window === '' ? '' : ` over ${window}`;
  if (signal === 'drift') {
    const since = sinceMs === undefined ? '' : `, since ${simulatedTime(sinceMs)}`;
    return `${describeSubject(finding)}: ${statistic} ${ratio(value)}, critical value ${ratio(limit)}${inWindow}${since}`;
  }
  const unit = signal === 'latency p95' ? ' s' : '';
  return `${describeSubject(finding)}: ${signal} ${ratio(value)}${unit}, threshold ${ratio(limit)}${unit}${inWindow}`;
}

export function describeState({ version, predictions, performance, joined }: VersionState, window: string): string {
  const { accuracy, auc } = performance;
  return `${version}: ${predictions.toLocaleString('en')} predictions, ${window} accuracy ${ratio(accuracy)}, AUC ${ratio(auc)} (n ${joined.toLocaleString('en')})`;
}

export function describeAlert({ status, receiver, labels, annotations }: ReceivedAlert): string {
  const { alertname, ...rest } = labels;
  const about = ['model_name', 'model_version', 'feature', 'output', 'window', 'severity', 'owner']
    .filter((label) => rest[label] !== undefined)
    .map((label) => `${label}=${rest[label]}`)
    .join(' ');
  const head = `ALERT ${status} at ${receiver}: ${alertname} ${about}`;
  if (status !== 'firing') return head;
  const { description = '', runbook_url: runbook = '' } = annotations;
  return `${head}\n${MARGIN}${description}\n${MARGIN}Runbook: ${runbook}`;
}

/** Columns as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map(
      (row) =>
        `  ${row
          .map((cell, column) => cell.padEnd(widths[column]))
          .join('  ')
          .trimEnd()}`,
    )
    .join('\n');
}
