/** What the demo says at its end: what was injected and when it was seen, the alerts, and how each version did by month. */
import type { ReceivedAlert } from './alert-webhook.js';
import { startMs, type Injection } from './injections.js';
import { ratio, simulatedDuration, table } from './screen.js';
import type { Seen, VersionState } from './watch.js';

export interface Announced {
  readonly injection: Injection;
  readonly wallMs: number;
}

export interface MonthState {
  readonly until: string;
  readonly states: readonly VersionState[];
}

/** Shorter than this, an injection was hardly played. */
const LEAST_PLAYED_MS = 2 * 86_400_000;

/** Injections that were played for long enough to ask whether they were seen. */
export function playedLongEnough(announced: readonly Announced[], untilMs: number): Announced[] {
  return announced.filter(({ injection }) => untilMs - startMs(injection) >= LEAST_PLAYED_MS);
}

/** Whether this is how the injection must show, after it was announced. */
function shows({ injection, wallMs }: Announced, { finding, wallMs: seenMs }: Seen): boolean {
  const { signal, feature, version } = injection.expected;
  return (
    seenMs >= wallMs &&
    finding.signal === signal &&
    (feature === undefined || (finding.isFeature && finding.subject === feature)) &&
    (version === undefined || finding.version === version)
  );
}

/** The first time that an injection shows. */
export function firstSeen(announced: Announced, seen: readonly Seen[]): Seen | undefined {
  return seen.find((entry) => shows(announced, entry));
}

export function injectionTable(announced: readonly Announced[], seen: readonly Seen[]): string {
  const rows = announced.map((entry) => {
    const { injection, wallMs } = entry;
    const first = firstSeen(entry, seen);
    if (first === undefined) return [injection.name, injection.from, 'NOT SEEN', '', ''];
    const { finding, eventMs, wallMs: seenMs } = first;
    const subject = finding.subject === '' ? finding.version : `${finding.version} ${finding.subject}`;
    return [
      injection.name,
      injection.from,
      `${finding.signal} of ${subject}`,
      simulatedDuration(eventMs - startMs(injection)),
      `${((seenMs - wallMs) / 1000).toFixed(1)} s`,
    ];
  });
  return table([['injected', 'from', 'seen as', 'after (simulated)', 'after (real)'], ...rows]);
}

/** Alerts by what they are about, with how often they fired and were resolved. */
export function alertTable(alerts: readonly ReceivedAlert[]): string {
  const counts = new Map<string, { firing: number; resolved: number; row: string[] }>();
  for (const { labels, status } of alerts) {
    const subject = labels.feature ?? labels.output ?? '';
    const row = [labels.alertname ?? '', labels.model_version ?? '', subject, labels.window ?? '', labels.owner ?? ''];
    const entry = counts.get(row.join('|')) ?? { firing: 0, resolved: 0, row };
    counts.set(row.join('|'), entry);
    if (status === 'firing') entry.firing++;
    else entry.resolved++;
  }
  const rows = [...counts.values()].map(({ row, firing, resolved }) => [...row, String(firing), String(resolved)]);
  return table([['alert', 'version', 'about', 'window', 'owner', 'firing', 'resolved'], ...rows]);
}

export function monthTable(months: readonly MonthState[], window: string): string {
  const rows = months.flatMap(({ until, states }) =>
    states.map(({ version, performance, joined }) => [
      `${window} up to ${until}`,
      version,
      ratio(performance.accuracy),
      ratio(performance.auc),
      joined.toLocaleString('en'),
    ]),
  );
  return table([['predictions of the', 'version', 'accuracy', 'AUC', 'with ground truth'], ...rows]);
}

/** What moved besides: real shift, or a consequence of what was injected. */
export function otherMoves(announced: readonly Announced[], seen: readonly Seen[]): string {
  const counts = new Map<string, number>();
  for (const entry of seen) {
    if (announced.some((injected) => shows(injected, entry))) continue;
    const { subject, isFeature, signal } = entry.finding;
    const name = subject === '' ? signal : `${signal} of ${isFeature ? subject : `the prediction's ${subject}`}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name} ${count}×`).join(', ');
}
