/**
 * The order in which a sender writes a record's attributes, and what follows from it: where each meaning stands, which
 * features there are and where. A sender writes its records alike, so all of this is worked out once and recognised
 * afterwards: by comparing the keys' numbers with those of the record before, else with those that hash alike.
 * Bounded: `LAYOUTS_MAX` layouts, of which a new one takes the place of one that hashes alike.
 */
const LAYOUTS_MAX = 1024;

export interface EmbeddingPlace {
  readonly name: string;
  /** Where it stands, counted from the first attribute. */
  readonly place: number;
}

/** In plain arrays: a typed one costs more to make, and where attributes come and go many are made. */
export interface AttributeLayout {
  /** The attributes' keys, in order. */
  readonly keys: readonly number[];
  /** By meaning: where its attribute stands, counted from the first; below 0: there is none. The last of a kind counts. */
  readonly places: readonly number[];
  readonly featureIds: readonly number[];
  /** Where each feature stands, likewise. */
  readonly featurePlaces: readonly number[];
  /** Where each attribute stands that was asked for by name (`KeyMeanings.wanted`), likewise; below 0: it is not there. */
  readonly wantedPlaces: readonly number[];
  readonly embeddings: readonly EmbeddingPlace[];
  /** Whether more than one record had it. */
  recurs: boolean;
}

export class LayoutTable {
  readonly #layOut: (keys: readonly number[]) => AttributeLayout;
  readonly #layouts: (AttributeLayout | undefined)[] = new Array<AttributeLayout | undefined>(LAYOUTS_MAX).fill(
    undefined,
  );
  #recent: AttributeLayout | undefined;

  constructor(layOut: (keys: readonly number[]) => AttributeLayout) {
    this.#layOut = layOut;
  }

  /** The layout of the attributes in `[start, end)`. */
  find(keys: Int32Array, start: number, end: number): AttributeLayout {
    const recent = this.#recent;
    if (recent !== undefined && isOf(recent, keys, start, end)) {
      recent.recurs = true;
      return recent;
    }
    let hash = end - start;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ keys[at], 0x85ebca6b) ^ (hash >>> 15);
    const slot = (hash ^ (hash >>> 16)) & (LAYOUTS_MAX - 1);
    let layout = this.#layouts[slot];
    if (layout === undefined || !isOf(layout, keys, start, end)) {
      layout = this.#layOut(Array.from(keys.subarray(start, end)));
      this.#layouts[slot] = layout;
    } else layout.recurs = true;
    this.#recent = layout;
    return layout;
  }
}

function isOf(layout: AttributeLayout, keys: Int32Array, start: number, end: number): boolean {
  const own = layout.keys;
  if (own.length !== end - start) return false;
  for (let at = 0; at < own.length; at++) if (own[at] !== keys[start + at]) return false;
  return true;
}
