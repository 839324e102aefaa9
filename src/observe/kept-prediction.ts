/** A prediction as plain data, for the sample of recent ones: what it was made from, what came of it, and where its trace is. */
import { ABSENT, VALUE } from '../decode/index.js';
import { Identity, NO_ENTRY, type Prediction } from '../interpret/index.js';

/** null: the key was there and the value was missing. */
export type KeptValue = number | string | boolean | null;

export interface KeptPrediction {
  readonly timeMs: number;
  /** How many predictions it stands for. */
  readonly weight: number;
  /** Lower-case hexadecimal; empty: it had none. */
  readonly traceId: string;
  readonly failed: boolean;
  /** What its ground truth is found by; absent: it has none, or was kept before there was any. */
  readonly identity?: { readonly high: number; readonly low: number };
  readonly features: ReadonlyMap<string, KeptValue>;
  /** Those that were asked for by name and are no feature. */
  readonly attributes: ReadonlyMap<string, KeptValue>;
  readonly value: KeptValue | undefined;
  readonly score: KeptValue | undefined;
}

/** What a wide model has beyond these is not kept. */
const FEATURES_MAX = 256;
/** Bytes of a text; what is longer is cut. */
export const TEXT_BYTES_MAX = 128;
const TRACE_ID_BYTES = 16;
const UTF8 = new TextDecoder();

/** Gives an entry of the batch, or the entry of one row of a column. Below 0: there is none. */
export type EntryOf = (entry: number) => number;

export function keptPrediction(
  prediction: Prediction,
  featureNames: readonly string[],
  wanted: readonly string[],
  entryOf: EntryOf,
): KeptPrediction {
  const { layout, base, nested, nestedBase, batch, traceIdAt } = prediction;
  const valueAt = (entry: number): KeptValue | undefined => {
    const at = entry < 0 ? entry : entryOf(entry);
    return at < 0 ? undefined : valueOf(prediction, at);
  };
  const features = new Map<string, KeptValue>();
  for (const [of, first] of [
    [layout, base],
    [nested, nestedBase],
  ] as const) {
    for (let index = 0; index < of.featureIds.length && features.size < FEATURES_MAX; index++) {
      const value = valueAt(first + of.featurePlaces[index]);
      if (value !== undefined) features.set(featureNames[of.featureIds[index]], value);
    }
  }
  const attributes = new Map<string, KeptValue>();
  wanted.forEach((name, index) => {
    if (features.has(name)) return;
    const value = valueAt(wantedEntry(prediction, index));
    if (value !== undefined) attributes.set(name, value);
  });
  const traceId =
    traceIdAt === ABSENT
      ? ''
      : Buffer.from(batch.bytes.subarray(traceIdAt, traceIdAt + TRACE_ID_BYTES)).toString('hex');
  return {
    timeMs: prediction.timeMs,
    weight: prediction.weight,
    traceId,
    failed: prediction.failed,
    identity: identityOf(prediction, entryOf),
    features,
    attributes,
    value: valueAt(prediction.valueEntry),
    score: valueAt(prediction.scoreEntry),
  };
}

function identityOf({ columnar, identity, idEntry, batch }: Prediction, entryOf: EntryOf): KeptPrediction['identity'] {
  if (!columnar) return { high: identity.high, low: identity.low };
  const at = idEntry === NO_ENTRY ? idEntry : entryOf(idEntry);
  if (at < 0 || batch.attributes.type[at] !== VALUE.string) return undefined;
  const own = new Identity();
  own.ofText(batch.view, batch.attributes.start[at], batch.attributes.end[at]);
  return { high: own.high, low: own.low };
}

/** The entry of a wanted attribute (by its number): the record's, else the resource's; NO_ENTRY: neither has it. */
export function wantedEntry(prediction: Prediction, index: number): number {
  const place = prediction.layout.wantedPlaces[index];
  if (place >= 0) return prediction.base + place;
  const nested = prediction.nested.wantedPlaces[index];
  if (nested >= 0) return prediction.nestedBase + nested;
  return prediction.resourceEntries[index] ?? NO_ENTRY;
}

function valueOf({ batch }: Prediction, entry: number): KeptValue {
  const { type, number, start, end } = batch.attributes;
  switch (type[entry]) {
    case VALUE.bool:
      return number[entry] === 1;
    case VALUE.int:
    case VALUE.double:
      return Number.isNaN(number[entry]) ? null : number[entry];
    case VALUE.string: {
      const length = Math.min(end[entry] - start[entry], TEXT_BYTES_MAX);
      return length === 0 ? null : UTF8.decode(batch.bytes.subarray(start[entry], start[entry] + length));
    }
    default:
      return null;
  }
}
