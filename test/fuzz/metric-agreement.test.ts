/** Metrics where decoder and oracle once differed, each as a message of its own. */
import { expect, test } from 'vitest';
import { MetricAgreement, WANTED_METRIC } from './metric-agreement.js';

const field = (tag: number, content: readonly number[]): number[] => [tag, content.length, ...content];
const HISTOGRAM = 0x4a;
const EXPONENTIAL = 0x52;

/** A request with one metric that is wanted, whose only point has `content`. */
function request(data: number, content: readonly number[]): Uint8Array {
  const metric = [...field(0x0a, [...Buffer.from(WANTED_METRIC)]), ...field(data, field(0x0a, content))];
  return Uint8Array.from(field(0x0a, field(0x12, field(0x12, metric))));
}

test.each([
  ['a tag of more than 32 bits', [0xd0, 0x80, 0x80, 0x80, 0x10, 0x01]],
  ['a tag in more than five bytes', [0xd0, 0x80, 0x80, 0x80, 0x80, 0x00, 0x01]],
])('%s is refused in a point of either kind', (_, content) => {
  for (const data of [HISTOGRAM, EXPONENTIAL]) {
    expect(new MetricAgreement().check(request(data, content))).toBe('refused');
  }
});

test('a tag in two bytes that would fit in one is read', () => {
  for (const data of [HISTOGRAM, EXPONENTIAL]) {
    expect(new MetricAgreement().check(request(data, [0xd0, 0x00, 0x01]))).toBe('accepted');
  }
});
