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

/** As plain data. */
export type AccountingState = Record<
  AccountedSignal,
  Pick<SignalAccount, 'received' | 'observed' | 'rejected' | 'ignored'>
>;

export class Accounting {
  readonly traces = new SignalAccount();
  readonly logs = new SignalAccount();
  readonly metrics = new SignalAccount();

  save(): AccountingState {
    const plain = ({ received, observed, rejected, ignored }: SignalAccount) => ({
      received,
      observed,
      rejected: { ...rejected },
      ignored: { ...ignored },
    });
    return { traces: plain(this.traces), logs: plain(this.logs), metrics: plain(this.metrics) };
  }

  /** Adds what was counted elsewhere. */
  absorb(counted: AccountingState): void {
    for (const signal of ['traces', 'logs', 'metrics'] as const) {
      const [account, other] = [this[signal], counted[signal]];
      account.received += other.received;
      account.observed += other.observed;
      for (const reason of Object.keys(account.rejected) as RejectedReason[]) {
        account.rejected[reason] += other.rejected[reason];
      }
      for (const reason of Object.keys(account.ignored) as IgnoredReason[]) {
        account.ignored[reason] += other.ignored[reason];
      }
    }
  }

  /** Hands over what was counted, and counts from 0 on. */
  take(): AccountingState {
    const counted = this.save();
    this.restore(new Accounting().save());
    return counted;
  }

  restore(state: AccountingState): void {
    for (const signal of ['traces', 'logs', 'metrics'] as const) {
      const { received, observed, rejected, ignored } = state[signal];
      const account = this[signal];
      account.received = received;
      account.observed = observed;
      Object.assign(account.rejected, rejected);
      Object.assign(account.ignored, ignored);
    }
  }
}
