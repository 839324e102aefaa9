/** A short run of `npm run fuzz`, and each deviation from the oracle as a message of its own. */
import { describe, expect, test } from 'vitest';
import { encodeTraces, otlpType } from '../oracle/otlp-oracle.js';
import { Agreement, wholeSchemaTakes } from './agreement.js';
import { fuzz } from './campaign.js';

const WHOLE = otlpType('ExportTraceServiceRequest');

test('mutated requests of all signals decode as the oracle says, or are refused by both', () => {
  const tally = fuzz({ seed: 20011123, inputs: 12_000, herd: 100, inputsPerHerd: 6_000 });
  expect(tally.inputs).toBe(12_000);
  // A campaign that is refused everywhere, or nowhere, tests nothing.
  expect(tally.accepted).toBeGreaterThan(2_000);
  expect(tally.refused).toBeGreaterThan(2_000);
  expect(tally.stricter).toBeLessThan(50);
});

/** A request of one span whose only field is `content`. */
function request(content: readonly number[]): Uint8Array {
  const wrap = (tag: number, inner: readonly number[]): number[] => [tag, inner.length, ...inner];
  return Uint8Array.from(wrap(0x0a, wrap(0x12, wrap(0x12, content))));
}

describe('laxer than the whole schema, and no more than said', () => {
  test.each([
    ['an event that is no message', [0x5a, 0x02, 0xff, 0xff]],
    ['a link that is no message', [0x6a, 0x02, 0xff, 0xff]],
    ['a span name that is not UTF-8', [0x2a, 0x01, 0xff]],
  ])('%s costs no batch', (_, content) => {
    expect(wholeSchemaTakes(WHOLE, request(content))).toBe(false);
    expect(new Agreement().check('traces', request(content))).toBe('accepted');
  });

  test('but an event that runs past its span is refused', () => {
    expect(new Agreement().check('traces', request([0x5a, 0x03, 0xff, 0xff]))).toBe('refused');
  });
});

describe('stricter than the oracle', () => {
  test('a varint of eleven bytes, where the oracle skips it', () => {
    const field = [0xf0, 0x3f, ...Array<number>(10).fill(0x80), 0x00];
    expect(new Agreement().check('traces', request(field))).toBe('stricter');
  });
});

describe('as strict as the oracle', () => {
  test.each([
    ['a length of more than 32 bits', [0x4a, 0x80, 0x80, 0x80, 0x80, 0x10]],
    ['a tag of more than 32 bits', [0x8a, 0x80, 0x80, 0x80, 0x80, 0x01, 0x00]],
    ['a tag in more than five bytes', [0xca, 0x80, 0x80, 0x80, 0x80, 0x00, 0x00]],
    ['a field of number 0', [0x02, 0x00]],
    ['the end of a group that did not start', [0x0c]],
  ])('%s is refused', (_, content) => {
    expect(new Agreement().check('traces', request(content))).toBe('refused');
  });

  test('a known field of another wire type is an unknown field', () => {
    expect(new Agreement().check('traces', request([0x48, 0x01]))).toBe('accepted');
  });
});

test('what a refused message leaves behind does not show in the next', () => {
  const agreement = new Agreement();
  const attributes = [{ key: 'a', value: { stringValue: 'b' } }];
  const whole = encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans: [{ attributes }, { attributes }] }] }] });
  for (let length = 1; length <= whole.length; length++) agreement.check('traces', whole.subarray(0, length));
  expect(agreement.check('traces', whole)).toBe('accepted');
});
