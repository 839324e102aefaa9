/** The demo leaves nothing running, and says which of its processes died and with what last words. Real processes. */
import { afterEach, expect, test } from 'vitest';
import { ChildProcesses } from '../../demo/child-processes.js';

const NOTHING_ELSE = 'setInterval(() => {}, 1000)';
let children: ChildProcesses | undefined;
afterEach(() => children?.stopAll());

function noDeath(name: string): void {
  throw new Error(`${name} was not to die`);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('all are ended, the latest first, and asking twice does no harm', async () => {
  const pids: number[] = [];
  children = new ChildProcesses(noDeath);
  for (const name of ['first', 'second']) {
    await new Promise<void>((resolve) =>
      children?.start(name, process.execPath, ['-e', `console.log(process.pid); ${NOTHING_ELSE}`], {
        onLine: (line) => {
          pids.push(Number(line));
          resolve();
        },
      }),
    );
  }
  expect(pids.map(isRunning)).toEqual([true, true]);
  await children.stopAll();
  expect(pids.map(isRunning)).toEqual([false, false]);
  await children.stopAll();
});

test('a process that ends though nobody asked is told of, with its last lines', async () => {
  const death = new Promise<unknown[]>((resolve) => {
    children = new ChildProcesses((...told) => resolve(told));
  });
  const script = 'for (let line = 1; line <= 20; line++) console.error(`line ${line}`); process.exit(3)';
  children?.start('fragile', process.execPath, ['-e', script]);
  const [name, how, lines] = await death;
  expect([name, how]).toEqual(['fragile', 'ended with code 3']);
  expect((lines as string[]).at(-1)).toBe('line 20');
  expect((lines as string[]).length).toBeLessThan(20);
});

test('a program that is not there is told of', async () => {
  const death = new Promise<unknown[]>((resolve) => {
    children = new ChildProcesses((...told) => resolve(told));
  });
  children?.start('absent', '/no/such/program', []);
  expect((await death).slice(0, 2)).toEqual(['absent', 'could not be started']);
});
