/** How often the same inputs come to a version: the row sample that stands in its cells (`row-sample.ts`), found, read and merged. */
import type { CellHolder, CellSpace } from './cell-space.js';
import type { ReferenceProfiles } from './reference-profiles.js';
import { frequenciesOf } from './row-frequencies.js';
import { mergeRowSample, readRowSample, ROW_SAMPLE_CELLS, type RowSample } from './row-sample.js';
import type { WindowView } from './window-view.js';

export class VersionRows {
  readonly #space: CellSpace;

  constructor(space: CellSpace) {
    this.#space = space;
  }

  /** Undefined: it is not known. */
  sampleIn({ cells }: WindowView): RowSample | undefined {
    const space = this.#space;
    return space.hasRowSample(cells) ? readRowSample(cells, space.rowSample()) : undefined;
  }

  /** As part of what others are compared against. */
  frequenciesIn(view: WindowView): Pick<ReferenceProfiles, 'rowFrequencies'> {
    const sample = this.sampleIn(view);
    return sample === undefined ? {} : { rowFrequencies: frequenciesOf(sample) };
  }

  /** Adds one pane of what another observer has gathered. @param offset of its sample; undefined: it has none */
  absorb(pane: CellHolder, from: Float64Array, offset: number | undefined): void {
    if (offset === undefined || offset + ROW_SAMPLE_CELLS > from.length) return;
    const ours = this.#space.rowSample();
    if (ours < 0) return;
    this.#space.widen(pane);
    mergeRowSample(pane.cells, ours, from, offset);
  }
}
