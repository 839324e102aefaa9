/** How far a data set has been read: a bar for a person at a terminal, a line at each quarter for a log. */
import { SingleBar } from 'cli-progress';
import type { BuildProgress } from '../reference/index.js';
import type { Terminal } from './terminal.js';

const STEPS = 4;

export interface Progress {
  show(progress: BuildProgress): void;
  stop(): void;
}

export function progressOf(terminal: Terminal): Progress {
  return process.stderr.isTTY ? bar() : lines(terminal);
}

function bar(): Progress {
  // A row is read twice: to find where the bins lie, and to count it.
  const single = new SingleBar({
    format: '{bar} {percentage}%, {eta_formatted} left',
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  let started = false;
  return {
    show({ done, total }) {
      if (!started) single.start(total, 0);
      started = true;
      single.update(done);
    },
    stop: () => void (started && single.stop()),
  };
}

function lines(terminal: Terminal): Progress {
  let said = 0;
  return {
    show({ done, total }) {
      const step = Math.floor((done / total) * STEPS);
      if (step <= said) return;
      said = step;
      terminal.err(`read ${Math.round((done / total) * 100)}%\n`);
    },
    stop() {},
  };
}
