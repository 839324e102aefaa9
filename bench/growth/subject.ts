/** One case of a series: bodies, and a pipeline that takes them; what a value in them costs. */
import { configSchema } from '../../src/config/schema.js';
import { Ingest } from '../../src/ingest/index.js';
import { systemClock } from '../../src/lib/clock.js';
import type { ReferenceProfiles } from '../../src/observe/index.js';
import { pipelineSettings } from '../../src/pipeline-settings.js';
import type { FreshBody } from '../ingest/bodies.js';
import { PREDICTIONS_PER_BODY } from './bodies.js';

/** Small, so that the store of waiting predictions is full, and alike, in all cases after the warm-up. */
const MAX_WAITING_PREDICTIONS = 10_000;
const MAX_MODELS = 1000;
/** A version's bins are made from its first thousand predictions; twice as many, and all code has been compiled. */
const WARM_UP_PREDICTIONS_OF_A_MODEL = 2_048;
const WARM_UP_VALUES = 4_000_000;
/** About 50 ms. */
const VALUES_PER_ROUND = 1_500_000;

export interface Cost {
  readonly cpuNs: number;
  readonly wallNs: number;
}

export function startIngest(workers: number, reference?: ReferenceProfiles): Promise<Ingest> {
  const config = configSchema.parse({
    observe: { maxModels: MAX_MODELS },
    correlate: { maxPredictions: MAX_WAITING_PREDICTIONS },
  });
  const ports = { clock: systemClock, knownModel: () => undefined, referenceOf: () => reference };
  return Ingest.start(workers, pipelineSettings(config), ports, () => Promise.resolve());
}

export class Subject {
  readonly label: string;
  readonly features: number;
  readonly costs: Cost[] = [];
  readonly #ingest: Ingest;
  readonly #bodies: readonly FreshBody[];

  private constructor(label: string, features: number, ingest: Ingest, bodies: readonly FreshBody[]) {
    this.label = label;
    this.features = features;
    this.#ingest = ingest;
    this.#bodies = bodies;
  }

  static async warm(
    label: string,
    features: number,
    models: number,
    bodies: readonly FreshBody[],
    reference?: ReferenceProfiles,
  ): Promise<Subject> {
    const subject = new Subject(label, features, await startIngest(0, reference), bodies);
    const predictions = Math.max(WARM_UP_VALUES / features, models * WARM_UP_PREDICTIONS_OF_A_MODEL);
    subject.#run(predictions);
    return subject;
  }

  /** A round, of whole bodies. */
  measure(): void {
    this.costs.push(this.#run(VALUES_PER_ROUND / this.features));
  }

  /** @throws Error where something was left out, which would have been cheap */
  check(): void {
    const { observed, received } = this.#ingest.pipeline.interpreter.accounting.traces;
    if (observed !== received) throw new Error(`${this.label}: ${observed} of ${received} spans were observed`);
    const over = this.#ingest.limits.find(({ name, overflow }) => overflow > 0 && name !== 'waiting_predictions');
    if (over !== undefined) throw new Error(`${this.label}: the limit ${over.name} was hit`);
  }

  /** Making bodies fresh is not counted. */
  #run(predictions: number): Cost {
    const bodies = Math.max(1, Math.round(predictions / PREDICTIONS_PER_BODY));
    let [cpuNs, wallNs] = [0, 0];
    for (let done = 0; done < bodies; done += this.#bodies.length) {
      const pass = this.#bodies.slice(0, bodies - done);
      for (const body of pass) body.refresh();
      const before = process.cpuUsage();
      const startMs = performance.now();
      for (const { bytes } of pass) void this.#ingest.take({ signal: 'traces', encoding: 'protobuf', body: bytes });
      wallNs += (performance.now() - startMs) * 1e6;
      const { user, system } = process.cpuUsage(before);
      cpuNs += (user + system) * 1000;
    }
    const values = bodies * PREDICTIONS_PER_BODY * this.features;
    return { cpuNs: cpuNs / values, wallNs: wallNs / values };
  }
}
