/** The project's own files: what is neither installed nor built nor left by a run. Node 20 has no glob of its own. */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', '.git', '.run', '.plumbline', 'logs']);

/** @param {string} root @param {string} [folder] below root @returns {string[]} paths relative to root, sorted, with `/` */
export function projectFiles(root, folder = '.') {
  /** @type {string[]} */
  const found = [];
  const visit = (/** @type {string} */ path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) {
        if (!NOT_OURS.has(entry.name)) visit(child);
      } else {
        found.push(relative(root, child).split(sep).join('/'));
      }
    }
  };
  if (existsSync(join(root, folder))) visit(join(root, folder));
  return found.sort();
}
