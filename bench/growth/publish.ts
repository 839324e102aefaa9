/** Puts the figures of a bench between `<!-- name -->` and `<!-- /name -->` in its README, and prints them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

/** @param beside address of a file in the README's folder */
export async function publishBeside(beside: string, name: string, figures: string): Promise<void> {
  const readme = fileURLToPath(new URL('README.md', beside));
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const text = readFileSync(readme, 'utf8');
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no place for ${name}`);
  const replaced = `${text.slice(0, from + start.length)}\n\n${figures}\n\n${text.slice(to)}`;
  writeFileSync(readme, await format(replaced, { ...(await resolveConfig(readme)), filepath: readme }));
  process.stdout.write(`${figures}\n`);
}
