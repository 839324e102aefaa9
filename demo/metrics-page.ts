/** Reads a page in the Prometheus text format, as far as the demo's screen needs it: samples by metric and labels. */
import { prometheusName, type MetricDefinition } from '../src/registry/index.js';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLE_LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL_PAIR = /(\w+)="((?:[^"\\]|\\.)*)"/g;

export class MetricsPage {
  readonly #samples = new Map<string, Sample[]>();

  constructor(text: string) {
    for (const line of text.split('\n')) {
      const match = line.startsWith('#') ? null : SAMPLE_LINE.exec(line);
      if (match === null) continue;
      const [, name, labelText = '', valueText] = match;
      const labels = Object.fromEntries(
        Array.from(labelText.matchAll(LABEL_PAIR), ([, label, value]) => [label, unescaped(value)]),
      );
      const samples = this.#samples.get(name);
      const sample = { labels, value: toNumber(valueText) };
      if (samples === undefined) this.#samples.set(name, [sample]);
      else samples.push(sample);
    }
  }

  /** Samples of that metric that have all of these labels. `suffix` picks a histogram's series, as in `_bucket`. */
  samples(metric: MetricDefinition, labels: Readonly<Record<string, string>> = {}, suffix = ''): Sample[] {
    const wanted = Object.entries(labels);
    return (this.#samples.get(prometheusName(metric) + suffix) ?? []).filter((sample) =>
      wanted.every(([label, value]) => sample.labels[label] === value),
    );
  }

  value(metric: MetricDefinition, labels: Readonly<Record<string, string>>): number | undefined {
    return this.samples(metric, labels)[0]?.value;
  }
}

function toNumber(text: string): number {
  if (text === '+Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}
