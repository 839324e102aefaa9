/** The real promtool, amtool and Alertmanager, and a directory to give them files in. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { findCommand } from '../../scripts/test-tools.mjs';

export const ROOT = join(import.meta.dirname, '../..');

export function toolPath(...commands: string[]): string {
  const path = findCommand(commands);
  if (path === undefined) {
    throw new Error(`${commands[0]} is not installed; node scripts/ensure-test-tools.mjs installs it`);
  }
  return path;
}

/** What the program says, whether or not it succeeds. */
export function runTool(
  command: string,
  parameters: readonly string[],
  cwd = ROOT,
): { ok: boolean; stdout: string; output: string } {
  const { status, stdout, stderr } = spawnSync(toolPath(command), parameters, { cwd, encoding: 'utf8' });
  return { ok: status === 0, stdout, output: stdout + stderr };
}

/** A directory that is gone after the file's tests. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'plumbline-generate-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
