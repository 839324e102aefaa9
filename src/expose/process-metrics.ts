/**
 * The Node process's own metrics (CPU, memory, event loop, garbage collection): prom-client's default metrics, which
 * every Node dashboard knows by name, written by our own writer so that both formats come from one collection.
 */
import { collectDefaultMetrics, Registry, type MetricObjectWithValues, type MetricValue } from 'prom-client';
import { headText } from './family.js';
import { canonicalFloatText, labelText, valueText, type ExpositionFormat } from './text-format.js';

/**
 * Gauges whose name ends like a counter's, which OpenMetrics reserves and promtool faults. Each is the sum over its
 * namesake without the suffix, so nothing is lost.
 */
const MISNAMED = ['nodejs_active_resources_total', 'nodejs_active_handles_total', 'nodejs_active_requests_total'];
const UNITS = ['seconds', 'bytes', 'ratio'];
const TOTAL = '_total';

type Sample = MetricValue<string> & { readonly metricName?: string };

export interface ProcessMetrics {
  /** Complete families in the format, without an end mark. */
  text(format: ExpositionFormat): Promise<string>;
}

function sampleText(name: string, sample: Sample): string {
  const labels = Object.entries(sample.labels);
  const names = labels.map(([label]) => label);
  // A bound arrives as a number, the last one as '+Inf'.
  const values = labels.map(([, value]) => (typeof value === 'number' ? canonicalFloatText(value) : String(value)));
  const text = labelText(names, values);
  return `${sample.metricName ?? name}${text === '' ? '' : `{${text}}`} ${valueText(sample.value)}\n`;
}

function familyText(metric: MetricObjectWithValues<MetricValue<string>>, format: ExpositionFormat): string {
  if (metric.values.length === 0) return '';
  const stem = metric.name.endsWith(TOTAL) ? metric.name.slice(0, -TOTAL.length) : metric.name;
  const unit = UNITS.find((name) => stem.endsWith(`_${name}`));
  // At run time prom-client names the type by its text; its declaration says it is a number of an enum.
  const head = headText(metric.name, String(metric.type), metric.help, unit, format);
  return head + metric.values.map((sample) => sampleText(metric.name, sample)).join('');
}

/** Starts to watch the process. It cannot be stopped again: have one of it. */
export function watchProcess(): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return {
    async text(format) {
      const metrics = await registry.getMetricsAsJSON();
      return metrics.map((metric) => familyText(metric, format)).join('');
    },
  };
}
