/** Profiles of numbers as observing makes them, in bins of a given reference. */
import { VALUE } from '../../src/decode/index.js';
import { CellSpace, FeatureSlot, numericSchema, type NumericSchema, Profile } from '../../src/observe/index.js';

const NO_BYTES = new DataView(new ArrayBuffer(0));

export function profileOf(schema: NumericSchema, values: Float64Array): Profile {
  const space = new CellSpace(100_000);
  const slot = new FeatureSlot(schema.name, space.allocateHeader(), space, { maxCategories: 10, provisionalSize: 0 });
  slot.freeze(schema);
  const pane = { cells: new Float64Array(space.width) };
  for (const value of values) slot.add(pane, VALUE.double, value, NO_BYTES, 0, 0, 1, 0);
  return new Profile(schema, pane.cells, slot, values.length);
}

export function referenceOf(values: Float64Array): { readonly schema: NumericSchema; readonly profile: Profile } {
  const schema = numericSchema('x', 'numeric', values);
  return { schema, profile: profileOf(schema, values) };
}
