/**
 * Training-serving skew: online and offline values of the same prediction or entity are brought together. An observer that
 * gathers for another one only keeps the rows for it; they meet in the principal's, where the windows are.
 *
 * Cost: a prediction whose identity is not looked at costs two multiplications; which ones are is adapted to the memory
 * there is, so that a busy service copies next to none; before offline features have come, a fiftieth of it is used. Copying
 * 20 features costs about 10 µs. Columnar batches are not looked at before offline features have come.
 */
import { type SkewBounds, SkewJoiner, type SkewJoinerState, type SkewRow, SkewSampling } from '../correlate/index.js';
import type { Prediction } from '../interpret/index.js';
import { Limit } from '../lib/limit.js';
import { SkewReader, type SkewReading } from './skew-reader.js';
import { SkewWindows, type SkewWindowsState } from './skew-windows.js';
import type { VersionObserver } from './version-observer.js';

export interface SkewOptions extends SkewBounds {
  /** How long online values wait for offline ones, and the other way round. */
  readonly maxDelayMs: number;
  /** Values of compared pairs that are kept, over all versions and windows. */
  readonly maxComparedValues: number;
}

/** What one that gathers hands over. */
export interface SkewGathered {
  readonly rows: readonly SkewRow[];
  readonly hasOffline: boolean;
}

/** What one that gathers is told in turn. */
export interface SkewGuidance {
  readonly hasOffline: boolean;
  readonly every: number;
}

/** As plain data. */
export interface SkewState {
  readonly hasOffline: boolean;
  readonly joiner: SkewJoinerState;
  readonly versions: readonly (SkewWindowsState & { readonly model: string; readonly version: string })[];
}

export interface SkewPorts {
  /** The windows' ends now, milliseconds. */
  readonly endMs: () => number;
  /** Undefined: the version is not observed any more. */
  readonly versionOf: (model: string, version: string) => VersionObserver | undefined;
  readonly gathersOnly: boolean;
}

export class Skew {
  readonly #options: SkewOptions & { readonly windowsMs: readonly number[] };
  readonly #ports: SkewPorts;
  readonly #joiner: SkewJoiner;
  readonly #sampling: SkewSampling;
  readonly #reader: SkewReader;
  readonly #values: Limit;
  readonly #versions = new Map<VersionObserver, SkewWindows>();
  /** Of one that gathers only. */
  #gathered: SkewRow[] = [];
  /** Offline features have come at all. */
  #hasOffline = false;

  constructor(options: SkewOptions & { readonly windowsMs: readonly number[] }, ports: SkewPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#joiner = new SkewJoiner(options);
    this.#sampling = ports.gathersOnly ? new SkewSampling() : this.#joiner.sampling;
    this.#reader = new SkewReader(this.#sampling);
    this.#values = new Limit('skew_compared_values', options.maxComparedValues);
  }

  get limits(): readonly Limit[] {
    return [...this.#joiner.limits, this.#values];
  }

  get guidance(): SkewGuidance {
    return { hasOffline: this.#hasOffline, every: this.#sampling.every };
  }

  online(prediction: Prediction, reading: SkewReading): void {
    if (!prediction.columnar) this.#reader.read(prediction, false, reading, this.#take);
    else if (this.#hasOffline) this.#reader.readColumns(prediction, false, reading, this.#take);
  }

  offline(prediction: Prediction, reading: SkewReading): void {
    this.#expectOffline();
    if (!prediction.columnar) this.#reader.read(prediction, true, reading, this.#take);
    else this.#reader.readColumns(prediction, true, reading, this.#take);
  }

  /** Lets go of what has waited too long. */
  expire(endMs: number): void {
    this.#joiner.expire(endMs);
    for (const windows of this.#versions.values()) windows.expire(endMs);
  }

  take(): SkewGathered {
    const gathered = { rows: this.#gathered, hasOffline: this.#hasOffline };
    this.#gathered = [];
    return gathered;
  }

  absorb({ rows, hasOffline }: SkewGathered): void {
    if (hasOffline) this.#expectOffline();
    for (const row of rows) this.#take(row);
  }

  follow({ hasOffline, every }: SkewGuidance): void {
    if (hasOffline) this.#expectOffline();
    this.#sampling.every = every;
  }

  save(): SkewState {
    const versions = Array.from(this.#versions, ([{ model, version }, windows]) => ({
      model,
      version,
      ...windows.save(),
    }));
    return { hasOffline: this.#hasOffline, joiner: this.#joiner.save(), versions };
  }

  restore({ hasOffline, joiner, versions }: SkewState): void {
    if (hasOffline) this.#expectOffline();
    this.#joiner.restore(joiner);
    for (const saved of versions) {
      const version = this.#ports.versionOf(saved.model, saved.version);
      if (version !== undefined) this.#windowsOf(version).restore(saved);
    }
  }

  /** What was compared of a version; undefined: nothing ever was. */
  windowsOf(version: VersionObserver): SkewWindows | undefined {
    return this.#versions.get(version);
  }

  forget(version: VersionObserver): void {
    this.#versions.get(version)?.clear();
    this.#versions.delete(version);
  }

  readonly #take = (row: SkewRow): void => {
    if (this.#ports.gathersOnly) this.#keep(row);
    else this.#joiner.offer(row, this.#ports.endMs(), this.#onPair);
  };

  readonly #onPair = (online: SkewRow, offline: SkewRow, previous: SkewRow | undefined): void => {
    const version = this.#ports.versionOf(online.model, online.version);
    if (version !== undefined)
      this.#windowsOf(version).add({ online, offline, ...(previous && { previous }) }, this.#ports.endMs());
  };

  #windowsOf(version: VersionObserver): SkewWindows {
    let windows = this.#versions.get(version);
    if (windows === undefined) {
      windows = new SkewWindows(this.#options.windowsMs, this.#values);
      this.#versions.set(version, windows);
    }
    return windows;
  }

  #expectOffline(): void {
    if (this.#hasOffline) return;
    this.#hasOffline = true;
    this.#joiner.expectOffline();
  }

  #keep(row: SkewRow): void {
    const { maxRows } = this.#options;
    if (this.#gathered.length >= maxRows) {
      this.#sampling.thin();
      this.#gathered = this.#gathered.filter(({ high, low }) => this.#sampling.isKept(high, low));
      if (this.#gathered.length >= maxRows || !this.#sampling.isKept(row.high, row.low)) return;
    }
    this.#gathered.push(row);
  }
}
