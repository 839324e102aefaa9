/**
 * The identity of a metric's series: 64 bits over the bytes of its parts (resource, scope, metric, attributes). Parts
 * are added, so their order does not matter; where each stands does, by its salt. Two among 20,000 series collide with a
 * chance of 1e-11.
 */
import { hashBytes } from './bytes-table.js';

export class SeriesHash {
  high = 0;
  low = 0;

  set(other: SeriesHash): void {
    this.high = other.high;
    this.low = other.low;
  }

  clear(): void {
    this.high = 0;
    this.low = 0;
  }

  add(view: DataView, start: number, end: number, salt: number): void {
    this.high = (this.high + scrambled(hashBytes(view, start, end) ^ salt)) | 0;
    this.low = (this.low + scrambled(secondHash(view, start, end) + salt)) | 0;
  }
}

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), which shares no step with `hashBytes`. */
function secondHash(view: DataView, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
  return hash;
}

/** The finaliser of MurmurHash3. */
function scrambled(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
