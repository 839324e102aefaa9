/**
 * The demo's data: real US flights of January to June 2001, read where npm put them (`flights-3m.parquet` of the package
 * `vega-datasets`), never copied into this repository. January is what the models learn from; February to June is what
 * is played through them.
 *
 * The file has five columns: `date` (actual departure), `delay` (of the arrival, minutes), `distance` (miles), `origin`,
 * `destination`. What else a model may use is derived here, from facts that are known at departure.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

/** What a model can be asked with. Names are those that telemetry carries after `ml.feature.`. */
export interface FlightFeatures {
  /** Hour of the departure, 0 to 23, local time. */
  hour: number;
  /** Miles. */
  distance: number;
  /** IATA code. */
  origin: string;
  /** IATA code. */
  destination: string;
  /** Departures from the origin within that clock hour: how busy it is. */
  origin_departures: number;
  /** Flights on that route in January: how well known it is. */
  route_flights: number;
}

/** What a model computes with: what it is asked with, and what it reads from the calendar by itself. */
export interface ModelInputs extends FlightFeatures {
  weekday: Weekday;
}

export type Weekday = (typeof WEEKDAYS)[number];

export interface Flight {
  readonly id: string;
  /** Actual departure, epoch milliseconds of the simulated time. */
  readonly departureMs: number;
  readonly features: FlightFeatures;
  /** Arrived more than `LATE_MINUTES` late. */
  readonly late: boolean;
}

/** Column per column, for January's half a million rows. */
export interface FlightColumns {
  readonly rows: number;
  readonly row: readonly number[];
  readonly departureMs: readonly number[];
  readonly late: readonly boolean[];
  readonly features: { readonly [Name in keyof ModelInputs]: readonly ModelInputs[Name][] };
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

export function weekdayOf(departureMs: number): Weekday {
  return WEEKDAYS[new Date(departureMs).getUTCDay()];
}

export const LATE_MINUTES = 15;
/** An arrival this many minutes early is a defect of the data (the file has three, down to -1,116), and is dropped. */
export const EARLIEST_CREDIBLE_DELAY_MINUTES = -90;

export const TRAINING_START = '2001-01-01';
export const PLAY_START = '2001-02-01';
export const PLAY_END = '2001-07-01';

const FEATURE_NAMES: readonly (keyof FlightFeatures)[] = [
  'hour',
  'distance',
  'origin',
  'destination',
  'origin_departures',
  'route_flights',
];

const CLIMB_AND_TAXI_MINUTES = 40;
const MILES_PER_MINUTE = 7.5;

/**
 * When a flight lands, in simulated epoch milliseconds. The file has no arrival times: this is the actual departure (a
 * late departure is in it already) plus 40 minutes and 7.5 miles a minute.
 */
export function landingMs(departureMs: number, distanceMiles: number): number {
  return departureMs + (CLIMB_AND_TAXI_MINUTES + distanceMiles / MILES_PER_MINUTE) * 60_000;
}

export function flightsFile(): string {
  // The package exports its main file only; the data lies beside it.
  const main = createRequire(import.meta.url).resolve('vega-datasets');
  return join(dirname(main), '..', 'data', 'flights-3m.parquet');
}

/** Where flights come from. One connection to an in-memory DuckDB that looks into the Parquet file. */
export class FlightData {
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  static async open(file = flightsFile()): Promise<FlightData> {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(
      `create view raw as select file_row_number as row, * from read_parquet('${file.replaceAll("'", "''")}', file_row_number = true)`,
    );
    await connection.run(
      `create table route as select origin, destination, count(*)::integer as route_flights
         from raw where date >= '${TRAINING_START}' and date < '${PLAY_START}' group by all`,
    );
    return new FlightData(connection);
  }

  get connection(): DuckDBConnection {
    return this.#connection;
  }

  /** All of January, in time order. */
  async january(): Promise<FlightColumns> {
    return this.#columns(TRAINING_START, PLAY_START, 1, 0);
  }

  /** Flights that departed in [from, until), about `perDay` of each day, in time order; the same ones for the same seed. */
  async sample(from: string, until: string, perDay: number, seed: number): Promise<Flight[]> {
    const [count] = await this.#read(
      `select count(*)::double, date_diff('day', min(date), max(date)) + 1.0 from raw where ${between(from, until)}`,
    );
    const [total, days] = [Number(count?.[0] ?? 0), Number(count?.[1] ?? 1)];
    if (total === 0) return [];
    const columns = await this.#columns(from, until, Math.min(1, (perDay * days) / total), seed);
    return Array.from({ length: columns.rows }, (_, index) => ({
      id: `flight-${columns.row[index]}`,
      departureMs: columns.departureMs[index],
      late: columns.late[index],
      features: Object.fromEntries(
        FEATURE_NAMES.map((name) => [name, columns.features[name][index]]),
      ) as unknown as FlightFeatures,
    }));
  }

  /** How many rows are left out as defects, for saying so. */
  async defects(): Promise<{ rows: number; earliestMinutes: number }> {
    const [row] = await this.#read(
      `select count(*)::double, min(delay)::double from raw where delay < ${EARLIEST_CREDIBLE_DELAY_MINUTES}`,
    );
    return { rows: Number(row?.[0] ?? 0), earliestMinutes: Number(row?.[1] ?? 0) };
  }

  close(): void {
    this.#connection.closeSync();
  }

  async #columns(from: string, until: string, share: number, seed: number): Promise<FlightColumns> {
    const million = 1_000_000;
    // The busy-ness counts all departures of the hour, so it is computed before rows are sampled away.
    const reader = await this.#connection.runAndReadAll(`
      with counted as (
        select *, count(*) over (partition by origin, date_trunc('hour', date)) as origin_departures
        from raw where ${between(from, until)}
      )
      select row::double as row, epoch_ms(date)::double as departure, delay > ${LATE_MINUTES} as late,
        hour(date)::integer as hour, distance::integer as distance, origin, destination,
        origin_departures::integer as origin_departures, coalesce(route_flights, 0) as route_flights
      from counted left join route using (origin, destination)
      where delay >= ${EARLIEST_CREDIBLE_DELAY_MINUTES} and hash(row, ${seed}) % ${million} < ${Math.round(share * million)}
      order by row`);
    const [row, departureMs, late, ...features] = reader.getColumns();
    const recorded = Object.fromEntries(FEATURE_NAMES.map((name, index) => [name, features[index]]));
    return {
      rows: reader.currentRowCount,
      row: row as number[],
      departureMs: departureMs as number[],
      late: late as boolean[],
      features: {
        ...recorded,
        weekday: (departureMs as number[]).map(weekdayOf),
      } as unknown as FlightColumns['features'],
    };
  }

  async #read(sql: string): Promise<readonly (readonly unknown[])[]> {
    return (await this.#connection.runAndReadAll(sql)).getRows();
  }
}

function between(from: string, until: string): string {
  return `date >= '${from}' and date < '${until}'`;
}
