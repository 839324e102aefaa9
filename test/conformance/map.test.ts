/** The map names tests that there are. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const NAMED = /`(test\/[^`]+\.test\.ts)`: ([^|`*]+)/g;

test('every test that docs/otlp-conformance.md names is there', () => {
  const named = [...readFileSync('docs/otlp-conformance.md', 'utf8').matchAll(NAMED)];
  expect(named.length).toBeGreaterThan(25);
  for (const [, file, names] of named) {
    const source = readFileSync(file, 'utf8');
    for (const name of names.split(';').map((part) => part.trim())) {
      if (name !== '') expect(source, `${file}: ${name}`).toContain(name);
    }
  }
});
