/** The schedule of faults: when, and that each does what it says and nothing else. */
import { describe, expect, test } from 'vitest';
import { activeAt, endMs, INJECTIONS, sentFeatures, startMs } from '../../demo/injections.js';
import type { FlightFeatures } from '../../demo/flights.js';

const flight: FlightFeatures = {
  hour: 9,
  distance: 1000,
  origin: 'ATL',
  destination: 'ORD',
  origin_departures: 40,
  route_flights: 700,
};

describe('the schedule', () => {
  test('is in order, with one fault at a time, each from its first instant to before its last', () => {
    INJECTIONS.forEach((injection, index) => {
      expect(startMs(injection)).toBeLessThan(endMs(injection));
      if (index > 0) expect(startMs(injection)).toBeGreaterThanOrEqual(endMs(INJECTIONS[index - 1]));
      expect(activeAt(startMs(injection))).toEqual([injection]);
      expect(activeAt(startMs(injection) - 1)).toEqual([]);
      expect(activeAt(endMs(injection))).toEqual([]);
    });
  });
});

describe('what is sent', () => {
  const during = (name: string, chance = 0): Partial<FlightFeatures> => {
    const injection = INJECTIONS.find((entry) => entry.name === name);
    return sentFeatures(flight, startMs(injection as (typeof INJECTIONS)[number]), chance);
  };

  test('is the truth outside of the faults', () => {
    expect(sentFeatures(flight, Date.UTC(2001, 1, 1), 0)).toEqual(flight);
  });

  test('has the distance in kilometres', () => {
    expect(during('distance in kilometres')).toEqual({ ...flight, distance: 1609 });
  });

  test('lacks the hour for a share of the flights', () => {
    const { hour: _absent, ...rest } = flight;
    expect(during('hour goes missing', 0.399)).toEqual(rest);
    expect(during('hour goes missing', 0.4)).toEqual(flight);
  });

  test('has a code that January does not have', () => {
    expect(during('an unseen airport')).toEqual({ ...flight, destination: 'KORD' });
  });

  test('is the truth while the candidate is slow', () => {
    expect(during('a slow candidate')).toEqual(flight);
  });
});
