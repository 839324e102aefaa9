/**
 * Where the time went, of a profile that `node --cpu-prof` wrote: the functions with the most time of their own, what the
 * compiler inlined into them included. Arguments: the profile; the function under which time counts; how many nanoseconds
 * a prediction costs, to turn shares into; how many functions to show (default 20).
 */
import { readFileSync } from 'node:fs';
import { table } from './figures.js';

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const [file, under, nsPerPrediction, shown = '20'] = process.argv.slice(2);
if (nsPerPrediction === undefined) throw new Error('Arguments: FILE.cpuprofile FUNCTION NANOSECONDS [SHOWN]');
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
const nodeOf = new Map(nodes.map((node) => [node.id, node]));
const counted = new Set<number>();
for (const node of nodes) if (node.callFrame.functionName === under) count(node.id);

function count(id: number): void {
  counted.add(id);
  for (const child of nodeOf.get(id)?.children ?? []) count(child);
}

const selfTime = new Map<string, number>();
let total = 0;
samples.forEach((id, index) => {
  const frame = nodeOf.get(id)?.callFrame;
  if (frame === undefined || !counted.has(id)) return;
  const name = `${frame.functionName} ${frame.url.split('/').slice(-2).join('/')}`.trim();
  total += timeDeltas[index];
  selfTime.set(name, (selfTime.get(name) ?? 0) + timeDeltas[index]);
});
const rows = [...selfTime]
  .sort(([, a], [, b]) => b - a)
  .slice(0, Number(shown))
  .map(([name, taken]) => {
    const share = taken / total;
    return [name, `${(share * 100).toFixed(1)} %`, (share * Number(nsPerPrediction)).toFixed(0)];
  });
process.stdout.write(`${table(1, ['function', 'share', 'ns a prediction'], rows)}\n`);
