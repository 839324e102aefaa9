/**
 * What each attribute key means, decided once per key and then looked up by the key's number. Feature names, whether
 * they came as `ml.feature.<name>` or inside `ml.features`, share one numbering.
 */
import { KeyTable } from '../decode/index.js';
import { ATTRIBUTE } from '../registry/index.js';
import type { AttributeLayout, EmbeddingPlace } from './attribute-layout.js';

export const MEANING = {
  none: 0,
  feature: 1,
  modelName: 2,
  modelVersion: 3,
  role: 4,
  predictionId: 5,
  value: 6,
  score: 7,
  batchSize: 8,
  groundTruth: 9,
  errorType: 10,
  eventName: 11,
  features: 12,
  pipeline: 13,
  entityId: 14,
  embedding: 15,
} as const;

const MEANINGS = Object.keys(MEANING).length;
const NOWHERE = -1;
const NOTHING_WANTED: readonly number[] = [];
const NO_EMBEDDINGS: readonly EmbeddingPlace[] = [];

const BY_NAME: ReadonlyMap<string, number> = new Map<string, number>([
  [ATTRIBUTE.modelName, MEANING.modelName],
  [ATTRIBUTE.modelVersion, MEANING.modelVersion],
  [ATTRIBUTE.modelRole, MEANING.role],
  [ATTRIBUTE.predictionId, MEANING.predictionId],
  [ATTRIBUTE.predictionValue, MEANING.value],
  [ATTRIBUTE.predictionScore, MEANING.score],
  [ATTRIBUTE.batchSize, MEANING.batchSize],
  [ATTRIBUTE.groundTruthValue, MEANING.groundTruth],
  [ATTRIBUTE.errorType, MEANING.errorType],
  [ATTRIBUTE.eventName, MEANING.eventName],
  [ATTRIBUTE.features, MEANING.features],
  [ATTRIBUTE.pipelineName, MEANING.pipeline],
  [ATTRIBUTE.entityId, MEANING.entityId],
  [ATTRIBUTE.pipelineStep, MEANING.pipeline],
]);

export class KeyMeanings {
  readonly keys: KeyTable;
  /** Keys of the entries of `ml.features`: bare feature names. */
  readonly nestedKeys: KeyTable;
  /** By key number. */
  meaning = new Uint8Array(0);
  featureId = new Int32Array(0);
  nestedFeatureId = new Int32Array(0);
  readonly featureNames: string[] = [];
  /** Attributes or features, by whichever of their names, that somebody looks at one by one. */
  readonly wanted: readonly string[];
  readonly #featureIds = new Map<string, number>();

  constructor(maxKeys: number, wanted: readonly string[] = []) {
    this.wanted = wanted;
    const names = [...new Set([...BY_NAME.keys(), ...wanted])];
    this.keys = new KeyTable({ names, prefixes: [ATTRIBUTE.featurePrefix, ATTRIBUTE.embeddingPrefix], maxKeys });
    this.nestedKeys = new KeyTable({ names: [], prefixes: [''], maxKeys });
  }

  /** Makes the arrays cover every key that the tables hold by now. */
  refresh(): void {
    if (this.meaning.length < this.keys.size) {
      const from = this.meaning.length;
      this.meaning = extended(this.meaning, new Uint8Array(this.keys.size));
      this.featureId = extended(this.featureId, new Int32Array(this.keys.size));
      for (let key = from; key < this.keys.size; key++) this.#classify(key);
    }
    if (this.nestedFeatureId.length < this.nestedKeys.size) {
      const from = this.nestedFeatureId.length;
      this.nestedFeatureId = extended(this.nestedFeatureId, new Int32Array(this.nestedKeys.size));
      for (let key = from; key < this.nestedKeys.size; key++) {
        this.nestedFeatureId[key] = this.idOfFeature(this.nestedKeys.text(key));
      }
    }
  }

  /** What the order of a record's attributes says of it. */
  layOut(keys: readonly number[]): AttributeLayout {
    const { meaning, featureId } = this;
    const places = new Array<number>(MEANINGS).fill(NOWHERE);
    const featureIds: number[] = [];
    const featurePlaces: number[] = [];
    let embeddings: EmbeddingPlace[] | undefined;
    for (let place = 0; place < keys.length; place++) {
      const key = keys[place];
      if (meaning[key] === MEANING.feature) {
        featureIds.push(featureId[key]);
        featurePlaces.push(place);
      } else if (meaning[key] === MEANING.embedding) {
        (embeddings ??= []).push({ name: this.keys.text(key).slice(ATTRIBUTE.embeddingPrefix.length), place });
      } else places[meaning[key]] = place;
    }
    const wantedPlaces = this.#wantedPlaces(keys, (key) => this.keys.text(key));
    return {
      keys,
      places,
      featureIds,
      featurePlaces,
      wantedPlaces,
      embeddings: embeddings ?? NO_EMBEDDINGS,
      recurs: false,
    };
  }

  /** The same of the entries of `ml.features`. */
  layOutNested(keys: readonly number[]): AttributeLayout {
    return {
      keys,
      places: new Array<number>(MEANINGS).fill(NOWHERE),
      featureIds: keys.map((key) => this.nestedFeatureId[key]),
      featurePlaces: keys.map((_, place) => place),
      wantedPlaces: this.#wantedPlaces(keys, (key) => ATTRIBUTE.featurePrefix + this.nestedKeys.text(key)),
      embeddings: NO_EMBEDDINGS,
      recurs: false,
    };
  }

  /** Of each wanted attribute its entry among those in `[start, end)`; below 0: none. */
  wantedEntries(keys: Int32Array, start: number, end: number): readonly number[] {
    const places = this.#wantedPlaces(Array.from(keys.subarray(start, end)), (key) => this.keys.text(key));
    return places.map((place) => (place < 0 ? place : start + place));
  }

  /** An attribute of the very name comes before a feature whose short name it is. */
  #wantedPlaces(keys: readonly number[], textOf: (key: number) => string): readonly number[] {
    if (this.wanted.length === 0) return NOTHING_WANTED;
    const texts = keys.map(textOf);
    return this.wanted.map((name) => {
      const place = texts.lastIndexOf(name);
      return place < 0 ? texts.lastIndexOf(ATTRIBUTE.featurePrefix + name) : place;
    });
  }

  idOfFeature(name: string): number {
    let id = this.#featureIds.get(name);
    if (id === undefined) {
      id = this.featureNames.length;
      this.#featureIds.set(name, id);
      this.featureNames.push(name);
    }
    return id;
  }

  #classify(key: number): void {
    const text = this.keys.text(key);
    const known = BY_NAME.get(text);
    if (known !== undefined) {
      this.meaning[key] = known;
      return;
    }
    if (text.startsWith(ATTRIBUTE.embeddingPrefix) && text !== ATTRIBUTE.embeddingPrefix) {
      this.meaning[key] = MEANING.embedding;
      return;
    }
    if (!text.startsWith(ATTRIBUTE.featurePrefix) || text === ATTRIBUTE.featurePrefix) return;
    const name = text.slice(ATTRIBUTE.featurePrefix.length);
    this.meaning[key] = MEANING.feature;
    this.featureId[key] = this.idOfFeature(name);
  }
}

function extended<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
