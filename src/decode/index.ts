/** The door of the room: bytes to OTLP values. */
export { type AttributeColumns, VALUE } from './attribute-columns.js';
export { type DecodedValue } from './attribute-decoder.js';
export { BytesTable, hashBytes, NAME_BYTES_MAX, NOT_FOUND, viewOf } from './bytes-table.js';
export { transcodeLogs, transcodeMetrics, transcodeTraces } from './json-transcoder.js';
export { KeyTable, type KeyTableOptions } from './key-table.js';
export { MetricDecoder, type MetricDecoderOptions } from './metric-decoder.js';
export { ExponentialBuckets, MetricPoint, NO_RECORDED_VALUE, type NumberList, TEMPORALITY } from './metric-point.js';
export { ABSENT, RecordBatch } from './record-batch.js';
export { RecordDecoder, type RecordSignal } from './record-decoder.js';
