/** A run of a model service in another language: calls go in, its answers come out, and it ends when it has flushed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type GroundTruth, MODEL, type Prediction } from './flight-calls.js';
import type { Program } from './languages.js';

export const PROTOCOLS = ['http/protobuf', 'grpc'] as const;
export const COMPRESSIONS = ['none', 'gzip'] as const;

export interface Export {
  readonly endpoint: string;
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly compression: (typeof COMPRESSIONS)[number];
}

/** What a service says that it predicted. */
export interface Answer {
  readonly score?: number;
  readonly value?: boolean;
  readonly error?: string;
  readonly scores?: readonly number[];
  readonly values?: readonly boolean[];
}

/**
 * @param version on the resource; absent for a process that sends ground truth and predicts nothing
 * @throws Error when the service fails
 */
export async function runService(
  { command, parameters }: Program,
  { endpoint, protocol, compression }: Export,
  version: string | undefined,
  calls: readonly (Prediction | GroundTruth)[],
): Promise<readonly Answer[]> {
  const resource = [`service.name=flight-service`, `ml.model.name=${MODEL}`];
  if (version !== undefined) resource.push(`ml.model.version=${version}`);
  const child = spawn(command, parameters, {
    env: {
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      // Python's gRPC exporter refuses the standard's own word `none`, so that absence has to say it.
      ...(compression === 'none' ? {} : { OTEL_EXPORTER_OTLP_COMPRESSION: compression }),
      OTEL_RESOURCE_ATTRIBUTES: resource.join(','),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  child.stdin.end(calls.map((call) => `${JSON.stringify(call)}\n`).join(''));
  const [answers, complaints, [status]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  if (status !== 0) throw new Error(`${command} ended with ${status}:\n${complaints}`);
  return answers
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
}
