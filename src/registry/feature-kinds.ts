/** What the values of a feature are. */
export const FEATURE_KINDS = ['numeric', 'categorical', 'boolean', 'text', 'timestamp'] as const;
export type FeatureKind = (typeof FEATURE_KINDS)[number];
