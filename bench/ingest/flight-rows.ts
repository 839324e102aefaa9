/**
 * Real flights as rows of features: what a model of delays could be asked with, five, twenty or a hundred values of mixed
 * kinds. The hundred are the twenty of a flight and of the four flights that left the same airport before it.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { flightsFile } from '../../demo/flights.js';

export const FEATURE_COUNTS = [5, 20, 100] as const;
export type FeatureCount = (typeof FEATURE_COUNTS)[number];

export type FeatureValue = number | string | boolean;
export type FlightRow = Readonly<Record<string, FeatureValue>>;

const EARLIER_FLIGHTS = 4;
const FROM = '2001-01-01';
const UNTIL = '2001-02-01';

/** By name, in SQL over the columns of the file. The first five are one or two of each kind. */
const FEATURES: Readonly<Record<string, string>> = {
  distance_km: 'distance * 1.609344',
  hour: 'hour(date)::integer',
  weekend: 'dayofweek(date) in (0, 6)',
  origin: 'origin',
  route_delay_mean: 'avg(delay) over (partition by origin, destination)',
  destination: 'destination',
  distance: 'distance::integer',
  minute: 'minute(date)::integer',
  day_of_month: 'day(date)::integer',
  rush_hour: 'hour(date) in (7, 8, 16, 17, 18)',
  long_haul: 'distance > 1500',
  weekday: 'dayname(date)',
  time_of_day:
    "case when hour(date) < 6 then 'night' when hour(date) < 12 then 'morning' when hour(date) < 18 then 'afternoon' else 'evening' end",
  origin_departures: "(count(*) over (partition by origin, date_trunc('hour', date)))::integer",
  route_flights: '(count(*) over (partition by origin, destination))::integer',
  destination_flights: '(count(*) over (partition by destination))::integer',
  origin_delay_mean: 'avg(delay) over (partition by origin)',
  destination_delay_mean: 'avg(delay) over (partition by destination)',
  origin_delay_stddev: 'stddev_pop(delay) over (partition by origin)',
  hour_delay_mean: 'avg(delay) over (partition by hour(date))',
};

/** `count` flights drawn from January 2001, the same ones each time, with a hundred features each. */
export async function flightRows(count: number): Promise<FlightRow[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const names = Object.keys(FEATURES);
  const own = Object.entries(FEATURES).map(([name, expression]) => `${expression} as ${name}`);
  const earlier = Array.from({ length: EARLIER_FLIGHTS }, (_, index) =>
    names.map((name) => `lag(${name}, ${index + 1}) over departures as ${name}_before_${index + 1}`),
  ).flat();
  const reader = await connection.runAndReadAll(`
    with january as (
      select * from read_parquet('${flightsFile().replaceAll("'", "''")}') where date >= '${FROM}' and date < '${UNTIL}'
    ),
    described as (select date, ${own.join(', ')} from january),
    chained as (
      select ${[...names, ...earlier].join(', ')}, row_number() over departures as place, hash(date, origin, destination) as draw
        from described window departures as (partition by origin order by date, destination)
    )
    select * exclude (place, draw) from chained where place > ${EARLIER_FLIGHTS} order by draw, origin limit ${count}`);
  const rows = reader.getRowObjectsJS() as FlightRow[];
  connection.closeSync();
  return rows;
}

/** The first `count` features of each row. */
export function withFeatures(rows: readonly FlightRow[], count: FeatureCount): FlightRow[] {
  return rows.map((row) => Object.fromEntries(Object.entries(row).slice(0, count)));
}

/** A made-up score that depends on the features, so that its distribution is that of a model and not a constant. */
export function scoreOf(row: FlightRow): number {
  const delayMean = Number(row.route_delay_mean);
  const busy = Number(row.hour) / 24;
  return 1 / (1 + Math.exp(-(delayMean / 10 + busy - 1.5)));
}
