/**
 * Panel definitions to the foundation SDK's builders. The SDK sets neither `refId` nor data source; both are set here, the
 * data source as the variable, so that a dashboard works wherever it is imported.
 */
import * as barchart from '@grafana/grafana-foundation-sdk/barchart';
import { type Builder, type Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type { FieldStyle, PanelDefinition, PanelKind, PanelQuery } from './panel-definition.js';

export const DATASOURCE: common.DataSourceRef = { type: 'prometheus', uid: '${datasource}' };

/** What all of the SDK's panel builders have in common; it declares no interface of its own for it. */
interface PanelBuilder extends Builder<dashboard.Panel> {
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  span(width: number): this;
  height(height: number): this;
  datasource(datasource: common.DataSourceRef): this;
  withTarget(target: Builder<Dataquery>): this;
  withTransformation(transformation: dashboard.DataTransformerConfig): this;
  overrideByRegexp(pattern: string, properties: dashboard.DynamicConfigValue[]): this;
  decimals(decimals: number): this;
  min(min: number): this;
  max(max: number): this;
  noValue(text: string): this;
  mappings(mappings: dashboard.ValueMapping[]): this;
  thresholds(thresholds: Builder<dashboard.ThresholdsConfig>): this;
  colorScheme(color: Builder<dashboard.FieldColor>): this;
}

const legend = (): common.VizLegendOptionsBuilder =>
  new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(true);

const tooltip = (): common.VizTooltipOptionsBuilder =>
  new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending);

const lastValue = (): common.ReduceDataOptionsBuilder =>
  new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false);

function drawn(definition: PanelDefinition): PanelBuilder {
  const builders: Record<PanelKind, () => PanelBuilder> = {
    stat: () =>
      new stat.PanelBuilder()
        .reduceOptions(lastValue())
        .graphMode(common.BigValueGraphMode.None)
        .colorMode(common.BigValueColorMode.Value)
        .textMode(definition.showsName ? common.BigValueTextMode.Name : common.BigValueTextMode.Value),
    timeseries: () => {
      const panel = new timeseries.PanelBuilder()
        .legend(legend())
        .tooltip(tooltip())
        .showPoints(common.VisibilityMode.Never)
        .lineWidth(1)
        .fillOpacity(definition.stacked ? 60 : 5);
      return definition.stacked
        ? panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Percent).group('A'))
        : panel;
    },
    table: () => new table.PanelBuilder().showHeader(true).cellHeight(common.TableCellHeight.Sm),
    barchart: () =>
      new barchart.PanelBuilder()
        .legend(legend())
        .tooltip(tooltip())
        .xTickLabelRotation(-45)
        .xTickLabelSpacing(60)
        .showValue(common.VisibilityMode.Never)
        .fillOpacity(70),
    'state-timeline': () =>
      new statetimeline.PanelBuilder()
        .legend(legend())
        .showValue(common.VisibilityMode.Auto)
        .mergeValues(true)
        .rowHeight(0.8),
  };
  return builders[definition.kind]();
}

function target(query: PanelQuery, index: number, kind: PanelKind): prometheus.DataqueryBuilder {
  const builder = new prometheus.DataqueryBuilder()
    .refId(String.fromCharCode('A'.charCodeAt(0) + index))
    .datasource(DATASOURCE)
    .editorMode(prometheus.QueryEditorMode.Code)
    .expr(query.expr)
    .legendFormat(query.legend ?? '__auto');
  if (query.exemplars) builder.exemplar(true);
  if (!query.instant) return builder.range();
  const isTable = kind === 'table' || kind === 'barchart';
  return builder.instant().format(isTable ? prometheus.PromQueryFormat.Table : prometheus.PromQueryFormat.TimeSeries);
}

/** Rows of several queries to one table, its columns named, in order, and none but those. */
function transformations(definition: PanelDefinition): dashboard.DataTransformerConfig[] {
  const { columns } = definition;
  if (columns === undefined) return [];
  const names = Object.keys(columns);
  const join =
    definition.joinBy === undefined
      ? { id: 'merge', options: {} }
      : { id: 'joinByField', options: { byField: definition.joinBy, mode: 'outer' } };
  return [
    ...(definition.queries.length > 1 ? [join] : []),
    { id: 'filterFieldsByName', options: { include: { names } } },
    {
      id: 'organize',
      options: {
        indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
        renameByName: columns,
        excludeByName: {},
      },
    },
  ];
}

function properties(style: FieldStyle, kind: PanelKind): dashboard.DynamicConfigValue[] {
  const list: dashboard.DynamicConfigValue[] = [];
  if (style.unit !== undefined) list.push({ id: 'unit', value: style.unit });
  if (style.color !== undefined) list.push({ id: 'color', value: { mode: 'fixed', fixedColor: style.color } });
  if (style.dashed) {
    list.push({ id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } });
    list.push({ id: 'custom.fillOpacity', value: 0 });
  }
  if (style.width !== undefined) {
    list.push({ id: kind === 'table' ? 'custom.width' : 'custom.lineWidth', value: style.width });
  }
  if (style.link !== undefined) list.push({ id: 'links', value: [{ ...style.link, targetBlank: false }] });
  return list;
}

function colors(definition: PanelDefinition): dashboard.ThresholdsConfigBuilder {
  const steps = definition.steps ?? [];
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps([
      { value: null, color: steps.length === 0 ? 'text' : 'green' },
      ...steps.map(({ from, color }) => ({ value: from, color })),
    ]);
}

export function panelBuilder(definition: PanelDefinition): PanelBuilder {
  const panel = drawn(definition)
    .title(definition.title)
    .description(definition.description)
    .unit(definition.unit)
    .span(definition.width)
    .height(definition.height)
    .datasource(DATASOURCE)
    .thresholds(colors(definition));
  const mode =
    definition.kind === 'stat' || definition.kind === 'state-timeline' || definition.kind === 'table'
      ? dashboard.FieldColorModeId.Thresholds
      : dashboard.FieldColorModeId.PaletteClassic;
  panel.colorScheme(new dashboard.FieldColorBuilder().mode(mode));
  definition.queries.forEach((query, index) => panel.withTarget(target(query, index, definition.kind)));
  for (const transformation of transformations(definition)) panel.withTransformation(transformation);
  for (const style of definition.styles ?? []) {
    panel.overrideByRegexp(style.fields.source, properties(style, definition.kind));
  }
  if (definition.decimals !== undefined) panel.decimals(definition.decimals);
  if (definition.min !== undefined) panel.min(definition.min);
  if (definition.max !== undefined) panel.max(definition.max);
  if (definition.noValue !== undefined) panel.noValue(definition.noValue);
  if (definition.texts !== undefined) {
    panel.mappings([{ type: dashboard.MappingType.ValueToText, options: { ...definition.texts } }]);
  }
  return panel;
}
