/**
 * Whether the performance of one segment is worse than that of the others, or below a threshold, where many segments are
 * looked at: a bound at 95% is crossed by one in twenty of them with nothing wrong. Here every bound is at the false-alarm
 * rate divided by the number of comparisons in the window (Bonferroni), so that with no difference any segment at all is
 * reported with a chance of at most that rate, whatever their number and however they depend on each other.
 *
 * A segment is compared with the others together and not with the version, which it is a part of. The lag's bound is that of
 * two independent estimates with intervals of their own (MOVER: G. Y. Zou and A. Donner, Statistics in Medicine 27, 2008;
 * of proportions: Newcombe's method 10). Accuracy has Chernoff's bounds, which hold at any number of observations; the area
 * under the ROC curve DeLong's on the logit scale, from `CLASS_MIN` observations of each class on, at Chernoff's deviate.
 * Cost: under 20 µs a segment.
 */
import { SCORE_BINS, VERSION_CELL, VERSION_CELLS } from '../observe/index.js';
import type { Task } from '../registry/index.js';
import { chernoffBounds } from './chernoff-bounds.js';
import { total, type Counts } from './counts.js';
import type { Estimate } from './performance/estimate.js';
import { rocAuc } from './performance/roc-auc.js';

export interface SegmentLag {
  readonly statistic: 'accuracy' | 'auc';
  /** The performance is lower than this. */
  readonly atMost: number;
  /** How much lower than that of the others together; negative: it is higher. */
  readonly lag: number;
  /** The lag is larger than this. */
  readonly lagLower: number;
}

export interface SegmentLagOptions {
  readonly task: Task;
  readonly falseAlarmRate: number;
  /** Joined pairs below which a segment is not compared. */
  readonly minimumObservations: number;
}

interface Compared {
  readonly statistic: SegmentLag['statistic'];
  readonly isEnough: (cells: Counts, options: SegmentLagOptions) => boolean;
  /** Only where it is enough. Each end is crossed with a chance of at most `rate`. */
  readonly bounds: (cells: Counts, task: Task, rate: number) => Estimate;
}

/** Observations of the rarer class below which the area under the curve is not compared. */
const CLASS_MIN = 20;

const COMPARED: readonly Compared[] = [
  {
    statistic: 'accuracy',
    isEnough: (cells, { task, minimumObservations }) => judgedOf(cells, task).observations >= minimumObservations,
    bounds: (cells, task, rate) => {
      const { right, observations } = judgedOf(cells, task);
      return chernoffBounds(right, observations, rate);
    },
  },
  {
    statistic: 'auc',
    isEnough: (cells, { task, minimumObservations }) => {
      const [positives, negatives] = scoresOf(cells).map(total);
      const isEnough = positives + negatives >= minimumObservations && Math.min(positives, negatives) >= CLASS_MIN;
      return task === 'binary' && isEnough;
    },
    bounds: (cells, _, rate) => {
      const [positives, negatives] = scoresOf(cells);
      return rocAuc(positives, negatives, Math.sqrt(-2 * Math.log(rate)))!;
    },
  },
];

/**
 * @param segments the version's cells of each segment in one window; together they are the version
 * @returns for each segment what can be said of it
 */
export function segmentLags(segments: readonly Float64Array[], options: SegmentLagOptions): readonly SegmentLag[][] {
  const { task, falseAlarmRate } = options;
  const found = segments.map((): SegmentLag[] => []);
  if (task === 'regression') return found;
  const others = othersOf(segments);
  const comparisons = COMPARED.flatMap((compared) =>
    segments.flatMap((cells, at) =>
      compared.isEnough(cells, options) && compared.isEnough(others[at], options) ? [{ compared, at }] : [],
    ),
  );
  const rate = falseAlarmRate / comparisons.length;
  for (const { compared, at } of comparisons) {
    const own = compared.bounds(segments[at], task, rate);
    const rest = compared.bounds(others[at], task, rate);
    const lag = rest.value - own.value;
    const lagLower = lag - Math.hypot(rest.value - rest.lower, own.upper - own.value);
    found[at].push({ statistic: compared.statistic, atMost: own.upper, lag, lagLower });
  }
  return found;
}

/** For each segment, the cells of all others together. */
function othersOf(segments: readonly Float64Array[]): Float64Array[] {
  const all = new Float64Array(VERSION_CELLS);
  for (const cells of segments) for (let cell = 0; cell < VERSION_CELLS; cell++) all[cell] += cells[cell];
  return segments.map((cells) => all.map((sum, cell) => sum - cells[cell]));
}

function judgedOf(cells: Counts, task: Task): { readonly right: number; readonly observations: number } {
  if (task === 'multiclass') return { right: cells[VERSION_CELL.correct], observations: cells[VERSION_CELL.joined] };
  const right = cells[VERSION_CELL.truePositives] + cells[VERSION_CELL.trueNegatives];
  const wrong = cells[VERSION_CELL.falsePositives] + cells[VERSION_CELL.falseNegatives];
  return { right, observations: right + wrong };
}

function scoresOf(cells: Counts): readonly [positives: Counts, negatives: Counts] {
  const { positiveScores, negativeScores } = VERSION_CELL;
  return [
    cells.slice(positiveScores, positiveScores + SCORE_BINS),
    cells.slice(negativeScores, negativeScores + SCORE_BINS),
  ];
}
