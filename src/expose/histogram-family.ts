/**
 * Histograms with explicit bounds: counts per bucket in, cumulative `_bucket`, `_sum` and `_count` lines out. A histogram
 * counts as all of its lines against the limit on series, and is left out whole.
 */
import type { MetricDefinition } from '../registry/index.js';
import { exemplarText } from './exemplar.js';
import { Entry, Family, flat } from './family.js';
import type { BucketExemplars, Frame } from './frame.js';
import type { SeriesBudget } from './series-budget.js';
import { canonicalFloatText, labelText, valueText, type ExpositionFormat } from './text-format.js';

/** A histogram that its owner keeps and sets at every evaluation; not set, it is not on the page. */
export class HistogramSeries extends Entry {
  readonly bucketTexts: readonly string[];
  readonly sumText: string;
  readonly countText: string;
  readonly #family: HistogramFamily;

  constructor(family: HistogramFamily, labelValues: readonly string[]) {
    super(labelValues);
    this.#family = family;
    const labels = labelText(family.definition.labels, labelValues);
    const others = labels === '' ? '' : `${labels},`;
    const braces = labels === '' ? '' : `{${labels}}`;
    this.bucketTexts = family.les.map((le) => flat(`${family.name}_bucket{${others}le="${le}"} `));
    this.sumText = flat(`${family.name}_sum${braces} `);
    this.countText = flat(`${family.name}_count${braces} `);
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
  /** The values of the label `le`. */
  readonly les: readonly string[];

  constructor(definition: MetricDefinition, budget: SeriesBudget, reserved: boolean) {
    const bounds = definition.buckets;
    if (bounds === undefined) throw new Error(`The histogram ${definition.instrument} has no buckets.`);
    const buckets = bounds.length + 1;
    super(definition, budget, { width: buckets + 1, seriesPerHandle: buckets + 2, reserved });
    this.les = [...bounds, Infinity].map(canonicalFloatText);
  }

  protected override createHandle(labelValues: readonly string[]): HistogramSeries {
    return new HistogramSeries(this, labelValues);
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
