/**
 * A column of a batch as an array-valued attribute. An SDK takes arrays of one type only and no typed arrays; in a column
 * NaN and the empty string stand for 'missing'. Cost: one pass and one copy a column, so that a model that reuses its
 * buffers does not change what was recorded.
 */
import { type AttributeValue } from '@opentelemetry/api';
import { type NumericArray } from './feature-values.js';
import { asScalar } from './feature-attributes.js';

function isNumericArray(values: unknown): values is NumericArray {
  return ArrayBuffer.isView(values) && !(values instanceof DataView);
}

/** The number of rows of a column; undefined where the value is no column. */
export function rowsOf(values: unknown): number | undefined {
  return Array.isArray(values) || isNumericArray(values) ? values.length : undefined;
}

/**
 * Undefined where `values` is no column, or has nothing in it but missing values: an absent column is missing in every row.
 * A column of mixed types becomes text, which the receiver then counts as a mismatch of type.
 */
export function columnAttribute(values: unknown): AttributeValue | undefined {
  if (isNumericArray(values)) return Array.from<number | bigint, number>(values, Number);
  if (!Array.isArray(values)) return undefined;
  const column = values as readonly unknown[];
  switch (commonType(column)) {
    case 'number':
      return column.map((value) => (value === null || value === undefined ? Number.NaN : Number(value)));
    case 'boolean':
      return column.map((value) => (value === undefined ? null : (value as boolean | null)));
    case 'text':
      return column.map((value) => (value === null || value === undefined ? '' : String(asScalar(value) ?? '')));
    case 'none':
      return undefined;
  }
}

/** 'text' also for what has no type in common. A bigint that a number cannot hold makes its column text. */
function commonType(column: readonly unknown[]): 'number' | 'boolean' | 'text' | 'none' {
  let common: 'number' | 'boolean' | 'text' | 'none' = 'none';
  for (const value of column) {
    const scalar = typeof value === 'number' ? value : asScalar(value);
    if (scalar === undefined) continue;
    const type = typeof scalar === 'string' ? 'text' : (typeof scalar as 'number' | 'boolean');
    if (common === 'none') common = type;
    if (type === 'text' || type !== common) return 'text';
  }
  return common;
}
