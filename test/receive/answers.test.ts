/** The hand-written answers against an independent decoder, over seeded random ones. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeExportResponse } from '../../src/receive/export-response.js';
import { REFUSAL_KINDS, Refusal } from '../../src/receive/refusal.js';
import { encodeRpcStatus, formatRpcStatus } from '../../src/receive/rpc-status.js';
import { decodeExportResponse, decodeStatus, parsePartialSuccess, parseStatus } from './answer-messages.js';

const SEED = { seed: 20011123, numRuns: 200 };

test('every status decodes to what it was made of, in both encodings', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...REFUSAL_KINDS),
      fc.string({ unit: 'binary', maxLength: 500 }),
      fc.integer({ min: 1, max: 1e9 }),
      (kind, message, seconds) => {
        const refusal = new Refusal(kind, message, seconds);
        const decoded = decodeStatus(encodeRpcStatus(refusal));
        expect(decoded).toEqual({ code: refusal.code, message, ...retry(refusal.retryAfterSeconds) });
        const json = parseStatus(formatRpcStatus(refusal));
        expect([json.code, json.message]).toEqual([refusal.code, message]);
        expect(json.details?.[0].retryDelay).toBe(refusal.retryAfterSeconds && `${seconds}s`);
      },
    ),
    SEED,
  );
});

test('every partial success decodes to what it was made of, in both encodings', () => {
  fc.assert(
    fc.property(
      fc.maxSafeNat(),
      fc.string({ unit: 'binary', maxLength: 500 }),
      fc.constantFrom('traces' as const, 'logs' as const, 'metrics' as const),
      (rejected, message, signal) => {
        const outcome = { rejected, message };
        const decoded = decodeExportResponse(encodeExportResponse(signal, 'protobuf', outcome));
        const json = parsePartialSuccess(encodeExportResponse(signal, 'json', outcome));
        if (rejected === 0 && message === '') {
          expect([decoded, json]).toEqual([undefined, undefined]);
          return;
        }
        expect(decoded).toEqual({ rejected, errorMessage: message });
        expect(json?.errorMessage).toBe(message);
        expect(Object.values(json ?? {})).toContain(String(rejected));
      },
    ),
    SEED,
  );
});

describe('a handler that counts wrongly', () => {
  test.each([
    [-5, undefined],
    [Number.NaN, undefined],
    [2.7, 2],
    [Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER],
  ])('%d rejected', (rejected, expected) => {
    expect(decodeExportResponse(encodeExportResponse('traces', 'protobuf', { rejected }))?.rejected).toBe(expected);
  });
});

function retry(seconds: number | undefined): { retrySeconds?: number } {
  return seconds === undefined ? {} : { retrySeconds: seconds };
}
