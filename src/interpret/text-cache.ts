/**
 * Names that come with every record (model, version, role, error type) as strings that are made once. When more
 * different ones arrive than the cache holds it starts afresh: correct either way, only slower. A name is cut after
 * `NAME_BYTES_MAX` bytes.
 */
import { BytesTable, NAME_BYTES_MAX, NOT_FOUND } from '../decode/index.js';

export class TextCache {
  readonly #table: BytesTable;
  #last = NOT_FOUND;

  constructor(max: number) {
    this.#table = new BytesTable(max);
  }

  text(view: DataView, start: number, textEnd: number): string {
    const table = this.#table;
    const end = Math.min(textEnd, start + NAME_BYTES_MAX);
    if (this.#last !== NOT_FOUND && table.equals(this.#last, view, start, end)) return table.text(this.#last);
    let id = table.intern(view, start, end);
    if (id === NOT_FOUND) {
      table.clear();
      id = table.intern(view, start, end);
    }
    this.#last = id;
    return table.text(id);
  }
}
