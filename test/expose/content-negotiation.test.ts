/** The headers that real scrapers, browsers and tools send, and what they get. */
import { describe, expect, test } from 'vitest';
import { acceptsGzip, negotiateFormat } from '../../src/expose/content-negotiation.js';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const PROMETHEUS_2_42 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
const PROMETHEUS_3_TEXT_ONLY =
  'text/plain;version=1.0.0;escaping=underscores;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';
const PROMETHEUS_3_PROTOBUF =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=values;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

describe('format', () => {
  test.each([
    ['nothing', undefined, TEXT],
    ['an empty header', '', TEXT],
    ['Prometheus 2.42', PROMETHEUS_2_42, OPENMETRICS],
    ['Prometheus 3', PROMETHEUS_3, `${OPENMETRICS}; escaping=allow-utf-8`],
    ['Prometheus 3 without OpenMetrics', PROMETHEUS_3_TEXT_ONLY, TEXT],
    ['Prometheus 3 with protobuf first', PROMETHEUS_3_PROTOBUF, `${OPENMETRICS}; escaping=values`],
    ['a browser', BROWSER, TEXT],
    ['curl', '*/*', TEXT],
    ['any application type', 'application/*', OPENMETRICS],
    ['any text', 'text/*, application/json', TEXT],
    ['only what we do not have', 'application/json', TEXT],
    ['OpenMetrics without a version', 'application/openmetrics-text', OPENMETRICS],
    ['a quoted version, spaces and capitals', 'Application/OpenMetrics-Text ; Version="1.0.0" ; Q=0.9', OPENMETRICS],
    ['an OpenMetrics version that we do not have', 'application/openmetrics-text;version=0.0.1', TEXT],
    ['OpenMetrics at the same quality as text', 'text/plain;q=0.5,application/openmetrics-text;q=0.5', OPENMETRICS],
    ['OpenMetrics at a lower quality than text', 'text/plain;q=0.5,application/openmetrics-text;q=0.4', TEXT],
    ['OpenMetrics excluded', 'application/openmetrics-text;q=0,*/*', TEXT],
    ['text excluded', 'text/plain;q=0,*/*;q=0.1', OPENMETRICS],
    ['everything excluded', '*/*;q=0', TEXT],
    ['a quality that is none', 'application/openmetrics-text;q=high', TEXT],
    [
      'an escaping that would change our names',
      'application/openmetrics-text;escaping=dots',
      `${OPENMETRICS}; escaping=underscores`,
    ],
    [
      'an escaping that nobody knows',
      'application/openmetrics-text;escaping=x\\y',
      `${OPENMETRICS}; escaping=underscores`,
    ],
  ])('%s', (_who, accept, contentType) => {
    expect(negotiateFormat(accept).contentType).toBe(contentType);
    expect(negotiateFormat(accept).format).toBe(contentType === TEXT ? 'prometheus' : 'openmetrics');
  });
});

describe('gzip', () => {
  test.each([
    [undefined, false],
    ['', false],
    ['gzip', true],
    ['deflate, GZIP;q=0.5', true],
    ['gzip;q=0', false],
    ['identity', false],
    ['*', true],
    ['*;q=0', false],
    ['gzip;q=0, *', false],
  ])('%s: %s', (header, expected) => {
    expect(acceptsGzip(header)).toBe(expected);
  });
});
