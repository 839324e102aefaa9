/**
 * Who started this process: `npm`, a shell, `tsx`. When one of them is ended by a signal, it does not always pass the
 * signal on; what it started would then run for ever with nobody to end it.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** `tsx`, and the shell in which npm runs a script. */
const GENERATIONS = 2;
const POLL_MS = 1000;

/** Calls `onGone` once when our starter, or its own, is no longer there. */
export function whenStartersAreGone(onGone: () => void): void {
  const starters: number[] = [];
  for (let pid = process.ppid; starters.length < GENERATIONS && pid > 1; pid = parentOf(pid)) starters.push(pid);
  const timer = setInterval(() => {
    if (starters.every(isRunning)) return;
    clearInterval(timer);
    onGone();
  }, POLL_MS);
  timer.unref();
}

/** 0 where it cannot be told. */
function parentOf(pid: number): number {
  try {
    const status = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(status?.[1] ?? 0);
  } catch {
    // No /proc: macOS, the BSDs.
  }
  try {
    return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    return 0;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
