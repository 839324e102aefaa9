/** Where the optional package is not installed, what to install is said; what does not need it works. */
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { buildReference, loadReference, parseReference, formatReference } from '../../src/reference/index.js';
import { csv, temporaryFolder } from './data-files.js';

test('a data set cannot be read, a reference can', async () => {
  const from = [csv('x', '1', '2')];
  const reference = await buildReference({ model: 'm', version: '1', from });

  // As Node fails where there is no such package.
  vi.doMock('@duckdb/node-api', () => {
    throw Object.assign(new Error("Cannot find package '@duckdb/node-api'"), { code: 'ERR_MODULE_NOT_FOUND' });
  });
  await expect(buildReference({ model: 'm', version: '1', from })).rejects.toMatchObject({
    code: 'PB4005',
    key: '@duckdb/node-api',
    remedy: expect.stringMatching(/^Run `npm install @duckdb\/node-api@\d/) as string,
  });
  expect(parseReference(formatReference(reference), 'memory').hash).toBe(reference.hash);
  expect(() => loadReference(join(temporaryFolder(), 'none.json'))).toThrow(/cannot be read/);
});

test('the version that is named is the one we are tested with', async () => {
  const { DUCKDB_PACKAGE } = await import('../../src/reference/data-set.js');
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
  const [name, version] = [DUCKDB_PACKAGE.slice(0, DUCKDB_PACKAGE.lastIndexOf('@')), DUCKDB_PACKAGE.split('@').at(-1)];
  expect(manifest.optionalDependencies).toMatchObject({ [name]: version });
});
