/** Dashboards: tidy, made of names that exist, and of PromQL that the real promtool reads. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as units from '@grafana/grafana-foundation-sdk/units';
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import { defaultConfig } from '../../src/config/index.js';
import { generate } from '../../src/generate/index.js';
import { runTool, temporaryDirectory } from './monitoring-tools.js';
import { faultsOf, withVariables } from './promql-names.js';

const files = generate('dashboards', defaultConfig()).filter(({ path }) => path.endsWith('.json'));
const dashboards = files.map(({ path, text }) => ({ path, dashboard: JSON.parse(text) as Dashboard }));

/** Grafana ignores what it does not know, so a slip here would show as an empty panel. */
const PANEL_TYPES = ['row', 'stat', 'timeseries', 'table', 'barchart', 'state-timeline'];
const TRANSFORMATIONS = ['merge', 'joinByField', 'filterFieldsByName', 'organize'];
const UNITS: readonly unknown[] = [...Object.values(units), 'dateTimeFromNow'];

interface Target {
  readonly expr: string;
  readonly refId: string;
  readonly datasource: { readonly uid: string };
}
const panelsOf = (dashboard: Dashboard): Panel[] =>
  (dashboard.panels ?? []).filter((panel): panel is Panel => panel.type !== 'row');
const targetsOf = (panel: Panel): Target[] => (panel.targets ?? []) as unknown as Target[];

test('there is one for the fleet and one for a feature', () => {
  expect(dashboards.map(({ path, dashboard }) => [path, dashboard.uid])).toEqual([
    ['fleet.json', 'plumbline-fleet'],
    ['feature.json', 'plumbline-feature'],
  ]);
});

describe.each(dashboards)('$path', ({ dashboard }) => {
  const panels = panelsOf(dashboard);

  test('ids are unique and start at 1', () => {
    expect(dashboard.panels?.map(({ id }) => id)).toEqual(dashboard.panels?.map((_, index) => index + 1));
  });

  test('every panel has a title, a description, a known unit and a known type', () => {
    for (const panel of panels) {
      expect(panel.title, JSON.stringify(panel.gridPos)).toBeTruthy();
      expect(panel.description, panel.title).toMatch(/\.$/);
      expect(PANEL_TYPES, panel.title).toContain(panel.type);
      expect(UNITS, panel.title).toContain(panel.fieldConfig?.defaults.unit);
      for (const { id } of panel.transformations ?? []) expect(TRANSFORMATIONS, panel.title).toContain(id);
      for (const override of panel.fieldConfig?.overrides ?? []) {
        for (const { id, value } of override.properties) if (id === 'unit') expect(UNITS, panel.title).toContain(value);
      }
    }
  });

  test('panels fill their rows and do not overlap', () => {
    const cells = new Set<string>();
    for (const { gridPos, title } of panels) {
      const { x, y, w, h } = gridPos ?? { x: 0, y: 0, w: 0, h: 0 };
      expect(x + w, title).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          expect(cells, title).not.toContain(`${column},${line}`);
          cells.add(`${column},${line}`);
        }
      }
    }
    const lines = new Set([...cells].map((cell) => cell.split(',')[1]));
    expect(cells.size).toBe(lines.size * 24);
  });

  test('queries have refIds, the data source variable, and names that exist', () => {
    for (const panel of panels) {
      const targets = targetsOf(panel);
      expect(targets.length, panel.title).toBeGreaterThan(0);
      expect(new Set(targets.map(({ refId }) => refId)).size, panel.title).toBe(targets.length);
      for (const { expr, datasource } of targets) {
        expect(datasource.uid).toBe('${datasource}');
        expect(faultsOf(withVariables(expr)), `${panel.title}: ${expr}`).toEqual([]);
      }
    }
  });

  test('promtool reads every query', () => {
    const rules = panels.flatMap((panel) => targetsOf(panel).map(({ expr }) => withVariables(expr)));
    const path = join(temporaryDirectory(), 'queries.yml');
    const groups = rules.map((expr, index) => ({
      name: `query-${index}`,
      rules: [{ record: `query_${index}`, expr }],
    }));
    writeFileSync(path, stringify({ groups }, { lineWidth: 0 }));
    const result = runTool('promtool', ['check', 'rules', path]);
    expect(result, result.output).toMatchObject({ ok: true });
  });

  test('variables come in the order in which they narrow, and every one that is used is there', () => {
    const known = ['datasource'];
    for (const variable of dashboard.templating.list ?? []) {
      if (variable.name === 'datasource') continue;
      const { query } = variable.query as { query: string };
      for (const [, used] of query.matchAll(/\$(\w+)/g)) expect(known, query).toContain(used);
      const [, series] = /^label_values\((.*), \w+\)$/.exec(query) ?? [];
      expect(faultsOf(withVariables(series)), query).toEqual([]);
      known.push(variable.name);
    }
    // What Grafana itself provides begins with two underscores.
    const used = [...JSON.stringify(dashboard.panels).matchAll(/\$\{?([a-z]\w*)/g)].map(([, name]) => name);
    for (const name of used) expect(known).toContain(name);
  });

  test('columns that a table names are labels or values of its queries', () => {
    for (const panel of panels.filter(({ type }) => type === 'table' || type === 'barchart')) {
      const organize = panel.transformations?.find(({ id }) => id === 'organize');
      const columns = Object.keys((organize?.options as { renameByName: Record<string, string> }).renameByName);
      const targets = targetsOf(panel);
      const values = targets.length === 1 ? ['Value'] : targets.map(({ refId }) => `Value #${refId}`);
      for (const column of columns.filter((name) => name.startsWith('Value'))) {
        expect(values, panel.title).toContain(column);
      }
    }
  });
});
