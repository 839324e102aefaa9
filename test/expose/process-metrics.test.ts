/** The process's own metrics in both formats, and the judgement of the real promtool on a whole page. */
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { metricsPage } from '../../src/expose/exposition.js';
import { FamilySet } from '../../src/expose/families.js';
import { watchProcess, type ProcessMetrics } from '../../src/expose/process-metrics.js';
import { METRICS, prometheusName } from '../../src/registry/index.js';
import { gather } from './page.js';

let processMetrics: ProcessMetrics;

beforeAll(() => {
  processMetrics = watchProcess();
});

function familyNames(page: string): string[] {
  return [...page.matchAll(/^# TYPE (\S+) /gm)].map((match) => match[1]);
}

/** One series of every family of the registry, with values that make a line of every kind. */
function oneOfEach(): FamilySet {
  const families = new FamilySet(METRICS, { maxSeries: 10_000 });
  families.begin();
  for (const definition of METRICS) {
    const labels = definition.labels.map((label) => `${label} "\\\n🛩`);
    if (definition.buckets === undefined) families.set(definition, labels, 0.25);
    else {
      const counts = [...definition.buckets, Infinity].map((_, index) => index);
      families.histogram(definition, labels, counts, 12.5, [{ traceId: 'a1b2', value: 1, timeMs: 1_700_000_000_123 }]);
    }
  }
  families.commit();
  return families;
}

describe('process metrics', () => {
  test('carry the names that Node dashboards know', async () => {
    const names = familyNames(await processMetrics.text('prometheus'));
    expect(names).toEqual(
      expect.arrayContaining([
        'process_cpu_seconds_total',
        'process_resident_memory_bytes',
        'process_start_time_seconds',
        'nodejs_eventloop_lag_p99_seconds',
        'nodejs_heap_size_used_bytes',
        'nodejs_version_info',
      ]),
    );
  });

  test('in OpenMetrics a counter family has no _total, and units are told', async () => {
    const text = await processMetrics.text('openmetrics');
    expect(text).toContain('# TYPE process_cpu_seconds counter\n# UNIT process_cpu_seconds seconds\n');
    expect(text).toMatch(/^process_cpu_seconds_total \d/m);
    expect(familyNames(text).filter((name) => name.endsWith('_total'))).toEqual([]);
  });

  test('clash with no name of ours', async () => {
    const theirs = familyNames(await processMetrics.text('prometheus'));
    const ours = new Set(METRICS.map(prometheusName));
    expect(theirs.filter((name) => ours.has(name))).toEqual([]);
  });
});

test('promtool finds no fault with a page that has a series of every family', async () => {
  const page = await gather(metricsPage(oneOfEach(), processMetrics, 'prometheus'));
  expect(familyNames(page)).toEqual(expect.arrayContaining(METRICS.map(prometheusName)));
  const promtool = spawnSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' });
  expect(`${promtool.stdout}${promtool.stderr}`.trim()).toBe('');
  expect(promtool.status).toBe(0);
});

test('an OpenMetrics page ends with its end mark, and only there', async () => {
  const page = await gather(metricsPage(oneOfEach(), processMetrics, 'openmetrics'));
  expect(page.indexOf('# EOF\n')).toBe(page.length - '# EOF\n'.length);
});
