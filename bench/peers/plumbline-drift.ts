/**
 * Drift of a Parquet file against another as `plumbline reference build` and `plumbline reference diff` compute it: the
 * reference is built, written and read back, the other file is folded into its bins, and every statistic gets its
 * critical value. Prints the CPU seconds of this process, all threads, from after the imports. DuckDB is loaded with the
 * first file and counts as work, and so does reading.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driftBetween } from '../../src/cli/reference-drift.js';
import { buildReference, foldDataSet, loadReference, saveReference } from '../../src/reference/index.js';

const [referenceFile, currentFile] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'plumbline-bench-'));
const started = process.cpuUsage();
const startMs = performance.now();

const file = join(folder, 'reference.json');
saveReference(await buildReference({ model: 'flights', version: '2001-01', from: [referenceFile] }), file);
const reference = loadReference(file);
const current = await foldDataSet(reference, { files: [currentFile] });
const drifts = driftBetween(reference, current, {
  falseAlarmRate: 0.001,
  minimumObservations: 100,
  thresholdOf: () => 0.2,
});

const { user, system } = process.cpuUsage(started);
const cpuSeconds = (user + system) / 1e6;
const result = {
  version: 'this checkout',
  columns: drifts.filter(({ state }) => state === 'ready').map(({ name }) => name),
  cpuSeconds,
  cpuSecondsWithReading: cpuSeconds,
  seconds: (performance.now() - startMs) / 1000,
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
rmSync(folder, { recursive: true });
process.stdout.write(JSON.stringify(result));
