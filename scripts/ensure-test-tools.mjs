/**
 * Sees to it that the programs of `test-tools.mjs` are there before the tests start. On Debian and Ubuntu, as root or
 * with passwordless sudo, the missing ones are installed; elsewhere it says what to install and fails, because a test
 * that is skipped for want of its tool proves nothing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findCommand, missingTools } from './test-tools.mjs';

const POLICY_FILE = '/usr/sbin/policy-rc.d';

/** @param {import('./test-tools.mjs').Tool[]} missing @param {string} [reason] @returns {never} */
function giveUp(missing, reason) {
  const packages = [...new Set(missing.map((tool) => tool.package))].join(' ');
  console.error('The tests need programs that are not on this machine:');
  for (const tool of missing) console.error(`  ${tool.commands.join(' or ')}: ${tool.why}`);
  if (reason !== undefined) console.error(reason);
  console.error(`On Debian or Ubuntu: sudo apt-get install --no-install-recommends ${packages}`);
  console.error(
    'Elsewhere: https://prometheus.io/download/ (prometheus and alertmanager; put all four programs on the PATH)',
  );
  process.exit(1);
}

/** @param {string[]} command @returns {boolean} whether it ended well; what it prints goes to standard error */
function run(command) {
  const [program, ...rest] = command;
  const { status } = spawnSync(program, rest, {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}

/** As root nothing, else a sudo that asks no password, else undefined. @returns {string[] | undefined} */
function privilege() {
  if (process.getuid?.() === 0) return [];
  if (findCommand(['sudo']) === undefined) return undefined;
  return run(['sudo', '-n', 'true']) ? ['sudo', '-n', '--preserve-env=DEBIAN_FRONTEND'] : undefined;
}

/**
 * Debian starts a daemon as soon as it is installed, which would take the ports of the tests; a policy file that answers
 * 101 keeps it from that. Only root can write it, and one that is there already is left alone.
 * @template Result @param {() => Result} install @returns {Result}
 */
function withoutStartingServices(install) {
  const ours = process.getuid?.() === 0 && !existsSync(POLICY_FILE);
  if (ours) writeFileSync(POLICY_FILE, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return install();
  } finally {
    if (ours) rmSync(POLICY_FILE);
  }
}

const missing = missingTools();
if (missing.length > 0) {
  const apt = findCommand(['apt-get']);
  if (apt === undefined) giveUp(missing);
  const asRoot = privilege();
  if (asRoot === undefined) giveUp(missing, 'Installing them needs root or a sudo that asks no password.');

  const packages = [...new Set(missing.map((tool) => tool.package))];
  console.error(`Installing for the tests: ${packages.join(', ')}`);
  const installed = withoutStartingServices(
    () =>
      run([...asRoot, apt, 'update', '-q']) &&
      run([...asRoot, apt, 'install', '-q', '-y', '--no-install-recommends', ...packages]),
  );
  const still = missingTools();
  if (!installed || still.length > 0)
    giveUp(still.length > 0 ? still : missing, 'apt-get could not install them; its messages are above.');
}
