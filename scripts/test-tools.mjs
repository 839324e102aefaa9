/**
 * The programs, other than Node, that the tests and checks run, and where they are found. `npm test` and `npm run check`
 * both read this table. Debian's names differ from upstream's (`prometheus-alertmanager`), so each has alternatives.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @typedef {object} Tool
 * @property {readonly string[]} commands names under which the program may be found, the first found is taken
 * @property {string} package the package that brings it on Debian and Ubuntu
 * @property {string} why what it is needed for
 */

/** @type {readonly Tool[]} */
export const TEST_TOOLS = [
  { commands: ['prometheus'], package: 'prometheus', why: 'the end-to-end tests scrape with the real Prometheus' },
  { commands: ['promtool'], package: 'prometheus', why: 'generated rules are checked with promtool' },
  {
    commands: ['alertmanager', 'prometheus-alertmanager'],
    package: 'prometheus-alertmanager',
    why: 'the end-to-end tests deliver alerts with the real Alertmanager',
  },
  { commands: ['amtool'], package: 'prometheus-alertmanager', why: 'generated routes are checked with amtool' },
];

/** Where packages put daemons; a plain user's PATH often lacks it. */
const SYSTEM_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin'];

/** PATH, and after it the folders of the system that it lacks. */
export function completePath() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of SYSTEM_FOLDERS) if (!folders.includes(folder)) folders.push(folder);
  return folders.join(delimiter);
}

/** @param {readonly string[]} commands @returns {string | undefined} the path of the first that is executable */
export function findCommand(commands) {
  for (const command of commands) {
    for (const folder of completePath().split(delimiter)) {
      const path = join(folder, command);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}

/** @returns {Tool[]} */
export function missingTools() {
  return TEST_TOOLS.filter((tool) => findCommand(tool.commands) === undefined);
}
