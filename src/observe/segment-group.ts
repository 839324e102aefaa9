/**
 * The segments that one definition makes of one version's predictions: a profile of its own for each of the `max` most
 * frequent values, and one for all others together. The first values get a place at once; a value that comes later and
 * turns out to be more than twice as frequent as the rarest of them (space-saving, `heavy-hitters.ts`) takes its place, and
 * what was observed of the rarest is merged into the others. So the segments add up to the whole version at any time.
 *
 * A prediction that waits for its ground truth is marked with a hash of its segment's value, which means the same in every
 * thread and after a restart. (Two of a thousand values share one with a chance of 1e-4.) What has joined under a hash that
 * no segment has any more belongs to the others; where it may be another thread that knows the value, it waits as a stranger.
 */
import { BytesTable, hashBytes, NOT_FOUND, type RecordDecoder, VALUE, viewOf } from '../decode/index.js';
import type { Prediction } from '../interpret/index.js';
import type { Limit } from '../lib/limit.js';
import { ATTRIBUTE, BIN, OVERFLOW } from '../registry/index.js';
import { type FeatureSchema } from './feature-schema.js';
import { HeavyHitters } from './heavy-hitters.js';
import { wantedEntry } from './kept-prediction.js';
import { SegmentParts } from './segment-parts.js';
import type { VersionObserver } from './version-observer.js';

export interface SegmentDefinition {
  readonly name: string;
  /** Numbers of wanted attributes, and what they are called. */
  readonly by: readonly { readonly wanted: number; readonly name: string }[];
  readonly max: number;
}

export interface Segment {
  readonly name: string;
  /** As it is shown: the attribute's value, or `a=x,b=y` of several. */
  readonly value: string;
  /** Of the value. */
  readonly hash: number;
  readonly observer: VersionObserver;
  /** Predictions since the start. */
  seen: number;
  /** Since the last review. */
  recent: number;
  /** Features and outputs of the version whose bins it has. */
  binned: number;
}

/** Values of an attribute that are known by number at once; when there are more, numbering starts afresh. */
const VALUES_MAX = 4096;
/** Bytes of a value; longer ones count as others. */
const VALUE_BYTES_MAX = 128;
/** Predictions between two looks at whether a value that has no place should have one. */
const REVIEW_AFTER = 8192;
/** Of predictions that have no place, one in so many is counted by value. */
const COUNT_EVERY = 8;
const COUNTERS_PER_SEGMENT = 4;
const UTF8 = new TextEncoder();
/** Instead of a hash: the prediction was not marked. */
export const UNMARKED = 0;

export class SegmentGroup {
  readonly definition: SegmentDefinition;
  readonly segments = new Map<string, Segment>();
  /** Joined pairs of values that are not known here, by hash: as many as there may be segments. */
  readonly strangers = new Map<number, Segment>();
  readonly #byHash = new Map<number, Segment>();
  readonly #create: () => VersionObserver;
  readonly #limit: Limit;
  readonly #tables: readonly BytesTable[];
  /** Of the attributes that are numbers with more values than places, once their bins are known. */
  readonly #parts: (SegmentParts | undefined)[];
  /** By the numbers of its values, as one number. */
  readonly #byKey = new Map<number, Segment>();
  readonly #candidates: HeavyHitters;
  #lastKey = NOT_FOUND;
  #last: Segment | undefined;
  #sinceReview = 0;
  #uncounted = 0;
  /** A value could not be numbered: numbering starts afresh with the next prediction. */
  #isFull = false;
  #ids = new Int32Array(0);

  constructor(definition: SegmentDefinition, limit: Limit, create: () => VersionObserver) {
    this.definition = definition;
    this.#limit = limit;
    this.#create = create;
    this.#tables = definition.by.map(() => new BytesTable(VALUES_MAX));
    this.#parts = definition.by.map(() => undefined);
    this.#candidates = new HeavyHitters(definition.max * COUNTERS_PER_SEGMENT);
  }

  /**
   * Divides numbers into parts from now on, where they have bins; segments of single values go to the others. No prediction
   * may wait to be folded.
   */
  divide(features: readonly FeatureSchema[]): void {
    let isNews = false;
    this.definition.by.forEach(({ name }, at) => {
      const schema = features.find(
        (feature) => feature.name === name || ATTRIBUTE.featurePrefix + feature.name === name,
      );
      if (this.#parts[at] !== undefined || schema?.kind !== 'numeric') return;
      this.#parts[at] = SegmentParts.of(schema, this.definition);
      isNews ||= this.#parts[at] !== undefined;
    });
    if (!isNews) return;
    for (const segment of [...this.segments.values()]) if (!this.#isDivided(segment.value)) this.#merge(segment);
    this.#candidates.clear();
    this.#startAfresh();
  }

  /** Whether the rows of a columnar prediction may belong to several segments. */
  isColumn(prediction: Prediction): boolean {
    const { type } = prediction.batch.attributes;
    return this.definition.by.some(({ wanted }) => {
      const entry = wantedEntry(prediction, wanted);
      return entry >= 0 && (type[entry] === VALUE.array || type[entry] === VALUE.bytes);
    });
  }

  /** The segment of a prediction, or of a whole batch that has one. */
  find(prediction: Prediction): Segment {
    return this.count(this.#ofKey(this.#keyOf(prediction), prediction.rows), prediction.rows);
  }

  /** The rows of a columnar prediction by segment. */
  findRows(prediction: Prediction, decoder: RecordDecoder): Map<Segment, number[]> {
    const found = new Map<Segment, number[]>();
    this.#keysOf(prediction, decoder).forEach((key, row) => {
      const segment = this.count(this.#ofKey(key, 1), 1);
      const of = found.get(segment);
      if (of === undefined) found.set(segment, [row]);
      else of.push(row);
    });
    return found;
  }

  /** What the segment of a prediction is known by. */
  markOf(prediction: Prediction): number {
    return this.#segmentOf(this.#keyOf(prediction)).hash;
  }

  /** The same of each row of a columnar prediction. */
  marksOf(prediction: Prediction, decoder: RecordDecoder): Int32Array {
    return Int32Array.from(this.#keysOf(prediction, decoder), (key) => this.#segmentOf(key).hash);
  }

  /** The segment that was marked so; a stranger where it may be that another thread knows it. */
  marked(hash: number, mayBeElsewhere: boolean): Segment {
    const known = this.#byHash.get(hash) ?? this.strangers.get(hash);
    if (known !== undefined) return known;
    if (!mayBeElsewhere || this.strangers.size >= this.definition.max) return this.#others();
    const stranger = this.#segment('', hash);
    this.strangers.set(hash, stranger);
    return stranger;
  }

  /** Nobody will say what the strangers are called: they belong to the others. */
  mergeStrangers(): void {
    for (const stranger of this.strangers.values()) this.#mergeInto(this.#others(), stranger);
    this.strangers.clear();
  }

  /** Counts predictions of a segment, which it returns. */
  count(segment: Segment, rows: number): Segment {
    segment.seen += rows;
    segment.recent += rows;
    this.#sinceReview += rows;
    if (segment.value === OVERFLOW) this.#limit.overflow += rows;
    return segment;
  }

  /** Of a value that is known by name; where there is no room for it, the segment of all others. */
  named(value: string, rows: number): Segment {
    const known = this.segments.get(value);
    if (known !== undefined) return known;
    if (!this.#isDivided(value)) return this.count(this.#others(), rows);
    if (value === OVERFLOW || this.#size < this.definition.max) return this.#admit(value);
    this.#candidates.add(value, rows);
    return this.count(this.#others(), rows);
  }

  /** Whether it is time for `review`. */
  get isDue(): boolean {
    return this.#sinceReview >= REVIEW_AFTER;
  }

  /** Gives the place of the rarest value to one that comes more often. No prediction may wait to be folded. */
  review(): void {
    this.#sinceReview = 0;
    const candidate = this.#candidates.top();
    this.#candidates.clear();
    let rarest: Segment | undefined;
    for (const segment of this.segments.values()) {
      if (segment.value !== OVERFLOW && (rarest === undefined || segment.recent < rarest.recent)) rarest = segment;
    }
    if (candidate !== undefined && rarest !== undefined && candidate.atLeast > 2 * rarest.recent) {
      this.#merge(rarest);
      this.#admit(candidate.name);
    }
    for (const segment of this.segments.values()) segment.recent = 0;
  }

  get #size(): number {
    return this.segments.size - (this.segments.has(OVERFLOW) ? 1 : 0);
  }

  #others(): Segment {
    return this.segments.get(OVERFLOW) ?? this.#admit(OVERFLOW);
  }

  #segment(value: string, hash: number): Segment {
    return { name: this.definition.name, value, hash, observer: this.#create(), seen: 0, recent: 0, binned: -1 };
  }

  #admit(value: string): Segment {
    const segment = this.#segment(value, hashOf(value));
    this.segments.set(value, segment);
    this.#byHash.set(segment.hash, segment);
    const stranger = this.strangers.get(segment.hash);
    if (stranger !== undefined) {
      this.strangers.delete(segment.hash);
      this.#mergeInto(segment, stranger);
    }
    this.#byKey.clear();
    this.#lastKey = NOT_FOUND;
    this.#limit.used = Math.max(this.#limit.used, this.#size);
    return segment;
  }

  #merge(rarest: Segment): void {
    this.#mergeInto(this.#others(), rarest);
    this.segments.delete(rarest.value);
    this.#byHash.delete(rarest.hash);
  }

  #mergeInto(segment: Segment, { observer, seen }: Segment): void {
    segment.seen += seen;
    const taken = observer.take();
    if (taken === undefined) return;
    segment.observer.rings.advance(observer.rings.endMs);
    segment.observer.absorb(taken);
  }

  /** The numbers of a prediction's values as one number; below 0: one could not be numbered. */
  #keyOf(prediction: Prediction): number {
    const { by } = this.definition;
    if (this.#isFull) this.#startAfresh();
    let key = 0;
    for (let at = 0; at < by.length; at++) {
      const id = this.#idOf(at, prediction, wantedEntry(prediction, by[at].wanted));
      if (id === NOT_FOUND) return NOT_FOUND;
      key = key * VALUES_MAX + id;
    }
    return key;
  }

  #keysOf(prediction: Prediction, decoder: RecordDecoder): Float64Array {
    const { rows } = prediction;
    if (this.#isFull) this.#startAfresh();
    const keys = new Float64Array(rows);
    this.definition.by.forEach(({ wanted }, at) => {
      const ids = this.#idsOf(at, prediction, wantedEntry(prediction, wanted), decoder);
      for (let row = 0; row < rows; row++) {
        keys[row] = ids[row] === NOT_FOUND || keys[row] < 0 ? NOT_FOUND : keys[row] * VALUES_MAX + ids[row];
      }
    });
    return keys;
  }

  /** For what is counted: of a value that has no place, it is noted how often it comes. */
  #ofKey(key: number, rows: number): Segment {
    const segment = this.#segmentOf(key);
    if (key >= 0 && segment.value === OVERFLOW && ++this.#uncounted % COUNT_EVERY === 0) {
      this.#candidates.add(this.#valueOf(key), rows * COUNT_EVERY);
    }
    return segment;
  }

  #segmentOf(key: number): Segment {
    if (key < 0) return this.#others();
    if (key === this.#lastKey) return this.#last!;
    const segment = this.#byKey.get(key) ?? this.#look(key);
    if (segment.value !== OVERFLOW) {
      this.#lastKey = key;
      this.#last = segment;
    }
    return segment;
  }

  #look(key: number): Segment {
    const value = this.#valueOf(key);
    const known = this.segments.get(value);
    const segment = known ?? (this.#size < this.definition.max ? this.#admit(value) : this.#others());
    if (this.#byKey.size >= VALUES_MAX) this.#byKey.clear();
    this.#byKey.set(key, segment);
    return segment;
  }

  #valueOf(key: number): string {
    const { by } = this.definition;
    const texts: string[] = [];
    for (let at = by.length - 1, rest = key; at >= 0; at--, rest = Math.floor(rest / VALUES_MAX)) {
      texts.unshift(this.#tables[at].text(rest % VALUES_MAX));
    }
    return by.length === 1 ? texts[0] : texts.map((text, at) => `${by[at].name}=${text}`).join(',');
  }

  /** Whether a value is made of the parts that its numbers are divided into. */
  #isDivided(value: string): boolean {
    const { by } = this.definition;
    return (
      value === OVERFLOW ||
      this.#parts.every(
        (parts, at) =>
          parts === undefined ||
          parts.names.some((part) => (by.length === 1 ? value === part : value.includes(`${by[at].name}=${part}`))),
      )
    );
  }

  #idsOf(at: number, prediction: Prediction, entry: number, decoder: RecordDecoder): Int32Array {
    const { rows, batch } = prediction;
    const { attributes } = batch;
    if (this.#ids.length < rows) this.#ids = new Int32Array(rows);
    const ids = this.#ids;
    const isColumn = entry >= 0 && (attributes.type[entry] === VALUE.array || attributes.type[entry] === VALUE.bytes);
    if (!isColumn) return ids.fill(this.#idOf(at, prediction, entry), 0, rows);
    let row = 0;
    decoder.eachPart(batch, entry, (first, end) => {
      for (let element = first; element < end; element++) ids[row++] = this.#idOf(at, prediction, element);
    });
    return ids;
  }

  #idOf(at: number, { batch }: Prediction, entry: number): number {
    const { type, number, start, end } = batch.attributes;
    const kind = entry < 0 ? VALUE.empty : type[entry];
    if (kind === VALUE.string && end[entry] > start[entry]) {
      if (end[entry] - start[entry] > VALUE_BYTES_MAX) return NOT_FOUND;
      const id = this.#tables[at].intern(batch.view, start[entry], end[entry]);
      if (id === NOT_FOUND) this.#isFull = true;
      return id;
    }
    if (kind === VALUE.bool) return this.#idOfText(at, String(number[entry] === 1));
    const isNumber = (kind === VALUE.int || kind === VALUE.double) && !Number.isNaN(number[entry]);
    if (!isNumber) return this.#idOfText(at, BIN.missing);
    return this.#idOfText(at, this.#parts[at]?.nameOf(number[entry]) ?? String(number[entry]));
  }

  #idOfText(at: number, text: string): number {
    const id = this.#tables[at].internText(text);
    if (id === NOT_FOUND) this.#isFull = true;
    return id;
  }

  #startAfresh(): void {
    this.#isFull = false;
    for (const table of this.#tables) table.clear();
    this.#byKey.clear();
    this.#lastKey = NOT_FOUND;
  }
}

function hashOf(value: string): number {
  const bytes = UTF8.encode(value);
  return hashBytes(viewOf(bytes), 0, bytes.length) | 0 || 1;
}
