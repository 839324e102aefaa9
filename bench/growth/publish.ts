/** Puts the figures of a bench between `<!-- name -->` and `<!-- /name -->` in its README, and prints them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @param beside address of a file in the README's folder */
export function publishBeside(beside: string, name: string, figures: string): void {
  const readme = fileURLToPath(new URL('README.md', beside));
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const text = readFileSync(readme, 'utf8');
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no place for ${name}`);
  writeFileSync(readme, `${text.slice(0, from + start.length)}\n\n${figures}\n\n${text.slice(to)}`);
  process.stdout.write(`${figures}\n`);
}
