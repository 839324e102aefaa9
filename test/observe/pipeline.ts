/** The stages from bytes to profiles as the collector wires them, with a clock that the test moves. */
import { Correlator } from '../../src/correlate/index.js';
import { Interpreter } from '../../src/interpret/index.js';
import { ManualClock } from '../../src/lib/clock.js';
import { Observer, type ObserverOptions, type VersionObserver } from '../../src/observe/index.js';
import { encodeLogs, encodeTraces, type OtlpObject } from '../oracle/otlp-oracle.js';

export const NOON_MS = Date.UTC(2026, 10, 24, 12);
const MINUTE_MS = 60_000;

export interface SentPrediction {
  readonly timeMs?: number;
  readonly model?: string;
  readonly version?: string;
  readonly id?: string;
  readonly features?: Readonly<Record<string, unknown>>;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly failed?: boolean;
  readonly traceState?: string;
  readonly droppedAttributesCount?: number;
}

export function anyValue(value: unknown): OtlpObject {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: value };
  if (typeof value === 'number') return { doubleValue: value };
  if (value instanceof Uint8Array) return { bytesValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (value === undefined || value === null) return {};
  return { kvlistValue: { values: attributesOf(value as Record<string, unknown>) } };
}

export function attributesOf(values: Readonly<Record<string, unknown>>): OtlpObject[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));
}

export class Pipeline {
  readonly clock = new ManualClock(NOON_MS);
  readonly correlator: Correlator;
  readonly observer: Observer;
  readonly interpreter: Interpreter;
  #spans = 0;

  constructor(options: Partial<ObserverOptions> & { readonly maxPredictions?: number } = {}) {
    const { clock } = this;
    this.correlator = new Correlator({
      clock,
      maxPredictions: options.maxPredictions ?? 10_000,
      maxDelayMs: 30 * 24 * 60 * MINUTE_MS,
      maxEarlyGroundTruths: 100,
      earlyGraceMs: 10 * MINUTE_MS,
      maxVersions: 100,
      maxModels: 5,
      segments: options.segments?.map(({ name }) => name),
    });
    this.observer = new Observer({
      clock,
      watermark: false,
      windowsMs: [5 * MINUTE_MS, 60 * MINUTE_MS, 24 * 60 * MINUTE_MS],
      maxModels: 5,
      maxVersionsPerModel: 3,
      maxFeaturesPerVersion: 50,
      maxCategoriesPerFeature: 20,
      maxCellsPerVersion: 1_000_000,
      maxHistoryBytes: 64 * 1024 * 1024,
      provisionalReference: 'first_predictions',
      provisionalSize: 200,
      correlator: this.correlator,
      knownModel: () => undefined,
      referenceOf: () => undefined,
      ...options,
    });
    this.interpreter = new Interpreter({
      clock,
      maxFutureMs: 10 * MINUTE_MS,
      maxKeys: 1000,
      maxBatchRows: 5000,
      wanted: options.wanted,
      sink: this.observer,
    });
    this.observer.attach(this.interpreter);
  }

  span(sent: SentPrediction): OtlpObject {
    const timeMs = sent.timeMs ?? this.clock.nowMs();
    const start = BigInt(Math.round(timeMs * 1000)) * 1000n;
    const number = ++this.#spans;
    const features = Object.entries(sent.features ?? {}).map(([name, value]) => [`ml.feature.${name}`, value]);
    return {
      traceId: Buffer.from(number.toString(16).padStart(32, '0'), 'hex'),
      spanId: Buffer.from(number.toString(16).padStart(16, '0'), 'hex'),
      startTimeUnixNano: start,
      endTimeUnixNano: start + 2_000_000n,
      attributes: attributesOf({
        'ml.model.name': sent.model ?? 'm',
        'ml.model.version': sent.version ?? '1',
        ...(sent.id === undefined ? {} : { 'ml.prediction.id': sent.id }),
        ...(Object.fromEntries(features) as Record<string, unknown>),
        ...sent.attributes,
      }),
      ...(sent.failed === true ? { status: { code: 2 } } : {}),
      ...(sent.traceState === undefined ? {} : { traceState: sent.traceState }),
      ...(sent.droppedAttributesCount === undefined ? {} : { droppedAttributesCount: sent.droppedAttributesCount }),
    };
  }

  sendSpans(spans: readonly OtlpObject[]): ReturnType<Interpreter['interpret']> {
    return this.sendResourceSpans([{ scopeSpans: [{ spans: [...spans] }] }]);
  }

  sendResourceSpans(
    resourceSpans: OtlpObject[],
    allowedModels?: ReadonlySet<string>,
  ): ReturnType<Interpreter['interpret']> {
    return this.interpreter.interpret('traces', encodeTraces({ resourceSpans }), allowedModels);
  }

  predict(...sent: readonly SentPrediction[]): ReturnType<Interpreter['interpret']> {
    return this.sendSpans(sent.map((one) => this.span(one)));
  }

  sendLogs(records: readonly OtlpObject[]): ReturnType<Interpreter['interpret']> {
    return this.interpreter.interpret(
      'logs',
      encodeLogs({ resourceLogs: [{ scopeLogs: [{ logRecords: [...records] }] }] }),
    );
  }

  groundTruth(id: string, value: unknown, model = 'm'): ReturnType<Interpreter['interpret']> {
    return this.sendLogs([
      {
        eventName: 'ml.ground_truth',
        timeUnixNano: BigInt(this.clock.nowMs()) * 1_000_000n,
        attributes: attributesOf({ 'ml.model.name': model, 'ml.prediction.id': id, 'ml.ground_truth.value': value }),
      },
    ]);
  }

  version(model = 'm', version = '1'): VersionObserver {
    const found = this.observer.directory.models.get(model)?.get(version);
    if (found === undefined) throw new Error(`${model} ${version} was not observed`);
    return found;
  }

  /** A feature's numbers in the window at `index`. */
  profile(feature: string, index = 2, version = '1') {
    const observer = this.version('m', version);
    this.observer.advance();
    return observer.profile(observer.features.get(feature)!, observer.window(index), false);
  }

  accounted(signal: 'traces' | 'logs' = 'traces') {
    const { received, observed, rejected, ignored } = this.interpreter.accounting[signal];
    const some = (counts: Record<string, number>) =>
      Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0));
    return { received, observed, rejected: some(rejected), ignored: some(ignored) };
  }
}
