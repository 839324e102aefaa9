/**
 * What is allowed in a configuration and should still not pass in silence: doors that stand open to a network, and files
 * that are named and not there (yet).
 */
import { existsSync } from 'node:fs';
import { type Config } from '../config/index.js';

export function configWarnings(config: Config): string[] {
  return [...openDoors(config), ...absentFiles(config)];
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|\[::1\]|localhost)$/;

function openDoors({ receive }: Config): string[] {
  if (receive.bearerTokens.length > 0) return [];
  return (['http', 'grpc'] as const).flatMap((transport) => {
    const { enabled, host, port, tls } = receive[transport];
    if (!enabled || LOOPBACK.test(host) || tls?.clientCa !== undefined) return [];
    return [
      `receive.${transport} listens on ${host}:${port} with no authentication: whoever reaches it can send telemetry. ` +
        `Set receive.bearerTokens or receive.${transport}.tls.clientCa, or listen on 127.0.0.1.`,
    ];
  });
}

function absentFiles(config: Config): string[] {
  const { receive } = config;
  const named: [string, string | undefined][] = [
    ...(['http', 'grpc'] as const).flatMap((transport): [string, string | undefined][] =>
      Object.entries(receive[transport].tls ?? {}).map(([key, path]) => [`receive.${transport}.tls.${key}`, path]),
    ),
    ...receive.bearerTokens.map((token, index): [string, string | undefined] => [
      `receive.bearerTokens[${index}].file`,
      token.file,
    ]),
    ...config.models.flatMap((model, index): [string, string | undefined][] => [
      [`models[${index}].reference`, model.reference],
      ...Object.entries(model.versions).map(([version, { reference }]): [string, string] => [
        `models[${index}].versions.${version}.reference`,
        reference,
      ]),
    ]),
  ];
  return named.flatMap(([key, path]) =>
    path === undefined || existsSync(path) ? [] : [`${key}: there is no file ${path}.`],
  );
}
