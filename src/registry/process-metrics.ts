/** What this process publishes of itself. */
import { LABEL } from './labels.js';
import type { MetricDefinition } from './metric-definition.js';

export const PROCESS_METRIC = {
  received: {
    instrument: 'plumbline.items.received',
    kind: 'counter',
    unit: '{item}',
    help: 'Spans, log records and data points that arrived. received = observed + rejected + ignored.',
    labels: [LABEL.signal],
  },
  observed: {
    instrument: 'plumbline.items.observed',
    kind: 'counter',
    unit: '{item}',
    help: 'Items that became a prediction, a ground truth or another observation.',
    labels: [LABEL.signal],
  },
  rejected: {
    instrument: 'plumbline.items.rejected',
    kind: 'counter',
    unit: '{item}',
    help: 'Items that were meant for us and are not valid, by reason.',
    labels: [LABEL.signal, LABEL.reason],
  },
  ignored: {
    instrument: 'plumbline.items.ignored',
    kind: 'counter',
    unit: '{item}',
    help: 'Items that are not for us or count elsewhere, by reason.',
    labels: [LABEL.signal, LABEL.reason],
  },
  requests: {
    instrument: 'plumbline.requests',
    kind: 'counter',
    unit: '{request}',
    help: 'OTLP requests by transport, signal and answer.',
    labels: [LABEL.transport, LABEL.signal, LABEL.status],
  },
  requestBytes: {
    instrument: 'plumbline.request.received',
    kind: 'counter',
    unit: 'By',
    help: 'Bytes of OTLP requests after decompression.',
    labels: [LABEL.transport, LABEL.signal],
  },
  limitUsed: {
    instrument: 'plumbline.limit.used',
    kind: 'gauge',
    unit: '',
    help: 'How much of a limit is in use.',
    labels: [LABEL.limit],
  },
  limitMax: { instrument: 'plumbline.limit.max', kind: 'gauge', unit: '', help: 'The limit.', labels: [LABEL.limit] },
  limitOverflow: {
    instrument: 'plumbline.limit.overflow',
    kind: 'counter',
    unit: '',
    help: 'What a limit kept out and sent to overflow or refused.',
    labels: [LABEL.limit],
  },
  evaluationDuration: {
    instrument: 'plumbline.evaluation.duration',
    kind: 'gauge',
    unit: 's',
    help: 'Time that the latest evaluation of all statistics took.',
    labels: [],
  },
  stateSaved: {
    instrument: 'plumbline.state.saved.time',
    kind: 'gauge',
    unit: 's',
    help: 'When the state was last saved, in seconds since the epoch.',
    labels: [],
  },
  info: {
    instrument: 'plumbline.build.info',
    kind: 'gauge',
    unit: '',
    help: 'Always 1: the version of this process.',
    labels: [LABEL.version],
  },
} as const satisfies Record<string, MetricDefinition>;
