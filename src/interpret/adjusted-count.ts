/**
 * How many spans a sampled span stands for, from its tracestate: `ot=th:<hex>` holds the rejection threshold T out of
 * 2^56, so a kept span counts 2^56 / (2^56 - T).
 * Source: OpenTelemetry, TraceState: Probability Sampling (consistent probability sampling, threshold `th`).
 */
const TWO_TO_56 = 2 ** 56;
const TEXT_DECODER = new TextDecoder();

export function adjustedCount(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 6) return 1;
  const text = TEXT_DECODER.decode(bytes.subarray(start, end));
  const match = /(?:^|,)\s*ot=(?:[^,]*;)?th:([0-9a-f]{1,14})(?:[;,\s]|$)/.exec(text);
  if (match === null) return 1;
  const threshold = parseInt(match[1].padEnd(14, '0'), 16);
  return TWO_TO_56 / (TWO_TO_56 - threshold);
}
