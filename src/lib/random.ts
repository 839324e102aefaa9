/**
 * The port through which randomness enters: uniform doubles in [0, 1).
 * `seededRandom` is sfc32 (Chris Doty-Humphrey, PractRand), period about 2^128 on average; not for secrets.
 */
export interface Random {
  next(): number;
}

export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9 | 0;
  let b = 0x243f6a88 | 0;
  let c = seed | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let warmUp = 0; warmUp < 15; warmUp++) next();
  return { next };
}

/** A standard normal deviate; where many are drawn, `normalDeviates` costs half as much. */
export function normalDeviate(random: Random): number {
  return normalDeviates(random)();
}

/** Standard normal deviates by the polar form of Box and Muller (Marsaglia and Bray, 1964), which makes two at a time. */
export function normalDeviates(random: Random): () => number {
  let spare = NaN;
  return () => {
    if (spare === spare) {
      const kept = spare;
      spare = NaN;
      return kept;
    }
    for (;;) {
      const u = 2 * random.next() - 1;
      const v = 2 * random.next() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const scale = Math.sqrt((-2 * Math.log(s)) / s);
        spare = v * scale;
        return u * scale;
      }
    }
  };
}
