/** The reconstruction error of predictions as they come: single or in columns, in parts, over a restart, of other versions. */
import { describe, expect, test } from 'vitest';
import { normalDeviates, seededRandom } from '../../src/lib/random.js';
import { sameProjection, type VersionState } from '../../src/observe/index.js';
import { RECONSTRUCTION_ERROR } from '../../src/registry/index.js';
import { Pipeline, type SentPrediction } from './pipeline.js';

const SIZE = 400;
const COLOURS = ['red', 'green', 'green', ''];
const OPTIONS = { provisionalSize: SIZE, sampleSize: SIZE, multivariate: { variance: 0.65 } };
const normal = normalDeviates(seededRandom(41));

type Row = Readonly<Record<string, number | string | boolean>>;

const rows = (count: number): Row[] =>
  Array.from({ length: count }, (_, row) => {
    const x = normal();
    return { x, y: x + 0.1 * normal(), on: x > 0.5, colour: COLOURS[row % 4], word: 'w'.repeat(1 + (row % 9)) };
  });

const single = (all: readonly Row[]): SentPrediction[] => all.map((features) => ({ features }));

/** The same as one columnar prediction. */
function columnar(all: readonly Row[]): SentPrediction {
  const names = Object.keys(all[0]);
  const features = Object.fromEntries(names.map((name) => [name, all.map((row) => row[name])]));
  return { features, attributes: { 'ml.batch.size': BigInt(all.length) } };
}

function taught(options: Partial<typeof OPTIONS> = {}): Pipeline {
  const pipeline = new Pipeline({ ...OPTIONS, ...options });
  pipeline.predict(...single(rows(SIZE)));
  return pipeline;
}

/** Of the longest window: the profile of the error, and by how much each feature's residual is above the reference's. */
function errorsOf(pipeline: Pipeline, version = '1') {
  const observer = pipeline.version('m', version);
  pipeline.observer.advance();
  const view = observer.window(2);
  const { reconstruction } = observer;
  const profile = observer.profile(reconstruction!.output, view, true);
  const { present, absent, mean, standardDeviation, bins } = profile;
  const excess = reconstruction!.excess(view.cells);
  return { present, absent, mean, standardDeviation, bins: [...bins], excess: excess && [...excess] };
}

/** One that begins as `pipeline` is now. */
function restarted(pipeline: Pipeline, options: Partial<typeof OPTIONS> = {}): Pipeline {
  const after = new Pipeline({ ...OPTIONS, ...options });
  after.clock.advanceMs(pipeline.clock.nowMs() - after.clock.nowMs());
  after.observer.restore(structuredClone(pipeline.observer.save()));
  return after;
}

test('rows of a column and single predictions are the same', () => {
  const pipeline = taught();
  const all = rows(600);
  const batched = restarted(pipeline);
  pipeline.predict(...single(all));
  batched.predict(columnar(all));
  const [one, other] = [errorsOf(pipeline), errorsOf(batched)];
  expect(one.present).toBe(600);
  expect(other.bins).toEqual(one.bins);
  expect(other.mean).toBeCloseTo(one.mean, 9);
  expect(other.standardDeviation).toBeCloseTo(one.standardDeviation, 9);
  other.excess!.forEach((excess, at) => expect(excess).toBeCloseTo(one.excess![at], 9));
});

test('of many rows some are looked at, from all of them, and no more than that is counted', () => {
  const pipeline = taught();
  const all = rows(4000);
  pipeline.predict(columnar(all));
  expect(errorsOf(pipeline).present).toBe(1000);
  for (let row = 0; row < 3000; row += 100) pipeline.predict(...single(all.slice(row, row + 100)));
  const { present, absent } = errorsOf(pipeline);
  expect(present).toBeGreaterThan(2000);
  expect(present).toBeLessThan(3000);
  expect(absent).toBe(0);
});

test('the mean squared errors of the features are that of the rows', () => {
  const pipeline = taught();
  pipeline.predict(...single(rows(500).map((row) => ({ ...row, y: -Number(row.y) }))));
  const { mean, standardDeviation, present, excess } = errorsOf(pipeline);
  const { projection } = pipeline.version().reconstruction!;
  const usual = projection.residuals.reduce((sum, residual) => sum + residual, 0);
  const squared = mean ** 2 + (standardDeviation ** 2 * (present - 1)) / present;
  expect(excess!.reduce((sum, one) => sum + one, 0)).toBeCloseTo(squared - usual, 9);
  const moved = projection.features.map(({ name }, at) => [name, excess![at]] as const);
  expect(moved.sort((a, b) => b[1] - a[1])[0][0]).toMatch(/^[xy]$/);
});

test('a row with none of the features, or only values of another kind, is not looked at; a missing one is the mean', () => {
  const pipeline = taught();
  pipeline.predict(
    { features: {} },
    { features: { other: 3 } },
    { features: { x: 'text', y: true, on: 1, colour: 2, word: 4 } },
    { features: { x: NaN, y: Infinity } },
    { features: { x: 0.2 } },
  );
  expect(errorsOf(pipeline).present).toBe(1);
  pipeline.predict({ features: { x: 1e300, y: -1e300 } });
  const { present, mean, excess } = errorsOf(pipeline);
  expect([present, Number.isFinite(mean), excess!.every(Number.isFinite)]).toEqual([2, true, true]);
});

describe('a restart', () => {
  test('goes on where it stopped', () => {
    const pipeline = taught();
    pipeline.predict(...single(rows(300)));
    const after = restarted(pipeline);
    expect(errorsOf(after)).toEqual(errorsOf(pipeline));
    const more = single(rows(200));
    for (const each of [pipeline, after]) each.predict(...more);
    expect(errorsOf(after)).toEqual(errorsOf(pipeline));
    expect(errorsOf(after).present).toBe(500);
  });

  test('with it switched off, the output is gone', () => {
    const pipeline = taught();
    pipeline.predict(...single(rows(300)));
    const after = restarted(pipeline, { multivariate: undefined });
    after.predict(...single(rows(10)));
    expect([...after.version().outputs.keys()]).toEqual([]);
  });

  test('of a state from before there was any, it is not looked at', () => {
    const pipeline = taught({ multivariate: undefined });
    const after = restarted(pipeline);
    after.predict(...single(rows(10)));
    expect(after.version().reconstruction).toBeUndefined();
  });
});

test('what another observer has gathered adds up', () => {
  const whole = taught();
  const [first, second] = [rows(300), rows(200)];
  const main = restarted(whole);
  const { schemas } = main.version();
  whole.predict(...single(first), ...single(second));
  for (const part of [first, second]) {
    const gatherer = new Pipeline({
      ...OPTIONS,
      principal: { introduce: () => ({ schemas }), handOver: () => undefined },
    });
    gatherer.predict(...single(part));
    main.observer.absorb(structuredClone(gatherer.observer.take()));
  }
  const [merged, replayed] = [errorsOf(main), errorsOf(whole)];
  expect(merged.bins).toEqual(replayed.bins);
  expect(merged.mean).toBeCloseTo(replayed.mean, 9);
  merged.excess!.forEach((excess, at) => expect(excess).toBeCloseTo(replayed.excess![at], 9));
});

test('the next version takes the projection over, and what was looked at is its reference', () => {
  const pipeline = taught();
  pipeline.predict(...single(rows(300)));
  const after = restarted(pipeline, { ...OPTIONS, provisionalReference: 'previous_version' } as Partial<
    typeof OPTIONS
  >);
  after.predict(...rows(200).map((features) => ({ features, version: '2' })));
  const [one, two] = ['1', '2'].map((version) => after.version('m', version));
  expect(sameProjection(two.reconstruction!.projection, one.reconstruction!.projection)).toBe(true);
  expect(two.reference!.outputs.get(RECONSTRUCTION_ERROR)!.present).toBe(300);
  expect(errorsOf(after, '2').present).toBe(200);
});

test('a version that kept too few of its first predictions has none', () => {
  const pipeline = new Pipeline({ ...OPTIONS, sampleSize: 60 });
  pipeline.predict(...single(rows(SIZE)), ...single(rows(10)));
  expect(pipeline.version().reference!.kind).toBe('provisional');
  expect(pipeline.version().reconstruction).toBeUndefined();
});

test('segments are looked at with the projection of their version', () => {
  const options = { wanted: ['colour'], segments: [{ name: 'colour', by: [{ name: 'colour', wanted: 0 }], max: 5 }] };
  const pipeline = new Pipeline({ ...OPTIONS, ...options });
  pipeline.predict(...single(rows(SIZE)));
  pipeline.predict(...single(rows(400)));
  const version = pipeline.version();
  const segments = [...pipeline.observer.directory.segmentsOf(version)!.all()];
  const counts = segments.map(({ observer }) => {
    const { output } = observer.reconstruction!;
    return observer.profile(output, observer.window(2), true).present;
  });
  // The prediction that completes the version's reference comes to its segment when that is made.
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(errorsOf(pipeline).present + 1);
  const states: readonly VersionState[] = pipeline.observer.save().versions;
  expect(states[0].segments!.every(({ state }) => state.reconstruction !== undefined)).toBe(true);
});
