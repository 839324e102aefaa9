/** Whatever the text, the answer is a configuration or problems that lie within it, never a crash and never both. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/index.js';

const SCRAPS = [
  'receive',
  'observe',
  'models',
  'name',
  'alerts',
  'windows',
  'port',
  ': ',
  ':\n',
  '\n',
  '  ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  ', ',
  '1h',
  '0',
  '"',
  "'",
  '\t',
  '*a',
  '&a ',
  '!x ',
  '# ',
  '---\n',
  '? ',
  '|',
  '<<',
];
const yamlish = fc.array(fc.constantFrom(...SCRAPS), { maxLength: 40 }).map((scraps) => scraps.join(''));

test.each([
  ['scraps of YAML', yamlish],
  ['any text', fc.string({ unit: 'binary', maxLength: 60 })],
])('%s', (_, texts) => {
  fc.assert(
    fc.property(texts, (text) => {
      const { config, problems } = parseConfig(text, 'f.yaml');
      expect(config === undefined).toBe(problems.length > 0);
      const lines = text.split(/\r?\n/).length;
      for (const { line, column, wrong, remedy } of problems) {
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThan(0);
        expect(wrong).not.toMatch(/undefined|\[object|\.$/);
        expect(remedy).not.toBe('');
      }
    }),
    { numRuns: 1000 },
  );
});
