/**
 * The class of a model's error, for an attribute and a metric that must both stay few: its name, or for an error that has
 * only the general name its code or its class. Never the message, which is unbounded.
 */

/** OpenTelemetry's word for an error outside the known classes. */
export const OTHER_ERROR = '_OTHER';

const LENGTH_MAX = 100;

/** Never throws: an error whose properties throw is `_OTHER`. */
export function errorTypeOf(error: unknown): string {
  try {
    if (typeof error !== 'object' || error === null) return typeof error === 'string' ? 'string' : OTHER_ERROR;
    const { name, code } = error as { name?: unknown; code?: unknown };
    const general = typeof name !== 'string' || name === '' || name === 'Error';
    if (general && typeof code === 'string' && code !== '') return code.slice(0, LENGTH_MAX);
    const type = general ? error.constructor?.name : name;
    return typeof type === 'string' && type !== '' ? type.slice(0, LENGTH_MAX) : OTHER_ERROR;
  } catch {
    return OTHER_ERROR;
  }
}
