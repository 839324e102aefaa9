/** Asks the model service, over kept connections, with a bound on how many requests are under way. */
import { Agent, request } from 'node:http';
import { HOST, SERVICE_PORT } from './options.js';
import type { DelayRequest, PredictRequest, PredictResponse } from './service.js';

/** Enough for the slow candidate: a third of 625 requests a second, of 0.15 s each, is about 30 at once. */
const MOST_UNDER_WAY = 128;

export class ServiceClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MOST_UNDER_WAY });
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  /** Resolves when there is room for one more request. */
  async room(): Promise<void> {
    if (this.#underWay < MOST_UNDER_WAY) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async predict(body: PredictRequest): Promise<PredictResponse> {
    this.#underWay++;
    try {
      return (await this.#post('/predict', body)) as PredictResponse;
    } finally {
      this.#underWay--;
      this.#waiting.shift()?.();
    }
  }

  async delay(body: DelayRequest): Promise<void> {
    await this.#post('/admin/delay', body);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          host: HOST,
          port: SERVICE_PORT,
          path,
          method: 'POST',
          agent: this.#agent,
          headers: { 'content-type': 'application/json' },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('error', reject);
          response.on('end', () => {
            if (response.statusCode === 200) resolve(JSON.parse(text));
            else reject(new Error(`the service answered ${response.statusCode} to ${path}: ${text}`));
          });
        },
      );
      asked.on('error', reject);
      asked.end(JSON.stringify(body));
    });
  }
}
