/** What a collector publishes of a pipeline that a test feeds: the evaluation as it is wired there, with the defaults. */
import { CriticalValues } from '../../src/compare/index.js';
import { defaultConfig } from '../../src/config/index.js';
import { Evaluation, type EvaluationOptions, FamilySet } from '../../src/expose/index.js';
import { METRICS } from '../../src/registry/index.js';
import type { Pipeline } from '../observe/pipeline.js';
import { pageOf, parsePage, type ParsedSample } from './page.js';

const { compare, alerts } = defaultConfig();

export class Evaluated {
  readonly families = new FamilySet(METRICS, { maxSeries: 10_000 });
  readonly evaluation: Evaluation;

  constructor(
    { observer, clock }: Pipeline,
    options: Partial<Pick<EvaluationOptions, 'criticalValues' | 'skew'>> = {},
  ) {
    this.evaluation = new Evaluation({
      families: this.families,
      observer,
      criticalValues: new CriticalValues({ falseAlarmRate: compare.falseAlarmRate }),
      minimumObservations: compare.minimumObservations,
      windows: ['5m', '1h', '1d'],
      everyMs: 0,
      clock,
      factsOf: () => ({ owner: 'o', tier: 'standard', task: '', thresholdOf: () => () => alerts.thresholds.psi }),
      writeProcess: () => undefined,
      gather: () => Promise.resolve(),
      ...options,
    });
  }

  async page(): Promise<ParsedSample[]> {
    await this.evaluation.run();
    return parsePage(await pageOf(this.families, 'prometheus'));
  }
}
