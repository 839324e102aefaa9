/** What the README says is true: its TypeScript compiles against the built package, its paths exist, its YAML is valid. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/index.js';

const ROOT = join(import.meta.dirname, '../..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, code]) => code);
}

test('the TypeScript compiles', () => {
  const code = blocks('ts');
  expect(code.length).toBeGreaterThan(0);
  const path = join(ROOT, 'readme-example.ts');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  };
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  const getSourceFile = host.getSourceFile.bind(host);
  host.readFile = (name) => (name === path ? code.join('\n') : readFile(name));
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, target, ...rest) =>
    name === path ? ts.createSourceFile(name, code.join('\n'), target) : getSourceFile(name, target, ...rest);
  const program = ts.createProgram([path], options, host);
  const faults = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  expect(faults).toEqual([]);
});

test('the configuration is valid', () => {
  for (const text of blocks('yaml')) expect(parseConfig(text, join(ROOT, 'README.md')).problems).toEqual([]);
});

test('every link leads somewhere', () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)]
    .map(([, path]) => path)
    .filter((path) => !path.startsWith('http'));
  expect(links.length).toBeGreaterThan(8);
  expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
