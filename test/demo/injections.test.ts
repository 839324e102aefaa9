/** The schedule of faults: when, and that each does what it says and nothing else. */
import { describe, expect, test } from 'vitest';
import { activeAt, endMs, INJECTIONS, sentFeatures, startMs } from '../../demo/injections.js';
import { PLAY_END, PLAY_START, type FlightFeatures } from '../../demo/flights.js';

const flight: FlightFeatures = {
  hour: 9,
  distance: 1000,
  origin: 'ATL',
  destination: 'ORD',
  origin_departures: 40,
  route_flights: 700,
};

describe('the schedule', () => {
  test('leaves the first weeks alone, then adds one fault after the other, each from its first instant to before its last', () => {
    INJECTIONS.forEach((injection, index) => {
      const before = index === 0 ? Date.parse(PLAY_START) + 14 * 86_400_000 : startMs(INJECTIONS[index - 1]);
      expect(startMs(injection)).toBeGreaterThan(before);
      expect(endMs(injection)).toBeLessThanOrEqual(Date.parse(PLAY_END));
      expect(activeAt(startMs(injection))).toContain(injection);
      expect(activeAt(startMs(injection) - 1)).not.toContain(injection);
      expect(activeAt(endMs(injection) - 1)).toContain(injection);
      expect(activeAt(endMs(injection))).not.toContain(injection);
    });
  });
});

describe('what is sent', () => {
  const during = (name: string, chance = 0): Partial<FlightFeatures> =>
    sentFeatures(
      flight,
      INJECTIONS.filter((entry) => entry.name === name),
      chance,
    );

  test('is the truth outside of the faults', () => {
    expect(sentFeatures(flight, [], 0)).toEqual(flight);
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

  test('has all that is wrong at the time', () => {
    expect(sentFeatures(flight, INJECTIONS, 0)).toEqual({
      distance: 1609,
      origin: 'ATL',
      destination: 'KORD',
      origin_departures: 40,
      route_flights: 700,
    });
  });

  test('is the truth while the candidate is slow', () => {
    expect(during('a slow candidate')).toEqual(flight);
  });
});
