/**
 * What scalar families and histogram families have alike: their head lines, the index of their series, and
 * the place that a series takes in the evaluation that is being written.
 *
 * A handle (an `Entry`) costs its text once; setting it is an array write. Handles that no evaluation has set for
 * `KEEP_EVALUATIONS` leave the index, so that versions and categories that come and go do not pile up. A caller may go
 * on using a handle that has left: it takes its place again, or shares that of the handle that took it meanwhile.
 */
import { prometheusName, type MetricDefinition } from '../registry/index.js';
import { Frame } from './frame.js';
import type { SeriesBudget } from './series-budget.js';
import { SeriesIndex } from './series-index.js';
import { escapeHelp, type ExpositionFormat } from './text-format.js';

const KEEP_EVALUATIONS = 10;

/** What the end of a name must be for OpenMetrics to be told the unit, by the unit of the instrument. */
const UNIT_SUFFIX: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes', '1': 'ratio' };
const TOTAL = '_total';

/** The lines above a family's samples. `name` is the Prometheus name, with `_total` where it is a counter. */
export function headText(
  name: string,
  kind: string,
  help: string,
  unit: string | undefined,
  format: ExpositionFormat,
): string {
  const openMetrics = format === 'openmetrics';
  // OpenMetrics calls a counter's family by the name without the suffix that its samples have.
  const family = openMetrics && kind === 'counter' && name.endsWith(TOTAL) ? name.slice(0, -TOTAL.length) : name;
  const type = `# TYPE ${family} ${kind}\n`;
  const helpLine = `# HELP ${family} ${escapeHelp(help, format)}\n`;
  if (!openMetrics) return helpLine + type;
  const unitLine = unit !== undefined && family.endsWith(`_${unit}`) ? `# UNIT ${family} ${unit}\n` : '';
  return type + unitLine + helpLine;
}

export abstract class Entry {
  readonly labelValues: readonly string[];
  /** The evaluation in which this series was last set, and its place in that evaluation's frame. */
  cycle = -1;
  position = -1;
  indexed = true;

  constructor(labelValues: readonly string[]) {
    this.labelValues = labelValues;
  }
}

/** Reading a character makes V8 turn a rope of pieces into one flat string: half the memory, and faster to append. */
export function flat(text: string): string {
  text.charCodeAt(0);
  return text;
}

export abstract class Family<Handle extends Entry> {
  readonly definition: MetricDefinition;
  readonly name: string;
  readonly budget: SeriesBudget;
  /** Where the open evaluation writes. */
  frame: Frame<Handle>;
  readonly #head: Readonly<Record<ExpositionFormat, string>>;
  readonly #index = new SeriesIndex<Handle>();
  readonly #width: number;
  readonly #seriesPerHandle: number;
  readonly #reserved: boolean;

  constructor(
    definition: MetricDefinition,
    budget: SeriesBudget,
    shape: { width: number; seriesPerHandle: number; reserved: boolean },
  ) {
    this.definition = definition;
    this.name = prometheusName(definition);
    this.budget = budget;
    this.#width = shape.width;
    this.#seriesPerHandle = shape.seriesPerHandle;
    this.#reserved = shape.reserved;
    this.frame = this.createFrame();
    const unit = UNIT_SUFFIX[definition.unit];
    this.#head = {
      prometheus: headText(this.name, definition.kind, definition.help, unit, 'prometheus'),
      openmetrics: headText(this.name, definition.kind, definition.help, unit, 'openmetrics'),
    };
  }

  /** How many handles to write between two looks at the size of a chunk. */
  abstract readonly slice: number;
  protected abstract createHandle(labelValues: readonly string[]): Handle;
  /** Appends the sample lines of the handles at `from` up to `to` to `text`. */
  abstract append(text: string, frame: Frame<Handle>, from: number, to: number, format: ExpositionFormat): string;

  createFrame(): Frame<Handle> {
    return new Frame<Handle>(this.#width);
  }

  head(format: ExpositionFormat): string {
    return this.#head[format];
  }

  /** The handle of a series, made when it is asked for the first time. */
  handle(labelValues: readonly string[]): Handle {
    return this.#find(labelValues) ?? this.#create(labelValues);
  }

  /** The same, but nothing is made for a series that the limit would leave out anyway (and counts here). */
  handleWithinLimit(labelValues: readonly string[]): Handle | undefined {
    const known = this.#find(labelValues);
    if (known !== undefined) return known;
    if (this.#reserved || this.budget.hasRoom(this.#seriesPerHandle)) return this.#create(labelValues);
    this.budget.refuse(this.#seriesPerHandle);
    return undefined;
  }

  /** Gives a handle its place in the open evaluation; false where the limit leaves it out. */
  enter(handle: Handle): boolean {
    if (!this.budget.open) throw new Error(`A series of ${this.name} was set outside of an evaluation.`);
    const owner = handle.indexed ? handle : this.#readmit(handle);
    if (owner.cycle !== this.budget.cycle) {
      if (!this.#reserved && !this.budget.take(this.#seriesPerHandle)) return false;
      owner.position = this.frame.add(owner);
      owner.cycle = this.budget.cycle;
    }
    handle.position = owner.position;
    handle.cycle = owner.cycle;
    return true;
  }

  /** Called when the evaluation is complete: forgets the handles that have not been set for long. */
  settle(): void {
    this.frame.trim();
    if (this.#index.size === this.frame.length) return;
    const oldest = this.budget.cycle - KEEP_EVALUATIONS;
    this.#index.removeWhere((handle) => {
      if (handle.cycle >= oldest) return false;
      handle.indexed = false;
      return true;
    });
  }

  #find(labelValues: readonly string[]): Handle | undefined {
    const names = this.definition.labels;
    if (names.length !== labelValues.length) {
      throw new RangeError(`${labelValues.length} label values for the ${names.length} labels of ${this.name}`);
    }
    return this.#index.find(labelValues);
  }

  #create(labelValues: readonly string[]): Handle {
    // A copy: the caller may fill the same array again for the next series.
    const handle = this.createHandle([...labelValues]);
    this.#index.add(handle);
    return handle;
  }

  #readmit(handle: Handle): Handle {
    const successor = this.#index.find(handle.labelValues);
    if (successor !== undefined) return successor;
    this.#index.add(handle);
    handle.indexed = true;
    return handle;
  }
}
