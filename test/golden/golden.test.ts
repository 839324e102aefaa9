/**
 * Golden cases, to be checked by eye: a folder holds `config.yaml`, `input.yaml` (telemetry, readable) and `metrics.txt`
 * (what is on the page after it). The collector is the whole one, over a real socket; only its clock stands still.
 * `UPDATE_GOLDEN=1 npx vitest run test/golden` writes the pages anew; then read the difference.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { startCollector } from '../../src/collector.js';
import { loadConfig } from '../../src/config/index.js';
import { ManualClock } from '../../src/lib/clock.js';
import { silentLog } from '../../src/lib/log.js';
import { attributesOf } from '../observe/pipeline.js';
import { encodeLogs, encodeTraces, type OtlpObject } from '../oracle/otlp-oracle.js';

interface Item {
  /** Minutes before the end of the case. */
  readonly minutesAgo?: number;
  readonly repeat?: number;
  /** In the text of an attribute, `#` stands for the number of the repetition. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly milliseconds?: number;
  readonly status?: number;
  readonly traceState?: string;
  readonly event?: string;
}

interface Input {
  /** Families that the page is reduced to, by the beginning of their names. */
  readonly show: readonly string[];
  readonly send: readonly { readonly spans?: readonly Item[]; readonly logs?: readonly Item[] }[];
}

const END_MS = Date.UTC(2026, 10, 24, 12);
const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());

let identifiers = 0;

function nanoseconds(item: Item): bigint {
  return BigInt(END_MS - (item.minutesAgo ?? 1) * 60_000) * 1_000_000n;
}

function numbered(attributes: Item['attributes'], number: number): OtlpObject[] {
  const entries = Object.entries(attributes).map(([key, value]) => {
    if (typeof value === 'string') return [key, value.replaceAll('#', String(number))];
    return [key, Array.isArray(value) ? (value[number % value.length] as unknown) : value];
  });
  return attributesOf(Object.fromEntries(entries) as Record<string, unknown>);
}

function spanOf(item: Item, number: number): OtlpObject {
  const identifier = (++identifiers).toString(16);
  const startTimeUnixNano = nanoseconds(item);
  return {
    traceId: Buffer.from(identifier.padStart(32, '0'), 'hex'),
    spanId: Buffer.from(identifier.padStart(16, '0'), 'hex'),
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + BigInt((item.milliseconds ?? 5) * 1_000_000),
    attributes: numbered(item.attributes, number),
    ...(item.status === undefined ? {} : { status: { code: item.status } }),
    ...(item.traceState === undefined ? {} : { traceState: item.traceState }),
  };
}

function logOf(item: Item, number: number): OtlpObject {
  return { timeUnixNano: nanoseconds(item), eventName: item.event ?? '', attributes: numbered(item.attributes, number) };
}

function repeated(items: readonly Item[], make: (item: Item, number: number) => OtlpObject): OtlpObject[] {
  return items.flatMap((item) => Array.from({ length: item.repeat ?? 1 }, (_, number) => make(item, number)));
}

async function post(address: string | undefined, path: string, body: Uint8Array): Promise<void> {
  const headers = { 'content-type': 'application/x-protobuf' };
  const response = await fetch(`http://${address}${path}`, { method: 'POST', headers, body: Buffer.from(body) });
  expect(response.status).toBe(200);
}

function reduced(page: string, show: readonly string[]): string {
  return page
    .split('\n')
    .filter((line) => show.some((prefix) => line.replace(/^# (HELP|TYPE) /, '').startsWith(prefix)))
    .filter((line) => !line.startsWith('# HELP'))
    .map((line) => `${line}\n`)
    .join('');
}

test.each(folders.map(({ name }) => name))('%s', async (name) => {
  const folder = join(import.meta.dirname, name);
  const { show, send } = parse(readFileSync(join(folder, 'input.yaml'), 'utf8')) as Input;
  identifiers = 0;
  const collector = await startCollector(loadConfig(join(folder, 'config.yaml')), {
    clock: new ManualClock(END_MS),
    log: silentLog,
  });
  try {
    for (const { spans, logs } of send) {
      if (spans !== undefined) {
        const body = encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans: repeated(spans, spanOf) }] }] });
        await post(collector.httpAddress, '/v1/traces', body);
      }
      if (logs !== undefined) {
        const body = encodeLogs({ resourceLogs: [{ scopeLogs: [{ logRecords: repeated(logs, logOf) }] }] });
        await post(collector.httpAddress, '/v1/logs', body);
      }
    }
    const page = reduced(await collector.metricsText(), show);
    const expected = join(folder, 'metrics.txt');
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(expected, page);
    expect(page).toBe(readFileSync(expected, 'utf8'));
  } finally {
    await collector.drain();
  }
});
