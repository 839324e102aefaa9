/**
 * Embeddings against every kind of reference, from telemetry to the page: a training file, first vectors, a range, the hours
 * before, the version before. And what is said of references that were built from no file: a hash of their content.
 */
import { deserialize, serialize } from 'node:v8';
import { beforeAll, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../src/config/index.js';
import { normalDeviate, seededRandom } from '../../src/lib/random.js';
import type { ObserverState, ReferencePlans, ReferenceProfiles } from '../../src/observe/index.js';
import { EMBEDDING_METRIC, MODEL_METRIC, prometheusName, type MetricDefinition } from '../../src/registry/index.js';
import { NOON_MS, Pipeline } from '../observe/pipeline.js';
import { Evaluated } from './evaluated.js';
import type { ParsedSample } from './page.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const { compare } = defaultConfig();

type Options = ConstructorParameters<typeof Pipeline>[0];

class Watched {
  readonly pipeline: Pipeline;
  readonly #evaluated: Evaluated;
  readonly #random = seededRandom(6);

  constructor(options: Options = {}) {
    this.pipeline = new Pipeline(options);
    this.#evaluated = new Evaluated(this.pipeline);
  }

  vector(dimensions = 4, shift = 0): number[] {
    return Array.from({ length: dimensions }, (_, at) => 1 + normalDeviate(this.#random) + (at === 0 ? shift : 0));
  }

  /** @param count vectors at the time that it is */
  send(count: number, vector: () => unknown = () => this.vector(), version = '1'): void {
    this.pipeline.predict(
      ...Array.from({ length: count }, () => ({ version, attributes: { 'ml.embedding.e': vector() } })),
    );
  }

  page(): Promise<ParsedSample[]> {
    return this.#evaluated.page();
  }

  /** By reference, in a window and of one version. */
  async numbers(metric: MetricDefinition, wanted: Record<string, string> = {}): Promise<Record<string, number>> {
    return byReference(await this.page(), metric, wanted);
  }

  async states(wanted: Record<string, string> = {}): Promise<Record<string, string>> {
    const found = samples(await this.page(), EMBEDDING_METRIC.driftState, { window: '1h', ...wanted });
    return Object.fromEntries(found.map(({ labels }) => [labels.reference, labels.state]));
  }
}

function samples(
  page: readonly ParsedSample[],
  metric: MetricDefinition,
  wanted: Record<string, string>,
): ParsedSample[] {
  return page.filter(
    ({ name, labels }) =>
      name === prometheusName(metric) && Object.entries(wanted).every(([label, value]) => labels[label] === value),
  );
}

function byReference(
  page: readonly ParsedSample[],
  metric: MetricDefinition,
  wanted: Record<string, string>,
): Record<string, number> {
  const found = samples(page, metric, { window: '1h', model_version: '1', ...wanted });
  return Object.fromEntries(found.map(({ labels, value }) => [labels.reference ?? '', value]));
}

/** As a training file gives it. */
function trained(dimensions = 4): ReferenceProfiles {
  const watched = new Watched();
  watched.send(1_000, () => watched.vector(dimensions));
  const { embeddings } = watched.pipeline.version().snapshotProfiles();
  return { kind: 'training', name: 'm 1', hash: 'abc', features: new Map(), outputs: new Map(), embeddings };
}

describe('a training file', () => {
  test('is what serving is compared with from the first vector on', async () => {
    const watched = new Watched({ referenceOf: () => trained() });
    expect((await watched.page()).filter(({ name }) => name.startsWith('ml_embedding'))).toEqual([]);
    watched.send(150);
    expect(await watched.states()).toEqual({ reference: 'ready' });
    const mmd = { statistic: 'mmd' };
    const critical = await watched.numbers(EMBEDDING_METRIC.driftCriticalValue, mmd);
    expect((await watched.numbers(EMBEDDING_METRIC.drift, mmd)).reference).toBeLessThan(critical.reference);
    watched.send(600, () => watched.vector(4, 1));
    expect((await watched.numbers(EMBEDDING_METRIC.drift, mmd)).reference).toBeGreaterThan(critical.reference);
    expect(watched.pipeline.version().embeddings.get('e')!.reference).toBeUndefined();
  });

  test('says how many dimensions there are: vectors of others are mismatches, beyond what it tolerates', async () => {
    const watched = new Watched({ referenceOf: () => trained(5) });
    watched.send(200);
    expect(await watched.states()).toEqual({ reference: 'not_enough_data' });
    const page = await watched.page();
    const share = byReference(page, EMBEDDING_METRIC.windowTypeMismatch, {});
    const tolerance = byReference(page, EMBEDDING_METRIC.windowTolerance, { check: 'type_mismatch' });
    expect(share['']).toBe(1);
    expect(tolerance['']).toBeLessThan(0.05);
  });

  test('without the embedding leaves it to the first vectors', async () => {
    const watched = new Watched({ referenceOf: () => ({ ...trained(), embeddings: undefined }) });
    watched.send(199);
    expect(await watched.states()).toEqual({ reference: 'no_reference' });
    watched.send(1);
    expect(await watched.states()).toEqual({ reference: 'ready' });
  });

  test('tells threads that gather how many dimensions there are', () => {
    const { observer } = new Watched({ referenceOf: () => trained(5) }).pipeline;
    const introduction = structuredClone(observer.introduce('m', '1'));
    expect(introduction!.schemas!.embeddings).toEqual([{ name: 'e', dimensions: 5 }]);
    const gatherer = new Watched({ principal: { introduce: () => introduction, handOver: () => undefined } });
    gatherer.send(10);
    observer.absorbVersion(structuredClone(gatherer.pipeline.version().take()!));
    const version = gatherer.pipeline.version();
    expect(version.embeddings.get('e')!.dimensions).toBe(5);
    const principal = observer.directory.models.get('m')!.get('1')!;
    const profile = principal.embeddings.get('e')!.profile(principal.sinceStart().cells);
    expect([profile.cell('present'), profile.cell('typeMismatch')]).toEqual([10, 10]);
  });
});

describe('several references', () => {
  const start = NOON_MS - 12 * HOUR_MS;
  const plans: ReferencePlans = {
    primary: { name: 'first', alerts: true },
    others: [
      { name: 'before', kind: 'previous_version', source: '', alerts: true },
      { name: 'hours', kind: 'range', source: 'hours', fromMs: start, toMs: start + 3 * HOUR_MS, alerts: false },
      { name: 'rolling', kind: 'rolling', source: '3h', windowMs: 3 * HOUR_MS, alerts: false },
    ],
  };
  let watched: Watched;
  let page: ParsedSample[];

  beforeAll(async () => {
    watched = new Watched({ referencePlansOf: () => plans });
    const { clock, observer } = watched.pipeline;
    clock.setMs(start);
    const serve = (untilMs: number, shift: number, version: string): void => {
      for (; clock.nowMs() < untilMs; clock.advanceMs(10 * MINUTE_MS)) {
        watched.send(40, () => watched.vector(4, shift), version);
        observer.advance();
      }
    };
    serve(start + 6 * HOUR_MS, 0, '1');
    serve(start + 12 * HOUR_MS, 2, '1');
    serve(start + 13 * HOUR_MS, 2, '2');
    watched.send(200, () => watched.vector(4, 2), '1');
    page = await watched.page();
  });

  const ratios = (version: string, statistic: string): Record<string, number> => {
    const wanted = { model_version: version, statistic };
    const critical = byReference(page, EMBEDDING_METRIC.driftCriticalValue, wanted);
    return Object.fromEntries(
      Object.entries(byReference(page, EMBEDDING_METRIC.drift, wanted)).map(([name, value]) => [
        name,
        value / critical[name],
      ]),
    );
  };

  test.each(['euclidean', 'mmd'])(
    'a step is drift from what came before it, none from what came after: %s',
    (statistic) => {
      const one = ratios('1', statistic);
      expect(Object.keys(one).sort()).toEqual(['first', 'hours', 'rolling']);
      expect(one.first).toBeGreaterThan(2);
      expect(one.hours).toBeGreaterThan(2);
      expect(one.rolling).toBeLessThan(1);
      const two = ratios('2', statistic);
      expect(two.first).toBeLessThan(1);
      expect(two.hours).toBeGreaterThan(2);
      // The day of the version before has vectors of before the step and of after it.
      expect(two.before).toBeGreaterThan(1);
    },
  );

  test('q-values are of those that alert', () => {
    expect(Object.keys(byReference(page, EMBEDDING_METRIC.driftQValue, { model_version: '2' })).sort()).toEqual([
      'before',
      'first',
    ]);
    expect(byReference(page, EMBEDDING_METRIC.driftQValue, {}).first).toBeLessThan(compare.falseAlarmRate);
  });

  const hashes = (from: readonly ParsedSample[], version: string): Record<string, string> =>
    Object.fromEntries(
      samples(from, MODEL_METRIC.referenceInfo, { model_version: version }).map(({ labels }) => [
        labels.reference,
        labels.reference_hash,
      ]),
    );

  test('what is frozen has a hash, the same one for both versions where it is the same; what moves has none', () => {
    const [one, two] = [hashes(page, '1'), hashes(page, '2')];
    for (const hash of [one.first, one.hours, two.first, two.before]) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(two.hours).toBe(one.hours);
    expect(two.first).not.toBe(one.first);
    expect([one.rolling, one.before]).toEqual(['', '']);
    const [info] = samples(page, MODEL_METRIC.info, { model_version: '1' });
    expect(info.labels.reference_hash).toBe(one.first);
  });

  test('survives a restart, with what it is compared with and the hashes', async () => {
    const restarted = new Watched({ referencePlansOf: () => plans });
    restarted.pipeline.clock.setMs(watched.pipeline.clock.nowMs());
    restarted.pipeline.observer.restore(deserialize(serialize(watched.pipeline.observer.save())) as ObserverState);
    const again = await restarted.page();
    for (const version of ['1', '2']) expect(hashes(again, version)).toEqual(hashes(page, version));
    const drift = (from: readonly ParsedSample[]): Record<string, number> =>
      byReference(from, EMBEDDING_METRIC.drift, { model_version: '2', statistic: 'euclidean' });
    const [now, before] = [drift(again), drift(page)];
    expect(Object.keys(now)).toEqual(Object.keys(before));
    for (const [name, value] of Object.entries(now)) expect(value).toBeCloseTo(before[name], 12);
  });
});

test('the hash of a provisional reference changes when a feature that came late is added to it, and only then', async () => {
  const watched = new Watched();
  const predict = (count: number, late: boolean) =>
    watched.pipeline.predict(
      ...Array.from({ length: count }, (_, x) => ({ features: { x, ...(late ? { late: x } : {}) } })),
    );
  const hash = async (): Promise<string> =>
    samples(await watched.page(), MODEL_METRIC.info, {})[0].labels.reference_hash;
  expect(await watched.page().then((page) => samples(page, MODEL_METRIC.info, {}))).toEqual([]);
  predict(200, false);
  const first = await hash();
  predict(199, true);
  expect(await hash()).toBe(first);
  predict(1, true);
  expect(await hash()).not.toBe(first);
});

describe('vectors that say nothing', () => {
  const findings = async (watched: Watched): Promise<string[]> =>
    samples(await watched.page(), EMBEDDING_METRIC.windowFinding, { window: '1h' }).map(({ labels }) => labels.finding);

  test.each([
    ['the same', [0.1, 0.2, 0.3, 1e3 / 7]],
    ['zero', [0, 0, 0, 0]],
  ])('have collapsed: all are %s', async (_, same) => {
    const watched = new Watched({ referenceOf: () => trained() });
    watched.send(compare.minimumObservations - 1, () => same);
    expect(await findings(watched)).toEqual([]);
    watched.send(3_000, () => same);
    expect(await findings(watched)).toEqual(['collapsed']);
    watched.send(1);
    expect(await findings(watched)).toEqual([]);
  });

  test('have not where the reference is no better, nor where they vary a little', async () => {
    const constant = new Watched();
    constant.send(400, () => [1, 2, 3, 4]);
    expect(await findings(constant)).toEqual([]);
    const small = new Watched({ referenceOf: () => trained() });
    small.send(400, () => small.vector().map((x) => 1 + x / 1_000));
    expect(await findings(small)).toEqual([]);
  });
});
