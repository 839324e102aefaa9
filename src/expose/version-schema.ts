/**
 * The schema of one model version: which features its longest window has and of what kind, and how that differs from its
 * reference's and from that of the version before it. Read once a minute; what it is held against is compared anew only
 * where one of the two has changed.
 */
import {
  exceedsTolerance,
  isAbsent,
  type QualityOptions,
  schemaDifferences,
  schemaFingerprint,
  schemaOfReference,
  type SchemaFeature,
} from '../compare/index.js';
import type { VersionObserver, WindowView } from '../observe/index.js';
import { MODEL_METRIC, SCHEMA_BASES, SCHEMA_CHANGES, type SchemaBase, type SchemaChange } from '../registry/index.js';
import type { FamilySet } from './families.js';

type Schema = ReadonlyMap<string, SchemaFeature>;
type ChangeCounts = Readonly<Record<SchemaChange, number>>;

const CHANGES = Object.keys(SCHEMA_CHANGES) as SchemaChange[];
/** Event time between two readings. */
const READ_EVERY_MS = 60_000;

export class VersionSchema {
  /** Empty until there are enough predictions to tell. */
  fingerprint = '';
  readonly #version: VersionObserver;
  readonly #quality: QualityOptions;
  readonly #changes = new Map<SchemaBase, ChangeCounts>();
  #featureCount = 0;
  #readMs = -Infinity;
  /** The two fingerprints that the version before was compared at. */
  #comparedAt = '';

  constructor(version: VersionObserver, quality: QualityOptions) {
    this.#version = version;
    this.#quality = quality;
  }

  /** @param previous of the version before, where there is one */
  read(previous: VersionSchema | undefined): void {
    if (this.#version.rings.endMs - this.#readMs < READ_EVERY_MS) return;
    const view = this.#longestWindow();
    if (view.predictions * view.effectiveShare < this.#quality.minimumObservations) return;
    this.#readMs = view.endMs;
    const { reference } = this.#version;
    const own = this.#schemaIn(view);
    this.#featureCount = own.size;
    this.fingerprint = schemaFingerprint(own.values(), reference?.kind === 'training');
    if (reference !== undefined) this.#changes.set('reference', countsOf(schemaOfReference(reference.features), own));
    const compared = `${previous?.fingerprint ?? ''} ${this.fingerprint}`;
    if (previous === undefined || previous.fingerprint === '' || compared === this.#comparedAt) return;
    this.#comparedAt = compared;
    this.#changes.set('previous_version', countsOf(previous.#schemaIn(previous.#longestWindow()), own));
  }

  write(families: FamilySet): void {
    if (this.fingerprint === '') return;
    const labels = [this.#version.model, this.#version.version];
    families.set(MODEL_METRIC.schema, [...labels, this.fingerprint], this.#featureCount);
    for (const against of SCHEMA_BASES) {
      const counts = this.#changes.get(against);
      if (counts === undefined) continue;
      for (const change of CHANGES) {
        families.set(MODEL_METRIC.schemaChanges, [...labels, against, change, SCHEMA_CHANGES[change]], counts[change]);
      }
    }
  }

  #longestWindow(): WindowView {
    return this.#version.window(this.#version.rings.windowsMs.length - 1);
  }

  /** A stray value makes no feature, and one that comes seldom is not gone for having stayed away. */
  #schemaIn(view: WindowView): Schema {
    const { tolerances, falseAlarmRate, minimumObservations } = this.#quality;
    const { effectiveShare } = view;
    const features = new Map<string, SchemaFeature>();
    for (const [name, slot] of this.#version.features) {
      const { kind, of } = slot;
      const reference = this.#version.reference?.features.get(name);
      const profile = this.#version.profile(slot, view, false);
      const { present, typeMismatch } = profile;
      const isThere =
        reference === undefined
          ? present * effectiveShare >= minimumObservations
          : !isAbsent(reference, profile, effectiveShare, falseAlarmRate);
      if (kind === undefined || of !== undefined || !isThere) continue;
      const isExtended =
        kind === 'categorical' &&
        reference !== undefined &&
        exceedsTolerance('unseen_category', reference, profile, effectiveShare, tolerances);
      features.set(name, { name, kind, profile, isRetyped: typeMismatch > present / 2, isExtended });
    }
    return features;
  }
}

function countsOf(before: Schema, now: Schema): ChangeCounts {
  const counts = Object.fromEntries(CHANGES.map((change) => [change, 0])) as Record<SchemaChange, number>;
  for (const { change } of schemaDifferences(before, now)) counts[change]++;
  return counts;
}
