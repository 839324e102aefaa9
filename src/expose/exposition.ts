/**
 * The whole page: our families, then the Node process's own metrics, then the end mark of the format.
 */
import type { FamilySet } from './families.js';
import type { ProcessMetrics } from './process-metrics.js';
import type { ExpositionFormat } from './text-format.js';

const OPENMETRICS_END = '# EOF\n';

/** A page in chunks. Ours come from one evaluation; the process's own metrics are read when the page is made. */
export async function* metricsPage(
  families: FamilySet,
  processMetrics: ProcessMetrics,
  format: ExpositionFormat,
): AsyncGenerator<Buffer, void, undefined> {
  yield* families.render(format);
  const end = format === 'openmetrics' ? OPENMETRICS_END : '';
  yield Buffer.from((await processMetrics.text(format)) + end);
}
