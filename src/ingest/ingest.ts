/** Messages to profiles, in this thread or in several: what the rest of the process sees is the same. */
import { type CorrelatorMemory, sharedCorrelatorMemory } from '../correlate/index.js';
import type { Interpretation } from '../interpret/index.js';
import { Limit } from '../lib/limit.js';
import { type Message, Pipeline, type PipelinePorts, type PipelineSettings } from './pipeline.js';
import { WorkerPool } from './worker-pool.js';

export class Ingest {
  /** Everything observed ends up here. */
  readonly pipeline: Pipeline;
  readonly #pool: WorkerPool | undefined;
  readonly #keyLimit: Limit;

  private constructor(pipeline: Pipeline, pool: WorkerPool | undefined, maxKeys: number) {
    this.pipeline = pipeline;
    this.#pool = pool;
    this.#keyLimit = new Limit('attribute_keys', maxKeys);
  }

  /**
   * @param workers threads besides this one; 0: this one does it all
   * @param prepare called with the pipeline before a thread looks at it: what was saved is restored then
   */
  static async start(
    workers: number,
    settings: PipelineSettings,
    ports: Omit<PipelinePorts, 'memory' | 'principal'>,
    prepare: (pipeline: Pipeline) => Promise<void>,
  ): Promise<Ingest> {
    const memory: CorrelatorMemory | undefined = workers > 0 ? sharedCorrelatorMemory(settings.correlator) : undefined;
    const pipeline = new Pipeline(settings, { ...ports, memory });
    await prepare(pipeline);
    const pool = memory && (await WorkerPool.start(workers, settings, pipeline, memory));
    return new Ingest(pipeline, pool, settings.interpreter.maxKeys);
  }

  get limits(): readonly Limit[] {
    const { meanings, metrics } = this.pipeline.interpreter;
    const ofThreads = this.#pool?.keys ?? { used: 0, overflow: 0 };
    this.#keyLimit.used = Math.max(meanings.keys.size, ofThreads.used);
    this.#keyLimit.overflow = meanings.keys.overflow + meanings.nestedKeys.overflow + ofThreads.overflow;
    const { observer, correlator } = this.pipeline;
    const ofSkew = observer.skew?.limits ?? [];
    return [this.#keyLimit, metrics.series.limit, ...observer.directory.limits, ...correlator.limits, ...ofSkew];
  }

  /**
   * Cumulative histograms must all meet in one place, so this thread takes the metrics.
   * @throws PlumblineError, or rejects with it, when the message cannot be decoded; nothing of it was observed then
   */
  take(message: Message): Interpretation | Promise<Interpretation> {
    if (this.#pool === undefined || message.signal === 'metrics') return this.pipeline.take(message);
    return this.#pool.take(message);
  }

  /** What was taken before can be read from the pipeline afterwards. */
  async gather(): Promise<void> {
    await this.#pool?.gather();
  }

  async close(): Promise<void> {
    await this.#pool?.close();
  }
}
