/** Grafana's identifiers of the dashboards: alerts and tables link to them, so they never change. */
export const DASHBOARD_UID = { fleet: 'plumbline-fleet', feature: 'plumbline-feature' } as const;

export type DashboardName = keyof typeof DASHBOARD_UID;
