/**
 * Distance between the mean vectors of two sets of embeddings, Euclidean and cosine. Means add up across windows and
 * replicas, so this needs no raw vector; it sees that the cloud moved, not that it changed its shape.
 * Cost: O(dimensions), no allocation. Range: Euclidean 0 to ∞ in the embedding's unit; cosine 0 (same direction) to 2
 * (opposite), 1 where one of the means is the zero vector and has no direction. Error: rounding only.
 */
import type { Counts } from './counts.js';

export function centroidEuclidean(current: Counts, reference: Counts): number {
  let sum = 0;
  for (let i = 0; i < current.length; i++) sum += (current[i] - reference[i]) ** 2;
  return Math.sqrt(sum);
}

export function centroidCosine(current: Counts, reference: Counts): number {
  let dot = 0;
  let currentSquared = 0;
  let referenceSquared = 0;
  for (let i = 0; i < current.length; i++) {
    dot += current[i] * reference[i];
    currentSquared += current[i] * current[i];
    referenceSquared += reference[i] * reference[i];
  }
  const lengths = Math.sqrt(currentSquared) * Math.sqrt(referenceSquared);
  if (lengths === 0) return currentSquared === referenceSquared ? 0 : 1;
  return Math.min(2, Math.max(0, 1 - dot / lengths));
}
