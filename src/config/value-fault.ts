/**
 * A value that the schema refuses, in words: what was found, what is wanted, what to do. Every kind of issue that zod
 * reports for our schema has a sentence here; a kind that is new falls back on zod's own.
 */
import { type z } from 'zod';
import { knownKeys, placesOf, type JsonSchema } from './json-schema.js';
import { nearestName } from '../lib/nearest-name.js';
import { type Explanation } from './syntax-fault.js';

type Issue = z.core.$ZodIssue;

/** How messages of our own begin: zod's are sentences. */
const OWN = 'is ';

const WANTED: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

export function explainValue(issue: Issue): Explanation {
  switch (issue.code) {
    case 'invalid_type':
      return explainType(issue.expected, issue.input);
    case 'invalid_value': {
      if (issue.message.startsWith(OWN)) return explainMessage(issue);
      const values = issue.values.map(String);
      const nearest = typeof issue.input === 'string' ? nearestName(issue.input, values) : undefined;
      const hint = nearest === undefined ? '' : `Did you mean '${nearest}'? `;
      return {
        wrong: `${found(issue.input)} is not one of the values allowed here`,
        remedy: `${hint}Write ${alternatives(values)}`,
      };
    }
    case 'too_small':
      return explainRange(issue.origin, 'at least', Number(issue.minimum), issue.inclusive !== false, issue.input);
    case 'too_big':
      return explainRange(issue.origin, 'at most', Number(issue.maximum), issue.inclusive !== false, issue.input);
    case 'invalid_union': {
      const wanted = issue.errors
        .flat()
        .flatMap((one) => (one.code === 'invalid_type' ? [WANTED[one.expected] ?? one.expected] : []));
      return {
        wrong: `found ${found(issue.input)} where ${alternatives(wanted)} is wanted`,
        remedy: `Write ${alternatives(wanted)}`,
      };
    }
    default:
      return explainMessage(issue);
  }
}

export function explainUnknownKey(schema: JsonSchema, path: readonly PropertyKey[], key: string): Explanation {
  const known = knownKeys(schema, path);
  const nearest = nearestName(key, known);
  if (nearest !== undefined) return { wrong: `there is no key '${key}' here`, remedy: `Did you mean '${nearest}'?` };
  const [place, ...others] = placesOf(schema, key);
  if (place !== undefined) {
    const rest = others.length === 0 ? '' : ` (or in ${others.join(', ')})`;
    return { wrong: `there is no key '${key}' here`, remedy: `It belongs in ${place}${rest}` };
  }
  return { wrong: `there is no key '${key}' here`, remedy: `Remove it; the keys here are ${known.join(', ')}` };
}

function explainType(expected: string, input: unknown): Explanation {
  const wanted = WANTED[expected] ?? expected;
  if (input === undefined) return { wrong: 'is required and is missing', remedy: `Add it; it is ${wanted}` };
  const wrong = `found ${found(input)} where ${wanted} is wanted`;
  if (expected === 'string' && (typeof input === 'number' || typeof input === 'boolean'))
    return { wrong, remedy: 'Put it in quotes' };
  if (typeof input === 'string' && expected !== 'array' && expected !== 'object') {
    const bare =
      expected === 'boolean' ? /^(true|false)$/.test(input) : input.trim() !== '' && !Number.isNaN(Number(input));
    if (bare) return { wrong, remedy: `Remove the quotes: ${input}` };
  }
  if (expected === 'array' && !isMapping(input)) return { wrong, remedy: `Put it in brackets: [${plain(input)}]` };
  if (expected === 'array') return { wrong, remedy: "Begin each entry with '- '" };
  return { wrong, remedy: `Write ${wanted}` };
}

function explainRange(
  origin: string,
  side: 'at least' | 'at most',
  limit: number,
  inclusive: boolean,
  input: unknown,
): Explanation {
  const entries = origin === 'array' ? (limit === 1 ? ' entry' : ' entries') : '';
  if (origin === 'string') return { wrong: 'the text is empty', remedy: 'Write a text, or remove the key' };
  const bound = inclusive ? `${side} ${limit}` : `${side === 'at least' ? 'more' : 'less'} than ${limit}`;
  const what = Array.isArray(input)
    ? `the list has ${input.length} entries`
    : `${plain(input)} is too ${side === 'at least' ? 'small' : 'large'}`;
  return { wrong: what, remedy: `Write ${bound}${entries}` };
}

/** Messages of our own, written `is …; remedy`. */
function explainMessage(issue: Issue): Explanation {
  const [wrong, remedy] = issue.message.split('; ');
  const what = 'input' in issue && issue.input !== undefined ? `${found(issue.input)} ` : '';
  const imperative = remedy ?? 'correct the value';
  return { wrong: `${what}${wrong}`, remedy: imperative.charAt(0).toUpperCase() + imperative.slice(1) };
}

const isMapping = (input: unknown): boolean => typeof input === 'object' && input !== null;

function found(input: unknown): string {
  if (input === null || input === undefined) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a mapping';
  if (typeof input === 'string') return input === '' ? 'an empty text' : `the text '${input}'`;
  return typeof input === 'number' ? `the number ${input}` : plain(input);
}

const plain = (input: unknown): string => (typeof input === 'string' ? input : JSON.stringify(input));

function alternatives(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}
