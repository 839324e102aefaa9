/** `plumbline serve`: the real collector, in this process and as the built command, started, asked, stopped. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from '../../src/cli/run.js';
import { RememberedTerminal } from './remembered-terminal.js';

const BUILT = 'dist/cli.js';
const folder = mkdtempSync(join(tmpdir(), 'plumbline-serve-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FREE_PORTS = 'log: { level: silent }\nreceive: { http: { port: 0 }, grpc: { port: 0 } }\nexpose: { port: 0 }\n';

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const addressAfter = (name: string, text: string): string | undefined => new RegExp(`${name} +(\\S+)`).exec(text)?.[1];

describe('in this process', () => {
  test('says where it listens, answers there, and drains when asked to stop', async () => {
    const terminal = new RememberedTerminal();
    const ended = run(['serve', '--config', file('free.yaml', FREE_PORTS)], terminal);
    await terminal.said(/metrics +\S+\n/);
    expect(terminal.stderr).not.toContain('warning');
    expect(addressAfter('OTLP over HTTP', terminal.stderr)).toMatch(/127\.0\.0\.1:\d+/);
    expect(addressAfter('OTLP over gRPC', terminal.stderr)).toMatch(/127\.0\.0\.1:\d+/);
    const metricsUrl = addressAfter('metrics', terminal.stderr) ?? '';
    expect((await fetch(metricsUrl)).status).toBe(200);

    terminal.stop();
    expect(await ended).toBe(0);
    expect(terminal.stdout).toBe('');
    expect(terminal.exits).toEqual([]);
    await expect(fetch(metricsUrl)).rejects.toThrow();
  });

  test('a second request to stop ends it at once', async () => {
    const terminal = new RememberedTerminal();
    const ended = run(['serve', '--config', file('free.yaml', FREE_PORTS)], terminal);
    await terminal.said(/metrics +\S+\n/);
    terminal.stop();
    terminal.stop();
    expect(terminal.exits).toEqual([130]);
    await ended;
  });

  test('warns when any sender on the network could reach it', async () => {
    const terminal = new RememberedTerminal();
    const text = FREE_PORTS.replace('http: { port: 0 }', 'http: { port: 0, host: 0.0.0.0 }');
    const ended = run(['serve', '--config', file('open.yaml', text)], terminal);
    await terminal.said(/metrics +\S+\n/);
    expect(terminal.stderr).toContain('warning: receive.http listens on 0.0.0.0:0 with no authentication');
    terminal.stop();
    await ended;
  });

  test('a port that is taken is refused with its key', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const terminal = new RememberedTerminal();
    const text = FREE_PORTS.replace('expose: { port: 0 }', `expose: { port: ${port} }`);
    expect(await run(['serve', '--config', file('taken.yaml', text)], terminal)).toBe(2);
    expect(terminal.stderr).toContain('error: PB2001');
    expect(terminal.stderr).not.toMatch(/^\s+at /m);
    other.close();
  });
});

describe('as the built command', () => {
  test('it is built and executable', () => {
    expect(existsSync(BUILT), 'npm run build comes before the tests').toBe(true);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('%s drains it', async (signal) => {
    const child = spawn(process.execPath, [BUILT, 'serve', '--config', file('built.yaml', FREE_PORTS)]);
    const closed = once(child, 'close');
    let stderr = '';
    for await (const chunk of child.stderr) {
      stderr += String(chunk);
      if (/metrics +\S+\n/.test(stderr)) child.kill(signal);
    }
    expect(await closed).toEqual([0, null]);
    expect(stderr).toContain('Draining');
  });

  test('a start that is refused ends the process, whatever was opened before', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const text = FREE_PORTS.replace('expose: { port: 0 }', `expose: { port: ${port} }`);
    const child = spawn(process.execPath, [BUILT, 'serve', '--config', file('taken-built.yaml', text)]);
    expect(await once(child, 'close')).toEqual([2, null]);
    other.close();
  });

  test('prints its version, and takes a reader that has seen enough for no fault', async () => {
    const child = spawn('sh', [
      '-c',
      `"${process.execPath}" ${BUILT} config schema | head -n 1; "${process.execPath}" ${BUILT} --version`,
    ]);
    const closed = once(child, 'close');
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    expect(await closed).toEqual([0, null]);
    expect(output).toMatch(/^\{\n\d+\.\d+\.\d+\S*\n$/);
  });
});
