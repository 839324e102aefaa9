/**
 * What a text is like in any language: its words, and the share of its characters that are not ASCII. One pass over the
 * bytes, no allocation. Words are runs of anything but white space (the White_Space property of Unicode 16). A character is
 * a code point, counted by its first byte; bytes that are no UTF-8 are counted in some way and do no harm.
 */
const SPACE = 0x20;
const ASCII_MAX = 0x7f;
/** Bytes below this go on with a character that has begun. */
const LEAD_MIN = 0xc0;
/** White space of two bytes and of three, without the ones that follow each other. */
const NEXT_LINE = 0xc285;
const NO_BREAK_SPACE = 0xc2a0;
const SPACES_OF_THREE: ReadonlySet<number> = new Set([0xe19a80, 0xe280a8, 0xe280a9, 0xe280af, 0xe2819f, 0xe38080]);
const EN_QUAD = 0xe28080;
const HAIR_SPACE = 0xe2808a;

/** Of the text that was measured last. */
export const measured = { words: 0, nonAsciiShare: 0 };

export function measureText(view: DataView, start: number, end: number): void {
  let words = 0;
  let characters = 0;
  let nonAscii = 0;
  let isInWord = false;
  for (let at = start; at < end; at++) {
    const byte = view.getUint8(at);
    if (byte <= ASCII_MAX) {
      characters++;
      if (byte > SPACE || (byte !== SPACE && (byte < 9 || byte > 13))) {
        if (!isInWord) words++;
        isInWord = true;
      } else isInWord = false;
      continue;
    }
    if (byte >= LEAD_MIN) {
      characters++;
      nonAscii++;
      const length = byte <= 0xe3 ? spaceLength(view, at, end) : 0;
      if (length > 0) {
        at += length - 1;
        isInWord = false;
        continue;
      }
    }
    if (!isInWord) words++;
    isInWord = true;
  }
  measured.words = words;
  measured.nonAsciiShare = characters === 0 ? 1 : nonAscii / characters;
}

/** Bytes of the white space that begins here; 0: something else does. */
function spaceLength(view: DataView, at: number, end: number): number {
  if (at + 2 > end) return 0;
  const two = view.getUint16(at);
  if (two === NEXT_LINE || two === NO_BREAK_SPACE) return 2;
  if (at + 3 > end) return 0;
  const three = (two << 8) | view.getUint8(at + 2);
  return (three >= EN_QUAD && three <= HAIR_SPACE) || SPACES_OF_THREE.has(three) ? 3 : 0;
}
