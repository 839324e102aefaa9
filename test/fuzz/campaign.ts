/**
 * Arbitrary requests of all signals, shuffled, most of them mutated, one after the other against the oracle.
 * Requests are drawn in herds (drawing one costs as much as checking hundreds), and a herd is used until it is stale.
 */
import fc from 'fast-check';
import type { RecordSignal } from '../../src/decode/index.js';
import { type Random, seededRandom } from '../../src/lib/random.js';
import { shuffled } from '../oracle/arbitraries.js';
import { otlpType } from '../oracle/otlp-oracle.js';
import { Agreement, wholeSchemaTakes } from './agreement.js';
import { MetricAgreement, WANTED_METRIC } from './metric-agreement.js';
import { below, mutate } from './mutations.js';
import { repeatingSpans } from './repeating-spans.js';

export interface Tally {
  inputs: number;
  accepted: number;
  refused: number;
  /** Refused for a varint of more than ten bytes in a field that the oracle skips. */
  stricter: number;
  /** Metrics of several kinds at once, of which the oracle does not say which counts: only known to be survived. */
  ambiguous: number;
  /** Of those accepted: how many the whole schema would have refused, for text or for a message that is not walked. */
  laxer: number;
}

export interface CampaignOptions {
  readonly seed: number;
  readonly inputs: number;
  readonly herd: number;
  readonly inputsPerHerd: number;
  /** Asked between herds; true ends the campaign early. */
  readonly over?: (tally: Tally) => boolean;
}

const REQUEST = {
  traces: 'ExportTraceServiceRequest',
  logs: 'ExportLogsServiceRequest',
  metrics: 'ExportMetricsServiceRequest',
} as const;
const SIGNALS: readonly (RecordSignal | 'metrics')[] = ['traces', 'logs', 'metrics'];
/** Half of the metrics are wanted; lists are short, so that mutations meet more than numbers of buckets. */
const METRICS = { fields: { 'Metric.name': fc.constantFrom(WANTED_METRIC, 'other') }, listLengthMax: 4 };
const UNTOUCHED_SHARE = 0.05;
/** How many requests of one sender are added to those drawn. */
const REPEATING_SHARE = 0.5;

/** @throws Disagreement at the first input that decoder and oracle see differently, with its bytes */
export function fuzz({ seed, inputs, herd, inputsPerHerd, over }: CampaignOptions): Tally {
  const random = seededRandom(seed);
  const agreement = new Agreement();
  const ofMetrics = new MetricAgreement();
  const tally: Tally = { inputs: 0, accepted: 0, refused: 0, stricter: 0, ambiguous: 0, laxer: 0 };
  while (tally.inputs < inputs && over?.(tally) !== true) {
    for (const signal of SIGNALS) {
      const name = REQUEST[signal];
      const drawn = fc
        .sample(signal === 'metrics' ? shuffled(name, METRICS) : shuffled(name), {
          numRuns: herd,
          seed: below(2 ** 31, random),
        })
        .map(({ bytes }) => bytes);
      if (signal === 'traces') {
        drawn.push(...Array.from({ length: herd * REPEATING_SHARE }, () => repeatingSpans(random)));
      }
      const whole = otlpType(name);
      const until = Math.min(inputs, tally.inputs + inputsPerHerd / SIGNALS.length);
      for (; tally.inputs < until; tally.inputs++) {
        const bytes = nextInput(drawn, random);
        const verdict = signal === 'metrics' ? ofMetrics.check(bytes) : agreement.check(signal, bytes);
        tally[verdict]++;
        if (verdict === 'accepted' && !wholeSchemaTakes(whole, bytes)) tally.laxer++;
      }
    }
  }
  return tally;
}

function nextInput(drawn: readonly Uint8Array[], random: Random): Uint8Array {
  const original = drawn[below(drawn.length, random)];
  if (random.next() < UNTOUCHED_SHARE) return original;
  return mutate(original, drawn[below(drawn.length, random)], random);
}
