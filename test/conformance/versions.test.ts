/** Floors of versions that known faults set; what is installed is what the lock file says. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Locked {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

function isAtLeast(version: string, floor: string): boolean {
  const [have, need] = [version, floor].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)));
  const at = need.findIndex((part, index) => part !== have[index]);
  return at < 0 || have[at] > need[at];
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Locked;

function copies(name: string): Map<string, string> {
  const found = Object.entries(packages).filter(
    ([path]) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`),
  );
  return new Map(found.map(([path, { version }]) => [path, version ?? '0']));
}

test('every @grpc/grpc-js is 1.14.4 or later: CVE-2026-48068, CVE-2026-48069, CVE-2024-37168', () => {
  const versions = [...copies('@grpc/grpc-js').values()];
  expect(versions.length).toBeGreaterThan(0);
  for (const version of versions) expect(isAtLeast(version, '1.14.4'), version).toBe(true);
});

/** The gRPC library brings an older one for reading .proto files, which never sees what a sender wrote. */
test('protobufjs is 8.4.1 or later, but for what loads .proto files: CVE-2026-44289, CVE-2026-48712, CVE-2026-44292', () => {
  const found = copies('protobufjs');
  expect(isAtLeast(found.get('node_modules/protobufjs') ?? '0', '8.4.1')).toBe(true);
  for (const [path, version] of found) {
    if (!path.startsWith('node_modules/@grpc/proto-loader/')) expect(isAtLeast(version, '8.4.1'), path).toBe(true);
  }
});

test('versions are compared as numbers', () => {
  expect(isAtLeast('1.14.7', '1.14.4')).toBe(true);
  expect(isAtLeast('1.14.4', '1.14.4')).toBe(true);
  expect(isAtLeast('1.9.12', '1.14.4')).toBe(false);
  expect(isAtLeast('8.10.0', '8.4.1')).toBe(true);
});
