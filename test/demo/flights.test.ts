/** The demo's flights: what is derived from the real file, and what is left out of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FlightData, landingMs, weekdayOf } from '../../demo/flights.js';

let data: FlightData;
beforeAll(async () => {
  data = await FlightData.open();
});
afterAll(() => data.close());

describe('the real file', () => {
  test('has three defective delays, which are left out of what is played', async () => {
    expect(await data.defects()).toEqual({ rows: 3, earliestMinutes: -1116 });
  });

  test('gives the same flights for the same seed, others for another, in time order, at about the rate asked for', async () => {
    const flights = await data.sample('2001-02-01', '2001-02-08', 500, 1);
    expect(flights.length).toBeGreaterThan(3200);
    expect(flights.length).toBeLessThan(3800);
    expect(await data.sample('2001-02-01', '2001-02-08', 500, 1)).toEqual(flights);
    expect(await data.sample('2001-02-01', '2001-02-08', 500, 2)).not.toEqual(flights);
    const departures = flights.map(({ departureMs }) => departureMs);
    expect(departures).toEqual(departures.toSorted((a, b) => a - b));
    expect(new Set(flights.map(({ id }) => id)).size).toBe(flights.length);
    expect(departures[0]).toBeGreaterThanOrEqual(Date.UTC(2001, 1, 1));
    expect(departures.at(-1)).toBeLessThan(Date.UTC(2001, 1, 8));
  });

  test('says how busy the origin is and how well known the route', async () => {
    const [flight] = await data.sample('2001-02-01', '2001-02-02', 20_000, 1);
    const atSameHour = (await data.sample('2001-02-01', '2001-02-02', 20_000, 1)).filter(
      ({ features }) => features.origin === flight.features.origin && features.hour === flight.features.hour,
    );
    expect(flight.features.origin_departures).toBe(atSameHour.length);
    expect(flight.features.route_flights).toBeGreaterThan(0);
  });
});

describe('derived times', () => {
  test('a flight of 750 miles lands 40 + 100 minutes after its departure', () => {
    expect(landingMs(0, 750)).toBe(140 * 60_000);
  });

  test('the weekday is that of the calendar', () => {
    expect(weekdayOf(Date.UTC(2001, 1, 1))).toBe('Thu');
    expect(weekdayOf(Date.UTC(2001, 1, 4, 23, 59))).toBe('Sun');
  });
});
