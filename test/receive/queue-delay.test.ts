/** How long requests wait for their turn, on a clock that the test moves; turns of the event loop are real ones. */
import { beforeEach, describe, expect, test } from 'vitest';
import { QueueDelay } from '../../src/receive/queue-delay.js';

const COST_MS = 4;

let nowMs = 0;
let delay = new QueueDelay();
beforeEach(() => {
  nowMs = 0;
  delay = new QueueDelay(() => nowMs);
});

/** Requests that come together, one after the other to a handler that takes its time; which of them were taken. */
async function turn(senders: readonly string[]): Promise<boolean[]> {
  const taken = senders.map((sender) => {
    if (delay.isTooLong(sender)) return false;
    const handed = delay.handed();
    nowMs += COST_MS;
    delay.settled(sender, handed);
    return true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return taken;
}

const count = (taken: readonly boolean[]): number => taken.filter(Boolean).length;
const many = (sender: string, times: number): string[] => Array<string>(times).fill(sender);

async function overload(): Promise<void> {
  for (let late = 0; late < 3; late++) await turn(many('a', 50));
}

test('a burst that ends is taken whole', async () => {
  expect(count(await turn(many('a', 50)))).toBe(50);
  for (let calm = 0; calm < 10; calm++) expect(count(await turn(many('a', 10)))).toBe(10);
  expect(delay.limit.overflow).toBe(0);
});

test('even a burst waits no longer than a quarter of a second', async () => {
  expect(count(await turn(many('a', 500)))).toBe(Math.floor(250 / COST_MS) + 1);
});

test('when turns stay late, a request waits for two others, until there has been time to spare', async () => {
  await overload();
  expect(count(await turn(many('a', 50)))).toBe(3);
  expect(count(await turn(many('a', 50)))).toBe(3);
  expect(delay.limit.overflow).toBeGreaterThan(94);
  // First always busy, then for a third of the time.
  for (let busy = 0; busy < 600; busy++) await turn(many('a', 3));
  expect(count(await turn(many('a', 20)))).toBe(3);
  for (let spare = 0; spare < 300; spare++) {
    await turn(['a']);
    nowMs += 2 * COST_MS;
  }
  expect(count(await turn(many('a', 20)))).toBe(20);
});

test('the first of a turn is always taken, however much it costs', async () => {
  await overload();
  for (let late = 0; late < 5; late++) {
    const taken = await turn(['a']);
    nowMs += 10_000;
    expect(taken).toEqual([true]);
  }
});

test('a sender that sends the more does not get the more', async () => {
  await overload();
  const taken = { greedy: 0, modest: 0, other: 0 };
  for (let round = 0; round < 300; round++) {
    const senders = [...many('greedy', 20), 'modest', 'other', 'modest', 'other'] as const;
    for (const [index, was] of (await turn(senders)).entries()) {
      if (was) taken[senders[index] as keyof typeof taken]++;
    }
  }
  const all = taken.greedy + taken.modest + taken.other;
  // Of what is offered, the greedy one sends five sixths.
  expect(taken.greedy).toBeLessThan(all / 2);
  expect(Math.min(taken.modest, taken.other)).toBeGreaterThan(all / 5);
});

describe('a handler that has several in hand', () => {
  /** Two at once, `COST_MS` each. */
  async function pool(offered: number): Promise<number> {
    const inHand: number[] = [];
    let taken = 0;
    for (let at = 0; at < offered; at++) {
      if (!delay.isTooLong('a')) {
        inHand.push(delay.handed());
        taken++;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    while (inHand.length > 0) {
      nowMs += COST_MS;
      for (const handed of inHand.splice(0, 2)) delay.settled('a', handed);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return taken;
  }

  test('takes what comes while it keeps up, and few more than it has hands when it does not', async () => {
    for (let calm = 0; calm < 20; calm++) expect(await pool(8)).toBe(8);
    for (let late = 0; late < 4; late++) await pool(200);
    const taken = await pool(200);
    expect(taken).toBeGreaterThanOrEqual(2);
    expect(taken).toBeLessThanOrEqual(6);
  });
});

test('senders are forgotten when they have been silent, and bounded', async () => {
  for (let sender = 0; sender < 5000; sender += 10) {
    await turn(Array.from({ length: 10 }, (_, index) => `s${sender + index}`));
  }
  expect(delay.senders.used).toBeLessThanOrEqual(4096);
  for (let second = 0; second < 20; second++) {
    nowMs += 1001;
    await turn(['a']);
  }
  expect(delay.senders.used).toBe(1);
});
