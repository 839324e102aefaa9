/**
 * One evaluation's numbers of one family: which series were set, in the order in which they were, and their values.
 *
 * A frame is written by one evaluation and then only read, until no reader holds it and a later evaluation writes it
 * anew. It names its series itself, so nothing that happens to a family later (a series that goes, one that comes) can
 * change what a reader of an older frame sees. Arrays keep their size from one evaluation to the next: in a steady
 * state an evaluation allocates nothing.
 */
import type { Exemplar } from './exemplar.js';

const FIRST_CAPACITY = 16;

export type BucketExemplars = readonly (Exemplar | undefined)[];

export class Frame<Entry> {
  readonly entries: Entry[] = [];
  /** `width` numbers per entry. */
  values: Float64Array;
  /** Per entry; stays empty where no series of the family has exemplars. */
  readonly exemplars: (BucketExemplars | undefined)[] = [];
  length = 0;
  readonly width: number;

  constructor(width: number) {
    this.width = width;
    this.values = new Float64Array(FIRST_CAPACITY * width);
  }

  clear(): void {
    this.length = 0;
    this.exemplars.length = 0;
  }

  /** Appends an entry and says at which position its values go. */
  add(entry: Entry): number {
    const position = this.length++;
    this.entries[position] = entry;
    if (this.length * this.width > this.values.length) {
      const larger = new Float64Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    return position;
  }

  /** Lets go of the entries that an earlier, larger evaluation left behind. */
  trim(): void {
    this.entries.length = this.length;
  }
}
