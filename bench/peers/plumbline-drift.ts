/**
 * Drift of a Parquet file against another as `plumbline reference build` and `plumbline reference diff` compute it: the
 * reference is built, written and read back, the other file is folded into its bins, and every statistic gets its
 * critical value. Prints the CPU seconds of this process, all threads, from after the imports; reading counts as work.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Loaded with the first file that is read; here beforehand, as the peers load what they read with.
import '@duckdb/node-api';
import { driftBetween } from '../../src/cli/reference-drift.js';
import { buildReference, foldDataSet, loadReference, saveReference } from '../../src/reference/index.js';
import { DRIFT_STATISTICS } from '../../src/registry/index.js';

const [referenceFile, currentFile] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
const startMs = performance.now();
const parts: Record<string, number> = {};
let before = process.cpuUsage();
/** What has been done since the part before. */
function part(name: string): void {
  const { user, system } = process.cpuUsage(before);
  parts[name] = (user + system) / 1e6;
  before = process.cpuUsage();
}

const file = join(folder, 'reference.json');
saveReference(await buildReference({ model: 'flights', version: '2001-01', from: [referenceFile] }), file);
const reference = loadReference(file);
part('building the reference');
const current = await foldDataSet(reference, { files: [currentFile] });
part('folding');
const drifts = driftBetween(reference, current, {
  falseAlarmRate: 0.001,
  minimumObservations: 100,
  statistics: DRIFT_STATISTICS,
  thresholdOf: () => 0.2,
});

part('comparing, critical values simulated');
const cpuSeconds = Object.values(parts).reduce((sum, seconds) => sum + seconds);
const result = {
  version: 'this checkout',
  columns: drifts.filter(({ state }) => state === 'ready').map(({ name }) => name),
  cpuSeconds,
  parts,
  cpuSecondsWithReading: cpuSeconds,
  seconds: (performance.now() - startMs) / 1000,
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
rmSync(folder, { recursive: true });
process.stdout.write(JSON.stringify(result));
