/**
 * Random Fourier features of a vector's direction: their means add up over windows and replicas, and the distance between
 * two means is the maximum mean discrepancy of the two sets of directions. With 64 frequencies that are drawn once, by a
 * fixed seed, every process and every thread has the same, and nothing has to be agreed on before the first vector.
 *
 * Directions, because embeddings are compared by their angles and so that the kernel's width need not be learned: on the unit
 * sphere it is a mixture of Gaussian kernels of widths 1, ½ and ¼. What the lengths do is compared apart, by their moments.
 * Sources: A. Rahimi and B. Recht, "Random Features for Large-Scale Kernel Machines" (2007); A. Gretton et al., "A Kernel
 * Two-Sample Test" (2012). Cost: 64 multiplications for each dimension. Each feature vector has length 1.
 */
import { normalDeviate, seededRandom } from '../lib/random.js';

const FREQUENCIES = 64;
/** A cosine and a sine each. */
export const DIRECTION_FEATURES = 2 * FREQUENCIES;
const WIDTHS = [1, 0.5, 1, 0.25];
const SEED = 0x5eed;
/** Numbers of dimensions that the frequencies are kept for, 512 bytes a dimension each. */
const KEPT_MAX = 8;

const kept = new Map<number, Float64Array>();

/** A frequency after the other. */
function frequenciesOf(dimensions: number): Float64Array {
  let frequencies = kept.get(dimensions);
  if (frequencies === undefined) {
    const random = seededRandom(SEED);
    frequencies = new Float64Array(FREQUENCIES * dimensions);
    for (let at = 0; at < frequencies.length; at++) {
      frequencies[at] = normalDeviate(random) / WIDTHS[Math.floor(at / dimensions) % WIDTHS.length];
    }
    if (kept.size === KEPT_MAX) kept.clear();
    kept.set(dimensions, frequencies);
  }
  return frequencies;
}

/** @param length of the vector */
export function directionFeatures(vector: Float64Array, length: number, into: Float64Array): void {
  const dimensions = vector.length;
  const frequencies = frequenciesOf(dimensions);
  const perLength = length === 0 ? 0 : 1 / length;
  const scale = 1 / Math.sqrt(FREQUENCIES);
  for (let frequency = 0; frequency < FREQUENCIES; frequency++) {
    const from = frequency * dimensions;
    let phase = 0;
    for (let at = 0; at < dimensions; at++) phase += frequencies[from + at] * vector[at];
    phase *= perLength;
    into[frequency * 2] = scale * Math.cos(phase);
    into[frequency * 2 + 1] = scale * Math.sin(phase);
  }
}
