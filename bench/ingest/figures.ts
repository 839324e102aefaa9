/** Medians, ranges and tables, and the place in the README where a bench writes what it found. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `median (min..max)`. */
export function spread(values: readonly number[], digits: number): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(digits)} (${low.toFixed(digits)}..${high.toFixed(digits)})`;
}

/** The first `left` columns are text, the others numbers. */
export function table(left: number, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index < left ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

export function machine(): string {
  const all = cpus();
  return `Node ${process.version}, ${all.length} × ${all[0].model.trim()}, load average ${loadavg()[0].toFixed(1)} at the end`;
}

/** Prints `figures`, and puts them between `<!-- name -->` and `<!-- /name -->` in the README beside this file. */
export function publish(name: string, figures: string): void {
  const readme = fileURLToPath(new URL('README.md', import.meta.url));
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const text = readFileSync(readme, 'utf8');
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no place for ${name}`);
  writeFileSync(readme, `${text.slice(0, from + start.length)}\n\n${figures}\n\n${text.slice(to)}`);
  process.stdout.write(`${figures}\n`);
}
