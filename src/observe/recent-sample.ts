/**
 * A uniform sample of a version's recent predictions: of each of the last two halves of the longest window, every
 * prediction has the same chance of being kept.
 *
 * Every prediction has a random key, and those with the smallest keys are kept; two samples merge by keeping the smallest of
 * both, so that threads sample on their own and the merged sample is as uniform as one. Keys are not drawn one by one: how
 * many predictions pass until one has a key below the largest that is kept is geometric, so most of them cost one
 * subtraction (K.-H. Li, "Reservoir-sampling algorithms of time complexity O(n(1 + log(N/n)))", ACM TOMS 20, 1994,
 * algorithm L). Of n predictions about size·(1 + ln(n/size)) are read.
 */
import type { RecordDecoder } from '../decode/index.js';
import { VALUE } from '../decode/index.js';
import type { Prediction } from '../interpret/index.js';
import { type Random, seededRandom } from '../lib/random.js';
import { type KeptPrediction, keptPrediction } from './kept-prediction.js';

export interface RecentSampleOptions {
  readonly size: number;
  /** Length of a half of the longest window. */
  readonly halfMs: number;
  /** Of each thread another one. */
  readonly seed: number;
  /** Attributes to keep beside features. */
  readonly wanted: readonly string[];
}

/** One half, as plain data. */
export interface SampleHalf {
  readonly startMs: number;
  /** Predictions that it was drawn from. */
  readonly seen: number;
  readonly keys: readonly number[];
  readonly rows: readonly KeptPrediction[];
}

export class RecentSample {
  readonly #options: RecentSampleOptions;
  readonly #random: Random;
  #before: Half | undefined;
  #current: Half | undefined;
  #currentEndMs = -Infinity;
  /** Predictions to pass over before the next one is kept. */
  #skip = 0;

  constructor(options: RecentSampleOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
  }

  /** @param endMs what windows end at */
  observe(prediction: Prediction, featureNames: readonly string[], decoder: RecordDecoder, endMs: number): void {
    if (endMs >= this.#currentEndMs) this.#begin(endMs);
    const current = this.#current!;
    const { rows } = prediction;
    current.seen += rows;
    let row = this.#skip;
    while (row < rows) {
      current.add(this.#random.next() * current.threshold, this.#read(prediction, featureNames, decoder, row));
      row += 1 + this.#drawSkip();
    }
    this.#skip = row - rows;
  }

  /** The half before, where there is one, and the present one. */
  save(): readonly SampleHalf[] {
    return this.#halves.map((half) => half.save());
  }

  /** Hands over what was kept since the last time. The keys stay: they say which predictions may still be kept. */
  take(): readonly SampleHalf[] {
    return this.#halves.map((half) => half.take());
  }

  /** Adds what another sample of the version has taken, or what was saved. */
  absorb(taken: readonly SampleHalf[]): void {
    for (const half of taken) {
      if (half.seen === 0) continue;
      if (half.startMs >= this.#currentEndMs) this.#begin(half.startMs);
      const startMs = this.#startOf(half.startMs);
      this.#halves.find((ours) => ours.startMs === startMs)?.merge(half);
    }
    this.#skip = this.#drawSkip();
  }

  get #halves(): readonly Half[] {
    return [this.#before, this.#current].filter((half) => half !== undefined);
  }

  #startOf(timeMs: number): number {
    const { halfMs } = this.#options;
    return Math.floor(timeMs / halfMs) * halfMs;
  }

  #begin(timeMs: number): void {
    const startMs = this.#startOf(timeMs);
    const { halfMs, size } = this.#options;
    this.#before = this.#current?.startMs === startMs - halfMs ? this.#current : undefined;
    this.#current = new Half(startMs, size);
    this.#currentEndMs = startMs + halfMs;
    this.#skip = 0;
  }

  /** Predictions until one has a key below the threshold. */
  #drawSkip(): number {
    const { threshold } = this.#current ?? { threshold: 1 };
    if (threshold >= 1) return 0;
    return Math.floor(Math.log(this.#random.next() + 2 ** -33) / Math.log1p(-threshold));
  }

  #read(prediction: Prediction, featureNames: readonly string[], decoder: RecordDecoder, row: number): KeptPrediction {
    const { wanted } = this.#options;
    if (!prediction.columnar) return keptPrediction(prediction, featureNames, wanted, (entry) => entry);
    const { batch } = prediction;
    const { attributes } = batch;
    const before = attributes.count;
    const kept = keptPrediction(prediction, featureNames, wanted, (entry) => {
      if (attributes.type[entry] !== VALUE.array && attributes.type[entry] !== VALUE.bytes) return entry;
      return elementOf(prediction, decoder, entry, row, before);
    });
    attributes.count = before;
    return kept;
  }
}

/** The entry of one row of a column, read behind the batch's own. */
function elementOf({ batch }: Prediction, decoder: RecordDecoder, entry: number, row: number, before: number): number {
  const { attributes } = batch;
  let passed = 0;
  for (let at = attributes.start[entry]; at < attributes.end[entry];) {
    attributes.count = before;
    at = decoder.elements(batch, entry, at);
    const count = attributes.count - before;
    if (row < passed + count) return before + row - passed;
    passed += count;
  }
  return -1;
}

class Half {
  readonly startMs: number;
  seen = 0;
  /** The largest key that is kept; 1 as long as there is room. */
  threshold = 1;
  readonly #size: number;
  readonly #keys: number[] = [];
  /** undefined: it has been handed over. */
  readonly #rows: (KeptPrediction | undefined)[] = [];
  #largest = -1;

  constructor(startMs: number, size: number) {
    this.startMs = startMs;
    this.#size = size;
  }

  /** @param key below the threshold */
  add(key: number, row: KeptPrediction): void {
    if (this.#keys.length < this.#size) {
      this.#keys.push(key);
      this.#rows.push(row);
      if (this.#keys.length === this.#size) this.#findLargest();
      return;
    }
    this.#keys[this.#largest] = key;
    this.#rows[this.#largest] = row;
    this.#findLargest();
  }

  merge({ seen, keys, rows }: SampleHalf): void {
    this.seen += seen;
    keys.forEach((key, at) => {
      if (key < this.threshold) this.add(key, rows[at]);
    });
  }

  save(): SampleHalf {
    const held = this.#keys.flatMap((key, at) => {
      const row = this.#rows[at];
      return row === undefined ? [] : [{ key, row }];
    });
    const { startMs, seen } = this;
    return { startMs, seen, keys: held.map(({ key }) => key), rows: held.map(({ row }) => row) };
  }

  take(): SampleHalf {
    const taken = this.save();
    this.seen = 0;
    this.#rows.fill(undefined);
    return taken;
  }

  #findLargest(): void {
    let at = 0;
    for (let index = 1; index < this.#keys.length; index++) if (this.#keys[index] > this.#keys[at]) at = index;
    this.#largest = at;
    this.threshold = this.#keys[at];
  }
}
