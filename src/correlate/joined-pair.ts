/** What is handed to the correlator, and what it hands on: plain fields in objects that are used again and again. */

/** Where a text stands. Empty: there is none, or nobody knows it any more. */
export interface TextPlace {
  view: DataView;
  start: number;
  end: number;
}

const NO_BYTES = new DataView(new ArrayBuffer(0));

/** A prediction and its ground truth, as `OutcomeCode`s. Reused: read it before the next call. */
export class JoinedPair {
  versionIndex = 0;
  predictionTimeMs = 0;
  delayMs = 0;
  predictedKind = 0;
  predicted = 0;
  /** NaN where the prediction had none. */
  score = NaN;
  actualKind = 0;
  actual = 0;
  /** Of the ground truth, where it is one. */
  readonly text: TextPlace = { view: NO_BYTES, start: 0, end: 0 };
  /** As the prediction had them. */
  readonly segments: Int32Array;

  constructor(segments = 0) {
    this.segments = new Int32Array(segments);
  }
}

/** A prediction as it is taken in. Its fields are set and the object reused: doubles as arguments would be allocated. */
export class WaitingPrediction {
  high = 0;
  low = 0;
  timeMs = 0.5;
  kind = 0;
  predicted = 0.5;
  /** NaN where there is none. */
  score = NaN;
  /** What the segments are known by that it belongs to, one of each definition; 0: none. */
  readonly segments: Int32Array;

  constructor(segments = 0) {
    this.segments = new Int32Array(segments);
  }
}

/** A ground truth as it is taken in, likewise. */
export class ArrivedGroundTruth {
  high = 0;
  low = 0;
  timeMs = 0.5;
  kind = 0;
  actual = 0.5;
  readonly text: TextPlace = { view: NO_BYTES, start: 0, end: 0 };
}
