/** Addresses that cannot be bound and options that make no sense are errors that name the key. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { defaultMaxMemoryBytes } from '../../src/receive/memory-watch.js';
import { type Endpoint, RECEIVER_DEFAULTS, startReceiver } from '../../src/receive/index.js';
import { post, PROTOBUF, portOf } from './receiver-fixture.js';

const handler = () => ({ rejected: 0 });

describe('an address that cannot be bound', () => {
  test.each(['http', 'grpc'] as const)(
    '%s: a port in use, by its number, and nothing is left listening',
    async (transport) => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      onTestFinished(() => void other.close());
      const { port } = other.address() as AddressInfo;
      const free: Endpoint = { host: '127.0.0.1', port: await freePort() };
      const options = { http: free, grpc: free, handler, [transport]: { host: '127.0.0.1', port } };
      await expect(startReceiver(options)).rejects.toMatchObject({
        code: 'PB2001',
        key: `127.0.0.1:${port}`,
        remedy: 'Stop the process that uses the port, or choose another port.',
      });
      const again = await startReceiver({ http: free, handler });
      expect(again.httpAddress).toBe(`127.0.0.1:${free.port}`);
      await again.drain(0);
    },
  );

  test.each([
    [{ host: '192.0.2.1', port: 0 }, '192.0.2.1:0'],
    [{ host: '127.0.0.1', port: 70_000 }, '127.0.0.1:70000'],
    [{ host: '2001:db8::1', port: 4318 }, '[2001:db8::1]:4318'],
  ])('%j', async (http, key) => {
    await expect(startReceiver({ http, handler })).rejects.toMatchObject({ code: 'PB2001', key });
  });
});

describe('options', () => {
  const http: Endpoint = { host: '127.0.0.1', port: 0 };

  test('nothing to listen on is said to be so', async () => {
    await expect(startReceiver({ handler })).rejects.toMatchObject({ code: 'PB1003' });
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a bound of %d is refused by name', async (bound) => {
    const starting = startReceiver({ http, handler, maxInFlightBytes: bound });
    await expect(starting).rejects.toMatchObject({ code: 'PB1003', key: 'maxInFlightBytes' });
  });

  test('one transport alone is enough, and undefined means the default', async () => {
    const receiver = await startReceiver({ http, handler, maxMessageBytes: undefined });
    expect(receiver.grpcAddress).toBeUndefined();
    expect(receiver.limits.map(({ name, max }) => [name, max])).toEqual([
      ['in_flight_bytes', RECEIVER_DEFAULTS.maxInFlightBytes],
      ['in_flight_requests', RECEIVER_DEFAULTS.maxConcurrentRequests],
      ['memory_bytes', defaultMaxMemoryBytes()],
      ['wait_seconds', 0.1],
      ['senders', 4096],
    ]);
    expect((await post(portOf(receiver.httpAddress), '/v1/traces', PROTOBUF, 'x')).status).toBe(200);
    await receiver.drain(0);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
