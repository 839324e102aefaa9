/**
 * Logarithmic buckets read straight off a double's bits: sign, exponent and the four leading bits of the mantissa
 * (HdrHistogram's idea on IEEE 754). A bucket spans at most 1/16 of its lower bound, so its midpoint is within 1/32 of
 * every value in it, for |x| from 2^-63 to 2^64; what is smaller counts as 0, what is larger as 2^64. Cost: one store,
 * one load and two shifts.
 */
export const BUCKETS_PER_OCTAVE = 16;
/** 128 octaves for each sign. */
export const OCTAVES = 256;

const LOWEST_EXPONENT = 1023 - 64;
const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);

/** `octave * BUCKETS_PER_OCTAVE + bucket` of a finite number. */
export function logBucket(x: number): number {
  float[0] = x;
  const high = words[1];
  const exponent = ((high >>> 20) & 0x7ff) - LOWEST_EXPONENT;
  const sign = high >>> 31;
  if (exponent <= 0) return sign << 11;
  if (exponent > 127) return (sign << 11) | 2047;
  return (sign << 11) | (exponent << 4) | ((high >>> 16) & 15);
}

/** The smallest magnitude in a bucket, with its sign. */
function innerBound(bucket: number): number {
  const exponent = (bucket >>> 4) & 127;
  if (exponent === 0) return 0;
  const magnitude = 2 ** (exponent - 64) * (1 + (bucket & 15) / BUCKETS_PER_OCTAVE);
  return bucket >>> 11 === 0 ? magnitude : -magnitude;
}

/** A value within 1/32 of every value in the bucket. */
export function midpoint(bucket: number): number {
  const exponent = (bucket >>> 4) & 127;
  if (exponent === 0) return 0;
  const magnitude = 2 ** (exponent - 64) * (1 + ((bucket & 15) + 0.5) / BUCKETS_PER_OCTAVE);
  return bucket >>> 11 === 0 ? magnitude : -magnitude;
}

/** A lower bound of every value that falls into the bucket. */
function lowerBound(bucket: number): number {
  if (bucket >>> 11 === 0) return innerBound(bucket);
  if (bucket === 4095) return -Infinity;
  const exponent = (bucket >>> 4) & 127;
  if (exponent === 0) return -(2 ** -63);
  return -(2 ** (exponent - 64)) * (1 + ((bucket & 15) + 1) / BUCKETS_PER_OCTAVE);
}

/** `lowerBound` of every bucket. */
export const LOWER_BOUNDS = Float64Array.from({ length: OCTAVES * BUCKETS_PER_OCTAVE }, (_, bucket) =>
  lowerBound(bucket),
);
