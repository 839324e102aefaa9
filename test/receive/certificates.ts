/**
 * X.509 certificates made afresh for a test, so that no private key is kept and nothing expires: P-256, ECDSA with SHA-256,
 * as little of RFC 5280 as TLS asks for.
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface Certificate {
  readonly key: Buffer;
  readonly certificate: Buffer;
}

export interface Authority extends Certificate {
  readonly name: string;
  readonly privateKey: KeyObject;
}

const ECDSA_WITH_SHA256 = sequence(objectIdentifier([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
const COMMON_NAME = objectIdentifier([0x55, 0x04, 0x03]);
const SUBJECT_ALT_NAME = objectIdentifier([0x55, 0x1d, 0x11]);
const BASIC_CONSTRAINTS = objectIdentifier([0x55, 0x1d, 0x13]);
const TRUE = der(0x01, Buffer.from([0xff]));

let nextSerial = 1;

export function createAuthority(name: string): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const constraints = sequence(BASIC_CONSTRAINTS, TRUE, der(0x04, sequence(TRUE)));
  return { name, privateKey, ...issue(name, privateKey, name, publicKey, privateKey, constraints) };
}

/** For 127.0.0.1 and localhost where it is a server's. */
export function createCertificate(authority: Authority, name: string): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])));
  const loopback = sequence(SUBJECT_ALT_NAME, der(0x04, names));
  return issue(authority.name, authority.privateKey, name, publicKey, privateKey, loopback);
}

function issue(
  issuer: string,
  issuerKey: KeyObject,
  subject: string,
  publicKey: KeyObject,
  privateKey: KeyObject,
  extension: Buffer,
): Certificate {
  const dayMs = 86_400_000;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([nextSerial++])),
    ECDSA_WITH_SHA256,
    distinguishedName(issuer),
    sequence(utcTime(Date.now() - dayMs), utcTime(Date.now() + dayMs)),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, issuerKey));
  const certificate = sequence(body, ECDSA_WITH_SHA256, signature);
  const pem = `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`;
  return {
    key: Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    certificate: Buffer.from(pem),
  };
}

function distinguishedName(commonName: string): Buffer {
  return sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(commonName)))));
}

function utcTime(timeMs: number): Buffer {
  const digits = new Date(timeMs).toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function objectIdentifier(bytes: number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const header =
    length < 128 ? [tag, length] : length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(header), content]);
}
