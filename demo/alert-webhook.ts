/** The owner's end of an alert: listens where Alertmanager posts to, and hands on each alert that arrives. */
import { createServer, type Server } from 'node:http';
import { HOST } from './options.js';

export interface ReceivedAlert {
  readonly status: string;
  readonly receiver: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly receivedMs: number;
}

interface Notification {
  readonly receiver?: string;
  readonly alerts?: readonly { status: string; labels: Record<string, string>; annotations?: Record<string, string> }[];
}

const LARGEST_BODY_BYTES = 4 * 1024 * 1024;

export async function startAlertWebhook(port: number, onAlert: (alert: ReceivedAlert) => void): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > LARGEST_BODY_BYTES) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      try {
        const { receiver = '', alerts = [] } = JSON.parse(Buffer.concat(chunks).toString()) as Notification;
        for (const { status, labels, annotations = {} } of alerts)
          onAlert({ status, receiver, labels, annotations, receivedMs: Date.now() });
        response.writeHead(204).end();
      } catch {
        response.writeHead(400).end('not a notification of Alertmanager');
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  return server;
}
