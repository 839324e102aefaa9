/**
 * Every fault that a configuration file can have, one file each, named by its fault. The file says itself, in comments at
 * its head, which messages it must give: all of them, in this order, at these places.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatProblem, parseConfig } from '../../src/config/index.js';

const FOLDER = join(import.meta.dirname, 'fixtures');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

describe('a file with a fault says where it is and how to mend it', () => {
  test('there are such files', () => {
    expect(files.length).toBeGreaterThan(40);
  });

  test.each(files)('%s', (name) => {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    const expected = [...text.matchAll(/^# expected: (.*)$/gm)].map(([, message]) => message);
    const { config, problems } = parseConfig(text, join(FOLDER, name));
    expect(problems.map((problem) => formatProblem('f', problem).slice('f:'.length))).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
    expect(config).toBeUndefined();
  });
});
