/**
 * The history of predictions of every model, all versions together: a rollout moves traffic between versions and changes
 * nothing for the model. Shadows answer no request, and are not counted. Bounded by the number of models observed.
 */
import type { MODEL_ROLES } from '../registry/index.js';
import type { VersionObserver } from './version-observer.js';
import { VolumeHistory, type VolumeHistoryState } from './volume-history.js';

/** As plain data. */
export interface ModelVolumeState extends VolumeHistoryState {
  readonly model: string;
}

const SHADOW: (typeof MODEL_ROLES)[number] = 'shadow';

export class ModelVolumes {
  readonly #histories = new Map<string, VolumeHistory>();
  /** Predictions of each version that are counted already. */
  readonly #counted = new WeakMap<VersionObserver, number>();
  #countedUntilMs: number | undefined;
  #watchedSinceMs = 0;

  /** Counts what has come since the last time; the first time only shows what is not to be counted. 0 is no time yet. */
  record(versions: Iterable<VersionObserver>, nowMs: number): void {
    const fromMs = this.#countedUntilMs;
    if (nowMs <= 0 || (fromMs !== undefined && nowMs < fromMs)) return;
    const grown = new Map<string, number>();
    for (const version of versions) {
      const total = served(version);
      const growth = fromMs === undefined ? 0 : total - (this.#counted.get(version) ?? 0);
      this.#counted.set(version, total);
      grown.set(version.model, (grown.get(version.model) ?? 0) + Math.max(0, growth));
    }
    if (fromMs === undefined) this.#watchedSinceMs = nowMs;
    for (const [model, count] of grown) this.#historyOf(model, fromMs ?? nowMs).add(fromMs ?? nowMs, nowMs, count);
    this.#countedUntilMs = nowMs;
  }

  get(model: string): VolumeHistory | undefined {
    return this.#histories.get(model);
  }

  save(): ModelVolumeState[] {
    return [...this.#histories].map(([model, history]) => ({ model, ...history.save() }));
  }

  /** Only before anything was recorded. */
  restore(states: readonly ModelVolumeState[]): void {
    for (const state of states) {
      const history = new VolumeHistory();
      history.restore(state);
      this.#histories.set(state.model, history);
    }
  }

  #historyOf(model: string, fromMs: number): VolumeHistory {
    let history = this.#histories.get(model);
    if (history === undefined) {
      history = new VolumeHistory();
      this.#histories.set(model, history);
      // Of a model that is new, the slot that it comes in is known all the same if the process was there from its beginning.
      const slotMs = Math.floor(fromMs / VolumeHistory.slotMs) * VolumeHistory.slotMs;
      if (slotMs >= this.#watchedSinceMs) history.add(slotMs, fromMs, 0);
    }
    return history;
  }
}

function served(version: VersionObserver): number {
  let total = 0;
  for (const [role, count] of version.totals.predictionsByRole.entries()) if (role !== SHADOW) total += count;
  return total;
}
