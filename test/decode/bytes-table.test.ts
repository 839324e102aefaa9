/** Interned byte strings against a map of their hexadecimal texts: any bytes, short and long, many more than fit at first. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BytesTable, NOT_FOUND, viewOf } from '../../src/decode/index.js';

/** Few different bytes, of every kind: plain ones, zero, and beyond ASCII. */
const bytes = fc.array(fc.constantFrom(0, 1, 0x41, 0x42, 0x7f, 0x80, 0xff), { maxLength: 20 });

test('the same bytes have the same number, others another', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 300 }), fc.integer({ min: 1, max: 200 }), (texts, max) => {
      const table = new BytesTable(max);
      const numbers = new Map<string, number>();
      for (const text of texts) {
        // Not at the beginning of the message, and with something behind it.
        const message = Uint8Array.of(0x42, ...text, 0x42);
        const view = viewOf(message);
        const name = Buffer.from(text).toString('hex');
        expect(table.find(view, 1, 1 + text.length)).toBe(numbers.get(name) ?? NOT_FOUND);
        const number = table.intern(view, 1, 1 + text.length);
        if (!numbers.has(name) && numbers.size < max) numbers.set(name, numbers.size);
        expect(number).toBe(numbers.get(name) ?? NOT_FOUND);
      }
      expect(table.size).toBe(numbers.size);
    }),
    { numRuns: 200 },
  );
});

test('thousands of them are found again', () => {
  const table = new BytesTable(5000);
  for (let number = 0; number < 5000; number++)
    expect(table.internText(`category ${number % 7} ${number}`)).toBe(number);
  for (let number = 0; number < 5000; number++) expect(table.findText(`category ${number % 7} ${number}`)).toBe(number);
  expect(table.internText('one more')).toBe(NOT_FOUND);
});
