/** What a valid file becomes, and how a file that cannot be taken is refused. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { defaultConfig, loadConfig, parseConfig } from '../../src/config/index.js';
import { PlumblineError } from '../../src/lib/plumbline-error.js';

const folder = mkdtempSync(join(tmpdir(), 'plumbline-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function parsed(text: string) {
  const { config, problems } = parseConfig(text, '/etc/plumbline/plumbline.yaml');
  expect(problems).toEqual([]);
  if (config === undefined) throw new Error('no problems, and no configuration');
  return config;
}

function refusal(path: string): PlumblineError {
  try {
    loadConfig(path);
  } catch (error) {
    if (error instanceof PlumblineError) return error;
    throw error;
  }
  throw new Error(`${path} was accepted`);
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('defaults', () => {
  test('an empty file, one of comments and one of empty sections are all defaults', () => {
    const defaults = parsed('');
    expect(parsed('# nothing yet\n')).toEqual(defaults);
    expect(parsed('receive:\nobserve:\n  windows:\nmodels:\n')).toEqual(defaults);
    expect(defaultConfig()).toEqual(defaults);
  });

  test('listen on loopback, at the ports that OpenTelemetry and Prometheus expect', () => {
    const { receive, expose } = parsed('');
    expect(receive.http).toMatchObject({ enabled: true, host: '127.0.0.1', port: 4318 });
    expect(receive.grpc).toMatchObject({ enabled: true, host: '127.0.0.1', port: 4317 });
    expect(expose).toMatchObject({ enabled: true, host: '127.0.0.1', port: 9464 });
  });

  test('a section that is given in part keeps the rest', () => {
    expect(parsed('observe:\n  maxModels: 7\n').observe).toEqual({ ...parsed('').observe, maxModels: 7 });
  });
});

describe('thresholds', () => {
  test('a model and a feature hold only what they were given', () => {
    const [model] = parsed(
      'models:\n  - name: m\n    thresholds: { psi: 0.3 }\n    features: { distance: { thresholds: { ks: 0.4 } } }\n',
    ).models;
    expect(model.thresholds).toEqual({ psi: 0.3 });
    expect(model.features.distance).toEqual({ thresholds: { ks: 0.4 }, alerts: true });
  });
});

describe('windows that alerts look at', () => {
  test.each([
    ['the default', '', ['1h', '1d']],
    ['shrink to what is observed', 'observe: { windows: [5m, 1h] }', ['1h']],
    ['are the longest one when none of the default is observed', 'observe: { windows: [5m, 10m] }', ['10m']],
    ['are spelled as the observed ones', 'observe: { windows: [5m, 60m, 24h] }', ['60m', '24h']],
    ['are spelled as the observed ones when written', 'alerts: { windows: [60m] }', ['1h']],
  ])('%s', (_, text, windows) => {
    expect(parsed(text).alerts.windows).toEqual(windows);
  });

  test('of a feature of its own are spelled as the observed ones too; without them there are none', () => {
    const { models } = parsed(
      'models: [{ name: m, features: { hour: { windows: [24h] }, weekday: { alerts: false } } }]',
    );
    expect(models[0].features.hour.windows).toEqual(['1d']);
    expect(models[0].features.weekday.windows).toBeUndefined();
  });
});

describe('text as it is written', () => {
  test('a version that looks like a number stays what it is', () => {
    const [model] = parsed(
      'models:\n  - name: m\n    versions:\n      1.10: { reference: a.json }\n      2001: { reference: b.json }\n',
    ).models;
    expect(Object.keys(model.versions).sort()).toEqual(['1.10', '2001']);
  });

  test('aliases are followed, and problems in them found', () => {
    const { models } = parsed(
      'models:\n  - name: a\n    thresholds: &strict { psi: 0.1 }\n  - name: b\n    thresholds: *strict\n',
    );
    expect(models[1].thresholds).toEqual({ psi: 0.1 });
    const { problems } = parseConfig(
      'models:\n  - name: a\n    thresholds: &bad { psi: -1 }\n  - name: b\n    thresholds: *bad\n',
      'f',
    );
    expect(problems.map(({ key, line }) => [key, line])).toEqual([
      ['models[0].thresholds.psi', 3],
      ['models[1].thresholds.psi', 3],
    ]);
  });

  test('aliases of aliases do not unfold without end', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `  a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`);
    const { problems } = parseConfig(`state:\n  a0: &a0 [x]\n${levels.join('\n')}\n`, 'f');
    expect(problems.map((problem) => problem.wrong)).toEqual(['there are more than 20 aliases']);
  });
});

test('paths are relative to the file', () => {
  const config = parsed(`
receive:
  grpc: { tls: { cert: tls/cert.pem, key: /keys/key.pem } }
  bearerTokens: [{ name: shop, file: tokens/shop }]
state: { directory: ../state }
models:
  - name: m
    reference: references/m.json
    versions: { v2: { reference: /elsewhere/m2.json } }
`);
  expect(config.receive.grpc.tls).toEqual({
    cert: '/etc/plumbline/tls/cert.pem',
    key: '/keys/key.pem',
    clientCa: undefined,
  });
  expect(config.receive.bearerTokens[0].file).toBe('/etc/plumbline/tokens/shop');
  expect(config.state.directory).toBe('/etc/state');
  expect(config.models[0].reference).toBe('/etc/plumbline/references/m.json');
  expect(config.models[0].versions.v2.reference).toBe('/elsewhere/m2.json');
});

describe('loading from disk', () => {
  test('a valid file', () => {
    expect(loadConfig(file('valid.yaml', 'expose: { port: 0 }')).expose.port).toBe(0);
  });

  test('no such file', () => {
    const error = refusal(join(folder, 'absent.yaml'));
    expect(error.code).toBe('PB1001');
    expect(error.describe()).toContain('there is no such file');
  });

  test('a folder', () => {
    mkdirSync(join(folder, 'folder.yaml'));
    expect(refusal(join(folder, 'folder.yaml')).describe()).toContain('it is a folder');
  });

  test('bytes that are no text, and more than a configuration may have', () => {
    expect(refusal(file('latin1.yaml', Uint8Array.of(0x6c, 0xf6, 0x67))).message).toContain('not text in UTF-8');
    expect(refusal(file('large.yaml', '#'.repeat(10 * 1024 * 1024 + 1))).code).toBe('PB1001');
  });

  test('YAML that is none, and values that do not fit, are told apart and listed', () => {
    expect(refusal(file('tab.yaml', 'observe:\n\tmaxModels: 1\n')).code).toBe('PB1002');
    const path = file('values.yaml', 'expose: { port: x }\nlog: { level: loud }\n');
    const error = refusal(path);
    expect(error.code).toBe('PB1003');
    expect(error.message).toContain(
      `${path}:1:17 expose.port: found the text 'x' where a number is wanted. Write a number.`,
    );
    expect(error.message).toContain(`${path}:2:15 log.level: `);
  });
});
