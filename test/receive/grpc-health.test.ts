/** The health service against protobufjs' idea of its messages. */
import { status as GrpcCode } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { expect, onTestFinished, test } from 'vitest';
import { call, connectGrpc } from './grpc-client.js';
import { start, until } from './receiver-fixture.js';

const { root } = protobuf.parse(`
  syntax = "proto3";
  message HealthCheckRequest { string service = 1; }
  message HealthCheckResponse {
    enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
    ServingStatus status = 1;
  }
`);
const Request = root.lookupType('HealthCheckRequest');
const Response = root.lookupType('HealthCheckResponse');

function ask(service: string): Buffer {
  return Buffer.from(Request.encode({ service }).finish());
}

function stateOf(response: Uint8Array = Buffer.alloc(0)): string {
  const message = Response.toObject(Response.decode(response), { enums: String, defaults: true });
  return (message as { status: string }).status;
}

test.each([
  '',
  'opentelemetry.proto.collector.trace.v1.TraceService',
  'opentelemetry.proto.collector.logs.v1.LogsService',
])('Check: "%s" is serving', async (service) => {
  const { grpcAddress } = await start();
  const answer = await call(connectGrpc(grpcAddress), '/grpc.health.v1.Health/Check', ask(service));
  expect(stateOf(answer.body)).toBe('SERVING');
});

test.each([ask('none'), ask('n'.repeat(500)), Buffer.from('nonsense')])(
  'Check: an unknown service is not found',
  async (request) => {
    const { grpcAddress } = await start();
    const answer = await call(connectGrpc(grpcAddress), '/grpc.health.v1.Health/Check', request);
    expect(answer.code).toBe(GrpcCode.NOT_FOUND);
  },
);

test('Watch: tells of an unknown service without ending, and watchers are let go of and bounded', async () => {
  const { grpcAddress, receiver } = await start();
  const watchers = receiver.limits.find(({ name }) => name === 'health_watchers');
  const client = connectGrpc(grpcAddress);
  const identity = (bytes: Buffer): Buffer => bytes;
  const watch = () => client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', identity, identity, ask('none'));
  const first = watch();
  const states: string[] = [];
  first.on('data', (state: Buffer) => states.push(stateOf(state)));
  first.on('error', () => undefined);
  onTestFinished(() => first.cancel());
  await until(() => states.length === 1);
  expect(states).toEqual(['SERVICE_UNKNOWN']);
  expect(watchers?.used).toBe(1);
  if (watchers !== undefined) watchers.used = watchers.max;
  const over = watch();
  const code = await new Promise((resolve) =>
    over.on('error', (error) => resolve('code' in error ? error.code : undefined)).resume(),
  );
  expect(code).toBe(GrpcCode.RESOURCE_EXHAUSTED);
  if (watchers !== undefined) watchers.used = 1;
  first.cancel();
  await until(() => watchers?.used === 0);
});
