/** What the demo can be asked on its command line, and where its parts listen. All of it is on the loopback. */
import { Command, InvalidArgumentError } from 'commander';
import { PLAY_END, PLAY_START } from './flights.js';

export interface DemoOptions {
  readonly daysPerSecond: number;
  readonly flightsPerDay: number;
  readonly until: string;
  readonly seed: number;
  readonly stay: boolean;
  readonly prometheus: boolean;
}

export const HOST = '127.0.0.1';
export const SERVICE_PORT = 8810;
/** Where `deploy/alertmanager/alertmanager.yml` sends alerts to. */
export const WEBHOOK_PORT = 5001;
export const PROMETHEUS_PORT = 9090;
export const ALERTMANAGER_PORT = 9093;

export const SERVICE_URL = `http://${HOST}:${SERVICE_PORT}`;
export const PROMETHEUS_URL = `http://${HOST}:${PROMETHEUS_PORT}`;
export const ALERTMANAGER_URL = `http://${HOST}:${ALERTMANAGER_PORT}`;

export function parseOptions(argv: readonly string[]): DemoOptions {
  const command = new Command('demo')
    .description(
      'Plays real flights of February to June 2001 through a real model service, watched by Plumbline, and breaks things on the way.',
    )
    .option('--days-per-second <days>', 'simulated days per second', positive, 0.625)
    .option('--flights-per-day <flights>', 'flights per simulated day, of about 16,500', positive, 1000)
    .option('--until <date>', 'simulated date at which to end', simulatedDate, PLAY_END)
    .option('--seed <number>', 'seed of all that is drawn', positive, 1)
    .option('--stay', 'keep everything running after the end of play, until Ctrl-C', false)
    .option('--no-prometheus', 'do not start Prometheus and Alertmanager');
  command.parse([...argv], { from: 'user' });
  return command.opts<DemoOptions>();
}

/** The options again, as arguments for a process that is started with them. */
export function toArguments(options: DemoOptions): string[] {
  return [
    `--days-per-second=${options.daysPerSecond}`,
    `--flights-per-day=${options.flightsPerDay}`,
    `--until=${options.until}`,
    `--seed=${options.seed}`,
  ];
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

function simulatedDate(text: string): string {
  const valid = /^\d{4}-\d{2}-\d{2}$/.test(text) && text > PLAY_START && text <= PLAY_END;
  if (!valid) throw new InvalidArgumentError(`It must be a date after ${PLAY_START} and up to ${PLAY_END}.`);
  return text;
}
