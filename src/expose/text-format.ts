/**
 * The smallest pieces of exposition text: escaped strings and numbers.
 *
 * Sources: Prometheus text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/) and OpenMetrics
 * 1.0.0 (https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md). Sample values are written
 * with the shortest decimal that reads back as the same double, so nothing is lost between us and Prometheus.
 */
export type ExpositionFormat = 'prometheus' | 'openmetrics';

const LABEL_SPECIAL = /[\\\n"]/;
const LABEL_SPECIALS = /[\\\n"]/g;

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

/** The same in both formats: backslash, line feed and double quote are escaped, everything else stands for itself. */
export function escapeLabelValue(value: string): string {
  return LABEL_SPECIAL.test(value) ? value.replace(LABEL_SPECIALS, escaped) : value;
}

/** OpenMetrics escapes the quote in a HELP text; in the Prometheus format `\"` would be read as two characters. */
export function escapeHelp(help: string, format: ExpositionFormat): string {
  return help.replace(format === 'openmetrics' ? LABEL_SPECIALS : /[\\\n]/g, escaped);
}

/** `a="b",c="d"`, without braces. */
export function labelText(names: readonly string[], values: readonly string[]): string {
  return names.map((name, index) => `${name}="${escapeLabelValue(values[index])}"`).join(',');
}

/** A sample's value. */
export function valueText(value: number): string {
  // `Infinity - Infinity` and NaN are not 0; every finite double is 0 away from itself.
  if (value - value === 0) return `${value}`;
  return value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : 'NaN';
}

/**
 * A value of the label `le`, in OpenMetrics' canonical form (section 'Considerations: Canonical Numbers'), which is Go's
 * `%g` with `.0` added to integers: 1 is `1.0`, 2592000 is `2.592e+06`.
 *
 * We write it so in both formats: `le` is part of a series' identity, which must not change when a scraper negotiates
 * the other format, and Prometheus 3 rewrites `le` to this form in any case.
 */
export function canonicalFloatText(value: number): string {
  if (!Number.isFinite(value)) return valueText(value);
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
  const power = Number(exponent);
  if (power < -4 || power >= 6) {
    const digits = String(Math.abs(power)).padStart(2, '0');
    return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`;
  }
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}

/** UTF-8 characters, as OpenMetrics counts them for the length of an exemplar. */
export function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
