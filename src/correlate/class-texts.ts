/**
 * What the codes of text classes stand for. A ground truth that waits, or has joined and may join again, is kept as a code
 * of fixed size (`outcome-code.ts` of the interpret room); when it joins later, in whichever thread, its text is asked for
 * here. Bounded: the class that has been there for longest makes room, and comes back with the next that is kept.
 *
 * In memory: an `IdentityRing` of the codes, then a place of fixed size for each text.
 */
import type { Limit } from '../lib/limit.js';
import { IdentityRing } from './identity-ring.js';
import type { TextPlace } from './joined-pair.js';

/** Different classes of all models together. */
export const CLASSES_MAX = 2048;
/** A longer text is no class. A length fits into a byte. */
const TEXT_BYTES_MAX = 255;
const TWO_32 = 4294967296;
/** All classes are in one ring; who predicts them makes no difference to what they are called. */
const NO_OWNER = 0;

export class ClassTexts {
  readonly #ring: IdentityRing;
  readonly #texts: Uint8Array;
  readonly #limit: Limit;
  readonly #found = new DataView(new ArrayBuffer(TEXT_BYTES_MAX));

  /** @param buffer of `bytesFor()` bytes, all 0 or as another one left them */
  constructor(limit: Limit, buffer: ArrayBufferLike = new ArrayBuffer(ClassTexts.bytesFor())) {
    this.#limit = limit;
    this.#ring = new IdentityRing(CLASSES_MAX, 0, buffer);
    this.#texts = new Uint8Array(buffer, IdentityRing.bytesFor(CLASSES_MAX));
  }

  static bytesFor(): number {
    return IdentityRing.bytesFor(CLASSES_MAX) + CLASSES_MAX * TEXT_BYTES_MAX;
  }

  get size(): number {
    return this.#ring.size;
  }

  keep(code: number, { view, start, end }: TextPlace): void {
    this.#put(code, new Uint8Array(view.buffer, view.byteOffset + start, end - start));
  }

  /** Sets `into` to the text of a code, which is valid until the next call; to an empty one where it is not known. */
  find(code: number, into: TextPlace): void {
    const at = this.#ring.find(Math.floor(code / TWO_32), code | 0, NO_OWNER);
    into.view = this.#found;
    into.start = 0;
    into.end = at < 0 ? 0 : this.#ring.columns.flag[at];
    const from = at * TEXT_BYTES_MAX;
    for (let byte = 0; byte < into.end; byte++) this.#found.setUint8(byte, this.#texts[from + byte]);
  }

  save(): ReadonlyMap<number, Uint8Array> {
    const { high, low, flag } = this.#ring.save();
    const text = { view: this.#found, start: 0, end: 0 };
    return new Map(
      Array.from(flag, (length, at) => {
        const code = high[at] * TWO_32 + (low[at] >>> 0);
        this.find(code, text);
        return [code, new Uint8Array(this.#found.buffer.slice(0, length))];
      }),
    );
  }

  restore(saved: ReadonlyMap<number, Uint8Array>): void {
    for (const [code, text] of saved) this.#put(code, text);
  }

  #put(code: number, text: Uint8Array): void {
    const ring = this.#ring;
    const [high, low] = [Math.floor(code / TWO_32), code | 0];
    if (text.length > TEXT_BYTES_MAX || ring.find(high, low, NO_OWNER) >= 0) return;
    if (ring.full) {
      ring.dropOldest();
      this.#limit.overflow++;
    }
    const at = ring.insert(high, low, NO_OWNER);
    ring.columns.flag[at] = text.length;
    this.#texts.set(text, at * TEXT_BYTES_MAX);
  }
}
