/**
 * Logarithmic buckets read straight off a double's bits: sign, exponent and the four leading bits of the mantissa
 * (HdrHistogram's idea on IEEE 754). A bucket spans at most 1/16 of its lower bound, so its midpoint is within 1/32 of
 * every value in it, for |x| from 2^-63 to 2^63; what is smaller counts as 0, what is larger as nearly 2^64. Cost: one store,
 * one load and two shifts.
 */
export const BUCKETS_PER_OCTAVE = 16;
/** 128 octaves for each sign. */
export const OCTAVES = 256;

const LOWEST_EXPONENT = 1023 - 64;
const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** The upper 32 bits of a double: sign, exponent and the leading 20 bits of the mantissa. */
export function highWord(x: number): number {
  float[0] = x;
  return words[1];
}

export function octaveOf(high: number): number {
  const exponent = ((high >>> 20) & 0x7ff) - LOWEST_EXPONENT;
  return ((high >>> 31) << 7) | (exponent <= 0 ? 0 : exponent > 127 ? 127 : exponent);
}

/** Which of an octave's buckets; where the octave is the lowest or the highest, all is one bucket. */
export function bucketOf(high: number, octave: number): number {
  const exponent = octave & 127;
  return exponent === 0 ? 0 : exponent === 127 ? BUCKETS_PER_OCTAVE - 1 : (high >>> 16) & 15;
}

/** The end of the bucket that is nearer to 0, which is in it. */
export function nearEnd(bucket: number): number {
  const exponent = (bucket >>> 4) & 127;
  if (exponent === 0) return 0;
  const magnitude = 2 ** (exponent - 64) * (1 + (bucket & 15) / BUCKETS_PER_OCTAVE);
  return bucket >>> 11 === 0 ? magnitude : -magnitude;
}

/** A value within 1/32 of every value in the bucket `octave * BUCKETS_PER_OCTAVE + bucketOf(…)`. */
export function midpoint(bucket: number): number {
  const exponent = (bucket >>> 4) & 127;
  if (exponent === 0) return 0;
  const magnitude = 2 ** (exponent - 64) * (1 + ((bucket & 15) + 0.5) / BUCKETS_PER_OCTAVE);
  return bucket >>> 11 === 0 ? magnitude : -magnitude;
}
