/** Rules: accepted by the real promtool, made of names that exist, and firing when they should and not before. */
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { defaultConfig, loadConfig } from '../../src/config/index.js';
import { generate, writeGenerated } from '../../src/generate/index.js';
import { ruleGroups } from '../../src/generate/rules/rule-files.js';
import type { AlertingRule, RecordingRule } from '../../src/generate/rules/rule.js';
import { ROOT, runTool, temporaryDirectory } from './monitoring-tools.js';
import { faultsOf } from './promql-names.js';

const rulesDirectory = join(import.meta.dirname, 'rules');
const configured = loadConfig(join(import.meta.dirname, 'configured/plumbline.yaml'));

const rulesOf = (config: ReturnType<typeof defaultConfig>): (AlertingRule | RecordingRule)[] =>
  Object.values(ruleGroups(config)).flatMap(({ rules }) => [...rules]);
const alertsOf = (config: ReturnType<typeof defaultConfig>): AlertingRule[] =>
  rulesOf(config).filter((rule) => 'alert' in rule);

describe('promtool', () => {
  test('accepts the shipped configuration and rules', () => {
    const result = runTool('promtool', ['check', 'config', 'deploy/prometheus/prometheus.yml']);
    expect(result.output).toContain('4 rule files found');
    expect(result.ok).toBe(true);
    for (const name of readdirSync(join(ROOT, 'deploy/prometheus/rules'))) {
      const check = runTool('promtool', ['check', 'rules', '--lint-fatal', `deploy/prometheus/rules/${name}`]);
      expect(check, check.output).toMatchObject({ ok: true });
    }
  });

  test.each(readdirSync(rulesDirectory))('silence first, then firing: %s', (name) => {
    const result = runTool('promtool', ['test', 'rules', name], rulesDirectory);
    expect(result, result.output).toMatchObject({ ok: true });
  });

  test('thresholds of single models and features hold, and only there; segments alert, where there are any', async () => {
    const directory = temporaryDirectory();
    await writeGenerated(directory, generate('rules', configured));
    for (const name of ['thresholds.yml', 'segments.yml']) {
      copyFileSync(join(import.meta.dirname, 'configured', name), join(directory, name));
    }
    for (const parameters of [
      ['test', 'rules', 'thresholds.yml', 'segments.yml'],
      ['check', 'rules', '--lint-fatal', ...readdirSync(join(directory, 'rules')).map((name) => join('rules', name))],
    ]) {
      const result = runTool('promtool', parameters, directory);
      expect(result, result.output).toMatchObject({ ok: true });
    }
  });

  test('every alert of the default configuration is tested', () => {
    const texts = readdirSync(rulesDirectory).map((name) => readFileSync(join(rulesDirectory, name), 'utf8'));
    type RuleTest = { alert_rule_test?: { alertname: string; exp_alerts: unknown[] }[] };
    const cases = texts.flatMap((text) =>
      (parse(text) as { tests: RuleTest[] }).tests.flatMap((one) => one.alert_rule_test ?? []),
    );
    const names = (keep: (count: number) => boolean): string[] => [
      ...new Set(cases.filter(({ exp_alerts }) => keep(exp_alerts.length)).map(({ alertname }) => alertname)),
    ];
    const all = [...new Set(alertsOf(defaultConfig()).map(({ alert }) => alert))].toSorted();
    expect(names((count) => count > 0).toSorted()).toEqual(all);
    expect(names((count) => count === 0).toSorted()).toEqual(all);
  });
});

describe('names', () => {
  test.each([
    ['the defaults', defaultConfig()],
    ['models with thresholds of their own', configured],
  ])('every series and label exists: %s', (_, config) => {
    for (const rule of rulesOf(config)) expect(faultsOf(rule.expr), rule.expr).toEqual([]);
  });

  test('what a lookup in an annotation asks exists too', () => {
    const queries = alertsOf(configured).flatMap(({ annotations }) =>
      [...annotations.description.matchAll(/`([^`]+)`/g)].map(([, query]) => query.replaceAll('%q', '"variable"')),
    );
    expect(queries.length).toBeGreaterThan(10);
    for (const query of queries) expect(faultsOf(query), query).toEqual([]);
  });

  test('a name that is not registered is found', () => {
    expect(faultsOf('sum by (nowhere) (ml_feature_drift{statistic="psy"})')).toEqual([
      'no such series: ml_feature_drift',
      'statistic is never psy',
      'nothing has the label nowhere',
    ]);
    expect(faultsOf('up{model_name="m"}')).toEqual(['up has no label model_name']);
    expect(faultsOf('rate(up[5m]')).not.toEqual([]);
  });
});

describe('alerts', () => {
  const runbooks = readdirSync(join(ROOT, 'docs/runbooks')).filter((name) => name !== 'README.md');

  test('each links to a runbook that exists, and no runbook is left over', () => {
    const base = defaultConfig().alerts.runbookBase;
    const linked = alertsOf(configured)
      .map(({ annotations }) => annotations.runbook_url)
      .filter((url) => url.startsWith(base))
      .map((url) => url.slice(base.length + 1));
    expect([...new Set(linked)].toSorted()).toEqual(runbooks.toSorted());
  });

  test('each runbook is for the alert that its title names', () => {
    const names = new Set(alertsOf(configured).map(({ alert }) => alert));
    for (const name of runbooks) {
      const title = readFileSync(join(ROOT, 'docs/runbooks', name), 'utf8')
        .split('\n')[0]
        .slice(2);
      expect(names, name).toContain(title);
    }
  });

  test('all carry a severity and an owner, and say what they are about', () => {
    for (const { alert, expr, labels, annotations } of alertsOf(defaultConfig())) {
      expect(labels.severity, alert).toMatch(/page|warning|info/);
      expect(labels.owner !== undefined || expr.includes('group_left (owner, tier)'), alert).toBe(true);
      expect(Object.keys(annotations), alert).toEqual(['summary', 'description', 'runbook_url', 'dashboard_url']);
    }
  });

  test('performance alerts exist only where a threshold is configured', () => {
    const of = (config: ReturnType<typeof defaultConfig>): string[] =>
      alertsOf(config)
        .filter(({ alert }) => alert === 'ModelPerformance')
        .map(({ expr }) => expr);
    expect(of(defaultConfig())).toEqual([]);
    expect(of(configured)).toHaveLength(1);
  });

  test('about segments exist only where segments are configured', () => {
    const of = (config: ReturnType<typeof defaultConfig>): string[] => [
      ...new Set(alertsOf(config).flatMap(({ alert }) => (alert.startsWith('Segment') ? [alert] : []))),
    ];
    expect(of(defaultConfig())).toEqual([]);
    expect(of(configured)).toEqual(['SegmentDrift', 'SegmentPredictionDrift', 'SegmentLag', 'SegmentPerformance']);
  });

  test('the configured drift statistic is the one that alerts look at', () => {
    const config = defaultConfig();
    const drift = alertsOf({ ...config, alerts: { ...config.alerts, driftStatistic: 'js' } }).find(
      ({ alert }) => alert === 'FeatureDrift',
    );
    expect(drift?.expr).toContain('statistic="js"');
    expect(drift?.expr).not.toContain('psi');
  });
});
