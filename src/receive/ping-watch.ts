/**
 * Sends away a client that pings without end: every PING wakes this process, and the gRPC library counts none of them. The
 * rule is that of other servers (https://github.com/grpc/proposal/blob/master/A8-client-side-keepalive.md): GOAWAY with
 * ENHANCE_YOUR_CALM and `too_many_pings`, at which clients wait longer. It is laxer, since exporters are set to keepalives of
 * ten seconds and less: only pings less than `CALM_MS` apart count, and every call forgives them.
 */
import { constants, type ServerHttp2Session } from 'node:http2';

const CALM_MS = 5_000;
const MAX_STRIKES = 20;

export class PingWatch {
  #strikes = 0;
  #latestMs = -Infinity;

  constructor(session: ServerHttp2Session) {
    session.on('ping', () => {
      const nowMs = performance.now();
      this.#strikes = nowMs - this.#latestMs < CALM_MS ? this.#strikes + 1 : 0;
      this.#latestMs = nowMs;
      if (this.#strikes <= MAX_STRIKES || session.destroyed) return;
      session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0, Buffer.from('too_many_pings'));
      session.close();
    });
  }

  forgive(): void {
    this.#strikes = 0;
  }
}
