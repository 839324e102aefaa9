/** The stages between the socket and the page, to be called without a socket; and the decoder alone. */
import { configSchema } from '../../src/config/schema.js';
import { RecordBatch, RecordDecoder } from '../../src/decode/index.js';
import { Pipeline as Stages } from '../../src/ingest/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { pipelineSettings } from '../../src/pipeline-settings.js';

export class Pipeline {
  readonly #stages = new Stages(pipelineSettings(configSchema.parse({})), {
    clock: systemClock,
    knownModel: () => undefined,
    referenceOf: () => undefined,
  });
  readonly #bare = new RecordDecoder(this.#stages.interpreter.meanings.keys);
  readonly #batch = new RecordBatch();

  /** The whole way: decode, interpret, correlate, observe. */
  whole(bytes: Uint8Array): void {
    this.#stages.take({ signal: 'traces', encoding: 'protobuf', body: bytes });
  }

  /** Only the walk over the bytes, with the same keys wanted. */
  bare(bytes: Uint8Array): void {
    this.#bare.decode('traces', bytes, this.#batch);
  }

  /** Spans that were observed, of those that were received. */
  get observedShare(): number {
    const { observed, received } = this.#stages.interpreter.accounting.traces;
    return observed / received;
  }
}
