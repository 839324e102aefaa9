/**
 * What no feature shows alone, from telemetry to the published page: features that hang together in the reference and do
 * not in serving, each distributed as it was. And the promise: with no drift, no more false alarms than at the configured rate.
 */
import { describe, expect, test } from 'vitest';
import { CriticalValues, FeatureComparison } from '../../src/compare/index.js';
import { defaultConfig } from '../../src/config/index.js';
import { normalDeviates, type Random, seededRandom } from '../../src/lib/random.js';
import { type NumericSchema, ProjectedErrors, ProjectionBuilder } from '../../src/observe/index.js';
import {
  FEATURE_METRIC,
  LABEL,
  type MetricDefinition,
  MULTIVARIATE_METRIC,
  PREDICTION_METRIC,
  prometheusName,
  RECONSTRUCTION_ERROR,
  VARIANCE_KEPT,
} from '../../src/registry/index.js';
import { Evaluated } from '../expose/evaluated.js';
import type { ParsedSample } from '../expose/page.js';
import { Pipeline } from '../observe/pipeline.js';

const HOUR_MS = 3_600_000;
const ROWS = 2_000;
const { compare, alerts } = defaultConfig();
const criticalValues = new CriticalValues({ falseAlarmRate: compare.falseAlarmRate });

type Features = Readonly<Record<string, number | string | boolean>>;
type Draw = () => Features;

const COLOURS = ['red', 'red', 'red', 'green', 'green', 'blue'];

/** `income` and `spending` hang together, with this sign; a colour and a truth value have nothing to do with them. */
function people(random: Random, sign: 1 | 0 | -1): Draw {
  const normal = normalDeviates(random);
  return () => {
    const income = normal();
    const spending = sign === 0 ? normal() : sign * 0.95 * income + Math.sqrt(1 - 0.95 ** 2) * normal();
    const colour = COLOURS[Math.floor(random.next() * COLOURS.length)];
    return { income: 3000 + 900 * income, spending: 200 + 50 * spending, colour, subscribed: random.next() < 0.4 };
  };
}

/** Sends `before` to make the reference, and two hours later `after`. */
function observed(before: Draw, after: Draw, options: ConstructorParameters<typeof Pipeline>[0] = {}): Pipeline {
  const pipeline = new Pipeline({
    provisionalSize: ROWS,
    sampleSize: ROWS,
    multivariate: { variance: VARIANCE_KEPT },
    ...options,
  });
  const send = (draw: Draw): void => {
    for (let row = 0; row < ROWS; row += 500) {
      pipeline.predict(...Array.from({ length: 500 }, () => ({ features: draw() })));
    }
  };
  send(before);
  pipeline.clock.advanceMs(2 * HOUR_MS);
  send(after);
  return pipeline;
}

async function published(pipeline: Pipeline): Promise<ParsedSample[]> {
  return new Evaluated(pipeline, { criticalValues }).page();
}

/** Of the last hour. */
function samples(page: readonly ParsedSample[], metric: MetricDefinition, ...labels: [string, string][]) {
  return page.filter(
    (sample) =>
      sample.name === prometheusName(metric) &&
      [[LABEL.window, '1h'], ...labels].every(([label, value]) => sample.labels[label] === value),
  );
}

const ofError: [string, string] = [LABEL.output, RECONSTRUCTION_ERROR];
const psi: [string, string] = [LABEL.statistic, 'psi'];

describe('features that hung together, each distributed as it was', () => {
  const cases = [
    ['not any more', 0],
    ['the other way round', -1],
  ] as const;

  test.each(cases)('%s: the reconstruction error drifts, and no feature does', async (_, sign) => {
    const random = seededRandom(31);
    const page = await published(observed(people(random, 1), people(random, sign)));
    const drift = (metric: 'drift' | 'driftCriticalValue' | 'driftQValue', ...labels: [string, string][]): number =>
      samples(page, PREDICTION_METRIC[metric], ofError, ...labels)[0].value;
    expect(drift('drift', psi)).toBeGreaterThan(alerts.thresholds.psi);
    expect(drift('drift', psi)).toBeGreaterThan(drift('driftCriticalValue', psi));
    expect(drift('driftQValue')).toBeLessThan(compare.falseAlarmRate);
    for (const { labels, value } of samples(page, FEATURE_METRIC.drift)) {
      const statistic: [string, string] = [LABEL.statistic, labels[LABEL.statistic]];
      const feature: [string, string] = [LABEL.feature, labels[LABEL.feature]];
      expect(value).toBeLessThan(samples(page, FEATURE_METRIC.driftCriticalValue, feature, statistic)[0].value);
    }
  });

  test('it is told which features they are, and the mean of the error beside the reference’s', async () => {
    const random = seededRandom(32);
    const page = await published(observed(people(random, 1), people(random, -1)));
    const excess = samples(page, MULTIVARIATE_METRIC.excess).sort((a, b) => b.value - a.value);
    const names = excess.map(({ labels }) => labels[LABEL.feature]);
    expect(names.slice(0, 2).sort()).toEqual(['income', 'spending']);
    expect(names.slice(2).sort()).toEqual(['colour', 'subscribed']);
    expect(excess[1].value).toBeGreaterThan(10 * Math.abs(excess[2].value));
    const mean: [string, string] = [LABEL.moment, 'mean'];
    const [now] = samples(page, PREDICTION_METRIC.moment, ofError, mean);
    const reference = page.find(
      ({ name, labels }) =>
        name === prometheusName(PREDICTION_METRIC.referenceMoment) &&
        labels[LABEL.output] === RECONSTRUCTION_ERROR &&
        labels[LABEL.moment] === 'mean',
    );
    expect(now.value).toBeGreaterThan(1.2 * reference!.value);
  });

  test('as they were: nothing drifts, and the error is never missing', async () => {
    const random = seededRandom(33);
    const page = await published(observed(people(random, 1), people(random, 1)));
    const [drift] = samples(page, PREDICTION_METRIC.drift, ofError, psi);
    expect(drift.value).toBeLessThan(samples(page, PREDICTION_METRIC.driftCriticalValue, ofError, psi)[0].value);
    expect(samples(page, PREDICTION_METRIC.windowMissing, ofError)[0].value).toBe(0);
    const looked = samples(page, PREDICTION_METRIC.windowObservations, ofError)[0].value;
    // Four messages of 500: from the 1,024th that was looked at on, every second is.
    expect(looked).toBe(3 * 500 + 500 / 2);
  });

  test('where it is switched off, for all or for one model, there is no such output', async () => {
    const draw = people(seededRandom(34), 1);
    for (const options of [{ multivariate: undefined }, { knownModel: () => ({ multivariate: false }) }]) {
      const page = await published(observed(draw, draw, options));
      expect(page.filter(({ labels }) => labels[LABEL.output] === RECONSTRUCTION_ERROR)).toEqual([]);
    }
  });
});

test('with no drift, false alarms are no more than promised', () => {
  const rate = 0.05;
  const atRate = new CriticalValues({ falseAlarmRate: rate });
  const [windows, rows] = [300, 500];
  const draw = people(seededRandom(35), 1);
  // How features become numbers; each window then has components and held-out rows of its own.
  const { features } = observed(draw, draw).version().reference!;
  let alarms = 0;
  for (let window = 0; window < windows; window++) {
    const builder = new ProjectionBuilder(features, { variance: VARIANCE_KEPT, seed: window });
    for (let row = 0; row < 2 * rows; row++) {
      const values = draw();
      builder.add((at) => values[builder.names[at]]);
    }
    const { projection, profile } = builder.build()!;
    const errors = new ProjectedErrors(projection, features);
    for (let row = 0; row < rows; row++) {
      const values = draw();
      errors.add((at) => values[errors.names[at]]);
    }
    const comparison = new FeatureComparison(profile, atRate, { minimumObservations: 100 });
    expect(comparison.compare(errors.profile(profile.schema as NumericSchema), 1)).toBe('ready');
    const { value, criticalValue } = comparison.numbers.find(({ statistic }) => statistic === 'psi')!;
    if (value > criticalValue) alarms++;
  }
  const chance = 3 * Math.sqrt((rate * (1 - rate)) / windows);
  expect(Math.abs(alarms / windows - rate)).toBeLessThan(chance);
});
