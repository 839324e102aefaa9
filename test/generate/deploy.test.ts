/** Files of deploy/ that are written by hand: what they mount, name and listen on is there and agrees. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/index.js';
import { ROOT } from './monitoring-tools.js';

const deploy = join(ROOT, 'deploy');
const read = (path: string): unknown => parse(readFileSync(join(deploy, path), 'utf8'));
const shipped = loadConfig(join(deploy, 'plumbline/plumbline.yaml'));

describe('docker-compose.yaml', () => {
  interface Service {
    readonly network_mode?: string;
    readonly ports?: readonly string[];
    readonly volumes?: readonly string[];
  }
  const { services, volumes } = read('docker-compose.yaml') as {
    services: Record<string, Service>;
    volumes: Record<string, unknown>;
  };

  test('mounts files that exist and volumes that are declared', () => {
    for (const [name, service] of Object.entries(services)) {
      for (const source of (service.volumes ?? []).map((volume) => volume.split(':')[0])) {
        if (source.startsWith('.')) expect(existsSync(join(deploy, source)), `${name}: ${source}`).toBe(true);
        else expect(Object.keys(volumes), name).toContain(source);
      }
    }
  });

  test('shares one network namespace and publishes on loopback only', () => {
    for (const [name, service] of Object.entries(services)) {
      if (name !== 'plumbline') expect(service.network_mode, name).toBe('service:plumbline');
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });
});

describe('kubernetes', () => {
  interface Kustomization {
    readonly resources: readonly string[];
    readonly configMapGenerator: readonly { name: string; files: readonly string[] }[];
  }
  const kustomization = read('kustomization.yaml') as Kustomization;

  test('kustomization.yaml names files that exist, and all of the rules', () => {
    const files = kustomization.configMapGenerator.flatMap((map) => map.files.map((file) => file.split('=').at(-1)));
    for (const file of [...kustomization.resources, ...files]) {
      expect(existsSync(join(deploy, file ?? '')), file).toBe(true);
    }
    const rules = readdirSync(join(deploy, 'prometheus/rules')).map((name) => `prometheus/rules/${name}`);
    expect(files.filter((file) => file?.startsWith('prometheus/')).toSorted()).toEqual(rules.toSorted());
  });

  test('its configuration is valid and listens where the service points', () => {
    const config = loadConfig(join(deploy, 'kubernetes/plumbline-config.yaml'));
    const service = read('kubernetes/service.yaml') as { spec: { ports: { name: string; port: number }[] } };
    expect(Object.fromEntries(service.spec.ports.map(({ name, port }) => [name, port]))).toEqual({
      'otlp-grpc': config.receive.grpc.port,
      'otlp-http': config.receive.http.port,
      metrics: config.expose.port,
    });
    expect([config.receive.grpc.host, config.receive.http.host, config.expose.host]).toEqual(Array(3).fill('0.0.0.0'));
  });

  test('the deployment mounts what there is, and its state where the configuration keeps it', () => {
    const { spec } = (read('kubernetes/deployment.yaml') as { spec: { template: { spec: PodSpec } } }).spec.template;
    interface PodSpec {
      readonly containers: readonly { volumeMounts: readonly { name: string; mountPath: string }[] }[];
      readonly volumes: readonly { name: string; configMap?: { name: string } }[];
    }
    const mounts = spec.containers[0].volumeMounts;
    expect(mounts.map(({ name }) => name).toSorted()).toEqual(spec.volumes.map(({ name }) => name).toSorted());
    expect(kustomization.configMapGenerator.map(({ name }) => name)).toContain(
      spec.volumes.find(({ configMap }) => configMap !== undefined)?.configMap?.name,
    );
    const config = loadConfig(join(deploy, 'kubernetes/plumbline-config.yaml'));
    expect(mounts.map(({ mountPath }) => mountPath)).toContain(config.state.directory);
  });
});

describe('otel-collector/config.yaml', () => {
  interface CollectorConfig {
    readonly exporters: { otlp_grpc: { endpoint: string } };
    readonly service: { pipelines: Record<string, Record<string, string[]>> };
  }
  const collector = read('otel-collector/config.yaml') as CollectorConfig & Record<string, Record<string, unknown>>;

  test('uses only what it defines, in all three pipelines', () => {
    expect(Object.keys(collector.service.pipelines)).toEqual(['traces', 'logs', 'metrics']);
    for (const pipeline of Object.values(collector.service.pipelines)) {
      for (const [part, names] of Object.entries(pipeline)) {
        for (const name of names) expect(Object.keys(collector[part])).toContain(name);
      }
    }
  });

  test('forwards to where Plumbline listens', () => {
    expect(collector.exporters.otlp_grpc.endpoint).toContain(`127.0.0.1:${shipped.receive.grpc.port}`);
  });
});

test('Grafana finds the dashboards and the Prometheus that the compose file starts', () => {
  const { providers } = read('grafana/provisioning/dashboards/plumbline.yaml') as {
    providers: { options: { path: string } }[];
  };
  const compose = readFileSync(join(deploy, 'docker-compose.yaml'), 'utf8');
  expect(compose).toContain(`../grafana-dashboards:${providers[0].options.path}:ro`);
  const home = /GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: (\S+)/.exec(compose)?.[1] ?? '';
  expect(dirname(home)).toBe(providers[0].options.path);
  expect(existsSync(join(ROOT, 'grafana-dashboards', home.slice(dirname(home).length + 1)))).toBe(true);
});
