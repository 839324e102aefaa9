/** What is asked of the sample of recent predictions: `?model=m&version=1&where=country=DE,age>=60&window=1h`. */
import type { KeptPrediction, KeptValue } from '../observe/index.js';
import { ATTRIBUTE } from '../registry/index.js';

const OPERATORS = ['=', '!=', '<', '<=', '>', '>='] as const;
type Operator = (typeof OPERATORS)[number];

export interface Condition {
  readonly name: string;
  readonly operator: Operator;
  readonly value: string;
}

export interface SegmentQuery {
  readonly model: string;
  readonly version: string;
  readonly where: readonly Condition[];
  readonly window: string | undefined;
}

/** A question that cannot be answered, with what is wrong with it and how to put it right. */
export class QueryFault extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

const PARAMETERS = ['model', 'version', 'where', 'window'];
/** Commas separate conditions; one that belongs to a value is written `\,`. */
const COMMA = /(?<!\\),/;
const CONDITION = /^([^=<>!]+?)\s*(!=|<=|>=|=|<|>)\s*(.*)$/s;
const CONDITIONS_MAX = 20;

/** @throws QueryFault */
export function parseSegmentQuery(query: URLSearchParams): SegmentQuery {
  for (const name of query.keys()) {
    if (!PARAMETERS.includes(name))
      throw new QueryFault(`'${name}' is no parameter; there are ${PARAMETERS.join(', ')}.`);
  }
  const one = (name: string): string | undefined => {
    const all = query.getAll(name);
    if (all.length > 1) throw new QueryFault(`'${name}' is given ${all.length} times; give it once.`);
    return all.at(0) || undefined;
  };
  const [model, version] = [one('model'), one('version')];
  if (model === undefined || version === undefined) {
    throw new QueryFault("Which predictions are meant? Give 'model' and 'version', as in ?model=churn&version=3.");
  }
  const texts = query.getAll('where').flatMap((where) => where.split(COMMA).filter((text) => text !== ''));
  if (texts.length > CONDITIONS_MAX) throw new QueryFault(`There are more than ${CONDITIONS_MAX} conditions.`);
  return { model, version, where: texts.map(parseCondition), window: one('window') };
}

function parseCondition(text: string): Condition {
  const [, name, operator, value] = CONDITION.exec(text.trim()) ?? [];
  if (name === undefined) {
    throw new QueryFault(`'${text}' is no condition; write an attribute, one of ${OPERATORS.join(' ')}, and a value.`);
  }
  const condition = { name, operator: operator as Operator, value: value.replaceAll('\\,', ',') };
  if (isOrdered(condition.operator) && !isNumber(condition.value)) {
    throw new QueryFault(`'${text}' compares with something that is no number.`);
  }
  return condition;
}

/** An attribute's value in a prediction, by any of its names; undefined: it does not have it. */
export function valueOf(row: KeptPrediction, name: string): KeptValue | undefined {
  if (name === ATTRIBUTE.predictionValue) return row.value;
  if (name === ATTRIBUTE.predictionScore) return row.score;
  const short = name.startsWith(ATTRIBUTE.featurePrefix) ? name.slice(ATTRIBUTE.featurePrefix.length) : name;
  return row.attributes.get(name) ?? row.features.get(short);
}

/** `name=` is for predictions whose value is missing. */
export function matches(row: KeptPrediction, { name, operator, value }: Condition): boolean {
  const actual = valueOf(row, name) ?? null;
  if (operator === '=') return isEqual(actual, value);
  if (operator === '!=') return !isEqual(actual, value);
  if (typeof actual !== 'number') return false;
  const limit = Number(value);
  if (operator === '<') return actual < limit;
  if (operator === '<=') return actual <= limit;
  return operator === '>' ? actual > limit : actual >= limit;
}

function isEqual(actual: KeptValue, value: string): boolean {
  if (actual === null) return value === '';
  return typeof actual === 'number' ? isNumber(value) && actual === Number(value) : String(actual) === value;
}

function isOrdered(operator: Operator): boolean {
  return operator !== '=' && operator !== '!=';
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}
