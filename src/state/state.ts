/**
 * Keeps what was observed over a restart: profiles of all windows, waiting predictions, running totals. Saved every so
 * often and when the process drains; after a crash, what came since the last save is not in the windows.
 */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Correlator, CorrelatorState } from '../correlate/index.js';
import type { Accounting, AccountingState } from '../interpret/index.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { PlumblineError } from '../lib/plumbline-error.js';
import type { Observer, ObserverState } from '../observe/index.js';
import { readSnapshot, writeSnapshot } from './snapshot-file.js';

const FILE_NAME = 'state';

export interface StateParts {
  readonly correlator: Correlator;
  readonly observer: Observer;
  readonly accounting: Accounting;
  readonly clock: Clock;
  readonly log: Log;
}

interface Snapshot {
  readonly correlator: CorrelatorState;
  readonly observer: ObserverState;
  readonly accounting: AccountingState;
}

export interface State {
  /** When the state was last saved, milliseconds; 0: not yet. */
  readonly savedMs: number;
  /** Saves now, or after the save that is running. A failure is logged and tried again next time. */
  save(): Promise<void>;
}

/**
 * Restores what the directory holds. A damaged file is put aside and said so; the process starts without it.
 * @param directory undefined: nothing is kept
 * @throws PlumblineError PB5002 where the directory cannot be made
 */
export async function openState(directory: string | undefined, parts: StateParts): Promise<State | undefined> {
  if (directory === undefined) return undefined;
  try {
    await mkdir(directory, { recursive: true });
  } catch (cause) {
    throw new PlumblineError(`The state directory ${directory} cannot be made.`, {
      code: 'PB5002',
      key: 'state.directory',
      remedy: 'Check the path and its permissions.',
      cause,
    });
  }
  const path = join(directory, FILE_NAME);
  try {
    const snapshot = (await readSnapshot(path)) as Snapshot | undefined;
    if (snapshot !== undefined) restore(snapshot, parts);
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    parts.log.error(error.describe());
    await rename(path, `${path}.damaged`);
  }
  return new SavedState(path, parts);
}

function restore(snapshot: Snapshot, { correlator, observer, accounting, log }: StateParts): void {
  accounting.restore(snapshot.accounting);
  correlator.restore(snapshot.correlator);
  for (const skipped of observer.restore(snapshot.observer)) log.warn(skipped);
}

class SavedState implements State {
  savedMs = 0;
  readonly #path: string;
  readonly #parts: StateParts;
  #saving: Promise<void> = Promise.resolve();

  constructor(path: string, parts: StateParts) {
    this.#path = path;
    this.#parts = parts;
  }

  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#saveNow());
    return this.#saving;
  }

  async #saveNow(): Promise<void> {
    const { correlator, observer, accounting, clock, log } = this.#parts;
    const snapshot: Snapshot = {
      correlator: correlator.save(),
      observer: observer.save(),
      accounting: accounting.save(),
    };
    try {
      await writeSnapshot(this.#path, snapshot);
      this.savedMs = clock.nowMs();
    } catch (error) {
      log.error(error instanceof PlumblineError ? error.describe() : error);
    }
  }
}
