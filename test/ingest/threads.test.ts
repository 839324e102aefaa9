/**
 * Real threads against one: whatever the number of workers, the same messages give the same profiles, pairs, duplicates and
 * accounts, since merging profiles is adding them.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.js';
import { Ingest } from '../../src/ingest/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { PlumblineError } from '../../src/lib/plumbline-error.js';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import { type ObserverOptions, VERSION_CELL, type VersionObserver, type WindowView } from '../../src/observe/index.js';
import { pipelineSettings } from '../../src/pipeline-settings.js';
import { RECONSTRUCTION_ERROR } from '../../src/registry/index.js';
import { encodeLogs, encodeTraces, type OtlpObject } from '../oracle/otlp-oracle.js';
import { attributesOf } from '../observe/pipeline.js';

const started: Ingest[] = [];
afterEach(async () => {
  for (const ingest of started.splice(0)) await ingest.close();
});

const COLOURS = ['red', 'green', 'blue'];
const random = seededRandom(11);

async function start(workers: number, referenceOf: ObserverOptions['referenceOf'] = () => undefined): Promise<Ingest> {
  const config = configSchema.parse({
    observe: {
      provisionalReferenceSize: 300,
      maxVersionsPerModel: 3,
      segments: [
        { name: 'colour', by: ['colour'] },
        { name: 'size', by: ['x'] },
      ],
      reservoir: { size: 300 },
    },
    receive: { bearerTokens: [{ name: 'one model', env: 'TOKEN', models: ['other'] }] },
  });
  const ports = { clock: systemClock, knownModel: () => undefined, referenceOf };
  const ingest = await Ingest.start(workers, pipelineSettings(config), ports, () => Promise.resolve());
  started.push(ingest);
  return ingest;
}

function span(id: number, version = '1', attributes: Readonly<Record<string, unknown>> = {}): OtlpObject {
  const startNs = BigInt(Date.now()) * 1_000_000n;
  return {
    traceId: Buffer.from(id.toString(16).padStart(32, '0'), 'hex'),
    spanId: Buffer.from(id.toString(16).padStart(16, '0'), 'hex'),
    startTimeUnixNano: startNs,
    endTimeUnixNano: startNs + BigInt(id % 50) * 1_000_000n,
    attributes: attributesOf({
      'ml.model.name': 'm',
      'ml.model.version': version,
      'ml.prediction.id': `p${id}`,
      'ml.prediction.value': id % 3 === 0,
      'ml.prediction.score': (id % 100) / 100,
      'ml.feature.x': 1000 + 10 * normalDeviate(random),
      'ml.feature.colour': COLOURS[id % 3],
      'ml.feature.comment': `${'naïve '.repeat(id % 5)}number ${id}`,
      'ml.feature.at': new Date(Date.now() - id * 1_234_567).toISOString(),
      ...(id % 4 === 0 ? {} : { 'ml.feature.sometimes': BigInt(id % 7) }),
      ...attributes,
    }),
  };
}

function traces(spans: OtlpObject[]): { signal: 'traces'; encoding: 'protobuf'; body: Uint8Array } {
  return {
    signal: 'traces',
    encoding: 'protobuf',
    body: encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  };
}

function truths(
  ids: readonly number[],
  valueOf: (id: number) => unknown = (id) => id % 2 === 0,
): { signal: 'logs'; encoding: 'protobuf'; body: Uint8Array } {
  const logRecords = ids.map((id) => ({
    eventName: 'ml.ground_truth',
    timeUnixNano: BigInt(Date.now()) * 1_000_000n,
    attributes: attributesOf({
      'ml.model.name': 'm',
      'ml.prediction.id': `p${id}`,
      'ml.ground_truth.value': valueOf(id),
    }),
  }));
  return {
    signal: 'logs',
    encoding: 'protobuf',
    body: encodeLogs({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
  };
}

function batches(count: number, size: number, version = '1', from = 1): OtlpObject[][] {
  return Array.from({ length: count }, (_, batch) =>
    Array.from({ length: size }, (__, row) => span(from + batch * size + row, version)),
  );
}

function versionOf(ingest: Ingest, version = '1'): VersionObserver {
  return ingest.pipeline.observer.directory.models.get('m')!.get(version)!;
}

/** Everything that must not depend on how the work was shared out. */
function facts(ingest: Ingest) {
  ingest.pipeline.observer.advance();
  const version = versionOf(ingest);
  const view = version.window(2);
  const slots = [...version.features.values()].map((slot) => [slot, false] as const);
  // The first predictions make the reconstruction error's components too.
  const outputs = (['value', 'score', 'ground_truth'] as const).flatMap((name) => {
    const slot = version.outputs.get(name);
    return slot === undefined ? [] : [[slot, true] as const];
  });
  const profiles = [...slots, ...outputs].map(([slot, isOutput]) => {
    const profile = version.profile(slot, view, isOutput);
    const { present, absent, mean, standardDeviation, min, max, bins, outOfRange, unseen } = profile;
    const moments = [mean, standardDeviation].map((moment) => Number(moment.toPrecision(9)));
    // Which predictions were the first, and so where the bins lie, is for the threads to decide.
    const counted = bins.reduce((sum, count) => sum + count, outOfRange + unseen);
    return [slot.name, { present, absent, moments, min, max, median: profile.quantile(0.5), counted }];
  });
  return {
    predictions: view.predictions,
    joined: view.joined,
    profiles: Object.fromEntries(profiles) as Record<string, unknown>,
    latency: [...version.totals.latency.counts],
    roles: [...version.totals.predictionsByRole.entries()],
    traces: ingest.pipeline.interpreter.accounting.traces,
    logs: ingest.pipeline.interpreter.accounting.logs,
    outcomes: ingest.pipeline.correlator.outcomes('m'),
    segments: segmentFacts(ingest),
    rows: rowFacts(version, view),
    sampled: version.sample!.save().map(({ seen, rows }) => [seen, rows.length]),
  };
}

/** Of each part of `x`, whose bounds are those of the reference, how many predictions. */
function sizes(ingest: Ingest): Record<string, number> {
  const all = ingest.pipeline.observer.directory.segmentsOf(versionOf(ingest))!.all();
  const parts = [...all].filter(({ name }) => name === 'size');
  return Object.fromEntries(parts.map(({ value, observer }) => [value, observer.window(2).predictions]));
}

/** How often which rows came, whichever threads they came to. */
function rowFacts(version: VersionObserver, view: WindowView) {
  const { rows, every, sampled } = version.rows.sampleIn(view)!;
  return { rows, every, counts: sampled.map(({ count, key }) => `${key} ${count}`).sort() };
}

/** Of each segment of one colour, how many predictions and values in the bins of its features, and whether it has a reference. */
function segmentFacts(ingest: Ingest) {
  const { directory } = ingest.pipeline.observer;
  const colours = [...directory.segmentsOf(versionOf(ingest))!.all()].filter(({ name }) => name === 'colour');
  const facts = colours.map(({ value, observer }) => {
    const view = observer.window(2);
    const counted = [...observer.features.values()].map((slot) => {
      const { bins, outOfRange, unseen, absent } = observer.profile(slot, view, false);
      return [slot.name, bins.reduce((sum, count) => sum + count, outOfRange + unseen), absent] as const;
    });
    return [value, view.predictions, performanceFacts(view), observer.reference?.kind, counted.sort()] as const;
  });
  return facts.sort(([a], [b]) => (a < b ? -1 : 1));
}

function performanceFacts({ joined, cells }: WindowView) {
  const { correct, truePositives, trueNegatives, scored, squaredScoreError } = VERSION_CELL;
  const counts = [correct, truePositives, trueNegatives, scored].map((cell) => cells[cell]);
  return { joined, counts, squaredScoreError: Number(cells[squaredScoreError].toPrecision(9)) };
}

describe('the same messages', () => {
  test('with no reference: profiles, pairs, duplicates and accounts are the same', async () => {
    const sent = batches(12, 100);
    const results = [];
    for (const workers of [0, 2]) {
      const ingest = await start(workers);
      await Promise.all(sent.map(async (spans) => ingest.take(traces(spans))));
      await Promise.all(sent.map(async (spans) => ingest.take(traces(spans.slice(0, 10)))));
      await ingest.take(truths(Array.from({ length: 600 }, (_, index) => index * 2 + 1)));
      await ingest.take(truths([1, 3, 5, 99_999]));
      await ingest.gather();
      results.push(facts(ingest));
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[0]).toMatchObject({ predictions: 1200, joined: 600, traces: { received: 1320, observed: 1200 } });
  });

  test('with the same inputs under other ids: how often they came is the same', async () => {
    const sent = batches(12, 100).map((spans, batch) =>
      spans.map((_, row) =>
        span(batch * 1000 + row + 1, '1', {
          'ml.feature.x': (row * 7) % 50,
          'ml.feature.colour': 'red',
          'ml.feature.comment': 'the same',
          'ml.feature.at': '2001-01-01',
        }),
      ),
    );
    const results = [];
    for (const workers of [0, 2]) {
      const ingest = await start(workers);
      await Promise.all(sent.map(async (spans) => ingest.take(traces(spans))));
      await ingest.gather();
      const version = versionOf(ingest);
      results.push(rowFacts(version, version.window(2)));
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[0]).toMatchObject({ rows: 1200, every: 1 });
    expect(results[0].counts.length).toBeLessThan(400);
  });

  test('with a reference: so are the bins, one by one', async () => {
    const teacher = await start(0);
    teacher.pipeline.take(traces(batches(1, 400)[0]));
    const reference = versionOf(teacher).reference!;
    expect([...reference.outputs.keys()]).toEqual(['value', 'score', RECONSTRUCTION_ERROR]);
    const sent = batches(8, 100);
    const bins = [];
    const parts = [];
    for (const workers of [0, 2]) {
      const ingest = await start(workers, () => reference);
      await Promise.all(sent.map(async (spans) => ingest.take(traces(spans))));
      await ingest.gather();
      const version = versionOf(ingest);
      const view = version.window(2);
      parts.push(sizes(ingest));
      expect(version.reconstruction).toBeDefined();
      bins.push([
        ...[...version.features.values()].map((slot) => [...version.profile(slot, view, false).bins]),
        ...[...version.outputs.values()].map((slot) => [...version.profile(slot, view, true).bins]),
      ]);
    }
    expect(bins[1]).toEqual(bins[0]);
    expect(parts[1]).toEqual(parts[0]);
    expect(Object.keys(parts[0])).toHaveLength(10);
    expect(bins[0].flat().reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  });
});

test('reading twice counts nothing twice', async () => {
  const ingest = await start(2);
  for (let round = 1; round <= 3; round++) {
    await Promise.all(batches(4, 50, '1', round * 1000).map(async (spans) => ingest.take(traces(spans))));
    await ingest.gather();
    await ingest.gather();
    expect(facts(ingest)).toMatchObject({ predictions: round * 200, traces: { observed: round * 200 } });
  }
});

test('a provisional reference is made once, from the first predictions, and every value is in its bins', async () => {
  const ingest = await start(2);
  for (let round = 0; round < 10; round++) {
    await Promise.all(batches(2, 40, '1', 1 + round * 80).map(async (spans) => ingest.take(traces(spans))));
    await ingest.gather();
  }
  const version = versionOf(ingest);
  expect(version.reference?.kind).toBe('provisional');
  const colour = version.profile(version.features.get('colour')!, version.window(2), false);
  expect(colour.bins.reduce((sum, count) => sum + count, 0)).toBe(800);
  for (const name of ['x', 'comment', 'comment:words', 'comment:non_ascii', 'at', 'at:hour', 'at:weekday']) {
    const { bins, outOfRange, missing } = version.profile(version.features.get(name)!, version.window(2), false);
    expect([name, bins.reduce((sum, count) => sum + count, 0) + outOfRange, missing]).toEqual([name, 800, 0]);
  }
});

test('ground truth that came before its prediction, to another thread, joins it', async () => {
  const ingest = await start(2);
  await ingest.take(truths([1, 2]));
  await Promise.all([ingest.take(traces([span(1, '1')])), ingest.take(traces([span(2, '2')]))]);
  await ingest.gather();
  expect(ingest.pipeline.correlator.outcomes('m')).toMatchObject({ joined: 2, orphaned: 0 });
  expect([versionOf(ingest, '1'), versionOf(ingest, '2')].map((version) => version.window(2).joined)).toEqual([1, 1]);
});

test('the classes of ground truths are the same, whichever threads they and their predictions came to', async () => {
  const classes = ['cat', 'dog', 'eel'];
  const counted = [];
  for (const workers of [0, 2]) {
    const ingest = await start(workers);
    const ids = Array.from({ length: 900 }, (_, index) => index + 1);
    const [early, late] = [ids.slice(0, 450), ids.slice(450)];
    const tell = (of: readonly number[]) => ingest.take(truths(of, (id) => classes[id % 3]));
    await Promise.all([tell(early.slice(0, 200)), tell(early.slice(200))]);
    await Promise.all([early, late].map(async (of) => ingest.take(traces(of.map((id) => span(id))))));
    await Promise.all([tell(late.slice(0, 200)), tell(late.slice(200))]);
    await ingest.gather();
    const version = versionOf(ingest);
    const profile = version.profile(version.outputs.get('ground_truth')!, version.window(2), true);
    const { categories } = profile.schema as { categories: readonly string[] };
    counted.push(Object.fromEntries(categories.map((name, at) => [name, profile.bins[at]])));
  }
  expect(counted[0]).toEqual({ cat: 300, dog: 300, eel: 300 });
  expect(counted[1]).toEqual(counted[0]);
});

test('ground truth that is joined in a thread which knows no segment finds the segments of its predictions', async () => {
  const ingest = await start(2);
  const ids = Array.from({ length: 300 }, (_, index) => index + 1);
  await ingest.take(traces(ids.map((id) => span(id))));
  // Whoever has nothing to do takes the next message: the first thread is busy with these.
  const busy = ingest.take(traces(batches(1, 500, '2', 1000)[0]));
  await Promise.all([busy, ingest.take(truths(ids.slice(0, 90)))]);
  await ingest.gather();
  // Whoever joined it, what came of a prediction is known to who asks.
  const { pipeline } = ingest;
  const index = pipeline.correlator.versionIndex('m', '1');
  const outcomes = versionOf(ingest)
    .sample!.save()
    .flatMap(({ rows }) =>
      rows.flatMap(({ identity }) => pipeline.correlator.outcomeOf(index, identity!.high, identity!.low) ?? []),
    );
  expect(outcomes.length).toBeGreaterThan(10);
  const joined = segmentFacts(ingest).map(([value, , { joined: pairs }]) => [value, pairs]);
  expect(Object.fromEntries(joined)).toEqual({ blue: 30, green: 30, red: 30 });
});

test('versions over the limit are counted and harm no other', async () => {
  const ingest = await start(2);
  for (const version of ['1', '2', '3', '4', '5']) await ingest.take(traces([span(Number(version), version)]));
  await ingest.gather();
  const { observer, interpreter } = ingest.pipeline;
  expect([...observer.directory.models.get('m')!.keys()]).toEqual(['1', '2', '3']);
  expect(interpreter.accounting.traces.ignored.over_limit).toBe(2);
  expect(observer.overflowPredictions).toBe(2);
});

test('a message that cannot be decoded is refused, and nothing of it counts', async () => {
  const ingest = await start(2);
  const whole = traces([span(1), span(2)]);
  await expect(async () => ingest.take({ ...whole, body: whole.body.subarray(0, -3) })).rejects.toThrow(PlumblineError);
  await ingest.gather();
  expect(ingest.pipeline.interpreter.accounting.traces).toMatchObject({ received: 1, observed: 0 });
});

test('a sender is held to its models in every thread', async () => {
  const ingest = await start(2);
  const told = await ingest.take({ ...traces([span(1)]), sender: 'one model' });
  expect(told).toMatchObject({ rejected: 1 });
  expect(told.message).toContain('forbidden_model');
});
