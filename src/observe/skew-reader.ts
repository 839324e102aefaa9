/**
 * A prediction's features, or offline features, as rows for comparison: of the identities that are looked at, by prediction
 * id and by entity id. Of a columnar batch only the rows that are wanted are kept; a column of doubles in bytes is read at
 * those rows alone, an array is walked through once.
 */
import type { SkewRow, SkewSampling } from '../correlate/index.js';
import { type RecordDecoder, VALUE } from '../decode/index.js';
import { Identity, NO_ENTRY, type OutcomeCode, OUTCOME, outcomeOf, type Prediction } from '../interpret/index.js';

interface WantedRow {
  readonly row: number;
  readonly isEntity: boolean;
  readonly high: number;
  readonly low: number;
}

type AttributeLayout = Prediction['layout'];

interface KnownFeatures {
  readonly nested: AttributeLayout;
  readonly names: readonly string[];
}

/** What it reads with: the interpreter that is reading the message. */
export interface SkewReading {
  readonly decoder: RecordDecoder;
  readonly meanings: { readonly featureNames: readonly string[] };
}

export class SkewReader {
  readonly #sampling: SkewSampling;
  readonly #identity = new Identity();
  readonly #code: OutcomeCode = { kind: OUTCOME.none, number: 0 };
  readonly #known = new WeakMap<AttributeLayout, KnownFeatures>();

  constructor(sampling: SkewSampling) {
    this.#sampling = sampling;
  }

  /** Of a single prediction: under its prediction id and under its entity's. */
  read(prediction: Prediction, isOffline: boolean, { meanings }: SkewReading, take: (row: SkewRow) => void): void {
    const { high, low } = prediction.identity;
    const hasId = high !== 0 || low !== 0;
    if (hasId && this.#sampling.isKept(high, low)) {
      take(this.#row(prediction, isOffline, meanings.featureNames, { row: 0, isEntity: false, high, low }));
    }
    // Offline values that name a prediction are of that prediction alone.
    if (prediction.entityEntry === NO_ENTRY || (isOffline && hasId)) return;
    const { type, start, end } = prediction.batch.attributes;
    const { entityEntry } = prediction;
    if (type[entityEntry] !== VALUE.string || end[entityEntry] === start[entityEntry]) return;
    const identity = this.#identity;
    identity.ofText(prediction.batch.view, start[entityEntry], end[entityEntry]);
    if (!this.#sampling.isKept(identity.high, identity.low)) return;
    const wanted = { row: 0, isEntity: true, high: identity.high, low: identity.low };
    take(this.#row(prediction, isOffline, meanings.featureNames, wanted));
  }

  readColumns(
    prediction: Prediction,
    isOffline: boolean,
    { decoder, meanings }: SkewReading,
    take: (row: SkewRow) => void,
  ): void {
    const byId = this.#wanted(prediction, prediction.idEntry, false, decoder);
    const byEntity =
      isOffline && prediction.idEntry !== NO_ENTRY
        ? []
        : this.#wanted(prediction, prediction.entityEntry, true, decoder);
    const wanted = [...byId, ...byEntity].sort((a, b) => a.row - b.row);
    if (wanted.length === 0) return;
    const features = this.#featuresOf(prediction, meanings.featureNames);
    const kinds = wanted.map(() => new Array<number>(features.length).fill(OUTCOME.none));
    const values = wanted.map(() => new Array<number>(features.length).fill(0));
    entriesOf(prediction).forEach((entry, feature) => {
      this.#eachWanted(prediction, entry, wanted, decoder, (index) => {
        kinds[index][feature] = this.#code.kind;
        values[index][feature] = this.#code.number;
      });
    });
    wanted.forEach(({ isEntity, high, low }, index) => {
      const head = headOf(prediction, isOffline, isEntity, high, low);
      take({ ...head, features, kinds: kinds[index], values: values[index] });
    });
  }

  #row(prediction: Prediction, isOffline: boolean, names: readonly string[], wanted: WantedRow): SkewRow {
    const features = this.#featuresOf(prediction, names);
    const { layout, base, nested, nestedBase } = prediction;
    const kinds: number[] = [];
    const values: number[] = [];
    for (const place of layout.featurePlaces) this.#append(prediction, base + place, kinds, values);
    for (const place of nested.featurePlaces) this.#append(prediction, nestedBase + place, kinds, values);
    const head = headOf(prediction, isOffline, wanted.isEntity, wanted.high, wanted.low);
    return { ...head, features, kinds, values };
  }

  #append({ batch }: Prediction, entry: number, kinds: number[], values: number[]): void {
    const { type, number, start, end } = batch.attributes;
    const code = this.#code;
    outcomeOf(type[entry], number[entry], batch.view, start[entry], end[entry], code);
    kinds.push(code.kind);
    values.push(code.number);
  }

  /** One list for all records of a layout, so that it is sent and saved once. */
  #featuresOf({ layout, nested }: Prediction, names: readonly string[]): readonly string[] {
    const known = this.#known.get(layout);
    if (known?.nested === nested) return known.names;
    const list = [...layout.featureIds, ...nested.featureIds].map((id) => names[id]);
    this.#known.set(layout, { nested, names: list });
    return list;
  }

  #wanted(prediction: Prediction, entry: number, isEntity: boolean, decoder: RecordDecoder): WantedRow[] {
    const { batch } = prediction;
    const wanted: WantedRow[] = [];
    if (entry === NO_ENTRY || batch.attributes.type[entry] !== VALUE.array) return wanted;
    const identity = this.#identity;
    let row = 0;
    decoder.eachElement(batch, entry, ({ type, start, end }) => {
      if (type === VALUE.string && end > start && row < prediction.rows) {
        identity.ofText(batch.view, start, end);
        const { high, low } = identity;
        if (this.#sampling.isKept(high, low)) wanted.push({ row, isEntity, high, low });
      }
      row++;
    });
    return wanted;
  }

  /** Visits the wanted rows' values of one column, in their order; `#code` holds the value. */
  #eachWanted(
    { batch }: Prediction,
    entry: number,
    wanted: readonly WantedRow[],
    decoder: RecordDecoder,
    visit: (index: number) => void,
  ): void {
    const { type, start } = batch.attributes;
    const code = this.#code;
    if (type[entry] === VALUE.bytes) {
      wanted.forEach(({ row }, index) => {
        outcomeOf(VALUE.double, batch.view.getFloat64(start[entry] + row * 8, true), batch.view, 0, 0, code);
        visit(index);
      });
      return;
    }
    let [row, next] = [0, 0];
    decoder.eachElement(batch, entry, (value) => {
      if (next < wanted.length && wanted[next].row === row) {
        outcomeOf(value.type, value.number, batch.view, value.start, value.end, code);
        for (; next < wanted.length && wanted[next].row === row; next++) visit(next);
      }
      row++;
    });
  }
}

function headOf(
  { modelName: model, modelVersion: version, timeMs }: Prediction,
  isOffline: boolean,
  isEntity: boolean,
  high: number,
  low: number,
): Omit<SkewRow, 'features' | 'kinds' | 'values'> {
  return { isOffline, isEntity, high, low, model, version, timeMs };
}

function entriesOf({ layout, base, nested, nestedBase }: Prediction): number[] {
  return [
    ...Array.from(layout.featurePlaces, (place) => base + place),
    ...Array.from(nested.featurePlaces, (place) => nestedBase + place),
  ];
}
