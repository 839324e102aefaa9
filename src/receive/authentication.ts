/**
 * Who sends: a bearer token's name, else the common name of a verified client certificate.
 * Tokens are looked up by their SHA-256, so how long a look-up takes says nothing about how much of a guess was right.
 */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { Refusal } from './refusal.js';

export interface BearerToken {
  /** Goes into `Delivery.principal`; the token itself goes nowhere. */
  readonly name: string;
}

const SCHEME = /^bearer +([^ ]+) *$/i;
/** Common names of the certificates of live connections; a certificate is parsed once a connection. */
const certificateNames = new WeakMap<Socket, string>();

export class Authentication {
  readonly #nameByDigest: ReadonlyMap<string, string> | undefined;

  /** No map, no token asked for. An empty map lets nobody in. */
  constructor(tokens: ReadonlyMap<string, BearerToken> | undefined) {
    if (tokens !== undefined) {
      this.#nameByDigest = new Map([...tokens].map(([token, { name }]) => [digest(token), name]));
    }
  }

  identify(authorization: string | undefined, socket: Socket | undefined): string | undefined | Refusal {
    if (this.#nameByDigest === undefined) return certificateName(socket);
    const token = authorization === undefined ? undefined : SCHEME.exec(authorization)?.[1];
    if (token === undefined) return new Refusal('unauthenticated', 'A bearer token is required.');
    return this.#nameByDigest.get(digest(token)) ?? new Refusal('unauthenticated', 'The bearer token is not known.');
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

function certificateName(socket: Socket | undefined): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  let name = certificateNames.get(socket);
  if (name === undefined) {
    // A connection that resumed a session, or sent no certificate, has an empty object here, whatever the types say.
    const subject: { CN?: string | string[] } | undefined = socket.getPeerCertificate().subject;
    const commonName = subject?.CN;
    name = (Array.isArray(commonName) ? commonName[0] : commonName) ?? '';
    certificateNames.set(socket, name);
  }
  return name === '' ? undefined : name;
}
