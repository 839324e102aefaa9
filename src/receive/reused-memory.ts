/**
 * Has Node read a socket into memory of ours. By itself it makes a new buffer for every 64 KiB, and node:http another for
 * its part of that: with bodies of half a megabyte, most of what receiving costs (bench/ingest/README.md). For sockets that
 * connect Node has an option, `onread`; for those that are accepted it has not, so this sets what that option sets.
 * Where a version of Node has no such insides, sockets are left to node:http.
 */
import type { Socket } from 'node:net';

export interface Reader {
  /** The first bytes go here. */
  readonly first: Buffer;
  /** So many bytes have come into `buffer`; false stops reading until the socket is resumed. */
  readonly took: (bytes: number, buffer: Buffer) => boolean;
  /** Where the next bytes go. It must stay ours alone until the next call of `took`, or the end of the socket. */
  readonly next: () => Buffer;
}

interface Insides {
  [key: symbol]: unknown;
  readonly _handle?: { readonly useUserBuffer?: (buffer: Buffer) => void } | null;
}

interface Keys {
  readonly buffer: symbol;
  readonly callback: symbol;
  readonly generate: symbol;
}

/** Of the last socket seen; they are the same for all. */
let known: Keys | undefined;

/** False where this is not to be had, and the socket is as it was. To be called before the socket has read anything. */
export function readIntoOwnMemory(socket: Socket, reader: Reader): boolean {
  const insides = socket as unknown as Insides;
  const handle = insides._handle;
  known ??= findKeys(socket);
  if (known === undefined || typeof handle?.useUserBuffer !== 'function') return false;
  insides[known.buffer] = reader.first;
  insides[known.callback] = reader.took;
  insides[known.generate] = reader.next;
  handle.useUserBuffer(reader.first);
  socket.resume();
  return true;
}

/** For good: from here on bytes come to the parser of node:http, which takes the socket's handle over. */
export function stopReadingIntoOwnMemory(socket: Socket): void {
  if (known === undefined) return;
  const insides = socket as unknown as Insides;
  for (const key of [known.buffer, known.callback, known.generate]) insides[key] = null;
}

function findKeys(socket: Socket): Keys | undefined {
  const symbols = Object.getOwnPropertySymbols(socket);
  const find = (name: string): symbol | undefined => symbols.find(({ description }) => description === name);
  const [buffer, callback, generate] = ['kBuffer', 'kBufferCb', 'kBufferGen'].map(find);
  if (buffer === undefined || callback === undefined || generate === undefined) return undefined;
  return { buffer, callback, generate };
}
