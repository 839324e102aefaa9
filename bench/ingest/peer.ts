/**
 * Builds the OpenTelemetry Collector with the OTLP receiver and the span metrics connector from its Go modules, into a
 * cache folder outside the repository. What is written there is our own few lines that put its parts together; its parts
 * are fetched by Go, at the versions below.
 *
 * Its metrics end in the exporter that drops them, which is the cheapest there is: what it costs to expose them is not
 * counted against it.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ATTRIBUTE } from '../../src/registry/index.js';

const UNSTABLE = 'v0.165.0';
const STABLE = 'v1.71.0';
export const PEER_VERSION = UNSTABLE.slice(1);
const CORE = 'go.opentelemetry.io/collector';
const CONTRIB = 'github.com/open-telemetry/opentelemetry-collector-contrib';

const MODULES: readonly (readonly [string, string])[] = [
  [`${CONTRIB}/connector/spanmetricsconnector`, UNSTABLE],
  [`${CORE}/component`, STABLE],
  [`${CORE}/confmap`, STABLE],
  [`${CORE}/confmap/provider/fileprovider`, STABLE],
  [`${CORE}/connector`, UNSTABLE],
  [`${CORE}/exporter`, STABLE],
  [`${CORE}/exporter/nopexporter`, UNSTABLE],
  [`${CORE}/otelcol`, UNSTABLE],
  [`${CORE}/receiver`, STABLE],
  [`${CORE}/receiver/otlpreceiver`, UNSTABLE],
  [`${CORE}/service`, UNSTABLE],
];

const GO_MOD = `module peer

go 1.25

require (
${MODULES.map(([name, version]) => `\t${name} ${version}`).join('\n')}
)
`;

const MAIN_GO = `package main

import (
	"log"

	"${CONTRIB}/connector/spanmetricsconnector"
	"${CORE}/component"
	"${CORE}/confmap"
	"${CORE}/confmap/provider/fileprovider"
	"${CORE}/connector"
	"${CORE}/exporter"
	"${CORE}/exporter/nopexporter"
	"${CORE}/otelcol"
	"${CORE}/receiver"
	"${CORE}/receiver/otlpreceiver"
	"${CORE}/service/telemetry/otelconftelemetry"
)

func factories() (otelcol.Factories, error) {
	f := otelcol.Factories{Telemetry: otelconftelemetry.NewFactory()}
	var err error
	if f.Receivers, err = otelcol.MakeFactoryMap[receiver.Factory](otlpreceiver.NewFactory()); err != nil {
		return f, err
	}
	if f.Connectors, err = otelcol.MakeFactoryMap[connector.Factory](spanmetricsconnector.NewFactory()); err != nil {
		return f, err
	}
	f.Exporters, err = otelcol.MakeFactoryMap[exporter.Factory](nopexporter.NewFactory())
	return f, err
}

func main() {
	settings := otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{Command: "peer", Version: "${PEER_VERSION}"},
		Factories: factories,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{ResolverSettings: confmap.ResolverSettings{
			DefaultScheme: "file",
			ProviderFactories: []confmap.ProviderFactory{fileprovider.NewFactory()}}},
	}
	if err := otelcol.NewCommand(settings).Execute(); err != nil {
		log.Fatal(err)
	}
}
`;

/** Everything by default, but for the dimensions and the Collector's own metrics, which are off. */
function configuration(port: number): string {
  return `receivers:
  otlp:
    protocols:
      http:
        endpoint: 127.0.0.1:${port}
connectors:
  span_metrics:
    dimensions:
      - name: ${ATTRIBUTE.modelName}
      - name: ${ATTRIBUTE.modelVersion}
exporters:
  nop:
service:
  telemetry:
    metrics:
      level: none
    logs:
      level: error
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [span_metrics]
    metrics:
      receivers: [span_metrics]
      exporters: [nop]
`;
}

/** Path of the executable; the first time it takes a minute or two. */
export async function buildPeer(): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  // Another text is another program, built beside the old one.
  const text = createHash('sha256').update(GO_MOD).update(MAIN_GO).digest('hex').slice(0, 12);
  const folder = join(cache, 'plumbline-bench', `otel-collector-${PEER_VERSION}-${text}`);
  const executable = join(folder, 'peer');
  if (existsSync(executable)) return executable;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'go.mod'), GO_MOD);
  await writeFile(join(folder, 'main.go'), MAIN_GO);
  const go = (...goArguments: string[]) => promisify(execFile)('go', goArguments, { cwd: folder });
  await go('mod', 'tidy');
  await go('build', '-o', executable, '.');
  return executable;
}

/** Arguments that make the executable listen on `port`. */
export async function peerArguments(executable: string, port: number): Promise<string[]> {
  const file = `${executable}-${port}.yaml`;
  await writeFile(file, configuration(port));
  return ['--config', `file:${file}`];
}
