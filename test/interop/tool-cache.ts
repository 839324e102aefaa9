/**
 * What the suite installs and compiles, kept between runs: one folder under the user's cache per build and hash of all
 * that goes into it, made beside it and renamed when complete, so that an interrupted run leaves nothing half done.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'plumbline-interop');
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;
const OUTPUT_SHOWN = 4_000;

const execute = promisify(execFile);

/** Runs a build tool to its end. @throws Error with the end of what it said */
export async function runTool(
  command: string,
  parameters: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<string> {
  const env = { ...process.env, ...options.env };
  try {
    const { stdout } = await execute(command, parameters, { cwd: options.cwd, env, maxBuffer: OUTPUT_BYTES_MAX });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const said = `${stdout}${stderr}`.slice(-OUTPUT_SHOWN);
    throw new Error(`${command} ${parameters.join(' ')} failed:\n${said}`, { cause: error });
  }
}

/**
 * @param sources file, or folder whose every file goes into the hash
 * @param toolchain what else decides the result, such as the compiler's version
 * @param build fills the folder that it is given, which is renamed afterwards
 * @returns the folder
 */
export async function cachedBuild(
  name: string,
  sources: string,
  toolchain: string,
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256').update(toolchain);
  for (const file of filesOf(sources)) hash.update(`\0${file}\0`).update(readFileSync(join(sources, file)));
  const folder = join(CACHE, `${name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(`${folder}.`);
  try {
    await build(draft);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another run may have been faster.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Relative to it; the empty name is the file itself. */
function filesOf(folder: string): string[] {
  if (statSync(folder).isFile()) return [''];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
