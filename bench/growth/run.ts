/**
 * What a value costs as things grow: features of a prediction, features of its version, models, rows of the reference, and
 * threads. Arguments: rounds (default 5), then names of series (default all; what is chosen is printed only).
 */
import { machine, median, spread, table } from '../ingest/figures.js';
import { type FlightRow, flightRows } from '../ingest/flight-rows.js';
import { type BodyShape, makeBody } from './bodies.js';
import { publishBeside } from './publish.js';
import { BUILT_ROWS, REFERENCE_ROWS, referencesOf } from './references.js';
import { Subject } from './subject.js';
import { measureThreads } from './threads.js';

const BODIES = 16;
/** Bytes of all bodies of a case, about: wide ones are fewer. */
const MAX_BODY_FEATURES = 2_000;
const FEATURES = 20;
const WIDTHS = [10, 20, 50, 100, 200, 500, 1000];
const VERSION_WIDTHS = [20, 100, 300, 1000];
/** Shares of features that are not there. */
const LEFT_OUT = [0, 0.01, 0.05, 0.2];
const MODELS = [1, 5, 10, 20, 50, 100, 200];

const SERIES: Readonly<Record<string, (rounds: number) => Promise<string>>> = {
  features: async (rounds) => growth('features of a prediction', await ofWidths(await rows()), rounds),
  version: async (rounds) => growth('features of the version', await ofVersions(await rows()), rounds),
  absent: async (rounds) => growth('of 20 features each absent from', await ofAbsent(await rows()), rounds),
  models: async (rounds) => growth('models', await ofModels(await rows()), rounds),
  reference: async (rounds) => growth('rows of the reference', await ofReferences(), rounds),
  threads: async (rounds) => measureThreads(await rows(), rounds),
};

const rounds = Number(process.argv[2] ?? '5');
const chosen = process.argv.slice(3);
for (const [name, measure] of Object.entries(SERIES)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const figures = `${await measure(rounds)}\n\n${machine()}, ${rounds} rounds.`;
  if (chosen.length === 0) await publishBeside(import.meta.url, name, figures);
  else process.stdout.write(`${figures}\n`);
}

function rows(): Promise<FlightRow[]> {
  return flightRows(BODIES * 512);
}

function bodiesOf(flights: readonly FlightRow[], shape: BodyShape, count = BODIES) {
  const fits = Math.max(2, Math.min(count, Math.floor(MAX_BODY_FEATURES / shape.features)));
  return Array.from({ length: fits }, (_, index) => makeBody(flights, shape, index));
}

async function ofWidths(flights: readonly FlightRow[]): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const features of WIDTHS) {
    const bodies = bodiesOf(flights, { features, models: ['flights'] });
    subjects.push(await Subject.warm(String(features), features, 1, bodies));
  }
  return subjects;
}

async function ofVersions(flights: readonly FlightRow[]): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const featuresOfVersion of VERSION_WIDTHS) {
    const bodies = bodiesOf(flights, { features: FEATURES, featuresOfVersion, models: ['flights'] });
    subjects.push(await Subject.warm(String(featuresOfVersion), FEATURES, 1, bodies));
  }
  return subjects;
}

/** Features that are not always sent: nearly every prediction then has other ones. */
async function ofAbsent(flights: readonly FlightRow[]): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const leftOut of LEFT_OUT) {
    const bodies = bodiesOf(flights, { features: FEATURES, leftOut, models: ['flights'] });
    subjects.push(await Subject.warm(`${leftOut * 100} %`, FEATURES * (1 - leftOut), 1, bodies));
  }
  return subjects;
}

/** A service of its own for each model, and a gateway that mixes them. */
async function ofModels(flights: readonly FlightRow[]): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const count of MODELS) {
    const models = Array.from({ length: count }, (_, index) => `flights_${index}`);
    const apart = models.map((model, index) => makeBody(flights, { features: FEATURES, models: [model] }, index));
    while (apart.length < BODIES) apart.push(...bodiesOf(flights, { features: FEATURES, models: [models[0]] }));
    subjects.push(await Subject.warm(`${count}, a body each`, FEATURES, count, apart));
    if (count === 1) continue;
    const mixed = bodiesOf(flights, { features: FEATURES, models });
    subjects.push(await Subject.warm(`${count}, in turn in each body`, FEATURES, count, mixed));
  }
  return subjects;
}

async function ofReferences(): Promise<Subject[]> {
  const flights = await flightRows(Math.max(...BUILT_ROWS));
  const references = await referencesOf(flights);
  const subjects: Subject[] = [];
  for (const count of REFERENCE_ROWS) {
    const bodies = bodiesOf(flights, { features: FEATURES, models: ['flights'] });
    const label = `${count.toLocaleString('en')}, ${(BUILT_ROWS as readonly number[]).includes(count) ? 'built' : 'multiplied'}`;
    subjects.push(await Subject.warm(label, FEATURES, 1, bodies, references.get(count)));
  }
  return subjects;
}

/** Alternates the cases round by round; ratios are taken within a round, to the first case. */
function growth(what: string, subjects: readonly Subject[], count: number): string {
  for (let round = 0; round < count; round++) {
    const order = round % 2 === 0 ? subjects : [...subjects].reverse();
    for (const subject of order) subject.measure();
  }
  for (const subject of subjects) subject.check();
  const [first] = subjects;
  const lines = subjects.map(({ label, features, costs }) => {
    const cpu = median(costs.map(({ cpuNs }) => cpuNs));
    return [
      label,
      cpu.toFixed(0),
      median(costs.map(({ wallNs }) => wallNs)).toFixed(0),
      ((cpu * features) / 1000).toFixed(1),
      spread(
        costs.map(({ cpuNs }, round) => cpuNs / first.costs[round].cpuNs),
        2,
      ),
    ];
  });
  const head = [what, 'CPU a value, ns', 'wall a value, ns', 'CPU a prediction, µs', `of ${first.label}`];
  return table(1, head, lines);
}
