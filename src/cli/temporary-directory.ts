/** A folder that is there as long as it is used, for what does not fit into memory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PlumblineError } from '../lib/plumbline-error.js';

/** @param key the option that `parent` comes from @throws PB7001 */
export async function withTemporaryDirectory<Result>(
  parent: string,
  key: string,
  use: (directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(parent, '.plumbline-')).catch((cause: unknown) => {
    throw new PlumblineError(`${parent} cannot be written to: ${(cause as Error).message}.`, {
      code: 'PB7001',
      key,
      remedy: 'Name a folder that exists and that you may write to.',
      cause,
    });
  });
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
