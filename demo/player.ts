/**
 * Plays the flights, in a process of its own: asks the model service at each departure, reports each flight's ground truth
 * when it has landed (as an arrivals feed would, from another process than the service), and injects the demo's faults
 * from the times that it announces. Tells whoever started it what it does, as `PlayerMessage`s.
 */
import { recordGroundTruth } from 'plumbline';
import { startTelemetry } from 'plumbline/node';
import { systemClock } from '../src/lib/clock.js';
import { seededRandom } from '../src/lib/random.js';
import { FlightData, landingMs, PLAY_START, type Flight } from './flights.js';
import { activeAt, endMs, INJECTIONS, sentFeatures, startMs, type Injection } from './injections.js';
import { parseOptions, type DemoOptions } from './options.js';
import { ServiceClient } from './service-client.js';
import { SimulatedClock } from './simulated-clock.js';
import { CANDIDATE, MODEL_NAME } from './train.js';

export type PlayerMessage =
  | { readonly kind: 'started'; readonly flights: number; readonly wallMs: number }
  | { readonly kind: 'injected' | 'ended'; readonly injection: string; readonly wallMs: number }
  | {
      readonly kind: 'done';
      readonly sent: number;
      readonly failed: number;
      readonly landed: number;
      readonly wallMs: number;
    };

const HOUR_MS = 3_600_000;

/** Flights that are answered and will land, by the simulated hour after which the arrivals feed reports them. */
class ArrivalsFeed {
  readonly #byHour = new Map<number, Flight[]>();
  #reportedHour = 0;
  reported = 0;

  expect(flight: Flight): void {
    const landedHour = Math.floor(landingMs(flight.departureMs, flight.features.distance) / HOUR_MS);
    const hour = Math.max(landedHour, this.#reportedHour);
    const flights = this.#byHour.get(hour);
    if (flights === undefined) this.#byHour.set(hour, [flight]);
    else flights.push(flight);
  }

  /** Reports all who landed in the hours before that time. */
  reportUntil(simulatedMs: number): void {
    const hourNow = Math.floor(simulatedMs / HOUR_MS);
    if (hourNow === this.#reportedHour) return;
    this.#reportedHour = hourNow;
    for (const [hour, flights] of this.#byHour) {
      if (hour >= hourNow) continue;
      this.#byHour.delete(hour);
      for (const flight of flights) this.#report(flight);
    }
  }

  #report({ id, departureMs, features, late }: Flight): void {
    const time = landingMs(departureMs, features.distance);
    recordGroundTruth({ model: MODEL_NAME, id, value: late, time, source: 'arrivals-feed' });
    this.reported++;
  }
}

async function play(options: DemoOptions, tell: (message: PlayerMessage) => void): Promise<void> {
  const data = await FlightData.open();
  const flights = await data.sample(PLAY_START, options.until, options.flightsPerDay, options.seed);
  data.close();
  const service = new ServiceClient();
  const arrivals = new ArrivalsFeed();
  const random = seededRandom(options.seed);
  const toStart = [...INJECTIONS];
  const injected = new Set<Injection>();
  let failed = 0;
  const underWay = new Set<Promise<void>>();
  tell({ kind: 'started', flights: flights.length, wallMs: Date.now() });
  const clock = new SimulatedClock(Date.parse(PLAY_START), options.daysPerSecond, systemClock);
  for (const flight of flights) {
    await clock.reach(flight.departureMs);
    for (const injection of injected) {
      if (endMs(injection) > flight.departureMs) continue;
      injected.delete(injection);
      if (injection.candidateDelayMs !== undefined) await service.delay({ version: CANDIDATE, delayMs: 0 });
      tell({ kind: 'ended', injection: injection.name, wallMs: Date.now() });
    }
    while (toStart.length > 0 && startMs(toStart[0]) <= flight.departureMs) {
      const injection = toStart.shift() as Injection;
      injected.add(injection);
      if (injection.candidateDelayMs !== undefined)
        await service.delay({ version: CANDIDATE, delayMs: injection.candidateDelayMs });
      tell({ kind: 'injected', injection: injection.name, wallMs: Date.now() });
    }
    arrivals.reportUntil(flight.departureMs);
    await service.room();
    const { id, departureMs } = flight;
    const asked = service
      .predict({ id, departureMs, features: sentFeatures(flight.features, activeAt(departureMs), random.next()) })
      .then(
        () => arrivals.expect(flight),
        () => void failed++,
      )
      .finally(() => underWay.delete(asked));
    underWay.add(asked);
  }
  await Promise.all(underWay);
  arrivals.reportUntil(Infinity);
  service.close();
  tell({ kind: 'done', sent: flights.length, failed, landed: arrivals.reported, wallMs: Date.now() });
}

const telemetry = startTelemetry();
const stop = (): void => process.exit(0);
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.once('disconnect', stop);
await play(parseOptions(process.argv.slice(2)), (message) => {
  if (process.send === undefined) console.log(JSON.stringify(message));
  else process.send(message);
});
await telemetry.shutdown();
process.exit(0);
