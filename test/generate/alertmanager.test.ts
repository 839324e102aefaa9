/** Routes: accepted by the real amtool, and followed and inhibited by the real Alertmanager as the page says. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { defaultConfig, loadConfig } from '../../src/config/index.js';
import { generate, writeGenerated } from '../../src/generate/index.js';
import { runTool, temporaryDirectory, toolPath } from './monitoring-tools.js';

const directory = temporaryDirectory();
const file = join(directory, 'alertmanager.yml');
const configured = loadConfig(join(import.meta.dirname, 'configured/plumbline.yaml'));

beforeAll(async () => {
  await writeGenerated(directory, generate('alertmanager', configured));
});

describe('amtool', () => {
  test('accepts what is shipped and what has several owners', () => {
    for (const path of ['deploy/alertmanager/alertmanager.yml', file]) {
      const result = runTool('amtool', ['check-config', path]);
      expect(result, result.output).toMatchObject({ ok: true });
    }
  });

  test.each([
    [['owner=flight-operations', 'alertname=FeatureDrift', 'severity=page'], 'flight-operations'],
    [['owner=night-shift', 'alertname=ModelErrors'], 'night-shift'],
    [['owner=model-owners', 'alertname=FeatureDrift'], 'model-owners'],
    [['owner=nobody-knows', 'alertname=FeatureDrift'], 'model-owners'],
    [['alertname=PlumblineDown'], 'model-owners'],
  ])('%s goes to %s', (labels, receiver) => {
    const result = runTool('amtool', ['config', 'routes', 'test', `--config.file=${file}`, ...labels]);
    expect(result.stdout.trim()).toBe(receiver);
  });
});

describe('receivers', () => {
  type Receivers = { receivers: Record<string, unknown>[]; global?: unknown };
  const written = (config: ReturnType<typeof defaultConfig>): { text: string; content: Receivers } => {
    const [{ text }] = generate('alertmanager', config);
    return { text, content: parse(text) as Receivers };
  };

  test('a default owner without an address exists, is empty, and the file says so', () => {
    const { text, content } = written(defaultConfig());
    expect(content.receivers).toEqual([{ name: 'model-owners' }]);
    expect(text).toContain('# Receiver model-owners is told nothing');
  });

  test('webhooks, files that hold one, and mail', () => {
    const config = {
      ...configured,
      alerts: { ...configured.alerts, owners: { ...configured.alerts.owners, secret: { webhookFile: '/run/hook' } } },
    };
    const { text, content } = written(config);
    expect(content.global).toEqual({ smtp_smarthost: 'mail.example.org:587', smtp_from: 'plumbline@example.org' });
    expect(content.receivers).toEqual([
      { name: 'model-owners', webhook_configs: [{ url: 'http://127.0.0.1:5001/owners', send_resolved: true }] },
      { name: 'flight-operations', webhook_configs: [{ url: 'http://127.0.0.1:5001/flights', send_resolved: true }] },
      { name: 'night-shift', email_configs: [{ to: 'night@example.org', send_resolved: true }] },
      { name: 'secret', webhook_configs: [{ url_file: '/run/hook', send_resolved: true }] },
    ]);
    expect(text).toContain('# url_file needs Alertmanager 0.26 or later.');
  });

  test('mail without a mail server is refused with its key', () => {
    const config = { ...configured, alerts: { ...configured.alerts, smtp: undefined } };
    expect(() => written(config)).toThrow(
      expect.objectContaining({ code: 'PB1003', key: 'alerts.owners.night-shift.email' }),
    );
  });
});

describe('the real Alertmanager', () => {
  let url: string;
  let child: ChildProcess;

  beforeAll(async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const address = `127.0.0.1:${(probe.address() as AddressInfo).port}`;
    probe.close();
    await once(probe, 'close');
    url = `http://${address}`;
    child = spawn(
      toolPath('alertmanager', 'prometheus-alertmanager'),
      [
        `--config.file=${file}`,
        `--storage.path=${join(directory, 'data')}`,
        `--web.listen-address=${address}`,
        '--cluster.listen-address=',
      ],
      { stdio: 'ignore' },
    );
    await until(async () => (await fetch(`${url}/-/ready`)).ok);
  });

  afterAll(async () => {
    child.kill();
    await once(child, 'exit');
  });

  async function until(condition: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      if (await condition().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('Alertmanager did not get there within 10 s');
  }

  /** Sends alerts and says which of them are held back. */
  async function heldBack(alerts: readonly Record<string, string>[]): Promise<string[]> {
    await fetch(`${url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alerts.map((labels) => ({ labels }))),
    });
    type Seen = { labels: Record<string, string>; status: { state: string } };
    const seen = async (): Promise<Seen[]> => {
      const model = alerts[0].model_name;
      const filter = model === undefined ? '' : `?filter=${encodeURIComponent(`model_name="${model}"`)}`;
      return (await (await fetch(`${url}/api/v2/alerts${filter}`)).json()) as Seen[];
    };
    // Inhibition is decided when a group is flushed, ten seconds after its first alert.
    await until(async () => {
      const found = await seen();
      return found.length >= alerts.length && found.every(({ status }) => status.state !== 'unprocessed');
    });
    return (await seen())
      .filter(({ status }) => status.state === 'suppressed')
      .map(({ labels }) => `${labels.alertname} ${labels.feature ?? ''} ${labels.window ?? ''}`.trim())
      .toSorted();
  }

  const drift = { alertname: 'FeatureDrift', model_name: 'a', model_version: '1', statistic: 'psi', owner: 'o' };

  test('of one finding in two windows the shorter is told; another feature is told all the same', async () => {
    const held = await heldBack([
      { ...drift, feature: 'x', window: '1h' },
      { ...drift, feature: 'x', window: '1d' },
      { ...drift, feature: 'y', window: '1d' },
    ]);
    expect(held).toEqual(['FeatureDrift x 1d']);
  });

  test('missing values explain the drift of the same feature, and of no other', async () => {
    const held = await heldBack([
      { ...drift, model_name: 'b', feature: 'x', window: '1d' },
      { ...drift, model_name: 'b', feature: 'y', window: '1d' },
      { alertname: 'FeatureMissing', model_name: 'b', model_version: '1', feature: 'x', window: '1h', owner: 'o' },
    ]);
    expect(held).toEqual(['FeatureDrift x 1d']);
  });

  test('the drift of a feature in all predictions explains that of their segments; one of a segment hides no other', async () => {
    const segment = { ...drift, alertname: 'SegmentDrift', model_name: 'd', segment: 'country' };
    const held = await heldBack([
      { ...drift, model_name: 'd', feature: 'x', window: '1h' },
      { ...segment, segment_value: 'DE', feature: 'x', window: '1h' },
      { ...segment, segment_value: 'DE', feature: 'y', window: '1h' },
      { ...segment, segment_value: 'FR', feature: 'y', window: '1d' },
    ]);
    expect(held).toEqual(['SegmentDrift x 1h']);
  });

  test('while Plumbline is down nothing else is told, except alerts that are not ours', async () => {
    await heldBack([{ alertname: 'PlumblineDown', owner: 'model-owners' }]);
    const held = await heldBack([
      { ...drift, model_name: 'c', feature: 'x', window: '1h' },
      { alertname: 'ModelErrors', model_name: 'c', model_version: '1', owner: 'o' },
      { alertname: 'SomebodyElse', model_name: 'c', owner: 'o' },
    ]);
    expect(held).toEqual(['FeatureDrift x 1h', 'ModelErrors']);
  });
});
