/** What several tests of the room do: gather a rendered page, and read it with a small parser of the text format. */
import type { FamilySet } from '../../src/expose/families.js';
import type { ExpositionFormat } from '../../src/expose/text-format.js';

export async function gather(chunks: AsyncIterable<Buffer>): Promise<string> {
  const buffers: Buffer[] = [];
  for await (const chunk of chunks) buffers.push(chunk);
  return Buffer.concat(buffers).toString('utf8');
}

export function pageOf(families: FamilySet, format: ExpositionFormat): Promise<string> {
  return gather(families.render(format));
}

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function parseNumber(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}

/** Written from the format's description alone, character by character, so that it shares no idea with the writer. */
export function parseSample(line: string): ParsedSample {
  const nameEnd = line.search(/[ {]/);
  const labels: Record<string, string> = {};
  let at = nameEnd;
  if (line[at] === '{') {
    at++;
    while (line[at] !== '}') {
      const equals = line.indexOf('=', at);
      const label = line.slice(at, equals);
      at = equals + 2;
      let value = '';
      while (line[at] !== '"') {
        if (line[at] === '\\') {
          at++;
          value += line[at] === 'n' ? '\n' : line[at];
        } else value += line[at];
        at++;
      }
      labels[label] = value;
      at++;
      if (line[at] === ',') at++;
    }
    at++;
  }
  return { name: line.slice(0, nameEnd), labels, value: parseNumber(line.slice(at + 1).split(' ', 1)[0]) };
}

/** All samples of a page; lines end at line feeds only. */
export function parsePage(page: string): ParsedSample[] {
  return page
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parseSample);
}
