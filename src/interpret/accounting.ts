/** The accounting identity, per signal: received = observed + rejected by reason + ignored by reason. */
import { type IgnoredReason, IGNORED, REJECTED, type RejectedReason } from '../registry/index.js';

export type AccountedSignal = 'traces' | 'logs' | 'metrics';

export class SignalAccount {
  received = 0;
  observed = 0;
  readonly rejected = Object.fromEntries(Object.values(REJECTED).map(({ reason }) => [reason, 0])) as Record<
    RejectedReason,
    number
  >;
  readonly ignored = Object.fromEntries(Object.values(IGNORED).map(({ reason }) => [reason, 0])) as Record<
    IgnoredReason,
    number
  >;
}

export class Accounting {
  readonly traces = new SignalAccount();
  readonly logs = new SignalAccount();
  readonly metrics = new SignalAccount();
}
