/**
 * What the demo does wrong on purpose, from simulated times that are announced, and by what it must then be seen. All
 * else that moves while the flights play is real: the year's seasons, and airports that open and close with them.
 */
import { PLAY_END, type FlightFeatures } from './flights.js';
import { CANDIDATE } from './train.js';

/** How something that moved shows on `/metrics`. */
export type Signal =
  'drift' | 'missing' | 'unseen category' | 'out of range' | 'type mismatch' | 'errors' | 'latency p95';

export interface Injection {
  readonly name: string;
  /** Simulated dates, UTC midnight; half-open. */
  readonly from: string;
  readonly until: string;
  readonly says: string;
  /** By what it counts as detected: this signal, of this feature (a model's own where absent), of this version (any where absent). */
  readonly expected: { readonly signal: Signal; readonly feature?: keyof FlightFeatures; readonly version?: string };
  /** What it does to a flight's features. `chance` is uniform in [0, 1). */
  readonly change?: (features: Partial<FlightFeatures>, chance: number) => Partial<FlightFeatures>;
  /** What it does to the service: so much is added to each prediction of the candidate. */
  readonly candidateDelayMs?: number;
}

const KILOMETRES_PER_MILE = 1.609344;
const HOUR_MISSING_SHARE = 0.4;
const RENAMED = { from: 'ORD', to: 'KORD' };
const CANDIDATE_DELAY_MS = 150;

/**
 * Early, and long: the alert rules of `deploy/` wait a minute or two of real time before they fire, which at the default
 * pace is 40 to 80 simulated days. The first fault is mended while the play goes on, so that an alert is seen to resolve.
 */
export const INJECTIONS: readonly Injection[] = [
  {
    name: 'distance in kilometres',
    from: '2001-02-19',
    until: '2001-05-14',
    says: `distance is sent in kilometres (×${KILOMETRES_PER_MILE})`,
    expected: { signal: 'drift', feature: 'distance' },
    change: (features) => ({ ...features, distance: Math.round((features.distance ?? NaN) * KILOMETRES_PER_MILE) }),
  },
  {
    name: 'a slow candidate',
    from: '2001-03-05',
    until: PLAY_END,
    says: `each prediction of ${CANDIDATE} takes ${CANDIDATE_DELAY_MS} ms longer`,
    expected: { signal: 'latency p95', version: CANDIDATE },
    candidateDelayMs: CANDIDATE_DELAY_MS,
  },
  {
    name: 'hour goes missing',
    from: '2001-03-26',
    until: PLAY_END,
    says: `hour is absent from ${HOUR_MISSING_SHARE * 100}% of the requests`,
    expected: { signal: 'missing', feature: 'hour' },
    change: (features, chance) => {
      if (chance >= HOUR_MISSING_SHARE) return features;
      const { hour: _absent, ...rest } = features;
      return rest;
    },
  },
  {
    name: 'an unseen airport',
    from: '2001-04-16',
    until: PLAY_END,
    says: `destination ${RENAMED.from} is sent as ${RENAMED.to}, a code that January does not have`,
    expected: { signal: 'unseen category', feature: 'destination' },
    change: (features) => (features.destination === RENAMED.from ? { ...features, destination: RENAMED.to } : features),
  },
];

export const startMs = (injection: Injection): number => Date.parse(injection.from);
export const endMs = (injection: Injection): number => Date.parse(injection.until);

export function activeAt(simulatedMs: number): Injection[] {
  return INJECTIONS.filter((injection) => startMs(injection) <= simulatedMs && simulatedMs < endMs(injection));
}

/** What the service is sent for a flight: the truth, with what is injected. `chance` is uniform in [0, 1). */
export function sentFeatures(
  features: FlightFeatures,
  injected: readonly Injection[],
  chance: number,
): Partial<FlightFeatures> {
  return injected.reduce<Partial<FlightFeatures>>((sent, { change }) => change?.(sent, chance) ?? sent, features);
}
