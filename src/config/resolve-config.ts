/**
 * From what the file says to what the process works with: paths that are relative to the file become absolute, and alert
 * windows follow the observed ones.
 */
import { resolve } from 'node:path';
import { durationMs } from './duration.js';
import { type Config, type ModelConfig } from './schema.js';

export function resolveConfig(config: Config, folder: string, alertWindowsWritten: boolean): Config {
  return {
    ...resolvePaths(config, folder),
    alerts: { ...config.alerts, windows: alertWindows(config, alertWindowsWritten) },
  };
}

/**
 * Alert windows in the spelling of the observed ones, since that is what the `window` label says. Where only
 * `observe.windows` was changed, the default shrinks to what is observed of it, or else to the longest window.
 */
function alertWindows({ alerts, observe }: Config, written: boolean): string[] {
  const observed = asObserved(alerts.windows, observe.windows);
  return written || observed.length > 0 ? observed : observe.windows.slice(-1);
}

function asObserved(windows: readonly string[], observed: readonly string[]): string[] {
  return windows.flatMap((window) => observed.find((candidate) => durationMs(candidate) === durationMs(window)) ?? []);
}

function resolveFeatures({ features }: ModelConfig, observed: readonly string[]): ModelConfig['features'] {
  return Object.fromEntries(
    Object.entries(features).map(([name, settings]) => [
      name,
      settings.windows === undefined ? settings : { ...settings, windows: asObserved(settings.windows, observed) },
    ]),
  );
}

/** `webhookFile` stays as it is: Alertmanager reads it, on its own machine. */
function resolvePaths(config: Config, folder: string): Config {
  const absolute = <Path extends string | undefined>(path: Path): Path =>
    path === undefined ? path : (resolve(folder, path) as Path);
  const { receive, state } = config;
  const withTls = <Listener extends Config['receive']['grpc']>(listener: Listener): Listener =>
    listener.tls === undefined
      ? listener
      : {
          ...listener,
          tls: {
            cert: absolute(listener.tls.cert),
            key: absolute(listener.tls.key),
            clientCa: absolute(listener.tls.clientCa),
          },
        };
  return {
    ...config,
    receive: {
      ...receive,
      http: withTls(receive.http),
      grpc: withTls(receive.grpc),
      bearerTokens: receive.bearerTokens.map((token) => ({ ...token, file: absolute(token.file) })),
    },
    state: { ...state, directory: absolute(state.directory) },
    models: config.models.map((model) => ({
      ...model,
      reference: absolute(model.reference),
      references: model.references.map((reference) => ({ ...reference, path: absolute(reference.path) })),
      features: resolveFeatures(model, config.observe.windows),
      versions: Object.fromEntries(
        Object.entries(model.versions).map(([version, settings]) => [
          version,
          { ...settings, reference: absolute(settings.reference) },
        ]),
      ),
    })),
  };
}
