/** Peers run in Python, in an environment of their own that is made once from pins and kept under the user's cache. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { cachedBuild, runTool } from '../interop/tool-cache.js';

const CANDIDATES = ['python3', 'python3.12', 'python3.11'];
/** NannyML refuses 3.13, the numpy that is pinned refuses 3.10. */
const VERSIONS = ['3.11', '3.12'];

/** The environment of this suite. @throws as `pythonWith` */
export function peersPython(): Promise<string> {
  return pythonWith('peers', join(import.meta.dirname, 'requirements.txt'));
}

/** @throws Error where there is no Python that the peers run on, or they cannot be installed */
export async function pythonWith(name: string, requirements: string): Promise<string> {
  const { command, version } = await findPython();
  const cwd = import.meta.dirname;
  const folder = await cachedBuild(name, requirements, version, async (out) => {
    const python = join(out, 'bin/python');
    await runTool(command, ['-m', 'venv', out], { cwd });
    await runTool(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', requirements], { cwd });
    await runTool(python, ['-m', 'pip', 'check'], { cwd });
  });
  return join(folder, 'bin/python');
}

/** Runs a program of this folder, gives it `input` as JSON, and returns what it answers. @throws Error with what it said */
export async function askPeers(
  python: string,
  program: string,
  parameters: string[],
  input?: unknown,
): Promise<unknown> {
  const child = spawn(python, ['-B', join(import.meta.dirname, program), ...parameters], {
    // NannyML reports its use to its makers unless it is told not to, and so does Evidently.
    env: { ...process.env, NML_DISABLE_USAGE_LOGGING: '1', DO_NOT_TRACK: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exit = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  child.stdin.end(input === undefined ? '' : JSON.stringify(input));
  const [answer, said, status] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  if (status !== 0) throw new Error(`${program} failed:\n${said.slice(-4_000)}`);
  return JSON.parse(answer);
}

async function findPython(): Promise<{ command: string; version: string }> {
  for (const command of CANDIDATES) {
    const ask = ['-c', 'import sys; print(sys.version, sys.prefix); print("%d.%d" % sys.version_info[:2])'];
    // Not there, or a stand-in that only says what could be installed.
    const said = await runTool(command, ask, { cwd: import.meta.dirname }).catch(() => undefined);
    const lines = said?.trim().split('\n');
    if (lines !== undefined && VERSIONS.includes(lines[lines.length - 1])) return { command, version: lines.join(' ') };
  }
  throw new Error(
    `The peers need Python ${VERSIONS.join(' or ')} with venv; none of ${CANDIDATES.join(', ')} on the PATH is one.`,
  );
}
