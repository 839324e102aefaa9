/** A whole number as the text of a category, in decimal, without making a string. */
import { viewOf } from '../decode/index.js';

const DIGIT_0 = 0x30;
const DASH = 0x2d;
/** Of the largest safe integer, with its sign. */
const BYTES_MAX = 17;

const bytes = new Uint8Array(BYTES_MAX);
/** Of the number that was written last. */
const code = { view: viewOf(bytes), start: BYTES_MAX, end: BYTES_MAX };

export function writeCode(integer: number): typeof code {
  let at = BYTES_MAX;
  let rest = Math.abs(integer);
  do {
    const tenth = Math.floor(rest / 10);
    bytes[--at] = DIGIT_0 + (rest - tenth * 10);
    rest = tenth;
  } while (rest > 0);
  if (integer < 0) bytes[--at] = DASH;
  code.start = at;
  return code;
}
