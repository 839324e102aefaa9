/** The two dashboards: the fleet of models, and one feature of one version against its reference. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type { Config } from '../../config/index.js';
import { DEFAULT_REFERENCE, FEATURE_METRIC, LABEL, MODEL_METRIC } from '../../registry/index.js';
import { DASHBOARD_UID, type DashboardName } from '../dashboard-uids.js';
import type { GeneratedFile } from '../generated-file.js';
import { equal, PROMETHEUS_LABEL, PROMETHEUS_SERIES, select, type Matcher } from '../promql.js';
import { fleetOverTime } from './fleet-time-panels.js';
import { fleetNow, ofModels } from './fleet-panels.js';
import { featureRows } from './feature-panels.js';
import type { PanelRow } from './panel-definition.js';
import { DATASOURCE, panelBuilder } from './panel.js';
import { segmentRow } from './segment-panels.js';
import { datasourceVariable, labelVariable, type LabelVariable } from './variables.js';

const TAG = 'plumbline';

interface DashboardDefinition {
  readonly name: DashboardName;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly LabelVariable[];
  /** Whose firing alerts are drawn as marks. */
  readonly alerts: readonly Matcher[];
  readonly rows: readonly PanelRow[];
}

function definitions(config: Config): DashboardDefinition[] {
  const statistic = config.alerts.driftStatistic;
  const ofModel = equal(LABEL.modelName, '$model');
  const ofVersion = [ofModel, equal(LABEL.modelVersion, '$version')];
  const ofFeature = [...ofVersion, equal(LABEL.feature, '$feature')];
  const window = {
    name: 'window',
    title: 'Window',
    description: 'Length of the rolling window, in event time.',
    label: LABEL.window,
    metric: FEATURE_METRIC.windowObservations,
    initial: config.alerts.windows[0],
  } as const;
  const model = {
    name: 'model',
    title: 'Model',
    description: 'What predicts.',
    label: LABEL.modelName,
    metric: MODEL_METRIC.info,
    matchers: [],
  } as const;
  return [
    {
      name: 'fleet',
      title: 'Plumbline: models',
      description: 'All models: what fires, how they serve, whether their data and their performance hold.',
      variables: [
        { ...model, multiple: true },
        { ...window, matchers: [ofModels] },
        {
          name: 'statistic',
          title: 'Performance',
          description: 'Performance statistic that is drawn.',
          label: LABEL.statistic,
          metric: MODEL_METRIC.performance,
          matchers: [ofModels],
          initial: 'accuracy',
        },
      ],
      alerts: [ofModels],
      rows: [fleetNow(statistic), ...fleetOverTime(statistic), segmentRow()],
    },
    {
      name: 'feature',
      title: 'Plumbline: one feature',
      description:
        'One feature of one model version against its reference: is it drift, which bins moved, what else is wrong.',
      variables: [
        model,
        {
          name: 'version',
          title: 'Version',
          description: 'Its version.',
          label: LABEL.modelVersion,
          metric: MODEL_METRIC.info,
          matchers: [ofModel],
        },
        {
          name: 'feature',
          title: 'Feature',
          description: 'One model input.',
          label: LABEL.feature,
          metric: FEATURE_METRIC.windowObservations,
          matchers: ofVersion,
        },
        { ...window, matchers: ofFeature },
        {
          name: 'reference',
          title: 'Reference',
          description: 'What it is compared against.',
          label: LABEL.reference,
          metric: FEATURE_METRIC.driftState,
          matchers: ofFeature,
          initial: DEFAULT_REFERENCE,
        },
      ],
      alerts: ofFeature,
      rows: featureRows(statistic, config.alerts.embeddingStatistic),
    },
  ];
}

function firingMarks(matchers: readonly Matcher[]): dashboard.AnnotationQueryBuilder {
  const firing = select(PROMETHEUS_SERIES.alerts, [equal(PROMETHEUS_LABEL.alertState, 'firing'), ...matchers]);
  return new dashboard.AnnotationQueryBuilder()
    .name('Firing alerts')
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor('red')
    .expr(firing)
    .step('60s')
    .titleFormat(`{{${PROMETHEUS_LABEL.alertName}}}`)
    .textFormat(
      `{{${LABEL.modelName}}} {{${LABEL.modelVersion}}} {{${LABEL.feature}}} {{${LABEL.segmentValue}}} {{${LABEL.window}}}`,
    );
}

function build(definition: DashboardDefinition): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(definition.title)
    .uid(DASHBOARD_UID[definition.name])
    .description(definition.description)
    .tags([TAG])
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .readonly()
    .annotation(firingMarks(definition.alerts))
    .link(
      new dashboard.DashboardLinkBuilder('Plumbline')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
    .withVariable(datasourceVariable());
  for (const variable of definition.variables) builder.withVariable(labelVariable(variable));
  for (const row of definition.rows) {
    builder.withRow(new dashboard.RowBuilder(row.title));
    for (const panel of row.panels) builder.withPanel(panelBuilder(panel));
  }
  const built = builder.build();
  // The SDK leaves the ids at 0; Grafana and links to single panels tell panels apart by them.
  return { ...built, panels: built.panels?.map((panel, index) => ({ ...panel, id: index + 1 })) };
}

function readme(all: readonly DashboardDefinition[]): string {
  const sections = all.map((definition) => {
    const rows = definition.rows.map(
      (row) => `- **${row.title}**: ${row.panels.map((panel) => panel.title).join('; ')}`,
    );
    const variables = definition.variables.map((variable) => `\`${variable.name}\``).join(', ');
    return `## ${definition.title}\n\n\`${definition.name}.json\`, \`/d/${DASHBOARD_UID[definition.name]}\`. ${definition.description}\nVariables: \`datasource\`, ${variables}.\n\n${rows.join('\n')}\n`;
  });
  return `<!-- generated by plumbline generate dashboards; do not edit -->

# Dashboards

Import the JSON files into Grafana (Dashboards, New, Import), or mount this directory and
\`deploy/grafana/provisioning\` as \`deploy/docker-compose.yaml\` does. Each asks for the Prometheus that scrapes
Plumbline and needs the recording rules of \`deploy/prometheus/rules\`. Exemplars need Prometheus started with
\`--enable-feature=exemplar-storage\`.

${sections.join('\n')}`;
}

export function dashboardFiles(config: Config): GeneratedFile[] {
  const all = definitions(config);
  return [
    ...all.map((definition) => ({
      path: `${definition.name}.json`,
      text: `${JSON.stringify(build(definition), null, 2)}\n`,
    })),
    { path: 'README.md', text: readme(all) },
  ];
}
