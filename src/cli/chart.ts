/** Distributions drawn in characters: a line of eight heights, and bars of eighths. */
import { FEATURE_CELL, isNumeric, type NumericSchema, type Profile } from '../observe/index.js';

const HEIGHTS = ' ▁▂▃▄▅▆▇█';
const EIGHTHS = ' ▏▎▍▌▋▊▉█';

export interface Bar {
  readonly label: string;
  readonly share: number;
  /** Several things together, which would dwarf what is told apart: it is not drawn. */
  readonly rest?: true;
}

/** One character a number, the largest full; a number above 0 is never blank. */
export function sparkline(numbers: readonly number[]): string {
  const most = Math.max(...numbers, 0);
  return numbers
    .map((number) => HEIGHTS[number <= 0 ? 0 : Math.max(1, Math.round((number / most) * (HEIGHTS.length - 1)))])
    .join('');
}

/** @param share of `width`, 0 to 1 */
export function bar(share: number, width: number): string {
  const eighths = Math.round(share * width * 8);
  const rest = eighths % 8;
  return '█'.repeat(Math.floor(eighths / 8)) + (rest === 0 ? '' : EIGHTHS[rest]);
}

/** A chart with a bar a line; the longest has `width`. */
export function barChart(bars: readonly Bar[], width: number): string[] {
  const most = Math.max(...bars.filter(({ rest }) => rest !== true).map(({ share }) => share), Number.MIN_VALUE);
  const labels = Math.max(...bars.map(({ label }) => label.length), 0);
  return bars.map(({ label, share, rest }) => {
    const drawn = rest === true ? '' : bar(share / most, width);
    return `${label.padEnd(labels)}  ${percent(share).padStart(6)}  ${drawn}`.trimEnd();
  });
}

export const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

const NUMBER = new Intl.NumberFormat('en', { maximumSignificantDigits: 5, useGrouping: false });
export const number = (x: number): string => (Number.isNaN(x) ? '-' : NUMBER.format(x));

/** A numeric profile as bars: its own bins where they are few, else ranges of equal width between its 1% and its 99%. */
export function numericBars(profile: Profile, most: number): Bar[] {
  const schema = profile.schema as NumericSchema;
  const finite = profile.bins.reduce((sum, count) => sum + count, 0);
  const shares = Array.from(profile.bins, (count) => (finite === 0 ? 0 : count / finite));
  if (shares.length <= most) return shares.map((share, bin) => ({ label: number(schema.upper[bin]), share }));
  return equalRanges(schema, shares, profile.quantile(0.01), profile.quantile(0.99), most);
}

/** Within a bin the values are taken to lie evenly; what lies outside counts to the outermost range. */
function equalRanges(
  { min, upper }: NumericSchema,
  shares: readonly number[],
  from: number,
  to: number,
  ranges: number,
): Bar[] {
  const width = (to - from) / ranges;
  const edge = (range: number): number => from + range * width;
  const bars = Array.from({ length: ranges }, (_, range) => ({
    label:
      `${range === 0 ? '≤' : number(edge(range)) + ' …'} ${range === ranges - 1 ? '' : number(edge(range + 1))}`.trim(),
    share: 0,
  }));
  const rangeOf = (x: number): number => Math.min(ranges - 1, Math.max(0, Math.floor((x - from) / width)));
  for (const [bin, share] of shares.entries()) {
    const high = upper[bin];
    const low = bin === 0 ? min : upper[bin - 1];
    const first = rangeOf(low);
    const last = rangeOf(high);
    for (let range = first; range <= last; range++) {
      const start = range === first ? low : edge(range);
      const end = range === last ? high : edge(range + 1);
      bars[range].share += first === last ? share : (share * (end - start)) / (high - low);
    }
  }
  return bars;
}

/** A profile of categories as bars, the most frequent first, those past `most` and those without a bin together. */
export function categoryBars(profile: Profile, most: number): Bar[] {
  const { schema, bins } = profile;
  if (isNumeric(schema)) return [];
  const other = profile.cell(FEATURE_CELL.other);
  const untold = schema.categories.length - bins.length;
  const all = bins.reduce((sum, count) => sum + count, other);
  const bars = schema.categories
    .slice(0, bins.length)
    .map((category, index) => ({ label: printable(category), share: all === 0 ? 0 : bins[index] / all }))
    .sort((a, b) => b.share - a.share);
  if (bars.length <= most && untold === 0) return bars;
  const rest = bars.slice(most - 1);
  const share = rest.reduce((sum, each) => sum + each.share, all === 0 ? 0 : other / all);
  return [...bars.slice(0, most - 1), { label: `${rest.length + untold} more`, share, rest: true }];
}

const LABEL_LENGTH_MAX = 32;

/** A category may hold anything: control characters would move the cursor. */
function printable(text: string): string {
  const plain = text.replace(/\p{C}/gu, '\u{fffd}');
  return plain.length > LABEL_LENGTH_MAX ? `${plain.slice(0, LABEL_LENGTH_MAX - 1)}…` : plain;
}
