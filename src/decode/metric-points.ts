/** Counts the data points of an OTLP metrics request, and proves on the way that it can be decoded. */
import { viewOf } from './bytes-table.js';
import { WireCursor } from './wire.js';

const REQUEST_GROUP = 0x0a;
const GROUP_SCOPE = 0x12;
const SCOPE_METRIC = 0x12;
/** `gauge`, `sum`, `histogram`, `exponential_histogram`, `summary`. */
const METRIC_DATA: ReadonlySet<number> = new Set([0x2a, 0x3a, 0x4a, 0x52, 0x5a]);
const DATA_POINT = 0x0a;

/** @throws PlumblineError PB3001 */
export function countMetricPoints(bytes: Uint8Array): number {
  const cursor = new WireCursor();
  cursor.load(bytes, viewOf(bytes));
  const into = (wanted: (tag: number) => boolean, end: number, visit: (end: number) => void): void => {
    while (cursor.at < end) {
      const tag = cursor.varint32(end);
      if (!wanted(tag)) {
        cursor.skip(tag, end, 0);
        continue;
      }
      const fieldEnd = cursor.lengthEnd(end);
      visit(fieldEnd);
      cursor.at = fieldEnd;
    }
  };
  let points = 0;
  const is = (wanted: number) => (tag: number) => tag === wanted;
  into(is(REQUEST_GROUP), bytes.length, (group) =>
    into(is(GROUP_SCOPE), group, (scope) =>
      into(is(SCOPE_METRIC), scope, (metric) =>
        into(
          (tag) => METRIC_DATA.has(tag),
          metric,
          (data) => into(is(DATA_POINT), data, () => points++),
        ),
      ),
    ),
  );
  return points;
}
