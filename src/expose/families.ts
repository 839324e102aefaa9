/**
 * All families that the evaluation writes and a scrape reads.
 *
 * How a reader sees one consistent evaluation: an evaluation writes frames of its own (`begin` … `commit`), and `commit`
 * makes them the published ones by exchanging a reference. A scrape holds the frames that were published when it began
 * until its last byte, however many evaluations pass meanwhile: two sets of frames take turns, and an evaluation that
 * finds the spare set still held writes a new one. Nothing is copied and nothing is locked.
 *
 * Cost: `Series.set` is an array write; `set` by label values looks the series up first, one map access per label. Rendering yields to the event loop after every chunk of about 64 KiB.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PROCESS_METRIC, type MetricDefinition } from '../registry/index.js';
import type { Limit } from '../lib/limit.js';
import type { Entry, Family } from './family.js';
import type { BucketExemplars, Frame } from './frame.js';
import { HistogramFamily, type HistogramSeries } from './histogram-family.js';
import { ScalarFamily, type Series } from './scalar-family.js';
import { SeriesBudget } from './series-budget.js';
import type { ExpositionFormat } from './text-format.js';

const CHUNK_CHARACTERS = 64 * 1024;

export interface FamilySetOptions {
  /** Series of one evaluation; further ones are left out and counted in `limit`. A histogram counts as all its lines. */
  readonly maxSeries: number;
  /**
   * Families that are never left out and do not count, because they say what is left out and are bounded by themselves.
   * Default: the collector's own.
   */
  readonly reserved?: readonly MetricDefinition[];
}

/** The frames of one evaluation, in the order of the families. */
interface Publication {
  readonly frames: readonly Frame<Entry>[];
  readers: number;
}

export class FamilySet {
  readonly #families: readonly Family<Entry>[];
  readonly #scalars = new Map<MetricDefinition, ScalarFamily>();
  readonly #histograms = new Map<MetricDefinition, HistogramFamily>();
  readonly #budget: SeriesBudget;
  #published: Publication;
  #spare: Publication | undefined;
  #writing: Publication | undefined;

  constructor(definitions: readonly MetricDefinition[], options: FamilySetOptions) {
    this.#budget = new SeriesBudget(options.maxSeries);
    const reserved = new Set<MetricDefinition>(options.reserved ?? Object.values(PROCESS_METRIC));
    const names = new Set<string>();
    this.#families = definitions.map((definition) => {
      const family = this.#createFamily(definition, reserved.has(definition));
      if (names.has(family.name)) throw new Error(`Two metrics are called ${family.name}.`);
      names.add(family.name);
      return family;
    });
    this.#published = this.#createPublication();
  }

  /** The limit on series: how many the last evaluation had, and how many were left out at all evaluations. */
  get limit(): Limit {
    return this.#budget.limit;
  }

  /** The handle of one series of a gauge or counter, to keep and set at every evaluation. */
  series(definition: MetricDefinition, labelValues: readonly string[]): Series {
    return this.#scalar(definition).handle(labelValues);
  }

  /** The handle of one histogram, to keep and set at every evaluation. */
  histogramSeries(definition: MetricDefinition, labelValues: readonly string[]): HistogramSeries {
    return this.#histogram(definition).handle(labelValues);
  }

  /** Starts an evaluation: series that are not set until `commit` disappear. One that was not committed is discarded. */
  begin(): void {
    const evaluation = this.#writing ?? this.#takeSpare();
    this.#writing = evaluation;
    this.#budget.begin();
    for (const [index, family] of this.#families.entries()) {
      family.frame = evaluation.frames[index];
      family.frame.clear();
    }
  }

  /** Sets a gauge or a counter by its label values, in the order of the definition's labels. */
  set(definition: MetricDefinition, labelValues: readonly string[], value: number): void {
    this.#scalar(definition).handleWithinLimit(labelValues)?.set(value);
  }

  /** Sets a histogram by its label values; see `HistogramSeries.set`. */
  histogram(
    definition: MetricDefinition,
    labelValues: readonly string[],
    counts: ArrayLike<number>,
    sum: number,
    exemplars?: BucketExemplars,
  ): void {
    this.#histogram(definition).handleWithinLimit(labelValues)?.set(counts, sum, exemplars);
  }

  /** Ends the evaluation and publishes it: scrapes that begin from now on see it. */
  commit(): void {
    const evaluation = this.#writing;
    if (evaluation === undefined) throw new Error('commit without begin');
    for (const family of this.#families) family.settle();
    this.#budget.end();
    this.#spare = this.#published;
    this.#published = evaluation;
    this.#writing = undefined;
  }

  /** The last published evaluation as text, in chunks, with a turn of the event loop between two. Families without series are left out. */
  async *render(format: ExpositionFormat): AsyncGenerator<Buffer, void, undefined> {
    const evaluation = this.#published;
    evaluation.readers++;
    try {
      let text = '';
      for (const [index, family] of this.#families.entries()) {
        const frame = evaluation.frames[index];
        if (frame.length === 0) continue;
        text += family.head(format);
        for (let from = 0; from < frame.length; from += family.slice) {
          text = family.append(text, frame, from, Math.min(from + family.slice, frame.length), format);
          if (text.length < CHUNK_CHARACTERS) continue;
          yield Buffer.from(text);
          text = '';
          await nextTurn();
        }
      }
      if (text !== '') yield Buffer.from(text);
    } finally {
      evaluation.readers--;
    }
  }

  #createFamily(definition: MetricDefinition, reserved: boolean): Family<Entry> {
    if (definition.kind === 'histogram') {
      const family = new HistogramFamily(definition, this.#budget, reserved);
      this.#histograms.set(definition, family);
      return family;
    }
    const family = new ScalarFamily(definition, this.#budget, reserved);
    this.#scalars.set(definition, family);
    return family;
  }

  #takeSpare(): Publication {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare !== undefined && spare.readers === 0 ? spare : this.#createPublication();
  }

  #createPublication(): Publication {
    return { frames: this.#families.map((family) => family.createFrame()), readers: 0 };
  }

  #scalar(definition: MetricDefinition): ScalarFamily {
    const family = this.#scalars.get(definition);
    if (family === undefined) throw new Error(`${definition.instrument} is no gauge or counter of this set.`);
    return family;
  }

  #histogram(definition: MetricDefinition): HistogramFamily {
    const family = this.#histograms.get(definition);
    if (family === undefined) throw new Error(`${definition.instrument} is no histogram of this set.`);
    return family;
  }
}
