/**
 * `npm run check`: everything that holds the project together besides its tests. All checks run even when one fails;
 * each prints one line, a failed one its messages after it. `npm run check -- lint types` runs only those.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { checkAlertmanagerFiles, checkPrometheusFiles } from './checks/deploy-files.mjs';
import { checkLayout } from './checks/layout.mjs';
import { completePath } from './test-tools.mjs';

/**
 * @typedef {{ ok: boolean, output: string }} Outcome
 * @typedef {{ name: string, what: string, run: () => Promise<Outcome> }} Check
 */

const root = join(import.meta.dirname, '..');
const environment = {
  ...process.env,
  PATH: completePath(),
  NO_COLOR: '1',
  FORCE_COLOR: undefined,
};

/** A script of package.json, where the command stands. @param {string} name @returns {() => Promise<Outcome>} */
const script = (name) => () =>
  new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', name], {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const gather = (/** @type {Buffer} */ chunk) => void (output += chunk.toString());
    child.stdout.on('data', gather);
    child.stderr.on('data', gather);
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (status) => resolve({ ok: status === 0, output }));
  });

/** @type {readonly Check[]} */
const CHECKS = [
  { name: 'build', what: 'the package builds', run: script('build') },
  { name: 'types', what: 'TypeScript finds no error', run: script('check:types') },
  { name: 'lint', what: 'ESLint and the house style', run: script('check:lint') },
  {
    name: 'format',
    what: 'Prettier would change nothing',
    run: script('check:format'),
  },
  {
    name: 'boundaries',
    what: 'imports go one way, through doors',
    run: script('check:boundaries'),
  },
  { name: 'unused', what: 'knip finds no unused file, export or dependency', run: script('check:unused') },
  { name: 'layout', what: 'rooms have doors and descriptions, names say what is inside', run: () => checkLayout(root) },
  {
    name: 'generated',
    what: 'generated files are in step with registry and configuration',
    run: script('check:generated'),
  },
  {
    name: 'promtool',
    what: 'Prometheus accepts the deployed configuration and rules, and rule tests pass',
    run: () => checkPrometheusFiles(root),
  },
  { name: 'amtool', what: 'Alertmanager accepts the deployed configuration', run: () => checkAlertmanagerFiles(root) },
  { name: 'package', what: 'publint accepts the package', run: script('check:package') },
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`No check is called ${unknown.join(', ')}. There are: ${CHECKS.map((check) => check.name).join(', ')}`);
  process.exit(2);
}

let failed = 0;
const chosen = CHECKS.filter((check) => asked.length === 0 || asked.includes(check.name));
for (const check of chosen) {
  const startMs = performance.now();
  const { ok, output } = await check.run();
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${check.name.padEnd(10)} ${check.what} (${seconds} s)`);
  if (ok) continue;
  failed++;
  console.log(output.trimEnd().replace(/^/gm, '     '));
}
console.log(`checks: ${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
