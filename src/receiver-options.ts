/** From configuration to what the receiver takes: addresses, TLS material and tokens are read here, once. */
import { readFileSync } from 'node:fs';
import type { Config } from './config/index.js';
import { PlumblineError } from './lib/plumbline-error.js';
import type { Endpoint, ReceiverOptions } from './receive/index.js';

type Listener = Config['receive']['grpc'];

/** @throws PlumblineError PB2002 */
export function receiverOptions({ receive }: Config, env: NodeJS.ProcessEnv): Omit<ReceiverOptions, 'handler'> {
  const { http, grpc, maxMessageBytes, maxInFlightBytes, maxMemoryBytes } = receive;
  return {
    http: http.enabled ? { ...endpoint(http, 'receive.http'), corsOrigins: http.corsOrigins } : undefined,
    grpc: grpc.enabled ? endpoint(grpc, 'receive.grpc') : undefined,
    maxMessageBytes,
    maxInFlightBytes,
    maxMemoryBytes,
    bearerTokens: receive.bearerTokens.length === 0 ? undefined : bearerTokens(receive, env),
  };
}

/** Which models a sender may send, by the name of its token; absent: all. */
export function allowedModels({ receive }: Config): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    receive.bearerTokens.flatMap(({ name, models }) =>
      models === undefined ? [] : [[name, new Set(models)] as const],
    ),
  );
}

function endpoint({ host, port, tls }: Listener, key: string): Endpoint {
  if (tls === undefined) return { host, port };
  return {
    host,
    port,
    tls: {
      certificate: secretFile(tls.cert, `${key}.tls.cert`),
      key: secretFile(tls.key, `${key}.tls.key`),
      clientCa: tls.clientCa === undefined ? undefined : secretFile(tls.clientCa, `${key}.tls.clientCa`),
    },
  };
}

function bearerTokens(receive: Config['receive'], env: NodeJS.ProcessEnv): Map<string, { readonly name: string }> {
  return new Map(
    receive.bearerTokens.map(({ name, env: variable, file }, index) => {
      const key = `receive.bearerTokens[${index}]`;
      const token =
        file !== undefined ? secretFile(file, `${key}.file`).toString('utf8').trim() : env[variable ?? '']?.trim();
      if (token === undefined || token === '') {
        throw new PlumblineError(`The bearer token of ${name} is empty or not given.`, {
          code: 'PB2002',
          key,
          remedy: 'Name an environment variable (env) or a file (file) that holds it.',
        });
      }
      return [token, { name }];
    }),
  );
}

function secretFile(path: string, key: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new PlumblineError(`${path} cannot be read.`, {
      code: 'PB2002',
      key,
      remedy: 'Check the path and its permissions.',
      cause,
    });
  }
}
