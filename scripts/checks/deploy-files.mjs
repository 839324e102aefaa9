/**
 * What `deploy/` ships, given to the programs that will read it: promtool and amtool. Files are told apart by what is in
 * them, so that a new one is checked without anybody listing it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand } from '../test-tools.mjs';
import { projectFiles } from './project-files.mjs';

/** @typedef {{ ok: boolean, output: string }} Outcome */

/** @type {readonly { kind: string, holds: RegExp, command: readonly string[] }[]} */
const PROMETHEUS_KINDS = [
  { kind: 'rule tests', holds: /^tests:/m, command: ['test', 'rules'] },
  { kind: 'configuration', holds: /^scrape_configs:/m, command: ['check', 'config'] },
  { kind: 'rules', holds: /^groups:/m, command: ['check', 'rules', '--lint-fatal'] },
];

/** @param {readonly string[]} command @param {string} cwd @returns {Outcome} */
function run(command, cwd) {
  const [program, ...parameters] = command;
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { cwd, encoding: 'utf8' });
  return { ok: status === 0, output: error?.message ?? `${command.slice(1).join(' ')}\n${stdout}${stderr}` };
}

/** @param {Outcome[]} outcomes @param {string} nothing @returns {Outcome} */
function together(outcomes, nothing) {
  if (outcomes.length === 0) return { ok: false, output: nothing };
  const failed = outcomes.filter((outcome) => !outcome.ok);
  return { ok: failed.length === 0, output: failed.map((outcome) => outcome.output).join('\n') };
}

const YAML = /\.ya?ml$/;
const PROMTOOL_TEST = /\.promtool\.ya?ml$/;

/** @param {string} root @returns {Promise<Outcome>} */
export async function checkPrometheusFiles(root) {
  const promtool = findCommand(['promtool']);
  if (promtool === undefined)
    return { ok: false, output: 'promtool is not installed; node scripts/ensure-test-tools.mjs installs it' };
  const outcomes = [];
  let rules = 0;
  const deployed = projectFiles(root, 'deploy/prometheus').filter((file) => YAML.test(file));
  const tests = projectFiles(root, 'test').filter((file) => PROMTOOL_TEST.test(file));
  for (const file of [...deployed, ...tests]) {
    const text = readFileSync(join(root, file), 'utf8');
    const found = PROMETHEUS_KINDS.find((kind) => kind.holds.test(text));
    if (found === undefined) {
      outcomes.push({ ok: false, output: `${file}: neither a configuration, nor rules, nor a test of rules` });
      continue;
    }
    if (found.kind === 'rules') rules++;
    outcomes.push(run([promtool, ...found.command, file], root));
  }
  if (rules === 0) outcomes.push({ ok: false, output: 'deploy/prometheus has no rules' });
  return together(outcomes, 'deploy/prometheus has no files');
}

/** @param {string} root @returns {Promise<Outcome>} */
export async function checkAlertmanagerFiles(root) {
  const amtool = findCommand(['amtool']);
  if (amtool === undefined)
    return { ok: false, output: 'amtool is not installed; node scripts/ensure-test-tools.mjs installs it' };
  const outcomes = projectFiles(root, 'deploy/alertmanager')
    .filter((file) => YAML.test(file))
    .map((file) => run([amtool, 'check-config', file], root));
  return together(outcomes, 'deploy/alertmanager has no files');
}
