/** A file of texts and times gives the profiles that the same values give when they are served, bin by bin. */
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/lib/random.js';
import { FEATURE_CELL, type Profile } from '../../src/observe/index.js';
import { buildReference, foldDataSet, formatReference, parseReference } from '../../src/reference/index.js';
import { NOON_MS, Pipeline } from '../observe/pipeline.js';
import { jsonLines, parquet } from './data-files.js';

const ROWS = 400;
const MINUTE_MS = 60_000;
const random = seededRandom(3);
const WORDS = ['delayed', 'früh', '東京', 'gate\u00a07', 'a\u3000b', '👍', '—'];

function row(index: number) {
  const words = Array.from({ length: 1 + Math.floor(random.next() * 9) }, () => WORDS[Math.floor(random.next() * 7)]);
  const eventMs = NOON_MS - index * 100;
  const ageMs = Math.floor(random.next() * 30 * 24 * 60) * MINUTE_MS;
  return {
    comment: index % 50 === 7 ? '' : `${words.join(' ')} ${index}`,
    at: index % 60 === 3 ? 'soon' : new Date(eventMs - ageMs).toISOString(),
    event: new Date(eventMs).toISOString(),
  };
}

const rows = Array.from({ length: ROWS }, (_, index) => row(index));
const NAMES = ['comment', 'comment:words', 'comment:non_ascii', 'at', 'at:hour', 'at:weekday'];
const COUNTS = ['present', 'finite', 'min', 'max', 'below', 'above', 'empty', 'typeMismatch', 'infinite'] as const;

function numbersOf(profile: Profile) {
  const cells = COUNTS.map((cell) => [cell, profile.cell(FEATURE_CELL[cell])]);
  const quantiles = [0.01, 0.5, 0.99].map((q) => profile.quantile(q));
  const { missing, distinct, mean } = profile;
  return { cells, quantiles, bins: [...profile.bins], missing, distinct, mean: mean.toPrecision(9) };
}

test('as they are served with the file for a reference', async () => {
  const from = [
    await parquet(
      `SELECT comment, "at", event FROM read_json('${jsonLines(...rows)}', columns = {comment: 'VARCHAR', "at": 'VARCHAR', event: 'TIMESTAMP'})`,
    ),
  ];
  const built = await buildReference({ model: 'm', version: '1', from, eventTime: 'event' });
  const reference = parseReference(formatReference(built), 'reference.json');
  expect([...reference.features.keys()]).toEqual(NAMES);
  const pipeline = new Pipeline({ referenceOf: () => reference });
  pipeline.predict(...rows.map(({ event, ...features }) => ({ timeMs: Date.parse(event), features })));
  const again = await foldDataSet(reference, { files: from });
  for (const name of NAMES) {
    const expected = numbersOf(reference.features.get(name)!);
    expect([name, numbersOf(pipeline.profile(name, 2))]).toEqual([name, expected]);
    expect([name, numbersOf(again.features.get(name)!)]).toEqual([name, expected]);
  }
});

test('a data set without the column lacks nothing of what is derived', async () => {
  const from = [jsonLines(...rows)];
  const reference = await buildReference({ model: 'm', version: '1', from, eventTime: 'event' });
  const without = await foldDataSet(reference, { files: [jsonLines(...rows.map(({ at, event }) => ({ at, event })))] });
  expect([...without.features].map(([name, { absent }]) => [name, absent])).toEqual(
    NAMES.map((name) => [name, name === 'comment' ? ROWS : 0]),
  );
});
