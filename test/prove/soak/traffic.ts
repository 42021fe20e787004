/** Well-behaved clients: each request is written down until it is answered, each write until it is read again. */
import { Agent, request as startRequest } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Dice } from '../fuzz/mutate.ts';

const ANSWERED_WITHIN_MS = 60_000;
const KEYS = 200;
const IN_FLIGHT = 150;
const TICK_MS = 10;
const FAULTS_KEPT = 20;

type Kind = 'echo' | 'http' | 'put' | 'get' | 'crash' | 'hang' | 'leave';
/** Of a thousand. */
const MIX: readonly (readonly [Kind, number])[] = [
  ['echo', 480],
  ['http', 290],
  ['put', 100],
  ['get', 100],
  ['leave', 20],
  ['crash', 7],
  ['hang', 3],
];
const CRASHES = ['throw', 'throw', 'exit', 'late', 'heap'];

type Sent = { mayFail: boolean };
type Answer = { readonly status: number; readonly body: string };

export class Traffic {
  readonly #dice: Dice;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  readonly #inFlight = new Set<Sent>();
  readonly #written = new Map<string, { tried: number; kept: number }>();
  readonly #busy = new Set<string>();
  #rest = new URL('http://127.0.0.1');
  #http = new URL('http://127.0.0.1');
  readonly faults: string[] = [];
  readonly counts = { answered: 0, left: 0, writes: 0, cutByKill: 0, neverSent: 0 };

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  aim(rest: URL, http: URL): void {
    this.#rest = rest;
    this.#http = http;
  }

  /** As fast as so many clients can. @returns answers per second */
  async calibrate(clients: number, ms: number): Promise<number> {
    const before = this.counts.answered;
    const begunMs = performance.now();
    const client = async (): Promise<void> => {
      while (performance.now() - begunMs < ms)
        await this.#sendOne(this.#dice.pick(['echo', 'http', 'put', 'get']));
    };
    await Promise.all(Array.from({ length: clients }, client));
    return ((this.counts.answered - before) * 1000) / (performance.now() - begunMs);
  }

  /** So many a second until told to end. What would be too many at once is sent within a second, or counted. */
  async go(perSecond: number, signal: AbortSignal): Promise<void> {
    let due = 0;
    let lastMs = performance.now();
    while (!signal.aborted) {
      await wait(TICK_MS);
      const nowMs = performance.now();
      due += ((nowMs - lastMs) * perSecond) / 1000;
      lastMs = nowMs;
      for (; due >= 1 && this.#inFlight.size < IN_FLIGHT; due -= 1) void this.#sendOne(this.#draw());
      // More than a second of it would be another load than the one that is asked for.
      const tooLate = Math.max(0, Math.floor(due - perSecond));
      this.counts.neverSent += tooLate;
      due -= tooLate;
    }
    this.counts.neverSent += Math.floor(due);
  }

  /** All that is under way has been answered. */
  async settle(): Promise<void> {
    while (this.#inFlight.size > 0) await wait(TICK_MS);
    this.#agent.destroy();
  }

  /** The gateway is about to be killed: what is under way need not be answered. */
  excuse(): void {
    for (const sent of this.#inFlight) sent.mayFail = true;
  }

  /** Reads every key. @returns how many acknowledged writes are gone, or how many values were never written */
  async countLost(): Promise<number> {
    let lost = 0;
    for (const [key, { tried, kept }] of this.#written) {
      const { body } = await this.#ask(new URL(`kept/${key}`, this.#base(this.#http)), 'GET');
      if (!(Number(body) >= kept && Number(body) <= tried)) {
        lost += 1;
        this.fault(`${key}: ${body} instead of ${kept} … ${tried}`);
      }
    }
    return lost;
  }

  #draw(): Kind {
    let lot = this.#dice.below(1000);
    return MIX.find(([, share]) => (lot -= share) < 0)?.[0] ?? 'echo';
  }

  async #sendOne(kind: Kind): Promise<void> {
    const sent: Sent = { mayFail: false };
    this.#inFlight.add(sent);
    try {
      const fault = await this.#ofKind(kind);
      if (fault === undefined) this.counts[kind === 'leave' ? 'left' : 'answered'] += 1;
      else if (sent.mayFail) this.counts.cutByKill += 1;
      else this.fault(`${kind}: ${fault}`);
    } catch (error) {
      if (sent.mayFail) this.counts.cutByKill += 1;
      else this.fault(`${kind}: ${String(error)}`);
    } finally {
      this.#inFlight.delete(sent);
    }
  }

  /** @returns what was wrong */
  async #ofKind(kind: Kind): Promise<string | undefined> {
    switch (kind) {
      case 'echo':
      case 'http': {
        const lot = String(this.#dice.below(1e6));
        const base = this.#base(kind === 'echo' ? this.#rest : this.#http);
        const { status, body } = await this.#ask(new URL(`echo?lot=${lot}`, base), 'GET');
        return status === 200 && body.includes(`"${lot}"`) ? undefined : `${status} ${body.slice(0, 200)}`;
      }
      case 'crash': {
        const url = new URL(`crash?how=${this.#dice.pick(CRASHES)}`, this.#base(this.#rest));
        return expectFailure(await this.#ask(url, 'GET'));
      }
      case 'hang': {
        const url = new URL(`hang?how=${this.#dice.pick(['wait', 'spin'])}`, this.#base(this.#rest));
        return expectFailure(await this.#ask(url, 'GET'));
      }
      case 'leave':
        await this.#leave();
        return undefined;
      case 'put':
        return await this.#put();
      case 'get':
        return await this.#get();
    }
  }

  async #put(): Promise<string | undefined> {
    // Each key has one writer at a time; there are more keys than requests at one time.
    let key = `k${this.#dice.below(KEYS)}`;
    while (this.#busy.has(key)) key = `k${this.#dice.below(KEYS)}`;
    this.#busy.add(key);
    try {
      const known = this.#written.get(key) ?? { tried: 0, kept: 0 };
      this.#written.set(key, known);
      known.tried += 1;
      const value = known.tried;
      const answer = await this.#ask(new URL(`kept/${key}`, this.#base(this.#http)), 'PUT', String(value));
      if (answer.status !== 200) return `${answer.status} ${answer.body.slice(0, 200)}`;
      known.kept = value;
      this.counts.writes += 1;
      return undefined;
    } finally {
      this.#busy.delete(key);
    }
  }

  async #get(): Promise<string | undefined> {
    const key = `k${this.#dice.below(KEYS)}`;
    const least = this.#written.get(key)?.kept ?? 0;
    const { status, body } = await this.#ask(new URL(`kept/${key}`, this.#base(this.#http)), 'GET');
    return status === 200 && Number(body) >= least ? undefined : `${key}: ${status} ${body.slice(0, 200)}`;
  }

  /** A client that is killed while it waits. */
  async #leave(): Promise<void> {
    const call = startRequest(new URL('echo', this.#base(this.#rest)), { agent: false });
    call.on('error', () => undefined).end();
    await wait(this.#dice.below(20));
    call.destroy();
  }

  #ask(url: URL, method: string, body?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'text/plain' };
      const call = startRequest(url, { method, headers, agent: this.#agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, body: text });
        });
        response.on('error', reject);
      });
      const timer = setTimeout(() => call.destroy(new Error('not answered in a minute')), ANSWERED_WITHIN_MS);
      call.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      call.end(body);
    });
  }

  #base(url: URL): URL {
    return new URL(url.href.endsWith('/') ? url.href : `${url.href}/`);
  }

  /** Said at once: whoever ends a long run early has seen it. */
  fault(text: string): void {
    if (this.faults.length >= FAULTS_KEPT) return;
    this.faults.push(text);
    console.log(`  fault: ${text}`);
  }
}

/** A function that fails is answered for, too: by a REST API with 502 (docs/aws §1.5). */
function expectFailure({ status, body }: Answer): string | undefined {
  return status === 502 ? undefined : `${status} ${body.slice(0, 200)}`;
}
