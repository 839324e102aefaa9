/**
 * The series of training-serving skew: per feature and window of each version that offline values came for. A window is
 * looked at anew only where pairs have come or gone since.
 */
import { type SkewFinding, skewOfWindow } from '../compare/index.js';
import type { Observer, SkewWindow, VersionObserver } from '../observe/index.js';
import { OVERFLOW, SKEW_METRIC, SKEW_QUANTILES } from '../registry/index.js';
import type { FamilySet } from './families.js';

export interface SkewSeriesOptions {
  /** As they are written in the `window` label, shortest first. */
  readonly windows: readonly string[];
  /** Relative difference up to which two numbers of a model's feature are the same. */
  readonly toleranceOf: (model: string, feature: string) => number;
  readonly maxFeatures: number;
}

interface Known {
  readonly revision: number;
  readonly findings: readonly SkewFinding[];
}

export class SkewSeries {
  readonly #families: FamilySet;
  readonly #options: SkewSeriesOptions;
  readonly #known = new WeakMap<SkewWindow, Known>();

  constructor(families: FamilySet, options: SkewSeriesOptions) {
    this.#families = families;
    this.#options = options;
  }

  /** `pause` is awaited after each window, and lets ingestion have its turn when it is due. */
  async write({ skew }: Observer, versions: Iterable<VersionObserver>, pause: () => Promise<void>): Promise<void> {
    if (skew === undefined) return;
    this.#families.set(SKEW_METRIC.sampled, [], 1 / skew.guidance.every);
    for (const version of versions) {
      const compared = skew.windowsOf(version);
      if (compared === undefined) continue;
      const labels = [version.model, version.version];
      this.#families.set(SKEW_METRIC.compared, labels, compared.compared);
      for (const [index, window] of compared.windows.entries()) {
        this.#writeWindow(labels, this.#options.windows[index], this.#findingsOf(version.model, window));
        await pause();
      }
    }
  }

  #findingsOf(model: string, window: SkewWindow): readonly SkewFinding[] {
    const known = this.#known.get(window);
    if (known?.revision === window.revision) return known.findings;
    const findings = skewOfWindow(window.pairs, (feature) => this.#options.toleranceOf(model, feature));
    this.#known.set(window, { revision: window.revision, findings });
    return findings;
  }

  #writeWindow(labels: readonly string[], window: string, findings: readonly SkewFinding[]): void {
    const { maxFeatures } = this.#options;
    for (const finding of findings.slice(0, maxFeatures))
      this.#writeFinding([...labels, finding.feature, window], finding);
    const over = findings.slice(maxFeatures).reduce((sum, { skew }) => sum + skew.rows, 0);
    if (over > 0) this.#families.set(SKEW_METRIC.rows, [...labels, OVERFLOW, window], over);
  }

  #writeFinding(labels: readonly string[], { skew, diagnosis }: SkewFinding): void {
    const families = this.#families;
    families.set(SKEW_METRIC.rows, labels, skew.rows);
    if (skew.mismatched === undefined) return;
    families.set(SKEW_METRIC.mismatched, labels, skew.mismatched.value);
    families.set(SKEW_METRIC.mismatchedLower, labels, skew.mismatched.lower);
    families.set(SKEW_METRIC.mismatchedUpper, labels, skew.mismatched.upper);
    const { differences } = skew;
    if (differences.length > 0) {
      const sum = differences.reduce((total, difference) => total + difference, 0);
      families.set(SKEW_METRIC.differenceMean, labels, sum / differences.length);
      for (const q of SKEW_QUANTILES) {
        const at = Math.floor(q * (differences.length - 1));
        families.set(SKEW_METRIC.difference, [...labels, String(q)], differences[at]);
      }
    }
    if (diagnosis === undefined) return;
    const named = [...labels, diagnosis.name, diagnosis.detail];
    families.set(SKEW_METRIC.diagnosis, named, diagnosis.value);
    if (diagnosis.spread !== undefined) families.set(SKEW_METRIC.diagnosisSpread, named, diagnosis.spread);
  }
}
