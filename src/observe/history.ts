/**
 * Hour by hour what a version's features looked like, for as long as its references look back. Fed with panes as they leave
 * the rings (`pane-rings.ts`), where they would be merged into something coarser; bounded by time and by a limit on bytes
 * that all versions share. What comes later than that is in no hour.
 */
import type { Limit } from '../lib/limit.js';
import { bytesOf, type PackedSpan, type SpanPacker } from './packed-span.js';
import type { Pane } from './pane-rings.js';

export const HOUR_MS = 3_600_000;

export class History {
  readonly #packer: SpanPacker;
  readonly #keepMs: number;
  readonly #limit: Limit;
  /** By number of the hour since the epoch. */
  readonly #hours = new Map<number, PackedSpan>();
  #latestMs = -Infinity;

  /** @param limit on bytes */
  constructor(packer: SpanPacker, keepMs: number, limit: Limit) {
    this.#packer = packer;
    this.#keepMs = keepMs;
    this.#limit = limit;
  }

  add(pane: Pane): void {
    if (pane.startMs + this.#keepMs <= this.#latestMs) return;
    const number = Math.floor(pane.startMs / HOUR_MS);
    const startMs = number * HOUR_MS;
    const hour = this.#hours.get(number);
    const endMs = Math.max(hour?.endMs ?? 0, startMs + HOUR_MS, pane.endMs);
    this.#put(number, this.#packer.merge(hour, pane, startMs, endMs));
    if (pane.startMs <= this.#latestMs) return;
    this.#latestMs = pane.startMs;
    for (const [old, { endMs: oldEndMs }] of this.#hours) {
      if (oldEndMs + this.#keepMs <= this.#latestMs) this.#remove(old);
    }
  }

  /** Those that begin within the time. */
  hours(fromMs: number, toMs: number): PackedSpan[] {
    return [...this.#hours.values()].filter(({ startMs }) => startMs >= fromMs && startMs < toMs);
  }

  clear(): void {
    for (const number of this.#hours.keys()) this.#remove(number);
  }

  save(): PackedSpan[] {
    return [...this.#hours.values()];
  }

  restore(hours: readonly PackedSpan[]): void {
    for (const hour of hours) {
      this.#put(Math.floor(hour.startMs / HOUR_MS), hour);
      this.#latestMs = Math.max(this.#latestMs, hour.startMs);
    }
  }

  /** An hour that there is no room for goes as a whole: a part of it would look like another distribution. */
  #put(number: number, hour: PackedSpan): void {
    this.#remove(number);
    if (this.#limit.take(bytesOf(hour))) this.#hours.set(number, hour);
  }

  #remove(number: number): void {
    const hour = this.#hours.get(number);
    if (hour === undefined) return;
    this.#hours.delete(number);
    this.#limit.release(bytesOf(hour));
  }
}
