/** Writes what was found into the README beside this file, between `<!-- name -->` and `<!-- /name -->`. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export async function publishHere(name: string, found: string): Promise<void> {
  const readme = fileURLToPath(new URL('README.md', import.meta.url));
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const text = await readFile(readme, 'utf8');
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no place for ${name}`);
  await writeFile(readme, `${text.slice(0, from + start.length)}\n\n${found}\n\n${text.slice(to)}`);
  process.stdout.write(`${found}\n`);
}
