/** The server over real sockets: what it answers, what it refuses, and how it ends. */
import { once } from 'node:events';
import { get, request, type IncomingMessage, type RequestOptions } from 'node:http';
import { createServer } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { startExposition, type Exposition, type ExpositionOptions } from '../../src/expose/server.js';
import { silentLog } from '../../src/lib/log.js';
import { PlumblineError } from '../../src/lib/plumbline-error.js';

const running: Exposition[] = [];

async function start(options: Partial<ExpositionOptions> = {}): Promise<Exposition> {
  const exposition = await startExposition({
    host: '127.0.0.1',
    port: 0,
    async *render(format) {
      yield Buffer.from(`# ${format}\n`);
      yield Buffer.from('a 1\n');
    },
    live: () => true,
    ready: () => ({ ready: true }),
    log: silentLog,
    ...options,
  });
  running.push(exposition);
  return exposition;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((exposition) => exposition.drain()));
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function ask(exposition: Exposition, path: string, options: RequestOptions = {}): Promise<Answer> {
  const sent = request({ host: '127.0.0.1', port: exposition.port, path, agent: false, ...options });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await bodyOf(response) };
}

describe('metrics', () => {
  test('text is the default', async () => {
    const { status, headers, body } = await ask(await start(), '/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(headers['content-encoding']).toBeUndefined();
    expect(headers.vary).toBe('Accept, Accept-Encoding');
    expect(body.toString()).toBe('# prometheus\na 1\n');
  });

  test('OpenMetrics and gzip on request; a query is ignored', async () => {
    const { headers, body } = await ask(await start(), '/metrics?x=1', {
      headers: { accept: 'application/openmetrics-text;version=1.0.0', 'accept-encoding': 'gzip' },
    });
    expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(body).toString()).toBe('# openmetrics\na 1\n');
  });

  test('HEAD has the headers of GET and renders nothing', async () => {
    let rendered = 0;
    const exposition = await start({
      async *render() {
        rendered++;
        yield Buffer.from('a 1\n');
      },
    });
    const { status, headers, body } = await ask(exposition, '/metrics', { method: 'HEAD' });
    expect([status, headers['content-type'], body.length, rendered]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      0,
      0,
    ]);
  });

  test.each([{}, { 'accept-encoding': 'gzip' }])(
    'a page that fails half-way is cut off, not passed off as whole (%o)',
    async (headers) => {
      const exposition = await start({
        async *render() {
          yield Buffer.from('a 1\n');
          await nextTurn();
          throw new Error('broken');
        },
      });
      await expect(ask(exposition, '/metrics', { headers })).rejects.toThrow(/aborted|hang up|ECONNRESET/);
      expect(exposition.limits[0]).toMatchObject({ name: 'scrapes', used: 0 });
    },
  );

  test('a reader that leaves lets go of the page', async () => {
    let ended: () => void = () => undefined;
    const letGo = new Promise<void>((resolve) => (ended = resolve));
    const exposition = await start({
      async *render() {
        try {
          for (;;) {
            yield Buffer.alloc(64 * 1024, 'a');
            await nextTurn();
          }
        } finally {
          ended();
        }
      },
    });
    const sent = get(exposition.metricsUrl);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    await once(response, 'data');
    sent.destroy();
    await letGo;
  });

  test('more scrapes at once than the limit are refused and counted', async () => {
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const exposition = await start({
      async *render() {
        yield Buffer.from('a 1\n');
        await finished;
      },
    });
    const [scrapes] = exposition.limits;
    const held = await Promise.all(
      Array.from({ length: scrapes.max }, async () => {
        const sent = get(exposition.metricsUrl, { agent: false });
        const [response] = (await once(sent, 'response')) as [IncomingMessage];
        return response;
      }),
    );
    const refused = await ask(exposition, '/metrics');
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
    expect(scrapes).toMatchObject({ used: scrapes.max, overflow: 1 });
    finish();
    expect((await Promise.all(held.map(bodyOf))).map(String)).toEqual(held.map(() => 'a 1\n'));
    expect((await ask(exposition, '/metrics')).status).toBe(200);
  });
});

describe('health', () => {
  test('healthz and readyz say yes', async () => {
    const exposition = await start();
    const answers = [await ask(exposition, '/healthz'), await ask(exposition, '/readyz')];
    expect(answers.map(({ status, body }) => [status, String(body)])).toEqual([
      [200, 'live\n'],
      [200, 'ready\n'],
    ]);
  });

  test('healthz and readyz say no, readyz with its reason', async () => {
    const exposition = await start({
      live: () => false,
      ready: () => ({ ready: false, reason: 'references are loading' }),
    });
    const answers = [await ask(exposition, '/healthz'), await ask(exposition, '/readyz')];
    expect(answers.map(({ status, body }) => [status, String(body)])).toEqual([
      [503, 'not live\n'],
      [503, 'references are loading\n'],
    ]);
  });
});

describe('everything else', () => {
  test('the index links to what there is', async () => {
    const exposition = await start();
    const { status, headers, body } = await ask(exposition, '/');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const links = [...body.toString().matchAll(/href="([^"]+)"/g)].map((match) => match[1]);
    expect(links).toEqual(['/metrics', '/healthz', '/readyz']);
    for (const link of links) expect((await ask(exposition, link)).status).toBe(200);
  });

  test('an unknown path is not found', async () => {
    expect((await ask(await start(), '/metrics/x')).status).toBe(404);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is not allowed', async (method) => {
    const { status, headers } = await ask(await start(), '/metrics', { method });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});

describe('address', () => {
  test('a port in use is PB2001 with the remedy', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const failure = await start({ port }).catch((error: unknown) => error);
    other.close();
    expect(failure).toBeInstanceOf(PlumblineError);
    expect((failure as PlumblineError).describe()).toBe(
      `PB2001 Metrics cannot be served on 127.0.0.1:${port}: another process listens there. [expose.port]
  Set expose.host and expose.port to a free address of this machine, or end the process that listens there.`,
    );
  });

  test('an address of another machine is PB2001', async () => {
    await expect(start({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'PB2001' });
  });

  test('the URL can be opened as it stands, also where every interface is listened on', async () => {
    const exposition = await start({ host: '0.0.0.0' });
    expect(exposition.metricsUrl).toBe(`http://127.0.0.1:${exposition.port}/metrics`);
    expect((await fetch(exposition.metricsUrl)).status).toBe(200);
  });
});

test('drain lets a running scrape finish and takes no new connection', async () => {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const exposition = await start({
    async *render() {
      yield Buffer.from('a 1\n');
      await finished;
      yield Buffer.from('b 2\n');
    },
  });
  const sent = get(exposition.metricsUrl, { agent: false });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const { port } = exposition;
  const drained = exposition.drain();
  running.length = 0;
  await expect(ask({ ...exposition, port }, '/metrics')).rejects.toThrow('ECONNREFUSED');
  finish();
  expect(String(await bodyOf(response))).toBe('a 1\nb 2\n');
  await drained;
});
