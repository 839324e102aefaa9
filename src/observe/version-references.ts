/**
 * What one version is compared against besides the reference that its bins are frozen with, several at a time. All of them
 * are profiles over those bins: what came in another time is summed from the version's own history, a finished range and
 * the version before are frozen, and a training file is aligned when it is compared (`align-profile.ts`).
 */
import type { Limit } from '../lib/limit.js';
import { DEFAULT_REFERENCE } from '../registry/index.js';
import { History, HOUR_MS } from './history.js';
import type { PackedSpan, SpanPacker } from './packed-span.js';
import type { Pane, PaneRings } from './pane-rings.js';
import type { ReferencePlan, ReferencePlans } from './reference-plan.js';
import { type ProfileMaps, type ReferenceProfiles, rewrapped } from './reference-profiles.js';
import type { WindowView } from './window-view.js';

export interface VersionReferencesOptions {
  readonly plans?: ReferencePlans;
  /** On bytes of all histories together. */
  readonly historyLimit?: Limit;
  /** Profiles of the version before, where there is one. */
  readonly previous?: () => ReferenceProfiles | undefined;
  /** The model's other versions. */
  readonly siblings?: () => Iterable<VersionReferences>;
  /** Turns cells of this version into profiles. */
  readonly profilesOf: (cells: Float64Array) => ProfileMaps;
}

/** What a window is compared with; the key changes when it does. */
export type Selection =
  | { readonly key: string; readonly profiles: ReferenceProfiles }
  | { readonly key: string; readonly spans: readonly PackedSpan[] };

/** As plain data. */
export interface VersionReferencesState {
  readonly hours: readonly PackedSpan[];
  /** Of ranges that are not over yet, by their source. */
  readonly ranges: readonly (readonly [source: string, span: PackedSpan])[];
  readonly frozen: readonly (readonly [name: string, profiles: ReferenceProfiles])[];
}

const NO_PLANS: ReferencePlans = { primary: { name: DEFAULT_REFERENCE, alerts: true }, others: [] };

export class VersionReferences {
  readonly primary: ReferencePlans['primary'];
  readonly others: readonly ReferencePlan[];
  readonly packer: SpanPacker;
  readonly #options: VersionReferencesOptions;
  readonly #rings: PaneRings;
  readonly #history: History | undefined;
  readonly #ranges = new Map<string, PackedSpan>();
  /** By name of the reference. */
  readonly #frozen = new Map<string, ReferenceProfiles>();

  constructor(options: VersionReferencesOptions, packer: SpanPacker, rings: PaneRings) {
    const { primary, others } = options.plans ?? NO_PLANS;
    this.primary = primary;
    this.others = others;
    this.packer = packer;
    this.#options = options;
    this.#rings = rings;
    const keepMs = Math.max(0, ...others.map(lookBackMs));
    const longestMs = rings.windowsMs[rings.windowsMs.length - 1];
    const { historyLimit } = options;
    if (keepMs > 0 && historyLimit !== undefined) {
      this.#history = new History(this.packer, keepMs + longestMs + 2 * HOUR_MS, historyLimit);
    }
    for (const plan of others) {
      if (plan.kind === 'training') this.#frozen.set(plan.name, plan.profiles);
      const previous = plan.kind === 'previous_version' ? options.previous?.() : undefined;
      if (previous !== undefined) this.#frozen.set(plan.name, previous);
    }
    if (others.some(({ kind }) => kind === 'range') || this.#history !== undefined) {
      rings.leaving = (pane) => this.#add(pane);
    }
  }

  /** Undefined: nothing has come that the window could be compared with (yet). */
  select(plan: ReferencePlan, view: WindowView): Selection | undefined {
    switch (plan.kind) {
      case 'training':
      case 'previous_version': {
        const profiles = this.#frozen.get(plan.name);
        return profiles && { key: plan.name, profiles };
      }
      case 'range':
        return this.#range(plan);
      case 'rolling': {
        const toMs = wholeHour(Math.min(view.startMs, this.#rings.toldMs));
        return this.#hours(wholeHour(toMs - plan.windowMs), toMs);
      }
      case 'seasonal': {
        if (view.windowMs > plan.periodMs) return undefined;
        return this.#hours(wholeHour(view.startMs - plan.periodMs), view.endMs - plan.periodMs);
      }
    }
  }

  /** What a reference was made from, where that is known by now. */
  profiles(name: string): ReferenceProfiles | undefined {
    return this.#frozen.get(name);
  }

  /** Its place in what all versions share is given back. */
  release(): void {
    this.#history?.clear();
    this.#rings.leaving = undefined;
  }

  save(): VersionReferencesState {
    const taken = this.others.filter(({ kind }) => kind !== 'training').map(({ name }) => name);
    return {
      hours: this.#history?.save() ?? [],
      ranges: [...this.#ranges],
      frozen: [...this.#frozen].filter(([name]) => taken.includes(name)),
    };
  }

  /** What the configuration does not name any more is forgotten. A range that is new finds what the history has of it. */
  restore(state: VersionReferencesState): void {
    this.#history?.restore(state.hours);
    const saved = new Map(state.ranges);
    const frozen = new Map(state.frozen);
    for (const plan of this.others) {
      const before = frozen.get(plan.name);
      const fits = before?.kind === plan.kind && (plan.kind !== 'range' || before.name === plan.source);
      if (before !== undefined && fits) this.#frozen.set(plan.name, rewrapped(before));
      if (plan.kind !== 'range') continue;
      const span = saved.get(plan.source);
      if (span !== undefined) this.#ranges.set(plan.source, span);
      else for (const hour of state.hours) this.#addToRange(plan, { ...hour, cells: this.#unpacked([hour]) });
    }
  }

  #add(pane: Pane): void {
    this.#history?.add(pane);
    for (const plan of this.others) if (plan.kind === 'range') this.#addToRange(plan, pane);
  }

  #addToRange({ source, fromMs, toMs }: RangePlan, pane: Pane): void {
    if (pane.startMs < fromMs || pane.startMs >= toMs) return;
    this.#ranges.set(source, this.packer.merge(this.#ranges.get(source), pane, fromMs, toMs));
  }

  /**
   * A range is compared with once it is over. The version of the model that served most of it is who tells: a version that
   * came later takes over what the others have frozen.
   */
  #range(plan: RangePlan): Selection | undefined {
    if (this.#rings.toldMs < plan.toMs) return undefined;
    if (!this.#frozen.has(plan.name)) {
      const made = this.#rangeOfModel(plan);
      if (made === undefined) return undefined;
      this.#frozen.set(plan.name, made);
      this.#ranges.delete(plan.source);
    }
    return { key: plan.name, profiles: this.#frozen.get(plan.name)! };
  }

  #rangeOfModel({ name, source }: RangePlan): ReferenceProfiles | undefined {
    let most: VersionReferences | undefined;
    for (const other of this.#options.siblings?.() ?? [this]) {
      const made = other.#frozen.get(name);
      if (made?.kind === 'range' && made.name === source) return made;
      if (other.#predictionsIn(source) > (most === undefined ? 0 : most.#predictionsIn(source))) most = other;
    }
    if (most === undefined) return undefined;
    const span = most.#ranges.get(source)!;
    return { kind: 'range', name: source, hash: '', ...most.#options.profilesOf(most.#unpacked([span])) };
  }

  /** The version's first cell is its predictions. */
  #predictionsIn(source: string): number {
    const span = this.#ranges.get(source);
    return span?.places[0] === 0 ? span.values[0] : 0;
  }

  #unpacked(spans: readonly PackedSpan[]): Float64Array {
    const cells = new Float64Array(this.packer.width);
    for (const span of spans) this.packer.addTo(cells, span);
    return cells;
  }

  #hours(fromMs: number, toMs: number): Selection | undefined {
    const spans = this.#history?.hours(fromMs, toMs) ?? [];
    return spans.length === 0 ? undefined : { key: `${fromMs} ${toMs} ${spans.length}`, spans };
  }
}

type RangePlan = Extract<ReferencePlan, { kind: 'range' }>;

function lookBackMs(plan: ReferencePlan): number {
  if (plan.kind === 'rolling') return plan.windowMs;
  return plan.kind === 'seasonal' ? plan.periodMs : 0;
}

function wholeHour(timeMs: number): number {
  return Math.floor(timeMs / HOUR_MS) * HOUR_MS;
}
