/** Alerts about this process: while it is down, refuses or overflows, what it says of models is not the whole truth. */
import { durationMs, type Config } from '../../config/index.js';
import { LABEL, PROCESS_METRIC, prometheusName, SEGMENT_LIMIT } from '../../registry/index.js';
import { aggregateBy, equal, noneOf, PROMETHEUS_LABEL, PROMETHEUS_SERIES, select } from '../promql.js';
import type { ProcessAlertDefinition } from './alert-definition.js';
import { label, VALUE } from './annotation.js';

/** The scrape job that every deployment uses; rules tell a scrape that failed from a model that is silent by it. */
export const JOB = 'plumbline';

/** Share of rejected items above which somebody sends what we cannot read. */
const REJECTED_SHARE = 0.01;

const up = select(PROMETHEUS_SERIES.up, [equal(PROMETHEUS_LABEL.job, JOB)]);
const rate = (name: string): string => `rate(${name}[5m])`;

export function processAlerts(config: Config): ProcessAlertDefinition[] {
  const rejected = aggregateBy('sum', [LABEL.signal, LABEL.reason], rate(prometheusName(PROCESS_METRIC.rejected)));
  const received = aggregateBy('sum', [LABEL.signal], rate(prometheusName(PROCESS_METRIC.received)));
  const evaluation = prometheusName(PROCESS_METRIC.evaluationDuration);
  const evaluateSeconds = durationMs(config.expose.evaluateEvery) / 1000;
  const instance = [PROMETHEUS_LABEL.job, PROMETHEUS_LABEL.instance];
  return [
    {
      name: 'PlumblineDown',
      for: '1m',
      severity: 'page',
      condition: `${aggregateBy('max', [PROMETHEUS_LABEL.job], up)} == 0\n  or\nabsent(${up})`,
      summary: 'Plumbline is down: no model is watched',
      description: 'Prometheus can scrape no Plumbline process. Alerts about models stay silent until one is back.',
    },
    {
      name: 'PlumblineReplicaDown',
      for: '2m',
      severity: 'warning',
      condition: `${up} == 0\n  and on (${PROMETHEUS_LABEL.job})\n${aggregateBy('max', [PROMETHEUS_LABEL.job], up)} == 1`,
      summary: 'A Plumbline replica is down',
      description: `Prometheus cannot scrape {{ $labels.${PROMETHEUS_LABEL.instance} }}, while others answer. What is sent to it is not watched.`,
    },
    {
      name: 'PlumblineRejecting',
      for: '2m',
      severity: 'warning',
      condition: `${rejected}\n  / on (${LABEL.signal}) group_left ()\n${received}\n  > ${REJECTED_SHARE}`,
      summary: `Plumbline rejects ${label(LABEL.signal)} (${label(LABEL.reason)})`,
      description: `${VALUE.percentage} of the ${label(LABEL.signal)} of the last 5 minutes were rejected as ${label(LABEL.reason)}; what is rejected is not observed.`,
    },
    {
      name: 'PlumblineLimitReached',
      for: '1m',
      severity: 'warning',
      condition: `${aggregateBy('sum', [LABEL.limit], `increase(${select(prometheusName(PROCESS_METRIC.limitOverflow), noneOf(LABEL.limit, [SEGMENT_LIMIT]))}[10m])`)} > 0`,
      summary: `Plumbline's limit ${label(LABEL.limit)} is reached`,
      description: `Within 10 minutes the limit ${label(LABEL.limit)} kept out ${VALUE.number}. What is kept out is counted in the overflow series and not told apart.`,
    },
    {
      name: 'PlumblineNotEvaluating',
      for: '2m',
      severity: 'warning',
      condition: `max by (${instance.join(', ')}) (${evaluation}) > ${evaluateSeconds}\n  or\n(${up} == 1\n  unless on (${instance.join(', ')})\n${evaluation})`,
      summary: 'Plumbline does not keep its statistics up to date',
      description: `{{ $labels.${PROMETHEUS_LABEL.instance} }} takes longer to evaluate its statistics than the ${config.expose.evaluateEvery} that it has for it, or has not evaluated any.`,
    },
  ];
}
