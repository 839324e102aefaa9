/** The play as it is seen from outside: tells what is injected, what moves, what the owner is told, and sums up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LABEL, MODEL_METRIC, PROCESS_METRIC } from '../src/registry/index.js';
import type { ReceivedAlert } from './alert-webhook.js';
import { PLAY_START } from './flights.js';
import { endMs, INJECTIONS, startMs } from './injections.js';
import type { MetricsPage, Sample } from './metrics-page.js';
import { ALERTMANAGER_URL, PROMETHEUS_URL } from './options.js';
import type { PlayerMessage } from './player.js';
import { firingAlerts } from './prometheus.js';
import { describeAlert, describeFinding, describeState, describeSubject } from './screen.js';
import { DemoError, metricsUrl, startPlayer, type Stage } from './stages.js';
import { alertTable, firstSeen, injectionTable, monthTable, otherMoves, playedLongEnough } from './summary.js';
import type { Announced, MonthState } from './summary.js';
import { Watch, versionStates, type Poll } from './watch.js';

const POLL_MS = 1000;
const POLL_ATTEMPTS = 5;
const STATUS_MS = 5000;
/** After the last flight: for the last export, evaluation and scrape. */
const SETTLE_MS = 5000;
const STATUS_WINDOW = '7d';
const MONTH_WINDOW = '30d';

export class Play {
  hasAlerts = false;
  readonly #stage: Stage;
  readonly #watch: Watch;
  readonly #announced: Announced[] = [];
  readonly #alerts: ReceivedAlert[] = [];
  readonly #months: MonthState[] = [];
  #done: Extract<PlayerMessage, { kind: 'done' }> | undefined;
  #eventMs = Date.parse(PLAY_START);
  #statusMs = 0;
  #isFirstResult = true;
  #arrived = '';

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#watch = new Watch(metricsUrl(stage.config), stage.config);
  }

  receive(alert: ReceivedAlert): void {
    this.#alerts.push(alert);
    this.#stage.screen.event(this.#eventMs, describeAlert(alert));
  }

  /** Until the last flight is played and what it moved is seen. */
  async run(): Promise<void> {
    const { screen, config, signal } = this.#stage;
    const urls = [metricsUrl(config), ...(this.hasAlerts ? [`${PROMETHEUS_URL}/alerts`, ALERTMANAGER_URL] : [])];
    screen.plain(
      `\nLook at ${urls.join(', ')}\nBelow: seconds since the start, simulated time, what /metrics and Alertmanager say.\n`,
    );
    startPlayer(this.#stage, (message) => this.#hear(message));
    while (this.#done === undefined || Date.now() < this.#done.wallMs + SETTLE_MS) {
      await sleep(POLL_MS, undefined, { signal });
      await this.#look();
    }
    const last = await this.#look();
    this.#arrived = describeArrived(last.page);
    this.#closeMonth(last, this.#stage.options.until);
  }

  /** Prints the tables and says whether every injection that was played was seen. */
  sumUp(): boolean {
    const { screen, options } = this.#stage;
    const { seen } = this.#watch;
    const announced = playedLongEnough(this.#announced, Date.parse(options.until));
    const { sent = 0, failed = 0, landed = 0 } = this.#done ?? {};
    screen.plain(
      `\nPlayed ${sent.toLocaleString('en')} flights up to ${options.until}: ${failed} requests failed, ${landed.toLocaleString('en')} ground truths were sent.${this.#arrived}`,
    );
    if (announced.length > 0)
      screen.plain(`\nInjected, and how it was seen on /metrics\n${injectionTable(announced, seen)}`);
    const others = otherMoves(announced, seen);
    if (others !== '') screen.plain(`\nWhat else moved, by real shift or as a consequence: ${others}`);
    if (this.hasAlerts) {
      screen.plain(
        this.#alerts.length === 0
          ? '\nNo alert reached the owner: none had fired for long enough yet.'
          : `\nAlerts that reached the owner's webhook\n${alertTable(this.#alerts)}`,
      );
    }
    screen.plain(`\nPerformance on /metrics, from ground truth\n${monthTable(this.#months, MONTH_WINDOW)}\n`);
    return announced.every((entry) => firstSeen(entry, seen) !== undefined);
  }

  #hear(message: PlayerMessage): void {
    const { screen, children } = this.#stage;
    switch (message.kind) {
      case 'started':
        screen.event(this.#eventMs, `play begins: ${message.flights.toLocaleString('en')} flights`);
        break;
      case 'injected':
      case 'ended': {
        const injection = INJECTIONS.find(({ name }) => name === message.injection);
        if (injection === undefined) break;
        if (message.kind === 'injected') {
          this.#announced.push({ injection, wallMs: message.wallMs });
          screen.event(startMs(injection), `INJECTED from ${injection.from}: ${injection.says}`);
        } else {
          screen.event(endMs(injection), `ENDED: ${injection.name}`);
        }
        break;
      }
      case 'done':
        children.expectEnd('player');
        this.#done = message;
        break;
    }
  }

  /** A busy machine may miss a poll; a collector that died is told of by what watches the processes. */
  async #poll(): Promise<Poll> {
    const { config, signal } = this.#stage;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#watch.poll();
      } catch (error) {
        if (attempt === POLL_ATTEMPTS)
          throw new DemoError(`${metricsUrl(config)} does not answer: ${(error as Error).message}.`);
        await sleep(POLL_MS, undefined, { signal });
      }
    }
  }

  async #look(): Promise<Poll> {
    const { screen } = this.#stage;
    const poll = await this.#poll();
    const { eventMs, appeared, gone, wallMs } = poll;
    if (eventMs === 0) return poll;
    const monthBefore = month(this.#eventMs);
    this.#eventMs = Math.max(this.#eventMs, eventMs);
    if (month(eventMs) !== monthBefore) this.#closeMonth(poll, `${month(eventMs)}-01`);
    for (const finding of appeared) screen.event(eventMs, `MOVED  ${describeFinding(finding)}`);
    for (const finding of gone)
      screen.event(eventMs, `BACK   ${describeSubject(finding)}: ${finding.signal} is within its limits again`);
    if (wallMs - this.#statusMs >= STATUS_MS) await this.#status(poll);
    return poll;
  }

  async #status({ page, eventMs, wallMs }: Poll): Promise<void> {
    const states = versionStates(page, STATUS_WINDOW);
    const enough = this.#stage.config.compare.minimumObservations;
    if (this.#isFirstResult && !states.some(({ joined }) => joined >= enough)) return;
    this.#isFirstResult = false;
    this.#statusMs = wallMs;
    const parts = states.map((state) => describeState(state, STATUS_WINDOW));
    if (this.hasAlerts) {
      const names = (await firingAlerts()).map(({ labels }) => labels.alertname);
      const counts = [...new Set(names)].map((name) => `${name} ${names.filter((other) => other === name).length}×`);
      parts.push(`firing: ${counts.length === 0 ? 'none' : counts.join(', ')}`);
    }
    this.#stage.screen.event(eventMs, parts.join(' | '));
  }

  #closeMonth({ page }: Poll, until: string): void {
    if (this.#months.at(-1)?.until === until) return;
    this.#months.push({ until, states: versionStates(page, MONTH_WINDOW) });
  }
}

/** What the collector says that it got. */
function describeArrived(page: MetricsPage): string {
  const sum = (samples: readonly Sample[]): string =>
    samples.reduce((total, { value }) => total + value, 0).toLocaleString('en');
  const joined = page.samples(MODEL_METRIC.groundTruth, { [LABEL.outcome]: 'joined' });
  const rejected = page.samples(PROCESS_METRIC.rejected);
  return (
    `\nThe collector observed ${sum(page.samples(MODEL_METRIC.predictions))} predictions, joined ${sum(joined)} ground truths, ` +
    `and rejected ${sum(rejected)} items.`
  );
}

function month(eventMs: number): string {
  return new Date(eventMs).toISOString().slice(0, 7);
}
