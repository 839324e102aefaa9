/**
 * A batch of predictions as columns: one span, array-valued attributes, all of one length. A column that has not one value
 * a row is left out and told once, because a receiver would have to refuse the whole batch for it.
 */
import { type AttributeValue, type Span } from '@opentelemetry/api';
import { ATTRIBUTE } from '../registry/index.js';
import { type AttributeKeys } from './attribute-keys.js';
import { columnAttribute, rowsOf } from './column.js';
import { warnOnce } from './fault.js';
import { type BatchOptions } from './model-options.js';
import { setPrediction } from './prediction-attributes.js';
import { type BatchPrediction } from './prediction-values.js';

export class Batch {
  /** That of `options.ids`, else of the first column that can be read. */
  readonly rows: number;
  readonly #model: string;
  readonly #columns = new Map<string, unknown>();
  readonly #options: BatchOptions<never> | undefined;

  constructor(model: string, columns: object, options: BatchOptions<never> | undefined) {
    this.#model = model;
    this.#options = options;
    let rows = options?.ids?.length;
    const named = columns as Readonly<Record<string, unknown>>;
    for (const name of namesOf(columns, model)) {
      try {
        const values = named[name];
        rows ??= rowsOf(values);
        this.#columns.set(name, values);
      } catch (fault) {
        warnOnce(
          `column ${model} ${name}`,
          `column '${name}' of model '${model}' cannot be read and is not sent.`,
          fault,
        );
      }
    }
    this.rows = rows ?? 0;
  }

  /** One id a row: the caller's, else those that follow from the span's. Empty ones where there is no span. */
  ids(spanId: string): string[] {
    if (this.#options?.ids !== undefined) return [...this.#options.ids];
    if (spanId === '') return new Array<string>(this.rows).fill('');
    return Array.from({ length: this.rows }, (_, row) => `${spanId}:${row}`);
  }

  /** Sends features and identities and returns the number of features. */
  setColumns(span: Span, ids: readonly string[], featureKeys: AttributeKeys): number {
    span.setAttribute(ATTRIBUTE.batchSize, this.rows);
    let count = 0;
    for (const [name, values] of this.#columns) this.#set(span, featureKeys.of(name, count++), values);
    this.#set(span, ATTRIBUTE.predictionId, ids);
    if (this.#options === undefined) return count;
    const { requestIds, entityIds, callerIds, attributes } = this.#options;
    if (requestIds !== undefined) this.#set(span, ATTRIBUTE.requestId, requestIds);
    if (entityIds !== undefined) this.#set(span, ATTRIBUTE.entityId, entityIds);
    if (callerIds !== undefined) this.#set(span, ATTRIBUTE.callerId, callerIds);
    if (attributes !== undefined) span.setAttributes(attributes);
    return count;
  }

  setPrediction(span: Span, described: BatchPrediction): void {
    setPrediction(span, described, (values) => (rowsOf(values) === this.rows ? columnAttribute(values) : undefined));
  }

  #set(span: Span, key: string, values: unknown): void {
    if (rowsOf(values) !== this.rows) {
      warnOnce(
        `rows ${this.#model} ${key}`,
        `'${key}' of a batch of model '${this.#model}' has not one value a row and is not sent.`,
      );
      return;
    }
    const column: AttributeValue | undefined = columnAttribute(values);
    if (column !== undefined) span.setAttribute(key, column);
  }
}

function namesOf(columns: object, model: string): string[] {
  try {
    return Object.keys(columns);
  } catch (fault) {
    warnOnce(`columns ${model}`, `the columns of model '${model}' cannot be read and are not sent.`, fault);
    return [];
  }
}
