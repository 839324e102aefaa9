/**
 * Gauges and counters: one number per series. The text before the number (`name{labels} `) is made once and kept; a
 * scrape adds the number and a line feed, about 0.4 µs a series.
 */
import type { MetricDefinition } from '../registry/index.js';
import { Entry, Family } from './family.js';
import type { Frame } from './frame.js';
import type { SeriesBudget } from './series-budget.js';
import { labelText, valueText, type ExpositionFormat } from './text-format.js';

/** A series that its owner keeps and sets at every evaluation; not set, it is not on the page. */
export class Series extends Entry {
  readonly #family: ScalarFamily;

  constructor(family: ScalarFamily, text: string) {
    super(text);
    this.#family = family;
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

  protected override textOf(labelValues: readonly string[]): string {
    const labels = labelText(this.definition.labels, labelValues);
    return labels === '' ? `${this.name} ` : `${this.name}{${labels}} `;
  }

  protected override createHandle(text: string): Series {
    return new Series(this, text);
  }

  override append(text: string, frame: Frame<Series>, from: number, to: number, _format: ExpositionFormat): string {
    const { entries, values } = frame;
    for (let index = from; index < to; index++) {
      text += `${entries[index].text}${valueText(values[index])}\n`;
    }
    return text;
  }
}
