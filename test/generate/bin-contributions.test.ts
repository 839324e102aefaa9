/**
 * Which bins moved is not published but computed by the panel, from the bins' counters and the reference's shares: no series
 * more, and replicas add up. Held here against the statistic itself, by the real promtool.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { expect, test } from 'vitest';
import { psi, psiRaw } from '../../src/compare/index.js';
import { featureRows } from '../../src/generate/dashboards/feature-panels.js';
import { runTool, temporaryDirectory } from './monitoring-tools.js';

const NAMES = ['01 [0, 1]', '02 (1, 2]', '03 (2, 3]', '__below__', '__above__', '__missing__'];
/** On each of two replicas, a minute: the third decile has doubled, the second is half, and some are missing. */
const PER_MINUTE = [40, 20, 80, 0, 0, 10];
const SHARES = [0.3333, 0.3333, 0.3333, 0, 0, 0.0001];
const MINUTES = 60;
const SHARE_MIN = 1e-4;

const panel = featureRows('psi', 'mmd')
  .flatMap(({ panels }) => panels)
  .find(({ title }) => title === 'Which bins moved');
const expression = panel!.queries[0].expr
  .replaceAll('$window', '1h')
  .replaceAll('$model', 'm')
  .replaceAll('$version', '1')
  .replaceAll('$feature', 'x');

function contributions(): number[] {
  const sum = PER_MINUTE.reduce((all, count) => all + count, 0);
  return PER_MINUTE.map((count, bin) => {
    const [p, q] = [Math.max(count / sum, SHARE_MIN), Math.max(SHARES[bin], SHARE_MIN)];
    return (p - q) * Math.log(p / q);
  });
}

test('the panel gives what each bin adds to PSI', () => {
  const labels = (bin: string, instance: string): string =>
    `{model_name="m",model_version="1",feature="x",bin="${bin}",instance="${instance}"}`;
  const instances = ['a', 'b'];
  const series = instances.flatMap((instance) =>
    NAMES.flatMap((bin, at) => [
      {
        series: `ml_feature_bin_observations_total${labels(bin, instance)}`,
        values: `0+${PER_MINUTE[at]}x${MINUTES * 2}`,
      },
      { series: `ml_feature_reference_bin_ratio${labels(bin, instance)}`, values: `${SHARES[at]}x${MINUTES * 2}` },
    ]),
  );
  const rounded = (value: number): number => Number(value.toFixed(4));
  const expected = contributions();
  const file = {
    rule_files: [],
    tests: [
      {
        interval: '1m',
        input_series: series,
        promql_expr_test: [
          {
            expr: `round(${expression}, 0.0001)`,
            eval_time: '90m',
            exp_samples: NAMES.map((bin, at) => ({ labels: `{bin="${bin}"}`, value: rounded(expected[at]) })),
          },
        ],
      },
    ],
  };
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'contributions.yml'), stringify(file));
  const result = runTool('promtool', ['test', 'rules', 'contributions.yml'], directory);
  expect(result, result.output).toMatchObject({ ok: true });
});

test('which add up to PSI as it is published, up to how empty bins are smoothed', () => {
  const current = PER_MINUTE.map((count) => count * MINUTES);
  const reference = SHARES.map((share) => share * 30_000);
  const sum = contributions().reduce((all, part) => all + part, 0);
  expect(sum).toBeCloseTo(psiRaw(current, reference, SHARE_MIN), 6);
  expect(Math.abs(sum / psi(current, reference) - 1)).toBeLessThan(0.05);
});
