/** The instrumentation scope of all that this package records. */
export const SCOPE = 'plumbline';
