/** Panels of segments: how predictions are divided, and where one has drifted from its own first predictions. */
import {
  LABEL,
  prometheusName,
  SEGMENT_FEATURE_METRIC,
  SEGMENT_METRIC,
  type MetricDefinition,
} from '../../registry/index.js';
import { aggregateBy, select, type QueryLabel } from '../promql.js';
import { inWindow, ofModels } from './fleet-panels.js';
import type { PanelRow } from './panel-definition.js';

const SHOWN = 10;
const segment = [LABEL.modelName, LABEL.modelVersion, LABEL.segment, LABEL.segmentValue] as const;
const WHO = segment.map((label) => `{{${label}}}`).join(' ');
const chart = { kind: 'timeseries', width: 12, height: 8 } as const;

const largest = (labels: readonly QueryLabel[], metric: MetricDefinition): string =>
  aggregateBy('max', labels, select(prometheusName(metric), [ofModels, inWindow]));

export function segmentRow(): PanelRow {
  const ofFeature = [...segment, LABEL.feature] as const;
  const drift = largest(ofFeature, SEGMENT_FEATURE_METRIC.drift);
  const criticalValue = largest(ofFeature, SEGMENT_FEATURE_METRIC.driftCriticalValue);
  return {
    title: 'Segments',
    panels: [
      {
        ...chart,
        title: 'Predictions by segment',
        description: `The ${SHOWN} largest segments, where configuration names any (observe.segments), over the chosen window. __overflow__ is all others together.`,
        unit: 'short',
        min: 0,
        noValue: 'no segments',
        queries: [{ expr: `topk(${SHOWN}, ${largest(segment, SEGMENT_METRIC.windowPredictions)})`, legend: WHO }],
      },
      {
        ...chart,
        title: 'Drift of segments',
        description: `Features of segments that have drifted most from the segment's own first predictions: psi as a multiple of its critical value. Of many segments some pass 1 by chance: their q-values say which are more than that.`,
        unit: 'none',
        min: 0,
        noValue: 'not enough data',
        queries: [{ expr: `topk(${SHOWN}, ${drift} / ${criticalValue})`, legend: `${WHO} {{${LABEL.feature}}}` }],
      },
    ],
  };
}
