/** What is too much: for all models, and where a model or a feature differs from that. */
import { z } from 'zod';
import { durationSchema } from './duration.js';

const share = z.number().min(0).max(1);

/** Those of the drift statistics are about what a shift of a normal feature by 0.4 to 0.45 standard deviations gives. */
export const thresholdsSchema = z.strictObject({
  psi: z.number().min(0).default(0.2).describe('Population stability index above which a drift matters.'),
  js: share.default(0.2).describe('Jensen-Shannon distance (base 2) above which a drift matters.'),
  ks: share.default(0.15).describe('Kolmogorov-Smirnov statistic above which a drift matters.'),
  wasserstein_normalised: z
    .number()
    .min(0)
    .default(0.4)
    .describe('Wasserstein distance, in standard deviations of the reference, above which a drift matters.'),
  hellinger: share.default(0.15).describe('Hellinger distance above which a drift matters.'),
  tv: share.default(0.15).describe('Total variation distance above which a drift matters.'),
  linf: share.default(0.1).describe('Change of the share of a single bin above which a drift matters.'),
  embeddingMmd: z
    .number()
    .min(0)
    .default(0.1)
    .describe(
      'Maximum mean discrepancy of an embedding above which a drift matters: it grows by a tenth where a tenth of the vectors is replaced by others about as far apart as unrelated ones.',
    ),
  embeddingCosine: z
    .number()
    .min(0)
    .max(2)
    .default(0.1)
    .describe('Cosine distance of mean vectors above which a drift matters; 0.1 is an angle of 26 degrees.'),
  missing: share.default(0.05).describe('Share of missing values above which it matters.'),
  unseenCategory: share.default(0.01).describe('Share of values in unseen categories above which it matters.'),
  outOfRange: share.default(0.01).describe("Share of values outside the reference's range above which it matters."),
  typeMismatch: share
    .default(0.001)
    .describe(
      'Share of values of another type, or of vectors of another number of dimensions, above which it matters.',
    ),
  nonFinite: share.default(0.001).describe('Share of vectors with a NaN or an infinity above which it matters.'),
  duplicates: share
    .default(0.05)
    .describe('Share of predictions that repeat an earlier one, beyond that of the reference, above which it matters.'),
  skew: share
    .default(0.01)
    .describe('Share of predictions whose online value is not the offline one, above which it matters.'),
  errors: share.default(0.05).describe('Share of failed predictions above which it matters.'),
  latencyP95: durationSchema.default('500ms').describe('95th percentile of the latency above which it matters.'),
  accuracy: share.default(0).describe('Accuracy whose confidence interval may not lie wholly below this; 0: no alert.'),
  auc: share.default(0).describe('ROC AUC whose confidence interval may not lie wholly below this; 0: no alert.'),
  segmentLag: share
    .default(0.1)
    .describe(
      'How far the accuracy or ROC AUC of a segment may lie below that of the other segments before it matters.',
    ),
});

/** The same fields with no defaults: what a model or a feature leaves out, it takes from `alerts.thresholds`. */
function overridesOf<Shape extends Record<string, z.ZodDefault>>(shape: Shape) {
  type Overrides = { [Key in keyof Shape]: z.ZodOptional<ReturnType<Shape[Key]['unwrap']>> };
  const fields = Object.entries(shape).map(([key, field]) => [
    key,
    (field.unwrap() as z.ZodType).optional().describe(field.description ?? ''),
  ]);
  return z.strictObject(Object.fromEntries(fields) as Overrides);
}

export const thresholdOverridesSchema = overridesOf(thresholdsSchema.shape);
