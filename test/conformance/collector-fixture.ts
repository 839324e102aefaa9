/** The whole collector on free ports; what is on its page is what was observed. */
import { onTestFinished } from 'vitest';
import { type Collector, startCollector } from '../../src/collector.js';
import { parseConfig } from '../../src/config/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { silentLog } from '../../src/lib/log.js';
import { parsePage } from '../expose/page.js';
import { attributesOf } from '../observe/pipeline.js';
import type { OtlpObject } from '../oracle/otlp-oracle.js';
import { type Answer, portOf, post } from '../receive/receiver-fixture.js';

export interface Conforming {
  readonly collector: Collector;
  readonly post: (path: string, headers: Record<string, string>, body: string | Buffer) => Promise<Answer>;
  /** Items by signal and what became of them; `received` is their sum, or the page is wrong. */
  readonly accounted: (signal: string) => Promise<Record<'received' | 'observed' | 'rejected' | 'ignored', number>>;
}

export async function startConforming(receive = ''): Promise<Conforming> {
  const text = `receive: { http: { port: 0 }, grpc: { port: 0 } ${receive} }\nexpose: { enabled: false }\n`;
  const { config } = parseConfig(text, 'conformance.yaml');
  if (config === undefined) throw new Error('The configuration of the test is not valid.');
  const collector = await startCollector(config, { clock: systemClock, log: silentLog });
  onTestFinished(() => collector.drain());
  return {
    collector,
    post: (path, headers, body) => post(portOf(collector.httpAddress), path, headers, body),
    async accounted(signal) {
      const samples = parsePage(await collector.metricsText());
      const sum = (what: string): number =>
        samples
          .filter(({ name, labels }) => name === `plumbline_items_${what}_total` && labels.signal === signal)
          .reduce((total, { value }) => total + value, 0);
      const [received, observed, rejected, ignored] = ['received', 'observed', 'rejected', 'ignored'].map(sum);
      return { received, observed, rejected, ignored };
    },
  };
}

/** A prediction of now. The same number is the same span. */
export function prediction(number: number, attributes: Readonly<Record<string, unknown>> = {}): OtlpObject {
  const startTimeUnixNano = BigInt(Date.now()) * 1_000_000n;
  return {
    traceId: Buffer.from(number.toString(16).padStart(32, '0'), 'hex'),
    spanId: Buffer.from(number.toString(16).padStart(16, '0'), 'hex'),
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + 1_000_000n,
    attributes: attributesOf({ 'ml.model.name': 'm', 'ml.model.version': '1', 'ml.feature.x': 1.5, ...attributes }),
  };
}

export const requestOf = (spans: readonly OtlpObject[]): OtlpObject => ({
  resourceSpans: [{ scopeSpans: [{ spans: [...spans] }] }],
});
