/** How many different rows there are that came once, twice and so on: what duplicates are held against. */
import type { RowSample } from './row-sample.js';

export interface RowFrequencies {
  /** All rows. */
  readonly rows: number;
  /** How often, and how many different rows came that often; ascending. */
  readonly times: readonly (readonly [count: number, different: number])[];
}

export function frequenciesOf({ rows, every, sampled }: RowSample): RowFrequencies {
  const times = new Map<number, number>();
  for (const { count } of sampled) times.set(count, (times.get(count) ?? 0) + every);
  return { rows, times: [...times].sort(([a], [b]) => a - b) };
}
