/**
 * The last line of `.ci/run`: how many tests and checks passed and failed. Tests are counted from vitest's own results,
 * checks from the lines of `npm run check`. A part that ended badly without any of its own having failed (it crashed, ran
 * out of time, wrote no results) counts as one that failed, so that nothing is lost between the counts.
 *
 * node .ci/count.mjs <folder of logs> <part>=<exit status>...
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ passed: number, failed: number }} Count */
/** @typedef {{ status: string, assertionResults: { status: string }[] }} TestFile */

const [logs, ...parts] = process.argv.slice(2);

/** @param {string} name @returns {string} empty where there is none */
function read(name) {
  try {
    return readFileSync(join(logs, name), 'utf8');
  } catch {
    return '';
  }
}

/** @param {string} part @returns {Count} */
function countTests(part) {
  const text = read(`${part}.json`);
  /** @type {unknown} */
  const results = text === '' ? { testResults: [] } : JSON.parse(text);
  const { testResults } = /** @type {{ testResults: TestFile[] }} */ (results);
  const tests = testResults.flatMap((file) => file.assertionResults);
  // A file that fails before its first test has no results of its own.
  const filesThatFailed = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((one) => one.status === 'failed'),
  );
  return {
    passed: tests.filter((one) => one.status === 'passed').length,
    failed: tests.filter((one) => one.status === 'failed').length + filesThatFailed.length,
  };
}

/** @param {string} part @returns {Count} */
function countChecks(part) {
  const lines = read(`${part}.log`).split('\n');
  return {
    passed: lines.filter((line) => line.startsWith('ok   ')).length,
    failed: lines.filter((line) => line.startsWith('FAIL ')).length,
  };
}

/** @type {Record<string, (part: string) => Count>} */
const COUNTERS = { test: countTests, check: countChecks, interop: countTests };

const total = { passed: 0, failed: 0 };
for (const outcome of parts) {
  const [part, status] = outcome.split('=');
  const ended = status === '0';
  const counter = COUNTERS[part];
  const count = counter === undefined ? { passed: ended ? 1 : 0, failed: 0 } : counter(part);
  // A suite that ended well and ran nothing has not passed.
  if ((!ended && count.failed === 0) || count.passed + count.failed === 0) count.failed++;
  total.passed += count.passed;
  total.failed += count.failed;
  console.log(
    `${part}: ${count.passed} passed, ${count.failed} failed (exit status ${status}; log in .ci/logs/${part}.log)`,
  );
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
