/** What the command says and with which status it ends, verb by verb. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { run } from '../../src/cli/run.js';
import { defaultConfig } from '../../src/config/index.js';
import { RememberedTerminal } from './remembered-terminal.js';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function plumbline(...parameters: string[]) {
  const terminal = new RememberedTerminal();
  const status = await run(parameters, terminal);
  return { status, stdout: terminal.stdout, stderr: terminal.stderr };
}

describe('help and version', () => {
  test('--version prints that of the package', async () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await plumbline('--version')).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  test.each([
    ['--help'],
    ['serve', '--help'],
    ['config', 'check', '--help'],
    ['generate', '--help'],
    ['help', 'serve'],
  ])('%s %s has an example', async (...parameters) => {
    const { status, stdout, stderr } = await plumbline(...parameters);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/\n {2}\$ plumbline /);
  });

  test('the exit status is documented', async () => {
    expect((await plumbline('--help')).stdout).toContain('Exit status:');
  });
});

describe('what does not fit is refused with its code and where to look', () => {
  test.each([
    [['serv'], "PB7001 unknown command 'serv'", 'plumbline --help'],
    [['serve', '--http-port', '1'], "PB7001 unknown option '--http-port'", 'plumbline serve --help'],
    [
      ['serve', '--log-level', 'loud'],
      "PB7001 option '--log-level <level>' argument 'loud' is invalid",
      'plumbline serve --help',
    ],
    [['generate', 'rulez'], "'rulez' is invalid", 'plumbline generate --help'],
    [['config', 'check', 'a', 'b'], 'PB7001 too many arguments', 'plumbline config check --help'],
  ])('%j', async (parameters, sentence, help) => {
    const { status, stdout, stderr } = await plumbline(...parameters);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
    expect(stderr).toContain(`See ${help}.`);
  });

  test('no verb at all shows the help', async () => {
    const { status, stderr } = await plumbline();
    expect(status).toBe(2);
    expect(stderr).toContain('Usage: plumbline');
  });

  test.each([['serve'], ['config', 'show'], ['generate', 'rules']].map((verb) => [verb]))(
    '%j with a configuration that has problems lists them, with no stack',
    async (verb) => {
      const path = file('faulty.yaml', 'expose: { port: x }\nlog: { level: loud }\n');
      const { status, stderr } = await plumbline(...verb, '--config', path);
      expect(status).toBe(2);
      expect(stderr).toContain('error: PB1003');
      expect(stderr).toContain(`${path}:1:17 expose.port: `);
      expect(stderr).toContain(`${path}:2:15 log.level: `);
      expect(stderr).not.toMatch(/^\s+at /m);
    },
  );

  test('colour only where the terminal has it', async () => {
    const plain = new RememberedTerminal();
    const coloured = new RememberedTerminal({ coloured: true });
    await run(['serv'], plain);
    await run(['serv'], coloured);
    expect(plain.stderr).not.toContain('\u001b[');
    expect(coloured.stderr).toContain('\u001b[31merror:\u001b[0m');
  });
});

describe('config', () => {
  test('check says that a valid file is valid', async () => {
    const path = file('valid.yaml', 'expose: { port: 9999 }\n');
    expect(await plumbline('config', 'check', path)).toEqual({ status: 0, stdout: `${path} is valid.\n`, stderr: '' });
  });

  test('check lists problems, one a line, and fails', async () => {
    const path = file('two.yaml', 'expose: { prot: 1 }\nobserve: { maxModels: 0 }\n');
    const { status, stderr } = await plumbline('config', 'check', path);
    expect(status).toBe(1);
    expect(stderr.split('\n')).toEqual([
      `${path}:1:11 expose.prot: there is no key 'prot' here. Did you mean 'port'?`,
      `${path}:2:23 observe.maxModels: 0 is too small. Write at least 1.`,
      `${path} has 2 problems.`,
      '',
    ]);
  });

  test('check of a file that is not there cannot check', async () => {
    const { status, stderr } = await plumbline('config', 'check', join(folder, 'absent.yaml'));
    expect(status).toBe(2);
    expect(stderr).toContain('PB1001');
  });

  test('check warns of open doors and absent files, and passes', async () => {
    const path = file(
      'warned.yaml',
      'receive:\n  http: { host: 0.0.0.0 }\n  grpc: { host: "::1" }\nmodels:\n  - { name: m, reference: absent.json }\n',
    );
    const { status, stderr } = await plumbline('config', 'check', path);
    expect(status).toBe(0);
    expect(stderr).toContain('warning: receive.http listens on 0.0.0.0:4318 with no authentication');
    expect(stderr).not.toContain('receive.grpc');
    expect(stderr).toContain(`warning: models[0].reference: there is no file ${join(folder, 'absent.json')}.`);
  });

  test.each([
    ['tokens', 'receive: { http: { host: 0.0.0.0 }, bearerTokens: [{ name: shop, env: TOKEN }] }'],
    ['a door that is closed', 'receive: { http: { host: 0.0.0.0, enabled: false } }'],
    ['loopback by name', 'receive: { http: { host: localhost } }'],
  ])('no warning with %s', async (_, text) => {
    expect((await plumbline('config', 'check', file('quiet.yaml', text))).stderr).toBe('');
  });

  test('show prints a configuration that means the same', async () => {
    const path = file('partial.yaml', 'observe: { maxModels: 3 }\n');
    const { status, stdout } = await plumbline('config', 'show', '--config', path);
    expect(status).toBe(0);
    const defaults = defaultConfig();
    expect(parse(stdout)).toEqual({ ...defaults, observe: { ...defaults.observe, maxModels: 3 } });
    expect(await plumbline('config', 'check', file('shown.yaml', stdout))).toMatchObject({ status: 0 });
  });

  test('schema prints JSON', async () => {
    const { status, stdout } = await plumbline('config', 'schema');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty('properties.observe.properties.windows');
  });
});

describe('generate', () => {
  test('writes, finds itself in step, and says what is not', async () => {
    const out = join(folder, 'generated');
    const written = await plumbline('generate', 'all', '--out', out);
    expect(written.status).toBe(0);
    const paths = written.stdout.trimEnd().split('\n');
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.every((path) => existsSync(path))).toBe(true);

    expect(await plumbline('generate', 'all', '--out', out)).toMatchObject({ status: 0, stdout: '' });
    expect(await plumbline('generate', 'all', '--out', out, '--check')).toMatchObject({ status: 0 });

    for (const path of [paths[1], paths[paths.length - 1]]) writeFileSync(path, 'changed by hand\n');
    const checked = await plumbline('generate', 'all', '--out', out, '--check');
    expect(checked.status).toBe(1);
    expect(checked.stderr.match(/PB6001/g)).toHaveLength(2);
  });

  test('one kind goes straight into the folder', async () => {
    const out = join(folder, 'routes');
    expect((await plumbline('generate', 'alertmanager', '--out', out)).stdout).toBe(
      `${join(out, 'alertmanager.yml')}\n`,
    );
  });

  test('a folder that cannot be written to is refused', async () => {
    const { status, stderr } = await plumbline('generate', 'rules', '--out', file('no-folder', ''));
    expect(status).toBe(2);
    expect(stderr).toContain('PB7001');
  });
});

test('a fault of ours says so, with its stack', async () => {
  const terminal = new RememberedTerminal();
  terminal.out = () => {
    throw new TypeError('broken on purpose');
  };
  expect(await run(['config', 'schema'], terminal)).toBe(3);
  expect(terminal.stderr).toContain('This is a fault of ours');
  expect(terminal.stderr).toMatch(/TypeError: broken on purpose\n\s+at /);
});
