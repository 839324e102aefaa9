/** The ring against a plain list of what it should hold, and two rings over one buffer. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IdentityRing } from '../../src/correlate/identity-ring.js';

const CAPACITY = 20;
/** Few identities, so that they collide, leave and come back. */
const identity = fc.record({
  high: fc.integer({ min: 0, max: 3 }),
  low: fc.integer({ min: 0, max: 15 }),
  owner: fc.integer({ min: 0, max: 2 }),
});

interface Held {
  readonly key: string;
  readonly at: number;
}

describe('a ring of records found by identity', () => {
  test('holds the newest, finds each of them and nothing else', () => {
    fc.assert(
      fc.property(fc.array(identity, { maxLength: 200 }), (arrivals) => {
        const ring = new IdentityRing(CAPACITY);
        const held: Held[] = [];
        for (const { high, low, owner } of arrivals) {
          const key = `${high} ${low} ${owner}`;
          const known = held.find((record) => record.key === key);
          expect(ring.find(high, low, owner)).toBe(known?.at ?? -1);
          if (known !== undefined) continue;
          if (ring.full) {
            expect(ring.oldest).toBe(held.shift()!.at);
            ring.dropOldest();
          }
          held.push({ key, at: ring.insert(high, low, owner) });
          expect(ring.size).toBe(held.length);
        }
      }),
    );
  });

  test('many records over many rounds: the same as a map', () => {
    const capacity = 1000;
    const ring = new IdentityRing(capacity);
    for (let number = 0; number < 20 * capacity; number++) {
      if (ring.full) ring.dropOldest();
      ring.insert(Math.imul(number, 0x9e3779b1), number, 0);
    }
    for (let number = 0; number < 20 * capacity; number++) {
      const at = ring.find(Math.imul(number, 0x9e3779b1), number, 0);
      if (number < 19 * capacity) expect(at).toBe(-1);
      else expect(ring.columns.low[at]).toBe(number);
    }
  });

  test('two rings over one buffer are one', () => {
    const buffer = new SharedArrayBuffer(IdentityRing.bytesFor(CAPACITY));
    const [one, other] = [new IdentityRing(CAPACITY, 0, buffer), new IdentityRing(CAPACITY, 0, buffer)];
    const at = one.insert(1, 2, 3);
    expect(other.find(1, 2, 3)).toBe(at);
    other.dropOldest();
    expect(one.find(1, 2, 3)).toBe(-1);
    expect(one.size).toBe(0);
  });
});
