/**
 * Which format and which encoding a request asks for (RFC 9110, sections 12.4 and 12.5), as Prometheus asks
 * (https://prometheus.io/docs/instrumenting/content_negotiation/). What nobody asks for is never sent: whoever names no
 * format that we have gets the Prometheus text format, the last resort by that document.
 */
import type { ExpositionFormat } from './text-format.js';

export interface NegotiatedFormat {
  readonly format: ExpositionFormat;
  readonly contentType: string;
}

interface Preference {
  /** Media range or coding, in lower case. */
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

const OPENMETRICS = 'application/openmetrics-text';
const OPENMETRICS_VERSION = '1.0.0';
const TEXT = 'text/plain';
const TEXT_VERSION = '0.0.4';

/**
 * Prometheus 3 asks how names outside of [a-zA-Z0-9_:] are to be escaped. We have none, so these leave our names as they
 * are. `dots` would double our underscores; to it, and to what we do not know, we answer that our names are `underscores`.
 */
const HARMLESS_ESCAPINGS = ['allow-utf-8', 'underscores', 'values'];
const DEFAULT_ESCAPING = 'underscores';

function parsePreferences(header: string): Preference[] {
  return header.split(',').map((element) => {
    const [value = '', ...rest] = element.split(';').map((part) => part.trim());
    const parameters = new Map<string, string>();
    for (const parameter of rest) {
      const [name = '', text = ''] = parameter.split('=', 2);
      parameters.set(name.trim().toLowerCase(), text.trim().replace(/^"(.*)"$/, '$1'));
    }
    const quality = Number(parameters.get('q') ?? '1');
    return { value: value.toLowerCase(), parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 };
  });
}

/** The preference that speaks of the media type most exactly, the highest among equals. */
function preferenceFor(preferences: readonly Preference[], type: string, version?: string): Preference | undefined {
  const ranges = [type, `${type.split('/', 1)[0]}/*`, '*/*'];
  for (const range of ranges) {
    const matching = preferences.filter(({ value, parameters }) => {
      return value === range && (version === undefined || (parameters.get('version') ?? version) === version);
    });
    if (matching.length > 0) return matching.reduce((best, next) => (next.quality > best.quality ? next : best));
  }
  return undefined;
}

export function negotiateFormat(accept: string | undefined): NegotiatedFormat {
  const preferences = parsePreferences(accept ?? '');
  const openMetrics = preferenceFor(preferences, OPENMETRICS, OPENMETRICS_VERSION);
  // Text of another version is answered with ours: for names like ours the versions are the same.
  const text = preferenceFor(preferences, TEXT);
  const openMetricsQuality = openMetrics?.quality ?? 0;
  const textQuality = text?.quality ?? 0;
  // At the same quality OpenMetrics carries more, but it must have been named: `*/*` is what anybody sends.
  const wins =
    openMetricsQuality === textQuality ? openMetrics?.value === OPENMETRICS : openMetricsQuality > textQuality;
  if (openMetrics === undefined || openMetricsQuality === 0 || !wins) {
    return { format: 'prometheus', contentType: `${TEXT}; version=${TEXT_VERSION}; charset=utf-8` };
  }
  const asked = openMetrics.parameters.get('escaping');
  const escaping = asked === undefined || HARMLESS_ESCAPINGS.includes(asked) ? asked : DEFAULT_ESCAPING;
  const contentType = `${OPENMETRICS}; version=${OPENMETRICS_VERSION}; charset=utf-8`;
  return {
    format: 'openmetrics',
    contentType: escaping === undefined ? contentType : `${contentType}; escaping=${escaping}`,
  };
}

export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  if (acceptEncoding === undefined) return false;
  const preferences = parsePreferences(acceptEncoding);
  const gzip = preferences.find(({ value }) => value === 'gzip') ?? preferences.find(({ value }) => value === '*');
  return gzip !== undefined && gzip.quality > 0;
}
