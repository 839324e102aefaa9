/**
 * The long run: `npm run fuzz -- --inputs 10000000 --seconds 1200 --seed 7`. Ends with 1 at the first input that decoder
 * and oracle see differently (its bytes are printed), or where memory has grown by more than the bound.
 * Memory is measured with the garbage collected (else it says how lazy the collector is: a run of 100 s had 150 MiB more
 * without, none with), first after a warm-up of a tenth, in which heaps and code caches grow to their size.
 */
import { parseArgs } from 'node:util';
import { fuzz, type Tally } from './campaign.js';

const MIB = 1024 * 1024;
const GROWTH_MAX_BYTES = 32 * MIB;
const WARM_UP_SHARE = 0.1;
const REPORT_EVERY = 500_000;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '200000' },
    seconds: { type: 'string', default: 'Infinity' },
    seed: { type: 'string', default: '1' },
  },
});
const inputs = Number(values.inputs);
const seconds = Number(values.seconds);
const seed = Number(values.seed);

let warmBytes: number | undefined;
let reported = 0;
const began = performance.now();
const elapsed = (): number => (performance.now() - began) / 1000;

const tally = fuzz({
  seed,
  inputs,
  herd: 200,
  inputsPerHerd: 20_000,
  over: (sofar) => {
    if (Math.max(sofar.inputs / inputs, elapsed() / seconds) >= WARM_UP_SHARE) warmBytes ??= liveBytes();
    if (sofar.inputs - reported >= REPORT_EVERY) {
      reported = sofar.inputs;
      report(sofar);
    }
    return elapsed() >= seconds;
  },
});
report(tally);
const growth = warmBytes === undefined ? 0 : liveBytes() - warmBytes;
console.log(`memory after the warm-up: ${(growth / MIB).toFixed(1)} MiB more (at most ${GROWTH_MAX_BYTES / MIB})`);
if (growth > GROWTH_MAX_BYTES) process.exitCode = 1;

function liveBytes(): number {
  if (globalThis.gc === undefined) throw new Error('Run it as `npm run fuzz`: it needs --expose-gc.');
  globalThis.gc();
  // Not the resident size: that has pages which the garbage collector keeps, and there is nothing native to leak here.
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function report({ inputs: done, accepted, refused, stricter, ambiguous, laxer }: Tally): void {
  console.log(
    `seed ${seed}: ${done} inputs in ${elapsed().toFixed(0)} s; ${accepted} accepted by both (${laxer} of them not by the ` +
      `whole schema), ${refused} refused by both, ${stricter} refused by the decoder alone (varint too long), ${ambiguous} not to be compared`,
  );
}
