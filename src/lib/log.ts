/** The process log: JSON lines by pino on standard error, so that standard output stays free for results. */
import { pino, destination, type Logger } from 'pino';

export type Log = Logger;

export function createLog(level: string): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination({ fd: 2, sync: true }));
}

/** A log that says nothing, for tests and for library use. */
export const silentLog: Log = pino({ level: 'silent' });
