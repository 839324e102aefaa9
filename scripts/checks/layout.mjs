/**
 * The rules of our layout that neither ESLint nor dependency-cruiser can see: what a room must have, what a file in any
 * language must not be called or contain, and which folders src may have.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { projectFiles } from './project-files.mjs';

const README_LINES_MAX = 30;
const VAGUE_NAME = /(^|[-_/])(utils?|helpers?|commons?|misc)([-_./]|$)/;
const UNFINISHED = /\b(TODO|FIXME|XXX)\b/;
const TEXT = /\.(ts|js|mjs|cjs|json|md|ya?ml|sh|toml|py|go)$|\/run$/;
/** Files whose subject is these very words. */
const SPEAKS_OF_THEM = new Set(['scripts/checks/layout.mjs', 'eslint.config.js', 'CONTRIBUTING.md']);
/** collector.ts and the few files that fill the rooms' options for it; more would be a room without a name. */
const COMPOSITION_FILES_MAX = 4;

/** @param {string} root @returns {{ rooms: string[], faults: string[] }} */
function checkRooms(root) {
  /** @type {string[]} */
  const faults = [];
  /** @type {Set<string>} */
  const rooms = new Set();
  /** @type {string[]} */
  const composition = [];
  for (const file of projectFiles(root, 'src')) {
    const [, room, ...rest] = file.split('/');
    if (rest.length > 0) rooms.add(room);
    else composition.push(file);
  }
  if (composition.length > COMPOSITION_FILES_MAX)
    faults.push(
      `src: ${composition.length} files stand outside of rooms (${composition.join(', ')}); ${COMPOSITION_FILES_MAX} may`,
    );
  for (const room of rooms) {
    const readme = `src/${room}/README.md`;
    if (!existsSync(join(root, readme)))
      faults.push(
        `${readme}: missing; say what the room is for, what its door offers, what it must not do, its limits`,
      );
    else if (readFileSync(join(root, readme), 'utf8').trimEnd().split('\n').length > README_LINES_MAX)
      faults.push(`${readme}: longer than ${README_LINES_MAX} lines`);
    if (room !== 'lib' && room !== 'cli' && !existsSync(join(root, `src/${room}/index.ts`)))
      faults.push(`src/${room}/index.ts: missing; it is the room's door`);
  }
  return { rooms: [...rooms], faults };
}

/** Every room needs a rule that says whom it may import. @param {string} root @param {string[]} rooms @returns {string[]} */
function checkRoomsHaveRules(root, rooms) {
  /** @type {unknown} */
  const configuration = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs'));
  const { forbidden } = /** @type {{ forbidden: { from: { path?: string } }[] }} */ (configuration);
  return rooms
    .filter((room) => !forbidden.some((rule) => rule.from.path === `^src/${room}/`))
    .map((room) => `src/${room}: .dependency-cruiser.cjs has no rule for this room; say what it may import and why`);
}

/** @param {string} root @returns {string[]} */
function checkFiles(root) {
  /** @type {string[]} */
  const faults = [];
  for (const file of projectFiles(root)) {
    if (VAGUE_NAME.test(basename(file))) faults.push(`${file}: name the file for what is inside`);
    if (!TEXT.test(file) || SPEAKS_OF_THEM.has(file) || file === 'package-lock.json') continue;
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .forEach((line, index) => {
        if (UNFINISHED.test(line)) faults.push(`${file}:${index + 1}: unfinished work is an issue, not a comment`);
      });
  }
  return faults;
}

/** @param {string} root @returns {Promise<{ ok: boolean, output: string }>} */
export async function checkLayout(root) {
  const { rooms, faults } = checkRooms(root);
  const all = [...faults, ...checkRoomsHaveRules(root, rooms), ...checkFiles(root)];
  return { ok: all.length === 0, output: all.join('\n') };
}
