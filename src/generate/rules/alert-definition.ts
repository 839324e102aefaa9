/**
 * An alert as data. `build` gives the condition for one scope (a set of models and features with the same thresholds) and
 * says what the alert tells; names, severities, owners, links and exclusions are added alike for all of them.
 */
import type { Config } from '../../config/index.js';
import type { LabelName } from '../../registry/index.js';
import type { DashboardName } from '../dashboard-uids.js';
import type { Scope, ThresholdKey } from '../threshold-scopes.js';
import type { SeverityByTier } from './annotation.js';

/** What an alert is about. A model's alerts carry no version: what is told is true of all of them together. */
export type AlertSubject = 'feature' | 'output' | 'version' | 'model';

export interface AlertText {
  /** PromQL, aggregated to the labels that the alert shall carry; owner and tier are joined on later. */
  readonly condition: string;
  readonly summary: string;
  readonly description: string;
}

export interface AlertDefinition {
  readonly name: string;
  readonly subject: AlertSubject;
  readonly for: string;
  readonly severity: SeverityByTier;
  /** Thresholds it depends on; none: it is the same for all models. */
  readonly thresholds: (config: Config) => readonly ThresholdKey[];
  readonly dashboard: { readonly name: DashboardName; readonly variables: Readonly<Record<string, LabelName>> };
  /** Undefined where the scope's thresholds switch it off. */
  readonly build: (scope: Scope, config: Config) => AlertText | undefined;
}

/** Alerts about this process itself: they have no model, hence neither tier nor thresholds. */
export interface ProcessAlertDefinition extends AlertText {
  readonly name: string;
  readonly for: string;
  readonly severity: 'page' | 'warning';
}

export const BY_TIER: SeverityByTier = { critical: 'page', standard: 'warning', experimental: 'info' };
/** For what may become something. */
export const EARLY: SeverityByTier = { critical: 'warning', standard: 'info', experimental: 'info' };
/** For what asks for a look in working hours, however important the model. */
export const NEVER_PAGES: SeverityByTier = { critical: 'warning', standard: 'warning', experimental: 'info' };
