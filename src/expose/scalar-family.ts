/**
 * Gauges and counters: one number per series. The text before the number (`name{labels} `) is made once and kept; a
 * scrape adds the number and a line feed, about 0.4 µs a series.
 */
import type { MetricDefinition } from '../registry/index.js';
import { Entry, Family, flat } from './family.js';
import type { Frame } from './frame.js';
import type { SeriesBudget } from './series-budget.js';
import { labelText, valueText, type ExpositionFormat } from './text-format.js';

/** A series that its owner keeps and sets at every evaluation; not set, it is not on the page. */
export class Series extends Entry {
  /** What stands before the value. */
  readonly text: string;
  readonly #family: ScalarFamily;

  constructor(family: ScalarFamily, labelValues: readonly string[]) {
    super(labelValues);
    this.#family = family;
    const labels = labelText(family.definition.labels, labelValues);
    this.text = flat(labels === '' ? `${family.name} ` : `${family.name}{${labels}} `);
  }

  /** Setting twice in one evaluation keeps the later value. */
  set(value: number): void {
    const family = this.#family;
    if (this.cycle !== family.budget.cycle && !family.enter(this)) return;
    family.frame.values[this.position] = value;
  }
}

export class ScalarFamily extends Family<Series> {
  override readonly slice = 256;

  constructor(definition: MetricDefinition, budget: SeriesBudget, reserved: boolean) {
    super(definition, budget, { width: 1, seriesPerHandle: 1, reserved });
  }

  protected override createHandle(labelValues: readonly string[]): Series {
    return new Series(this, labelValues);
  }

  override append(text: string, frame: Frame<Series>, from: number, to: number, _format: ExpositionFormat): string {
    const { entries, values } = frame;
    for (let index = from; index < to; index++) {
      text += `${entries[index].text}${valueText(values[index])}\n`;
    }
    return text;
  }
}
