/**
 * Histograms with explicit bounds: counts per bucket in, cumulative `_bucket`, `_sum` and `_count` lines out. A histogram
 * counts as all of its lines against the limit on series, and is left out whole.
 */
import type { MetricDefinition } from '../registry/index.js';
import { exemplarText } from './exemplar.js';
import { Entry, Family } from './family.js';
import type { BucketExemplars, Frame } from './frame.js';
import type { SeriesBudget } from './series-budget.js';
import { canonicalFloatText, labelText, valueText, type ExpositionFormat } from './text-format.js';

/** A histogram that its owner keeps and sets at every evaluation; not set, it is not on the page. */
export class HistogramSeries extends Entry {
  readonly bucketTexts: readonly string[];
  readonly sumText: string;
  readonly countText: string;
  readonly #family: HistogramFamily;

  constructor(family: HistogramFamily, text: string, bucketTexts: readonly string[], braces: string) {
    super(text);
    this.#family = family;
    this.bucketTexts = bucketTexts;
    this.sumText = `${family.name}_sum${braces} `;
    this.countText = `${family.name}_count${braces} `;
  }

  /**
   * @param counts per bucket, not cumulative; the last is the bucket up to +Inf. Copied.
   * @param exemplars per bucket, in the same order. Kept, not copied: pass an array that is not changed afterwards.
   */
  set(counts: ArrayLike<number>, sum: number, exemplars?: BucketExemplars): void {
    const family = this.#family;
    const buckets = this.bucketTexts.length;
    if (counts.length !== buckets) {
      throw new RangeError(`${counts.length} counts for the ${buckets} buckets of ${family.name}`);
    }
    if (this.cycle !== family.budget.cycle && !family.enter(this)) return;
    const { frame } = family;
    const start = this.position * frame.width;
    frame.values.set(counts, start);
    frame.values[start + buckets] = sum;
    if (exemplars !== undefined || frame.exemplars.length > 0) frame.exemplars[this.position] = exemplars;
  }
}

export class HistogramFamily extends Family<HistogramSeries> {
  override readonly slice = 16;
  readonly #les: readonly string[];

  constructor(definition: MetricDefinition, budget: SeriesBudget, reserved: boolean) {
    const bounds = definition.buckets;
    if (bounds === undefined) throw new Error(`The histogram ${definition.instrument} has no buckets.`);
    const buckets = bounds.length + 1;
    super(definition, budget, { width: buckets + 1, seriesPerHandle: buckets + 2, reserved });
    this.#les = [...bounds, Infinity].map(canonicalFloatText);
  }

  protected override textOf(labelValues: readonly string[]): string {
    return labelText(this.definition.labels, labelValues);
  }

  protected override createHandle(text: string): HistogramSeries {
    const others = text === '' ? '' : `${text},`;
    const bucketTexts = this.#les.map((le) => `${this.name}_bucket{${others}le="${le}"} `);
    return new HistogramSeries(this, text, bucketTexts, text === '' ? '' : `{${text}}`);
  }

  override append(
    text: string,
    frame: Frame<HistogramSeries>,
    from: number,
    to: number,
    format: ExpositionFormat,
  ): string {
    const { entries, values, width } = frame;
    for (let index = from; index < to; index++) {
      const series = entries[index];
      const exemplars = format === 'openmetrics' ? frame.exemplars[index] : undefined;
      const start = index * width;
      let cumulative = 0;
      for (let bucket = 0; bucket < series.bucketTexts.length; bucket++) {
        cumulative += values[start + bucket];
        const exemplar = exemplars?.[bucket];
        const suffix = exemplar === undefined ? '' : exemplarText(exemplar);
        text += `${series.bucketTexts[bucket]}${valueText(cumulative)}${suffix}\n`;
      }
      text += `${series.sumText}${valueText(values[start + width - 1])}\n`;
      text += `${series.countText}${valueText(cumulative)}\n`;
    }
    return text;
  }
}
