/** Writes generated files, or says which of them differ from what is on disk. The only file access of this room. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlumblineError } from '../lib/plumbline-error.js';
import type { GeneratedFile } from './generated-file.js';

/** Writes what differs and returns its paths, so that a tool that watches the files sees only real changes. */
export async function writeGenerated(directory: string, files: readonly GeneratedFile[]): Promise<string[]> {
  const written: string[] = [];
  for (const { path, text, startsOff } of files) {
    const target = join(directory, path);
    const found = await textOf(target);
    if (found === text || (found !== undefined && startsOff)) continue;
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
    written.push(target);
  }
  return written;
}

/**
 * @throws PlumblineError PB6001 that names the first file which is absent or differs, and its first different line.
 */
export async function checkGenerated(directory: string, files: readonly GeneratedFile[]): Promise<void> {
  const stale: string[] = [];
  for (const { path, text, startsOff } of files) {
    const target = join(directory, path);
    const found = await textOf(target);
    if (found === text || (found !== undefined && startsOff)) continue;
    stale.push(found === undefined ? `${target} (absent)` : `${target}:${firstDifferentLine(found, text)}`);
  }
  if (stale.length === 0) return;
  const who = stale.length === 1 ? `${stale[0]} is` : `${stale[0]} and ${stale.length - 1} more are`;
  throw new PlumblineError(`${who} out of step with registry and configuration.`, {
    code: 'PB6001',
    key: stale.join(', '),
    remedy: 'Run plumbline generate with the same arguments and without --check, and commit what it writes.',
  });
}

function firstDifferentLine(found: string, expected: string): number {
  const expectedLines = expected.split('\n');
  const index = found.split('\n').findIndex((line, number) => line !== expectedLines[number]);
  return (index === -1 ? found.split('\n').length : index) + 1;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
