/**
 * Pieces of the Go templates that Prometheus expands in labels and annotations: values as people read them, other series
 * looked up for the same labels, and links with escaped parameters.
 */
import { LABEL, type LabelName, type Tier } from '../../registry/index.js';
import { DASHBOARD_UID, type DashboardName } from '../dashboard-uids.js';

export type Severity = 'page' | 'warning' | 'info';
export type SeverityByTier = Readonly<Record<Tier, Severity>>;

export const label = (name: LabelName): string => `{{ $labels.${name} }}`;
export const VALUE = {
  number: '{{ printf "%.3g" $value }}',
  count: '{{ printf "%.0f" $value }}',
  percentage: '{{ $value | humanizePercentage }}',
  duration: '{{ $value | humanizeDuration }}',
} as const;

/** A share of the configuration as people read it: 0.05 is 5%. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))}%`;
}

/** Model and version as they open every summary. */
export const WHO = `${label(LABEL.modelName)} ${label(LABEL.modelVersion)}`;

/**
 * Asks Prometheus for one number at the moment of firing. `expression` gets the matchers of these labels as PromQL text and
 * may use it several times. `%q` quotes a label's value, so that no name can break out of the query.
 */
export function lookup(
  labels: readonly LabelName[],
  expression: (matchers: string) => string,
  show: 'number' | 'percentage' | 'count' | 'duration',
): string {
  const format = {
    number: 'printf "%.3g"',
    percentage: 'humanizePercentage',
    count: 'printf "%.0f"',
    duration: 'humanizeDuration',
  };
  return `{{ with ${asked(labels, expression)} }}{{ . | first | value | ${format[show]} }}{{ else }}(unknown){{ end }}`;
}

/** The same for names: those that one label has in what is found, in its order. */
export function lookupNames(
  labels: readonly LabelName[],
  expression: (matchers: string) => string,
  name: LabelName,
): string {
  const one = `{{ if $place }}, {{ end }}{{ $found.Labels.${name} }}`;
  return `{{ range $place, $found := ${asked(labels, expression)} }}${one}{{ else }}(unknown){{ end }}`;
}

function asked(labels: readonly LabelName[], expression: (matchers: string) => string): string {
  const matchers = labels.map((name) => `${name}=%q`).join(',');
  const query = expression(matchers);
  const times = query.split(matchers).length - 1;
  const values = Array.from({ length: times }, () => labels.map((name) => `$labels.${name}`).join(' ')).join(' ');
  return `printf \`${query}\` ${values} | query`;
}

/** A label template: the tier of the model (joined on from its info series) decides how loud the alert is. */
export function severityTemplate(severity: SeverityByTier): string {
  const { critical, standard, experimental } = severity;
  if (critical === standard && standard === experimental) return standard;
  return `{{ if eq $labels.${LABEL.tier} "critical" }}${critical}{{ else if eq $labels.${LABEL.tier} "experimental" }}${experimental}{{ else }}${standard}{{ end }}`;
}

/** Says in a template whom it is for, which Prometheus leaves out: to tell rules apart that differ in nothing else. */
export function templateComment(text: string): string {
  return `{{/* ${text.replaceAll(/\*\/|[{}\n]/g, ' ')} */}}`;
}

/** Link to a dashboard with its variables set from the alert's labels. */
export function dashboardUrl(
  base: string,
  dashboard: DashboardName,
  variables: Readonly<Record<string, LabelName>>,
): string {
  const parameters = Object.entries(variables).map(
    ([variable, name]) => `var-${variable}={{ $labels.${name} | urlquery }}`,
  );
  const query = parameters.length === 0 ? '' : `?${parameters.join('&')}`;
  return `${base.replace(/\/$/, '')}/${DASHBOARD_UID[dashboard]}${query}`;
}

/** `FeatureDrift` has its runbook in `feature-drift.md`. */
export function runbookFile(alert: string): string {
  return `${alert.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.md`;
}
