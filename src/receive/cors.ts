/**
 * Cross-origin requests from browsers, by exact origin and only where origins are configured
 * (https://fetch.spec.whatwg.org/#http-cors-protocol). A wildcard is refused at start: it would let any page send.
 */
import { PlumblineError } from '../lib/plumbline-error.js';

const PREFLIGHT = [
  'Access-Control-Allow-Methods',
  'POST',
  'Access-Control-Allow-Headers',
  'Authorization, Content-Encoding, Content-Type',
  'Access-Control-Max-Age',
  '600',
] as const;

export class Cors {
  readonly #origins: ReadonlySet<string>;

  /** @throws PlumblineError PB1003 where an origin is a wildcard or not an origin */
  constructor(origins: readonly string[] = []) {
    for (const origin of origins) {
      if (isOrigin(origin)) continue;
      throw new PlumblineError('A CORS origin is not a scheme, a host and at most a port.', {
        code: 'PB1003',
        key: origin,
        remedy: 'Name each origin in full, such as https://app.example.com; wildcards are not allowed.',
      });
    }
    this.#origins = new Set(origins);
  }

  get enabled(): boolean {
    return this.#origins.size > 0;
  }

  /** Headers for the answer, as a flat list of names and values. */
  headers(origin: string | undefined): readonly string[] {
    if (!this.enabled) return [];
    if (origin === undefined || !this.#origins.has(origin)) return ['Vary', 'Origin'];
    return ['Vary', 'Origin', 'Access-Control-Allow-Origin', origin, 'Access-Control-Expose-Headers', 'Retry-After'];
  }

  /** Headers for the answer to an OPTIONS request, which is a 204 whether the origin is known or not. */
  preflightHeaders(origin: string | undefined): readonly string[] {
    const known = origin !== undefined && this.#origins.has(origin);
    return known ? [...this.headers(origin), ...PREFLIGHT] : this.headers(origin);
  }
}

function isOrigin(text: string): boolean {
  return !text.includes('*') && URL.canParse(text) && new URL(text).origin === text;
}
