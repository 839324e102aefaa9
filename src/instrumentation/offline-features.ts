/**
 * Offline features: what training would compute for a prediction that was served, or for whom it was about, so that the
 * receiver finds where the two differ. A span of its own that says so in `event.name`, because the OpenTelemetry API has no
 * logs; a job that has an SDK with logs sends a log record of the same name and attributes just as well.
 */
import { SpanKind, trace, type Attributes, type TracerProvider } from '@opentelemetry/api';
import { ATTRIBUTE, EVENT } from '../registry/index.js';
import { AttributeKeys } from './attribute-keys.js';
import { eventTime } from './event-time.js';
import { warnOnce } from './fault.js';
import { setFeatures, warnOfDropped } from './feature-attributes.js';
import { type FeatureValues } from './feature-values.js';
import { SCOPE } from './scope.js';

export interface OfflineFeatures<F extends FeatureValues<F> = FeatureValues> {
  /** The model's name, as it was given to `instrumentModel`. */
  readonly model: string;
  /** Absent: they are compared with whichever version answered. */
  readonly version?: string;
  /** The id that the prediction returned. This or `entityId` is needed. */
  readonly id?: string;
  /** Whom or what the predictions are about; compared with each of them until newer values come. */
  readonly entityId?: string;
  /** By the names under which the service sends them; any part of them will do. */
  readonly features: F;
  /** Event time in milliseconds since the epoch: as of when the values hold. Absent: now. */
  readonly time?: number;
  /** Absent: the global one. */
  readonly tracerProvider?: TracerProvider;
}

const KEYS = new AttributeKeys(ATTRIBUTE.featurePrefix);

/** Records the offline features of one prediction or entity, in any process. Never throws; with no SDK, or no id, it does nothing. */
export function recordOfflineFeatures<F extends FeatureValues<F>>(offline: OfflineFeatures<F>): void {
  try {
    const { model, version, id = '', entityId = '', features, time, tracerProvider } = offline;
    if (id === '' && entityId === '') return;
    const attributes: Attributes = { [ATTRIBUTE.eventName]: EVENT.offlineFeatures, [ATTRIBUTE.modelName]: model };
    if (version !== undefined) attributes[ATTRIBUTE.modelVersion] = version;
    if (id !== '') attributes[ATTRIBUTE.predictionId] = id;
    if (entityId !== '') attributes[ATTRIBUTE.entityId] = entityId;
    const startTime = time === undefined ? undefined : eventTime(time);
    const tracer = (tracerProvider ?? trace.getTracerProvider()).getTracer(SCOPE);
    const span = tracer.startSpan(`offline_features ${model}`, { kind: SpanKind.INTERNAL, attributes, startTime });
    if (span.isRecording()) warnOfDropped(span, setFeatures(span, features, KEYS, model), model);
    span.end(startTime);
  } catch (fault) {
    warnOnce('offline features', 'offline features could not be recorded.', fault);
  }
}
