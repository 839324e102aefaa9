/**
 * How often the same inputs come: a sample of a pane's rows by their content, in its cells. A row is looked at if its key
 * (a hash of some of its inputs) ends in `level` zero bits; of those that do, how often each has come is counted exactly.
 * When there is no room for another one the level rises, and half of them go. So equal rows are all in the sample or none of
 * them is; the level is the least at which all fit, whatever came first; and merging equals replaying.
 * Source: adaptive sampling (M. Wegman; P. Flajolet, "On adaptive sampling", Computing 43, 1990).
 *
 * A cell is one row, in the 53 bits of a whole number: its count (12 bits, where it stays when it is full), the zero bits
 * that its key ends in (5), 16 other bits of the key, and 20 of a hash of all its inputs; 0: none. Two different rows in a
 * full sample are taken for one with a chance of 1e-5, where keys are told apart; of 1 in 2,000 where they are not.
 * Memory: 16 KiB a pane. Cost: a row that is not looked at costs its key (`row-hashes.ts`).
 */
const ROWS_MAX = 1024;
/** Half empty, so that a row is found in one or two steps. */
const PLACES = 2 * ROWS_MAX;
const HEAD = { rows: 0, level: 1, kept: 2 } as const;
/** A cache line. */
const HEAD_CELLS = 8;
export const ROW_SAMPLE_CELLS = HEAD_CELLS + PLACES;

const COUNT_MAX = 4095;
const LEVEL_MAX = 31;
/** Everything but the count. */
const IDENTITY = 2 ** 41;
const RANK = 2 ** 36;
const KEY = 2 ** 20;

/** A row of the sample. */
export interface SampledRow {
  readonly count: number;
  /** Tells the rows of one key from those of another. */
  readonly key: number;
}

export interface RowSample {
  /** All that there were, in the sample or not. */
  readonly rows: number;
  /** One of so many different ones is in the sample. */
  readonly every: number;
  readonly sampled: readonly SampledRow[];
}

/** Rows that a key must end in zero bits for, as a mask. */
export function sampleMask(cells: Float64Array, offset: number): number {
  return 2 ** cells[offset + HEAD.level] - 1;
}

export function countRows(cells: Float64Array, offset: number, rows: number): void {
  cells[offset + HEAD.rows] += rows;
}

/** Adds a row that the mask lets pass. */
export function addRow(cells: Float64Array, offset: number, key: number, hash: number): void {
  const rank = key === 0 ? LEVEL_MAX : 31 - Math.clz32(key & -key);
  put(cells, offset, rank * RANK + (key >>> 16) * KEY + (hash >>> 12), 1);
}

/** Cells may end before a sample that came after them. */
export function mergeRowSample(into: Float64Array, intoOffset: number, from: Float64Array, fromOffset: number): void {
  if (from[fromOffset + HEAD.rows] === 0) return;
  into[intoOffset + HEAD.rows] += from[fromOffset + HEAD.rows];
  const level = from[fromOffset + HEAD.level];
  if (level > into[intoOffset + HEAD.level]) raise(into, intoOffset, level);
  const first = fromOffset + HEAD_CELLS;
  for (let place = first; place < first + PLACES; place++) {
    const row = from[place];
    if (row !== 0) put(into, intoOffset, row % IDENTITY, Math.floor(row / IDENTITY));
  }
}

export function readRowSample(cells: Float64Array, offset: number): RowSample {
  const sampled: SampledRow[] = [];
  for (let place = offset + HEAD_CELLS; place < offset + ROW_SAMPLE_CELLS; place++) {
    const row = cells[place];
    if (row === 0) continue;
    sampled.push({ count: Math.floor(row / IDENTITY), key: Math.floor((row % RANK) / KEY) });
  }
  return { rows: cells[offset + HEAD.rows], every: 2 ** cells[offset + HEAD.level], sampled };
}

function put(cells: Float64Array, offset: number, identity: number, count: number): void {
  if (Math.floor(identity / RANK) < cells[offset + HEAD.level]) return;
  const place = placeOf(cells, offset, identity);
  const before = cells[place];
  if (before !== 0) {
    const room = COUNT_MAX - Math.floor(before / IDENTITY);
    cells[place] = before + Math.min(count, room) * IDENTITY;
    return;
  }
  cells[place] = identity + count * IDENTITY;
  if (++cells[offset + HEAD.kept] > ROWS_MAX) raise(cells, offset, cells[offset + HEAD.level] + 1);
}

/** Where a row is, or would be. */
function placeOf(cells: Float64Array, offset: number, identity: number): number {
  const first = offset + HEAD_CELLS;
  const mixed = Math.imul(identity % KEY, 0x9e3779b1) + Math.imul(Math.floor(identity / KEY), 0x85ebca6b);
  for (let step = mixed >>> 16; ; step++) {
    const place = first + (step & (PLACES - 1));
    const row = cells[place];
    if (row === 0 || row % IDENTITY === identity) return place;
  }
}

/** Rows that the level does not let pass any more go; what stays finds its place anew. */
function raise(cells: Float64Array, offset: number, level: number): void {
  const first = offset + HEAD_CELLS;
  let least = level;
  let kept: Float64Array;
  do {
    kept = cells
      .slice(first, first + PLACES)
      .filter((row) => Math.floor((row % IDENTITY) / RANK) >= least && row !== 0);
  } while (kept.length > ROWS_MAX && least++ < LEVEL_MAX);
  cells[offset + HEAD.level] = least;
  cells[offset + HEAD.kept] = Math.min(kept.length, ROWS_MAX);
  cells.fill(0, first, first + PLACES);
  for (const row of kept.subarray(0, ROWS_MAX)) cells[placeOf(cells, offset, row % IDENTITY)] = row;
}
