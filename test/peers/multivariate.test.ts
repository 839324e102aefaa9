/** The reconstruction error against NannyML's: the same rows to learn from and to ask give the same error. */
import { beforeAll, expect, test } from 'vitest';
import { ComponentFit, Projector } from '../../src/observe/index.js';
import { VARIANCE_KEPT } from '../../src/registry/index.js';
import { askPeers, peersPython } from './python-environment.js';

type Row = readonly (number | string)[];

interface Told {
  readonly names: readonly string[];
  readonly learn: readonly Row[];
  readonly ask: readonly Row[];
  /** Mean error of each chunk. */
  readonly errors: readonly number[];
  readonly components: readonly (readonly number[])[];
}

let told: { readonly chunk: number; readonly sets: Readonly<Record<string, Told>> };
beforeAll(async () => {
  told = (await askPeers(await peersPython(), 'multivariate.py', [])) as typeof told;
});

/** What a column's values become: themselves, or the share of the rows to learn from that have the category. */
function coded(learn: readonly Row[], column: number): (value: number | string) => number {
  const shares = new Map<number | string, number>();
  for (const row of learn) shares.set(row[column], (shares.get(row[column]) ?? 0) + 1 / learn.length);
  return (value) => (typeof value === 'number' ? value : (shares.get(value) ?? 0));
}

test.each(['iris', 'wine', 'breast cancer'])('%s: components, and the mean error of every chunk', (name) => {
  const { names, learn, ask, errors, components } = told.sets[name];
  const columns = names.map((_, column) => coded(learn, column));
  const means = columns.map((code, column) => learn.reduce((sum, row) => sum + code(row[column]), 0) / learn.length);
  const centred = (row: Row): Float64Array => Float64Array.from(row, (value, at) => columns[at](value) - means[at]);
  const fit = new ComponentFit(names.map((of) => ({ name: of, kind: 'numeric', mean: 0, deviation: 1 })));
  for (const row of learn) fit.add(centred(row), 1);
  const { projection } = fit.projection(VARIANCE_KEPT)!;
  expect(projection.components).toHaveLength(components.length);
  projection.components.forEach((component, index) => {
    component.forEach((part, at) => expect(part).toBeCloseTo(components[index][at], 9));
  });
  const projector = new Projector(projection);
  const own = ask.map((row) => {
    const standardised = centred(row).map((x, at) => x / projection.features[at].deviation);
    return projector.error(standardised, 0);
  });
  errors.forEach((error, index) => {
    const chunk = own.slice(index * told.chunk, (index + 1) * told.chunk);
    expect(chunk.reduce((sum, one) => sum + one, 0) / told.chunk).toBeCloseTo(error, 9);
  });
});
