/** What the references of one model say about each other. */
import { durationMs } from './duration.js';
import { REFERENCE_KEYS, type ReferenceConfig } from './reference-schema.js';
import type { Config } from './schema.js';
import type { Explanation } from './syntax-fault.js';

const HOUR_MS = 3_600_000;
type Key = (typeof REFERENCE_KEYS)[ReferenceConfig['kind']][number];
const KEYS: readonly Key[] = Object.values(REFERENCE_KEYS).flat();
const OPTIONAL: Key = 'period';
const FIRST: readonly ReferenceConfig['kind'][] = ['training', 'first_predictions', 'previous_version'];

interface Fault extends Explanation {
  /** Within the model. */
  readonly path: readonly (string | number)[];
}

export function referenceFaults({ models }: Config): Fault[] {
  return models.flatMap((model, index) =>
    faultsOf(model).map((fault) => ({ ...fault, path: ['models', index, ...fault.path] })),
  );
}

function faultsOf({ reference, references }: Config['models'][number]): Fault[] {
  const faults: Fault[] = [];
  if (reference !== undefined && references.length > 0) {
    faults.push({
      path: ['reference'],
      wrong: 'there are both reference and references',
      remedy: 'Move the file into references, as the first of kind training',
    });
  }
  for (const [at, one] of references.entries()) {
    const path = ['references', at];
    if (references.findIndex(({ name }) => name === one.name) < at) {
      faults.push({
        path: [...path, 'name'],
        wrong: `the name '${one.name}' is used for two references`,
        remedy: 'Give each reference of a model a name of its own',
      });
    }
    faults.push(...keyFaults(one, path));
    if (at === 0 && !FIRST.includes(one.kind)) {
      faults.push({
        path: [...path, 'kind'],
        wrong: `the first reference makes the bins, and one of kind ${one.kind} has none`,
        remedy: 'Begin the list with one of kind training, first_predictions or previous_version',
      });
    }
    if (at > 0) faults.push(...laterFaults(one, references[0], path));
  }
  return faults;
}

function laterFaults(one: ReferenceConfig, first: ReferenceConfig, path: Fault['path']): Fault[] {
  if (one.kind === 'first_predictions') {
    return [
      {
        path: [...path, 'kind'],
        wrong: 'the first predictions of a version can only be its first reference',
        remedy: 'Move it to the beginning of the list, or leave it out',
      },
    ];
  }
  if (one.kind === 'previous_version' && first.kind !== 'training') {
    return [
      {
        path: [...path, 'kind'],
        wrong: `the bins of each version come from '${first.name}', and the version before has others`,
        remedy: 'Begin the list with previous_version, whose bins the new version takes over, or with a training file',
      },
    ];
  }
  if (one.kind === 'range' && Date.parse(one.from ?? '') >= Date.parse(one.to ?? '')) {
    return [
      { path: [...path, 'to'], wrong: `${one.to} is not after ${one.from}`, remedy: 'Write the later time in to' },
    ];
  }
  if (one.kind === 'seasonal' && one.period !== undefined && durationMs(one.period) % HOUR_MS !== 0) {
    return [
      {
        path: [...path, 'period'],
        wrong: `${one.period} is not a number of whole hours`,
        remedy: 'Write a period such as 24h or 7d',
      },
    ];
  }
  if (one.kind === 'rolling' && one.window !== undefined && durationMs(one.window) < HOUR_MS) {
    return [
      {
        path: [...path, 'window'],
        wrong: `${one.window} is less than the hour in which the past is kept`,
        remedy: 'Write a window of 1h or more',
      },
    ];
  }
  return [];
}

/** Keys that its kind needs, and those of other kinds. */
function keyFaults(one: ReferenceConfig, path: Fault['path']): Fault[] {
  const own: readonly Key[] = REFERENCE_KEYS[one.kind];
  const missing = own.filter((key) => key !== OPTIONAL && one[key] === undefined);
  const foreign = KEYS.filter((key) => one[key] !== undefined && !own.includes(key));
  return [
    ...missing.map((key) => ({
      path,
      wrong: `a reference of kind ${one.kind} needs ${key}`,
      remedy: 'Add it',
    })),
    ...foreign.map((key) => ({
      path: [...path, key],
      wrong: `a reference of kind ${one.kind} has no ${key}`,
      remedy: 'Remove it, or change the kind',
    })),
  ];
}
