/** The outcomes and identities of a record: its own, or those of a columnar record row by row. */
import { type RecordBatch, type RecordDecoder, VALUE } from '../decode/index.js';
import { Identity, NO_ENTRY, OUTCOME, type OutcomeCode, outcomeOf, type Prediction } from '../interpret/index.js';

export function readOutcome({ attributes, view }: RecordBatch, entry: number, into: OutcomeCode): void {
  const { type, number, start, end } = attributes;
  if (entry === NO_ENTRY) into.kind = OUTCOME.none;
  else outcomeOf(type[entry], number[entry], view, start[entry], end[entry], into);
}

/** NaN where there is none. */
export function scoreOf({ batch, scoreEntry }: Prediction): number {
  if (scoreEntry === NO_ENTRY) return NaN;
  const { type, number } = batch.attributes;
  return type[scoreEntry] === VALUE.double || type[scoreEntry] === VALUE.int ? number[scoreEntry] : NaN;
}

/** As `OutcomeCode`s, with where their texts stand in the batch. */
export interface Outcomes {
  readonly kinds: Uint8Array;
  readonly numbers: Float64Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Without an entry, all rows have none. */
export function outcomesOf(decoder: RecordDecoder, batch: RecordBatch, entry: number, rows: number): Outcomes {
  const kinds = new Uint8Array(rows);
  const numbers = new Float64Array(rows);
  const starts = new Uint32Array(rows);
  const ends = new Uint32Array(rows);
  const outcomes = { kinds, numbers, starts, ends };
  if (entry === NO_ENTRY) return outcomes;
  const { type, start } = batch.attributes;
  let row = 0;
  if (type[entry] === VALUE.bytes) {
    for (; row < rows; row++) {
      numbers[row] = batch.view.getFloat64(start[entry] + row * 8, true);
      kinds[row] = numbers[row] === numbers[row] ? OUTCOME.number : OUTCOME.none;
    }
    return outcomes;
  }
  const outcome: OutcomeCode = { kind: OUTCOME.none, number: 0 };
  decoder.eachElement(batch, entry, (value) => {
    outcomeOf(value.type, value.number, batch.view, value.start, value.end, outcome);
    kinds[row] = outcome.kind;
    starts[row] = value.start;
    ends[row] = value.end;
    numbers[row++] = outcome.number;
  });
  return outcomes;
}

/** Empty where there is no column of them. */
export function identitiesOf(decoder: RecordDecoder, batch: RecordBatch, entry: number, rows: number): Identity[] {
  const identities: Identity[] = [];
  if (entry === NO_ENTRY || batch.attributes.type[entry] !== VALUE.array) return identities;
  decoder.eachElement(batch, entry, (value) => {
    const identity = new Identity();
    identity.ofText(batch.view, value.start, value.end);
    if (identities.length < rows) identities.push(identity);
  });
  return identities;
}
