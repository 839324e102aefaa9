/** Which injection was seen by what, and which was not. */
import { expect, test } from 'vitest';
import type { Finding } from '../../demo/findings.js';
import { INJECTIONS, startMs } from '../../demo/injections.js';
import { firstSeen, injectionTable, otherMoves, playedLongEnough } from '../../demo/summary.js';
import type { Seen } from '../../demo/watch.js';

const [kilometres] = INJECTIONS;
const announced = { injection: kilometres, wallMs: 1000 };
const seen = (subject: string, wallMs: number, hoursAfter: number): Seen => {
  const finding: Finding = {
    model: 'flight-delay',
    version: '2001-01',
    subject,
    isFeature: true,
    signal: 'drift',
    statistic: 'psi',
    window: '1d',
    value: 0.5,
    limit: 0.1,
    sinceMs: undefined,
  };
  return { finding, wallMs, eventMs: startMs(kilometres) + hoursAfter * 3_600_000 };
};

test('an injection is seen by the first fitting move after it was announced', () => {
  const earlier = seen('distance', 900, -10);
  const other = seen('hour', 1500, 3);
  const fitting = seen('distance', 2500, 6);
  expect(firstSeen(announced, [earlier, other, fitting, seen('distance', 9000, 60)])).toBe(fitting);
  expect(injectionTable([announced], [earlier, other, fitting])).toMatch(/drift of 2001-01 distance\s+6\.0 h\s+1\.5 s/);
  expect(otherMoves([announced], [earlier, other, fitting])).toBe('drift of distance 1×, drift of hour 1×');
});

test('an injection that nothing shows is said not to be seen', () => {
  expect(injectionTable([announced], [])).toContain('NOT SEEN');
});

test('an injection that was hardly played is not asked about', () => {
  expect(playedLongEnough([announced], startMs(kilometres) + 3_600_000)).toEqual([]);
  expect(playedLongEnough([announced], startMs(kilometres) + 3 * 86_400_000)).toEqual([announced]);
});
