/**
 * The types of what goes into a model: one row of named features, or the same as columns. They exist so that the compiler
 * checks the names of the features; at run time every value is looked at again, because JavaScript callers have no types.
 */

/** A `Date` is sent as ISO 8601 text, a `bigint` as a number where it is exact and else as text; null and undefined are not sent. */
export type FeatureValue = string | number | boolean | bigint | Date | null | undefined;

/** One row of features. Works for interfaces and for type aliases: `F extends FeatureValues<F>`. */
export type FeatureValues<F = Record<string, FeatureValue>> = { readonly [Name in keyof F]: FeatureValue };

export type NumericArray =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** One value a row: an array, or for numbers also a typed array. */
export type Column<V> = readonly V[] | ([Extract<V, number | bigint>] extends [never] ? never : NumericArray);

/** The same features as in a row, each a column; all columns have the same length. */
export type Columns<F> = { readonly [Name in keyof F]: Column<F[Name]> };
