/** What is published of how features hang together, beside the output `reconstruction_error`. */
import { LABEL } from './labels.js';
import type { MetricDefinition } from './metric-definition.js';

export const MULTIVARIATE_METRIC = {
  excess: {
    instrument: 'ml.feature.reconstruction.excess',
    kind: 'gauge',
    unit: '1',
    help: "Mean squared residual of a feature in the window (what the principal components of the reference do not reconstruct of it, in the reference's standard deviations) above that of the reference: which features do not hang together with the others any more. All features of a version add up to the excess of the mean squared reconstruction error.",
    labels: [LABEL.modelName, LABEL.modelVersion, LABEL.feature, LABEL.window],
  },
} as const satisfies Record<string, MetricDefinition>;
