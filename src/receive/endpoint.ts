/** A listening address and its TLS material, the same for both transports; faults become errors that name the user's key. */
import type { Server } from 'node:net';
import { PlumblineError } from '../lib/plumbline-error.js';

/** PEM contents. This room reads no files. */
export interface TlsMaterial {
  readonly key: Buffer;
  readonly certificate: Buffer;
  /** Present: a client must show a certificate that one of these signed (mTLS). */
  readonly clientCa?: Buffer;
}

export interface Endpoint {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls?: TlsMaterial;
}

export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Binds, and gives the address with the port that was really taken.
 * @throws PlumblineError PB2001
 */
export function listen(server: Server, endpoint: Endpoint): Promise<string> {
  const { host, port } = endpoint;
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => reject(bindError(endpoint, cause));
    server.once('error', fail);
    try {
      server.listen({ host, port }, () => {
        server.removeListener('error', fail);
        // From now on an error is one failed accept (no file descriptor left, say): the next may succeed.
        server.on('error', () => undefined);
        const bound = server.address();
        resolve(formatAddress(host, typeof bound === 'object' && bound !== null ? bound.port : port));
      });
    } catch (cause) {
      fail(cause as NodeJS.ErrnoException);
    }
  });
}

function bindError(endpoint: Endpoint, cause: NodeJS.ErrnoException): PlumblineError {
  const remedies: Record<string, string> = {
    EADDRINUSE: 'Stop the process that uses the port, or choose another port.',
    EACCES: 'Choose a port from 1024 on, or grant the process the right to bind lower ones.',
    EADDRNOTAVAIL: 'Choose an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them.',
    ENOTFOUND: 'Choose a host name that resolves, or an IP address.',
    ERR_SOCKET_BAD_PORT: 'Choose a port from 1 to 65535.',
  };
  const code = cause.code ?? 'an unknown error';
  return new PlumblineError(`The OTLP receiver cannot listen: ${code}.`, {
    code: 'PB2001',
    key: formatAddress(endpoint.host, endpoint.port),
    remedy: remedies[code] ?? 'Choose another host or port.',
    cause,
  });
}

/** Creates a server from TLS material, which is checked only then. @throws PlumblineError PB2002 */
export function withTlsMaterial<T>(endpoint: Endpoint, create: () => T): T {
  try {
    return create();
  } catch (cause) {
    if (endpoint.tls === undefined) throw cause;
    throw new PlumblineError('The TLS key, certificate or client CA is not usable.', {
      code: 'PB2002',
      key: formatAddress(endpoint.host, endpoint.port),
      remedy:
        'Give PEM files: a private key, the certificate chain that belongs to it and, for mTLS, the CA of the clients.',
      cause,
    });
  }
}
