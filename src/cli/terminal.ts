/**
 * The port through which the command line meets the world: two streams, signals and colour. Tests give one that
 * remembers what was said; `main.ts` gives the process.
 */
export interface Terminal {
  /** Results: what a pipe or a file wants. */
  out(text: string): void;
  /** Messages to a person. */
  err(text: string): void;
  /** Whether messages to a person may be coloured. */
  readonly coloured: boolean;
  /** Calls the handler for each request to stop. @returns how to stop listening */
  onStopRequest(handler: () => void): () => void;
  /** Ends the process at once, with no regard for what is under way. */
  exitNow(status: number): void;
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export function processTerminal(): Terminal {
  // A reader that has seen enough (`| head`) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    // https://no-color.org: any value but the empty one says no.
    coloured: process.stderr.isTTY && (process.env.NO_COLOR ?? '') === '',
    onStopRequest(handler) {
      for (const signal of STOP_SIGNALS) process.on(signal, handler);
      return () => {
        for (const signal of STOP_SIGNALS) process.off(signal, handler);
      };
    },
    exitNow: (status) => process.exit(status),
  };
}

const ESCAPE = '\u001b[';
const CODES = { red: 31, yellow: 33, bold: 1 } as const;

export function paint(terminal: Terminal, style: keyof typeof CODES, text: string): string {
  return terminal.coloured ? `${ESCAPE}${CODES[style]}m${text}${ESCAPE}0m` : text;
}
