/** A panel as data: what it asks, in which unit, and how it is drawn. `panel.ts` makes Grafana's JSON of it. */
export interface PanelQuery {
  readonly expr: string;
  /** Legend; absent in tables, where labels are columns. */
  readonly legend?: string;
  /** One row per series at the end of the time range, for tables, bars and single values. */
  readonly instant?: true;
  /** Draws exemplars: single predictions, with their trace. */
  readonly exemplars?: true;
}

export type PanelKind = 'stat' | 'timeseries' | 'table' | 'barchart' | 'state-timeline';

/** A change to the fields whose name matches: a series of a chart, a column of a table. */
export interface FieldStyle {
  readonly fields: RegExp;
  readonly unit?: string;
  readonly color?: string;
  readonly dashed?: true;
  readonly width?: number;
  /** Opens this when the cell is clicked. */
  readonly link?: { readonly title: string; readonly url: string };
}

/** From this value on, this colour. */
export interface ColorStep {
  readonly from: number;
  readonly color: string;
}

export interface PanelDefinition {
  readonly kind: PanelKind;
  readonly title: string;
  readonly description: string;
  /** Grafana's name of the unit. */
  readonly unit: string;
  /** Of 24 columns. */
  readonly width: number;
  /** Of rows of 30 pixels. */
  readonly height: number;
  readonly queries: readonly PanelQuery[];
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  /** Shown where the queries return nothing, which is an answer of its own. */
  readonly noValue?: string;
  readonly styles?: readonly FieldStyle[];
  readonly steps?: readonly ColorStep[];
  readonly stacked?: true;
  /** A stat that shows the name of the series, not its value. */
  readonly showsName?: true;
  /** What a value is called: numbers of a state, for people. */
  readonly texts?: Readonly<Record<string, { readonly text: string; readonly color: string }>>;
  /** Columns of a table, or the axis of a bar chart, in order: label or `Value #A` to what it is called. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Joins the queries on this label instead of on all labels that they share. */
  readonly joinBy?: string;
}

export interface PanelRow {
  readonly title: string;
  readonly panels: readonly PanelDefinition[];
}
