/** The stages between the socket and the page, put together as `src/collector.ts` does it, to be called without a socket. */
import { durationMs } from '../../src/config/index.js';
import { configSchema } from '../../src/config/schema.js';
import { Correlator } from '../../src/correlate/index.js';
import { RecordBatch, RecordDecoder } from '../../src/decode/index.js';
import { Interpreter } from '../../src/interpret/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { Observer } from '../../src/observe/index.js';

/** Nothing that a body of a bench comes near. */
const FAR_LIMIT = 1_000_000;
const MAX_KEYS = 20_000;
const MAX_VERSIONS = 65_535;

export class Pipeline {
  readonly #interpreter: Interpreter;
  readonly #bare: RecordDecoder;
  readonly #batch = new RecordBatch();

  constructor() {
    const { observe, correlate } = configSchema.parse({});
    const correlator = new Correlator({
      clock: systemClock,
      maxPredictions: correlate.maxPredictions,
      maxDelayMs: durationMs(correlate.maxDelay),
      maxEarlyGroundTruths: FAR_LIMIT,
      earlyGraceMs: FAR_LIMIT,
      maxVersions: MAX_VERSIONS,
      maxModels: 100,
    });
    const observer = new Observer({
      clock: systemClock,
      watermark: false,
      windowsMs: observe.windows.map(durationMs),
      maxModels: observe.maxModels,
      maxVersionsPerModel: observe.maxVersionsPerModel,
      maxFeaturesPerVersion: observe.maxFeaturesPerVersion,
      maxCategoriesPerFeature: observe.maxCategoriesPerFeature,
      maxCellsPerVersion: 4 * FAR_LIMIT,
      provisionalReference: observe.provisionalReference,
      provisionalSize: observe.provisionalReferenceSize,
      correlator,
      knownModel: () => undefined,
      referenceOf: () => undefined,
    });
    this.#interpreter = new Interpreter({
      clock: systemClock,
      maxFutureMs: durationMs(observe.maxFuture),
      maxKeys: MAX_KEYS,
      maxBatchRows: FAR_LIMIT,
      sink: observer,
    });
    observer.attach(this.#interpreter);
    this.#bare = new RecordDecoder(this.#interpreter.meanings.keys);
  }

  /** The whole way: decode, interpret, correlate, observe. */
  whole(bytes: Uint8Array): void {
    this.#interpreter.interpret('traces', bytes);
  }

  /** Only the walk over the bytes, with the same keys wanted. */
  bare(bytes: Uint8Array): void {
    this.#bare.decode('traces', bytes, this.#batch);
  }

  /** Spans that were observed, of those that were received. */
  get observedShare(): number {
    const { observed, received } = this.#interpreter.accounting.traces;
    return observed / received;
  }
}
