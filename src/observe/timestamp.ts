/**
 * Times as values of features. A text is one in ISO 8601 as RFC 3339 has it, and as databases and languages write it: a date
 * alone, a space for the T, no seconds, an offset without its colon; without an offset it is UTC. A number is one since the
 * epoch, whose unit its magnitude tells: from 1973 to 5138 no two units overlap. No allocation.
 */
const DIGIT_0 = 0x30;
const [DASH, COLON, DOT, COMMA, PLUS, SPACE] = [...'-:.,+ '].map((sign) => sign.charCodeAt(0));
const [UPPER_T, LOWER_T, UPPER_Z, LOWER_Z] = [...'TtZz'].map((letter) => letter.charCodeAt(0));
const DATE_BYTES = 'YYYY-MM-DD'.length;
const MINUTE_BYTES = 'YYYY-MM-DDTHH:MM'.length;
/** RFC 3339 with nanoseconds and an offset has 35. */
const BYTES_MAX = 40;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Largest magnitudes of seconds, milliseconds, microseconds. */
const [SECONDS_MAX, MILLIS_MAX, MICROS_MAX] = [1e11, 1e14, 1e17];
/** The last millisecond of a `Date`. */
const TIME_MS_MAX = 8.64e15;

/** @returns milliseconds since the epoch; NaN: it is no time */
export function timeOfNumber(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < SECONDS_MAX) return x * 1000;
  if (magnitude < MILLIS_MAX) return x;
  if (magnitude < MICROS_MAX) return x / 1000;
  const timeMs = x / 1_000_000;
  return Math.abs(timeMs) <= TIME_MS_MAX ? timeMs : NaN;
}

/** @returns milliseconds since the epoch; NaN: it is no time */
export function timeOfText(view: DataView, start: number, end: number): number {
  const length = end - start;
  if (length < DATE_BYTES || length > BYTES_MAX) return NaN;
  if (view.getUint8(start + 4) !== DASH || view.getUint8(start + 7) !== DASH) return NaN;
  const year = digits(view, start, 4);
  const month = digits(view, start + 5, 2);
  const day = digits(view, start + 8, 2);
  // Negated, so that what is no number is refused too.
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return NaN;
  const dateMs = dayMs(year, month, day);
  if (length === DATE_BYTES) return dateMs;
  const separator = view.getUint8(start + DATE_BYTES);
  if (separator !== UPPER_T && separator !== LOWER_T && separator !== SPACE) return NaN;
  if (length < MINUTE_BYTES || view.getUint8(start + 13) !== COLON) return NaN;
  const hour = digits(view, start + 11, 2);
  const minute = digits(view, start + 14, 2);
  if (!(hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59)) return NaN;
  let at = start + MINUTE_BYTES;
  let millis = 0;
  if (at + 3 <= end && view.getUint8(at) === COLON) {
    const second = digits(view, at + 1, 2);
    // A leap second is the first of the next minute.
    if (!(second >= 0 && second <= 60)) return NaN;
    millis = second * 1000;
    at += 3;
    const mark = at < end ? view.getUint8(at) : 0;
    if (mark === DOT || mark === COMMA) {
      const from = ++at;
      for (let unit = 100; at < end && isDigit(view.getUint8(at)); at++, unit /= 10) {
        millis += (view.getUint8(at) - DIGIT_0) * unit;
      }
      if (at === from) return NaN;
    }
  }
  return dateMs + hour * HOUR_MS + minute * MINUTE_MS + millis - offsetMs(view, at, end);
}

function offsetMs(view: DataView, at: number, end: number): number {
  if (at === end) return 0;
  const sign = view.getUint8(at);
  if (sign === UPPER_Z || sign === LOWER_Z) return at + 1 === end ? 0 : NaN;
  if (sign !== PLUS && sign !== DASH) return NaN;
  const length = end - at;
  const hasColon = length === 6 && view.getUint8(at + 3) === COLON;
  if (length !== 3 && length !== 5 && !hasColon) return NaN;
  const hours = digits(view, at + 1, 2);
  const minutes = length === 3 ? 0 : digits(view, end - 2, 2);
  if (!(hours >= 0 && hours <= 23 && minutes >= 0 && minutes <= 59)) return NaN;
  return (hours * HOUR_MS + minutes * MINUTE_MS) * (sign === DASH ? -1 : 1);
}

function digits(view: DataView, start: number, count: number): number {
  let number = 0;
  for (let at = start; at < start + count; at++) {
    const byte = view.getUint8(at);
    if (!isDigit(byte)) return NaN;
    number = number * 10 + byte - DIGIT_0;
  }
  return number;
}

const isDigit = (byte: number): boolean => byte >= DIGIT_0 && byte <= DIGIT_0 + 9;

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Howard Hinnant, "chrono-compatible low-level date algorithms": `days_from_civil`. */
function dayMs(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * 24 * HOUR_MS;
}
