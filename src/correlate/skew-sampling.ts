/**
 * Which identities are looked at for skew: those whose hash ends in so many zero bits. Both halves of a pair have one
 * identity, so both are kept or neither; and a rarer sample is a part of a less rare one, so that it can be thinned at any
 * time without losing pairs that stay in it.
 */
const EVERY_MAX = 2 ** 30;

export class SkewSampling {
  /** One identity of so many; a power of two. */
  every = 1;

  isKept(high: number, low: number): boolean {
    return (sampleHash(high, low) & (this.every - 1)) === 0;
  }

  /** @returns false where it is as rare as can be */
  thin(): boolean {
    if (this.every >= EVERY_MAX) return false;
    this.every *= 2;
    return true;
  }

  relax(): void {
    if (this.every > 1) this.every /= 2;
  }
}

/** Mixed anew: the low bits of an identity say where it lies in other tables. */
function sampleHash(high: number, low: number): number {
  const mixed = Math.imul(high ^ (low >>> 15), 0x2c1b3c6d) ^ Math.imul(low, 0x297a2d39);
  return mixed ^ (mixed >>> 16);
}
