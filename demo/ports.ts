/** Looks, before anything is started, whether the ports that the demo needs are free. */
import { createServer } from 'node:net';
import { HOST } from './options.js';

export interface NeededPort {
  readonly port: number;
  /** Who will listen there. */
  readonly by: string;
}

export async function takenPorts(needed: readonly NeededPort[]): Promise<NeededPort[]> {
  const free = await Promise.all(needed.map(({ port }) => isFree(port)));
  return needed.filter((_, index) => !free[index]);
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}
