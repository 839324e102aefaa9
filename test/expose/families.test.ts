/** The text of both formats, letter by letter, and the life of a series from one evaluation to the next. */
import { describe, expect, test } from 'vitest';
import type { Exemplar } from '../../src/expose/exemplar.js';
import { metricsPage } from '../../src/expose/exposition.js';
import { FamilySet } from '../../src/expose/families.js';
import {
  FEATURE_METRIC,
  METRICS,
  MODEL_METRIC,
  PROCESS_METRIC,
  type MetricDefinition,
} from '../../src/registry/index.js';
import { gather, pageOf } from './page.js';

const LATENCY: MetricDefinition = { ...MODEL_METRIC.duration, buckets: [0.005, 0.1, 1, 2592000] };

function families(definitions: readonly MetricDefinition[], maxSeries = 1000): FamilySet {
  return new FamilySet(definitions, { maxSeries });
}

describe('text', () => {
  test('gauges and counters in the Prometheus format', async () => {
    const set = families([MODEL_METRIC.predictions, FEATURE_METRIC.drift, PROCESS_METRIC.evaluationDuration]);
    set.begin();
    set.set(FEATURE_METRIC.drift, ['fraud', '7', 'amount', '1h', 'reference', 'psi'], 0.0625);
    set.set(FEATURE_METRIC.drift, ['fraud', '7', 'amount', '1h', 'reference', 'ks'], Number.NaN);
    set.set(MODEL_METRIC.predictions, ['fraud', '7', 'champion'], 1_000_000);
    set.set(PROCESS_METRIC.evaluationDuration, [], 1e-7);
    set.commit();
    expect(await pageOf(set, 'prometheus')).toBe(
      `# HELP ml_model_predictions_total Predictions, each weighted by its sampling.
# TYPE ml_model_predictions_total counter
ml_model_predictions_total{model_name="fraud",model_version="7",role="champion"} 1000000
# HELP ml_feature_drift_ratio Drift of a feature in the window against a reference, by statistic; wasserstein in its own unit, wasserstein_normalised in standard deviations of the reference.
# TYPE ml_feature_drift_ratio gauge
ml_feature_drift_ratio{model_name="fraud",model_version="7",feature="amount",window="1h",reference="reference",statistic="psi"} 0.0625
ml_feature_drift_ratio{model_name="fraud",model_version="7",feature="amount",window="1h",reference="reference",statistic="ks"} NaN
# HELP plumbline_evaluation_duration_seconds Time that the latest evaluation of all statistics took.
# TYPE plumbline_evaluation_duration_seconds gauge
plumbline_evaluation_duration_seconds 1e-7
`,
    );
  });

  test('the same in OpenMetrics: the counter family has no _total, units are told where the name ends in them', async () => {
    const set = families([
      MODEL_METRIC.predictions,
      FEATURE_METRIC.drift,
      FEATURE_METRIC.moment,
      PROCESS_METRIC.evaluationDuration,
      PROCESS_METRIC.requestBytes,
    ]);
    set.begin();
    set.set(MODEL_METRIC.predictions, ['fraud', '7', 'champion'], 12);
    set.set(FEATURE_METRIC.drift, ['fraud', '7', 'amount', '1h', 'reference', 'psi'], Infinity);
    set.set(FEATURE_METRIC.moment, ['fraud', '7', 'amount', '1h', 'min'], -Infinity);
    set.set(PROCESS_METRIC.evaluationDuration, [], 0.5);
    set.set(PROCESS_METRIC.requestBytes, ['http', 'traces'], 9);
    set.commit();
    expect(await gather(metricsPage(set, { text: () => Promise.resolve('') }, 'openmetrics'))).toBe(
      `# TYPE ml_model_predictions counter
# HELP ml_model_predictions Predictions, each weighted by its sampling.
ml_model_predictions_total{model_name="fraud",model_version="7",role="champion"} 12
# TYPE ml_feature_drift_ratio gauge
# UNIT ml_feature_drift_ratio ratio
# HELP ml_feature_drift_ratio Drift of a feature in the window against a reference, by statistic; wasserstein in its own unit, wasserstein_normalised in standard deviations of the reference.
ml_feature_drift_ratio{model_name="fraud",model_version="7",feature="amount",window="1h",reference="reference",statistic="psi"} +Inf
# TYPE ml_feature_moment gauge
# HELP ml_feature_moment Moment of a feature in the window, in its own unit: mean, stddev, min, max.
ml_feature_moment{model_name="fraud",model_version="7",feature="amount",window="1h",moment="min"} -Inf
# TYPE plumbline_evaluation_duration_seconds gauge
# UNIT plumbline_evaluation_duration_seconds seconds
# HELP plumbline_evaluation_duration_seconds Time that the latest evaluation of all statistics took.
plumbline_evaluation_duration_seconds 0.5
# TYPE plumbline_request_received_bytes counter
# UNIT plumbline_request_received_bytes bytes
# HELP plumbline_request_received_bytes Bytes of OTLP requests after decompression.
plumbline_request_received_bytes_total{transport="http",signal="traces"} 9
# EOF
`,
    );
  });

  test('a histogram is cumulative, and only OpenMetrics carries its exemplars', async () => {
    const set = families([LATENCY]);
    const exemplar: Exemplar = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', value: 0.043, timeMs: 1520879607789 };
    set.begin();
    set.histogram(LATENCY, ['fraud', '7'], [3, 2, 0, 0, 1], 9.75, [undefined, exemplar]);
    set.commit();
    expect(await pageOf(set, 'prometheus')).toBe(
      `# HELP ml_model_prediction_duration_seconds Time that a prediction took; exemplars carry the trace id.
# TYPE ml_model_prediction_duration_seconds histogram
ml_model_prediction_duration_seconds_bucket{model_name="fraud",model_version="7",le="0.005"} 3
ml_model_prediction_duration_seconds_bucket{model_name="fraud",model_version="7",le="0.1"} 5
ml_model_prediction_duration_seconds_bucket{model_name="fraud",model_version="7",le="1.0"} 5
ml_model_prediction_duration_seconds_bucket{model_name="fraud",model_version="7",le="2.592e+06"} 5
ml_model_prediction_duration_seconds_bucket{model_name="fraud",model_version="7",le="+Inf"} 6
ml_model_prediction_duration_seconds_sum{model_name="fraud",model_version="7"} 9.75
ml_model_prediction_duration_seconds_count{model_name="fraud",model_version="7"} 6
`,
    );
    expect(await pageOf(set, 'openmetrics')).toBe(
      `# TYPE ml_model_prediction_duration_seconds histogram
# UNIT ml_model_prediction_duration_seconds seconds
# HELP ml_model_prediction_duration_seconds Time that a prediction took; exemplars carry the trace id.
ml_model_prediction_duration_seconds_bucket{model_name="fraud",model_version="7",le="0.005"} 3
ml_model_prediction_duration_seconds_bucket{model_name="fraud",model_version="7",le="0.1"} 5 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736"} 0.043 1520879607.789
ml_model_prediction_duration_seconds_bucket{model_name="fraud",model_version="7",le="1.0"} 5
ml_model_prediction_duration_seconds_bucket{model_name="fraud",model_version="7",le="2.592e+06"} 5
ml_model_prediction_duration_seconds_bucket{model_name="fraud",model_version="7",le="+Inf"} 6
ml_model_prediction_duration_seconds_sum{model_name="fraud",model_version="7"} 9.75
ml_model_prediction_duration_seconds_count{model_name="fraud",model_version="7"} 6
`,
    );
  });

  test('special characters are escaped; HELP escapes the quote in OpenMetrics only', async () => {
    const definition: MetricDefinition = {
      instrument: 'ml.example',
      kind: 'gauge',
      unit: '',
      help: 'Says "a\\b"\nand more.',
      labels: ['feature'],
    };
    const set = families([definition]);
    set.begin();
    set.set(definition, ['a "b"\\\nç 🛩'], 1);
    set.commit();
    expect(await pageOf(set, 'prometheus')).toBe(
      String.raw`# HELP ml_example Says "a\\b"\nand more.
# TYPE ml_example gauge
ml_example{feature="a \"b\"\\\nç 🛩"} 1
`,
    );
    expect(await pageOf(set, 'openmetrics')).toBe(
      String.raw`# TYPE ml_example gauge
# HELP ml_example Says \"a\\b\"\nand more.
ml_example{feature="a \"b\"\\\nç 🛩"} 1
`,
    );
  });

  test('an exemplar whose labels exceed 128 characters is left out', async () => {
    const set = families([LATENCY]);
    const exemplarOf = (length: number): Exemplar => ({ traceId: '🛩'.repeat(length), value: 1, timeMs: 1000 });
    set.begin();
    set.histogram(LATENCY, ['fraud', '7'], [1, 1, 0, 0, 0], 1, [exemplarOf(120), exemplarOf(121)]);
    set.commit();
    const lines = (await pageOf(set, 'openmetrics')).split('\n');
    expect(lines[3]).toMatch(/ 1 # \{trace_id="(🛩){120}"\} 1 1$/u);
    expect(lines[4]).toMatch(/le="0.1"\} 2$/);
  });

  test('no two families of the registry share a name, in either format', () => {
    expect(() => families(METRICS)).not.toThrow();
    expect(() => families([MODEL_METRIC.info, { ...MODEL_METRIC.info }])).toThrow(
      'Two metrics are called ml_model_info',
    );
  });
});

describe('evaluations', () => {
  const drift = FEATURE_METRIC.windowObservations;
  const labels = (feature: string) => ['fraud', '7', feature, '1h'];
  const line = (feature: string, value: number) =>
    `ml_feature_window_observations{model_name="fraud",model_version="7",feature="${feature}",window="1h"} ${value}`;
  const samples = async (set: FamilySet) =>
    (await pageOf(set, 'prometheus')).split('\n').filter((text) => text !== '' && !text.startsWith('#'));

  test('before the first evaluation the page is empty', async () => {
    expect(await pageOf(families([drift]), 'prometheus')).toBe('');
  });

  test('a series that is not set again disappears, and a handle may come back', async () => {
    const set = families([drift]);
    const amount = set.series(drift, labels('amount'));
    const age = set.series(drift, labels('age'));
    set.begin();
    amount.set(1);
    age.set(2);
    set.commit();
    expect(await samples(set)).toEqual([line('amount', 1), line('age', 2)]);
    set.begin();
    age.set(3);
    set.commit();
    expect(await samples(set)).toEqual([line('age', 3)]);
    set.begin();
    amount.set(4);
    amount.set(5);
    set.commit();
    expect(await samples(set)).toEqual([line('amount', 5)]);
  });

  test('a handle that was forgotten shares its place with the one that followed it', async () => {
    const set = families([drift]);
    const first = set.series(drift, labels('amount'));
    for (let evaluation = 0; evaluation < 20; evaluation++) {
      set.begin();
      set.commit();
    }
    const second = set.series(drift, labels('amount'));
    expect(second).not.toBe(first);
    set.begin();
    second.set(1);
    first.set(2);
    set.commit();
    expect(await samples(set)).toEqual([line('amount', 2)]);
  });

  test('a handle in steady use is the same one that its labels name', () => {
    const set = families([drift]);
    const handle = set.series(drift, labels('amount'));
    for (let evaluation = 0; evaluation < 20; evaluation++) {
      set.begin();
      handle.set(evaluation);
      set.commit();
    }
    expect(set.series(drift, labels('amount'))).toBe(handle);
  });

  test('a reader sees one evaluation to its end, however many pass meanwhile', async () => {
    const count = 5000;
    const set = families([drift], count);
    const evaluate = (value: number, from: number) => {
      set.begin();
      for (let index = from; index < count; index++) set.set(drift, labels(`f${index}`), value);
      set.commit();
    };
    evaluate(1, 0);
    const reader = set.render('prometheus');
    const start = await reader.next();
    for (let value = 2; value < 6; value++) evaluate(value, value * 100);
    const rest = await gather(reader);
    const page = (start.value as Buffer).toString() + rest;
    const values = page.split('\n').filter((text) => text !== '' && !text.startsWith('#'));
    expect(values).toEqual(Array.from({ length: count }, (_, index) => line(`f${index}`, 1)));
    expect((await samples(set)).length).toBe(count - 500);
  });

  test('an evaluation that is not committed is not seen, and the next one starts anew', async () => {
    const set = families([drift]);
    set.begin();
    set.set(drift, labels('amount'), 1);
    set.commit();
    set.begin();
    set.set(drift, labels('age'), 2);
    expect(await samples(set)).toEqual([line('amount', 1)]);
    set.begin();
    set.set(drift, labels('amount'), 3);
    set.commit();
    expect(await samples(set)).toEqual([line('amount', 3)]);
  });

  test('what is not an evaluation is refused', () => {
    const set = families([drift]);
    const handle = set.series(drift, labels('amount'));
    expect(() => handle.set(1)).toThrow('outside of an evaluation');
    expect(() => set.commit()).toThrow('commit without begin');
    set.begin();
    handle.set(1);
    set.commit();
    expect(() => handle.set(2)).toThrow('outside of an evaluation');
    expect(() => set.series(drift, ['fraud'])).toThrow('1 label values for the 4 labels');
    expect(() => set.series(FEATURE_METRIC.drift, labels('amount'))).toThrow('no gauge or counter of this set');
    expect(() => set.histogramSeries(drift, labels('amount'))).toThrow('no histogram of this set');
  });

  test('over the limit series are left out and counted; the families that say so are not', async () => {
    const set = families([drift, PROCESS_METRIC.limitOverflow], 2);
    for (let evaluation = 0; evaluation < 2; evaluation++) {
      set.begin();
      for (const feature of ['a', 'b', 'c', 'd', 'e']) set.set(drift, labels(feature), 1);
      set.set(PROCESS_METRIC.limitOverflow, ['series'], set.limit.overflow);
      set.commit();
    }
    expect(await samples(set)).toEqual([
      line('a', 1),
      line('b', 1),
      'plumbline_limit_overflow_total{limit="series"} 6',
    ]);
    expect({ ...set.limit }).toEqual({ name: 'series', max: 2, used: 2, overflow: 6 });
  });

  test('handles over the limit are left out too, and a histogram is left out whole', async () => {
    const set = families([drift, LATENCY], 7);
    const handle = set.series(drift, labels('a'));
    const latency = set.histogramSeries(LATENCY, ['fraud', '7']);
    set.begin();
    handle.set(1);
    latency.set([1, 0, 0, 0, 0], 1);
    set.commit();
    expect(await samples(set)).toEqual([line('a', 1)]);
    expect({ ...set.limit }).toEqual({ name: 'series', max: 7, used: 1, overflow: 7 });
  });

  test('a histogram takes exactly its buckets', () => {
    const set = families([LATENCY]);
    set.begin();
    expect(() => set.histogram(LATENCY, ['fraud', '7'], [1, 2], 3)).toThrow('2 counts for the 5 buckets');
  });

  test('exemplars of one evaluation do not stay for the next but one', async () => {
    const set = families([LATENCY]);
    const exemplar: Exemplar = { traceId: 'aa', value: 0.001, timeMs: 1000 };
    for (const exemplars of [[exemplar], undefined, undefined]) {
      set.begin();
      set.histogram(LATENCY, ['fraud', '7'], [1, 0, 0, 0, 0], 1, exemplars);
      set.commit();
      expect((await pageOf(set, 'openmetrics')).includes('trace_id')).toBe(exemplars !== undefined);
    }
  });
});
