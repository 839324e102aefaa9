/** Dashboard variables: a data source, then labels, each offering what the ones before it leave. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { LABEL, prometheusName, type MetricDefinition, type LabelName } from '../../registry/index.js';
import { select, type Matcher } from '../promql.js';
import { DATASOURCE } from './panel.js';

export interface LabelVariable {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly label: LabelName;
  /** Whose label values are offered, and with which of the earlier variables. */
  readonly metric: MetricDefinition;
  readonly matchers: readonly Matcher[];
  readonly multiple?: true;
  readonly initial?: string;
}

export function datasourceVariable(): dashboard.DatasourceVariableBuilder {
  return new dashboard.DatasourceVariableBuilder('datasource')
    .label('Data source')
    .description('The Prometheus that scrapes Plumbline.')
    .type('prometheus');
}

export function labelVariable(variable: LabelVariable): dashboard.QueryVariableBuilder {
  const series = select(prometheusName(variable.metric), variable.matchers);
  const query = `label_values(${series}, ${variable.label})`;
  const builder = new dashboard.QueryVariableBuilder(variable.name)
    .label(variable.title)
    .description(variable.description)
    .datasource(DATASOURCE)
    .query({ query, refId: `variable-${variable.name}` })
    .definition(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(
      variable.label === LABEL.modelVersion ? dashboard.VariableSort.NaturalDesc : dashboard.VariableSort.NaturalAsc,
    );
  if (variable.multiple) {
    builder.multi(true).includeAll(true).allValue('.+').current({ text: 'All', value: '$__all' });
  } else if (variable.initial !== undefined) {
    builder.current({ text: variable.initial, value: variable.initial });
  }
  return builder;
}
