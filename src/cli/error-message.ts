/** How an error reads on the terminal: one that we foresaw says what to do; any other is ours, and shows its stack. */
import { PlumblineError } from '../lib/plumbline-error.js';
import { paint, type Terminal } from './terminal.js';

export function describeError(error: unknown, terminal: Terminal): string {
  const label = paint(terminal, 'red', 'error:');
  if (error instanceof PlumblineError) return `${label} ${error.describe()}\n`;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${label} This is a fault of ours, not of yours. Please report it with the lines below and what you did:\n${stack}\n`;
}
