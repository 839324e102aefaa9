/**
 * What a PromQL expression names, read from its syntax tree: series with their matchers, and labels in `by`, `on` and
 * `group_left`. Held against the registry, so that a renamed metric cannot leave a rule or a panel behind.
 */
import { parser } from '@prometheus-io/lezer-promql';
import {
  BIN,
  DRIFT_STATES,
  DRIFT_STATISTICS,
  EMBEDDING_CHECKS,
  EMBEDDING_FINDINGS,
  EMBEDDING_STATISTICS,
  LABEL,
  METRICS,
  MOMENTS,
  PERFORMANCE_STATISTICS,
  prometheusName,
  QUALITY_CHECKS,
  QUALITY_FINDINGS,
  SCHEMA_BASES,
  SCHEMA_CHANGES,
} from '../../src/registry/index.js';
import { RECORDED } from '../../src/generate/rules/recording-rules.js';

const SCRAPE_LABELS = ['job', 'instance'];

/** Labels of every series that there can be, by its name. */
const SERIES = new Map<string, ReadonlySet<string>>([
  ['up', new Set(SCRAPE_LABELS)],
  // Alerts carry the labels of what they are about.
  ['ALERTS', new Set([...SCRAPE_LABELS, ...Object.values(LABEL), 'alertname', 'alertstate'])],
  ...Object.values(RECORDED).map(({ name, labels }): [string, ReadonlySet<string>] => [
    name,
    new Set([...SCRAPE_LABELS, ...labels]),
  ]),
  ...METRICS.flatMap((metric): [string, ReadonlySet<string>][] => {
    const labels = [...SCRAPE_LABELS, ...metric.labels];
    const name = prometheusName(metric);
    if (metric.kind !== 'histogram') return [[name, new Set(labels)]];
    return [
      [`${name}_bucket`, new Set([...labels, 'le'])],
      [`${name}_sum`, new Set(labels)],
      [`${name}_count`, new Set(labels)],
    ];
  }),
]);

/** Labels whose values are a closed set. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  [LABEL.statistic]: [...DRIFT_STATISTICS, ...EMBEDDING_STATISTICS, ...PERFORMANCE_STATISTICS],
  [LABEL.state]: DRIFT_STATES,
  [LABEL.moment]: MOMENTS,
  [LABEL.bin]: Object.values(BIN),
  [LABEL.check]: [...QUALITY_CHECKS, ...EMBEDDING_CHECKS],
  [LABEL.finding]: [...QUALITY_FINDINGS, ...EMBEDDING_FINDINGS],
  [LABEL.against]: SCHEMA_BASES,
  [LABEL.change]: Object.keys(SCHEMA_CHANGES),
};

/** Everything that is wrong with the names in it; empty: it parses, and all of them exist. */
export function faultsOf(expression: string): string[] {
  const faults: string[] = [];
  const labelsInReach = new Set<string>();
  const grouping: string[] = [];
  let series = '';
  let matcherLabel = '';
  const text = (node: { from: number; to: number }): string => expression.slice(node.from, node.to);
  parser.parse(expression).iterate({
    enter(node) {
      if (node.type.isError) faults.push(`does not parse at ${node.from}: ${expression}`);
      if (node.name === 'VectorSelector') {
        const name = node.node.getChild('Identifier');
        series = name === null ? '' : text(name);
        const labels = SERIES.get(series);
        if (labels === undefined) faults.push(`no such series: ${series}`);
        for (const label of labels ?? []) labelsInReach.add(label);
      }
      if (node.name === 'LabelName') {
        if (node.node.parent?.name === 'GroupingLabels') grouping.push(text(node));
        else matcherLabel = text(node);
        if (node.node.parent?.name === 'UnquotedLabelMatcher' && SERIES.get(series)?.has(text(node)) === false) {
          faults.push(`${series} has no label ${text(node)}`);
        }
      }
      if (node.name === 'StringLiteral' && node.node.parent?.name === 'UnquotedLabelMatcher') {
        const value = JSON.parse(text(node)) as string;
        const allowed = VALUES[matcherLabel];
        if (allowed !== undefined && value !== 'variable' && !allowed.includes(value)) {
          faults.push(`${matcherLabel} is never ${value}`);
        }
      }
    },
  });
  for (const label of grouping) if (!labelsInReach.has(label)) faults.push(`nothing has the label ${label}`);
  return faults;
}

/** With Grafana's variables replaced by what they could be. */
export function withVariables(expression: string): string {
  return expression
    .replaceAll('$__rate_interval', '5m')
    .replaceAll('[$window]', '[1h]')
    .replaceAll(/\$\{?[a-z_]+\}?/g, 'variable');
}
