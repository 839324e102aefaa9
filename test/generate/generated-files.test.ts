/** What is generated is what is on disk, writing touches only what differs, and the shipped configuration is the default. */
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultConfig, loadConfig } from '../../src/config/index.js';
import { checkGenerated, generate, GENERATORS, writeGenerated, type GenerateKind } from '../../src/generate/index.js';
import { ERROR_CODES, IGNORED, METRICS, prometheusName, REJECTED, ATTRIBUTES } from '../../src/registry/index.js';
import { ROOT, temporaryDirectory } from './monitoring-tools.js';

const kinds = Object.keys(GENERATORS) as GenerateKind[];
const shipped = loadConfig(join(ROOT, 'deploy/plumbline/plumbline.yaml'));

describe('the repository', () => {
  test.each(kinds)('has %s in step with registry and configuration', async (kind) => {
    await checkGenerated(join(ROOT, GENERATORS[kind].directory), generate(kind, shipped));
  });

  test('has a configuration file that shows the present defaults (to renew it: delete it, then npm run generate)', () => {
    const [{ path, text }] = generate('config', shipped);
    expect(readFileSync(join(ROOT, GENERATORS.config.directory, path), 'utf8')).toBe(text);
  });

  test('ships a configuration that says the defaults, and one receiver', () => {
    const expected = defaultConfig();
    expect(shipped).toEqual({
      ...expected,
      alerts: { ...expected.alerts, owners: { 'model-owners': { webhook: 'http://127.0.0.1:5001/alerts' } } },
    });
  });

  test.each(kinds)('%s is the same however often it is generated', (kind) => {
    expect(generate(kind, shipped)).toEqual(generate(kind, structuredClone(shipped)));
  });
});

describe('reference documentation', () => {
  const page = (name: string): string => readFileSync(join(ROOT, 'docs/reference', name), 'utf8');

  test('lists everything that the registry has', () => {
    for (const metric of METRICS) expect(page('metrics.md')).toContain(`\`${prometheusName(metric)}\``);
    for (const { name } of ATTRIBUTES) expect(page('attributes.md')).toContain(`\`${name}`);
    for (const code of Object.keys(ERROR_CODES)) expect(page('error-codes.md')).toContain(code);
    for (const { reason } of [...Object.values(REJECTED), ...Object.values(IGNORED)]) {
      expect(page('reasons.md')).toContain(`\`${reason}\``);
    }
  });

  test('explains every key of the configuration', () => {
    const rows = page('configuration.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(60);
    for (const row of rows) expect(row.split(' | ').at(-1), row).not.toBe(' |');
  });
});

describe('writeGenerated and checkGenerated', () => {
  const files = [
    { path: 'a.yml', text: 'one\ntwo\n' },
    { path: 'deep/b.yml', text: 'three\n' },
  ];

  test('writes what is absent, leaves what is equal, repairs what differs', async () => {
    const directory = temporaryDirectory();
    const [a, b] = files.map(({ path }) => join(directory, path));
    expect(await writeGenerated(directory, files)).toEqual([a, b]);
    utimesSync(a, 1, 1);
    writeFileSync(b, 'changed\n');
    expect(await writeGenerated(directory, files)).toEqual([b]);
    expect(statSync(a).mtimeMs).toBe(1000);
    await checkGenerated(directory, files);
  });

  test("never overwrites what is the user's to edit", async () => {
    const directory = temporaryDirectory();
    const start = [{ path: 'mine.yaml', text: 'a: 1\n', startsOff: true }] as const;
    await expect(checkGenerated(directory, start)).rejects.toMatchObject({ code: 'PB6001' });
    expect(await writeGenerated(directory, start)).toHaveLength(1);
    writeFileSync(join(directory, 'mine.yaml'), 'a: 2\n');
    expect(await writeGenerated(directory, start)).toEqual([]);
    await checkGenerated(directory, start);
    expect(readFileSync(join(directory, 'mine.yaml'), 'utf8')).toBe('a: 2\n');
  });

  test('names every file that differs and the line where it does', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'a.yml'), 'one\nzwei\n');
    await expect(checkGenerated(directory, files)).rejects.toMatchObject({
      code: 'PB6001',
      key: `${join(directory, 'a.yml')}:2, ${join(directory, 'deep/b.yml')} (absent)`,
    });
  });
});
