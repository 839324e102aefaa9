/**
 * An exemplar: one observation behind a bucket, with the trace that it came from, so that one click leads from a slow
 * bucket to a slow request. Only OpenMetrics carries exemplars; the Prometheus format has no place for them.
 */
import { LABEL } from '../registry/index.js';
import { characterCount, escapeLabelValue, valueText } from './text-format.js';

export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  /** Milliseconds since the Unix epoch. */
  readonly timeMs: number;
}

/** OpenMetrics 1.0.0, 'Exemplars': names and values of the labels together; longer ones must not be exposed. */
const LABEL_CHARACTERS_MAX = 128;

/** ` # {trace_id="…"} value seconds`, or nothing where the trace id is too long to be one. */
export function exemplarText(exemplar: Exemplar): string {
  if (LABEL.traceId.length + characterCount(exemplar.traceId) > LABEL_CHARACTERS_MAX) return '';
  const labels = `${LABEL.traceId}="${escapeLabelValue(exemplar.traceId)}"`;
  return ` # {${labels}} ${valueText(exemplar.value)} ${valueText(exemplar.timeMs / 1000)}`;
}
