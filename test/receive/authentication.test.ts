/** Bearer tokens and TLS on both transports, with certificates made for the test. */
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { credentials, status as GrpcCode } from '@grpc/grpc-js';
import { beforeAll, describe, expect, test } from 'vitest';
import { startReceiver } from '../../src/receive/index.js';
import { decodeStatus } from './answer-messages.js';
import { type Authority, type Certificate, createAuthority, createCertificate } from './certificates.js';
import { call, connectGrpc, EXPORT_PATH } from './grpc-client.js';
import { post, PROTOBUF, RawConnection, start, until } from './receiver-fixture.js';

const BODY = Buffer.from('\x0a\x05hello');
/** TLS has no server name for an IP address. */
const LOCALHOST = { 'grpc.ssl_target_name_override': 'localhost' };
const bearerTokens = new Map([
  ['s3cret', { name: 'flights' }],
  ['other', { name: 'fraud' }],
]);

describe('bearer tokens', () => {
  test.each([
    [{}],
    [{ Authorization: '' }],
    [{ Authorization: 'Bearer' }],
    [{ Authorization: 'Bearer wrong' }],
    [{ Authorization: 's3cret' }],
    [{ Authorization: 'Basic s3cret' }],
    [{ Authorization: 'Bearer s3cret extra' }],
    [{ Authorization: 'Bearer __proto__' }],
  ])('%j is not let in', async (headers) => {
    const { httpPort, grpcAddress, deliveries, receiver, rejections } = await start({ bearerTokens });
    const http = await post(httpPort, '/v1/traces', { ...PROTOBUF, ...headers }, BODY);
    expect(http.status).toBe(401);
    expect(http.headers['www-authenticate']).toBe('Bearer realm="otlp"');
    expect(decodeStatus(http.body).code).toBe(GrpcCode.UNAUTHENTICATED);
    const grpc = await call(connectGrpc(grpcAddress), EXPORT_PATH.traces, BODY, headers);
    expect(grpc.code).toBe(GrpcCode.UNAUTHENTICATED);
    expect(deliveries).toEqual([]);
    await until(() => receiver.statistics.grpc.requests.traces.unauthenticated === 1);
    expect(receiver.statistics.http.requests.traces.unauthenticated).toBe(1);
    expect(JSON.stringify(rejections)).not.toContain('s3cret');
  });

  test('a token lets in by name', async () => {
    const { httpPort, grpcAddress, deliveries } = await start({ bearerTokens });
    await post(httpPort, '/v1/traces', { ...PROTOBUF, Authorization: 'Bearer s3cret' }, BODY);
    await call(connectGrpc(grpcAddress), EXPORT_PATH.traces, BODY, { authorization: 'bearer other' });
    expect(deliveries.map(({ principal }) => principal)).toEqual(['flights', 'fraud']);
  });

  test('no tokens at all let nobody in', async () => {
    const { httpPort } = await start({ bearerTokens: new Map() });
    expect((await post(httpPort, '/v1/traces', { ...PROTOBUF, Authorization: 'Bearer x' }, BODY)).status).toBe(401);
  });

  test('health asks for no token', async () => {
    const { grpcAddress } = await start({ bearerTokens });
    expect((await call(connectGrpc(grpcAddress), '/grpc.health.v1.Health/Check', Buffer.alloc(0))).code).toBe(0);
  });
});

describe('TLS', () => {
  let authority: Authority;
  let server: Certificate;
  let client: Certificate;
  let stranger: Certificate;

  beforeAll(() => {
    authority = createAuthority('test authority');
    server = createCertificate(authority, 'server');
    client = createCertificate(authority, 'flight-delay');
    stranger = createCertificate(createAuthority('another authority'), 'stranger');
  });

  const listening = (clientCa?: Buffer) => {
    const endpoint = { host: '127.0.0.1', port: 0, tls: { ...server, clientCa } };
    return start({ http: endpoint, grpc: endpoint });
  };
  const channel = (identity?: Certificate) =>
    credentials.createSsl(authority.certificate, identity?.key ?? null, identity?.certificate ?? null);

  test('both transports are served encrypted', async () => {
    const { httpPort, grpcAddress, deliveries } = await listening();
    expect(await postTls(httpPort, { ca: authority.certificate })).toBe(200);
    expect((await call(connectGrpc(grpcAddress, LOCALHOST, channel()), EXPORT_PATH.logs, BODY)).code).toBe(0);
    expect(deliveries).toMatchObject([{ transport: 'http' }, { transport: 'grpc', body: BODY }]);
    expect(deliveries.map(({ principal }) => principal)).toEqual([undefined, undefined]);
  });

  test('a client certificate lets in by its common name', async () => {
    const { httpPort, grpcAddress, deliveries } = await listening(authority.certificate);
    expect(await postTls(httpPort, { ca: authority.certificate, key: client.key, cert: client.certificate })).toBe(200);
    expect((await call(connectGrpc(grpcAddress, LOCALHOST, channel(client)), EXPORT_PATH.logs, BODY)).code).toBe(0);
    expect(deliveries.map(({ principal }) => principal)).toEqual(['flight-delay', 'flight-delay']);
  });

  test('no certificate, or one by a stranger, is not let in', async () => {
    const { httpPort, grpcAddress, deliveries } = await listening(authority.certificate);
    const ca = authority.certificate;
    await expect(postTls(httpPort, { ca })).rejects.toThrow();
    await expect(postTls(httpPort, { ca, key: stranger.key, cert: stranger.certificate })).rejects.toThrow();
    for (const identity of [undefined, stranger]) {
      const answer = await call(connectGrpc(grpcAddress, LOCALHOST, channel(identity)), EXPORT_PATH.logs, BODY);
      expect(answer.code).toBe(GrpcCode.UNAVAILABLE);
    }
    expect(deliveries).toEqual([]);
  });

  test('plain text on an encrypted port is closed and counted, and the next client is served', async () => {
    const { httpPort, receiver } = await listening();
    const connection = new RawConnection(httpPort);
    connection.write('POST /v1/traces HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => connection.closed);
    expect(receiver.statistics.http.requests.none.malformed).toBe(1);
    expect(await postTls(httpPort, { ca: authority.certificate })).toBe(200);
  });

  test('material that is not usable is said to be so', async () => {
    const tls = { key: server.key, certificate: client.certificate };
    for (const transport of ['http', 'grpc'] as const) {
      const endpoint = { host: '127.0.0.1', port: 0, tls };
      const starting = startReceiver({ [transport]: endpoint, handler: () => ({ rejected: 0 }) });
      await expect(starting).rejects.toMatchObject({ code: 'PB2002', key: '127.0.0.1:0' });
    }
  });
});

function postTls(port: number, options: RequestOptions): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const target = {
      host: '127.0.0.1',
      port,
      path: '/v1/traces',
      method: 'POST',
      headers: PROTOBUF,
      agent: false as const,
    };
    const request = httpsRequest({ ...target, ...options }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
    request.end(BODY);
  });
}
