/** Well-behaved clients. Each request is recorded until it is answered, and each write until it is read again. */
import { Agent, request as startRequest } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Dice } from '../fuzz/mutate.ts';
import type { Pace } from './pace.ts';

const ANSWERED_WITHIN_MS = 60_000;
const KEYS = 200;
const IN_FLIGHT = 150;
const TICK_MS = 10;
const PACED_EVERY_MS = 1_000;
const FAULTS_KEPT = 20;
/**
 * An answer that takes longer than this is late. Then the test checks whether other programs used the machine in the
 * meantime.
 */
const LATE_MS = 5_000;
/** The number of times that a key is read at the end, because a busy machine may be late with it. */
const READS = 5;

type Kind = 'echo' | 'http' | 'put' | 'get' | 'crash' | 'hang' | 'leave';
/** The number of requests of each kind among a thousand. */
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
type Fault = {
  readonly text: string;
  /** Whether the fault is only a refusal after a time limit, and not a wrong answer. */
  readonly isRefusal: boolean;
};

export class Traffic {
  readonly #dice: Dice;
  readonly #startedMs = performance.now();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  readonly #inFlight = new Set<Sent>();
  readonly #written = new Map<string, { tried: number; kept: number }>();
  readonly #busy = new Set<string>();
  #rest = new URL('http://127.0.0.1');
  #http = new URL('http://127.0.0.1');
  readonly faults: string[] = [];
  readonly counts = { answered: 0, left: 0, writes: 0, cutByKill: 0, neverSent: 0, lateInACrowd: 0 };
  readonly #isCrowded: (sinceMs: number) => boolean;

  /** @param isCrowded whether other programs have used much of the machine since the given time */
  constructor(dice: Dice, isCrowded: (sinceMs: number) => boolean) {
    this.#dice = dice;
    this.#isCrowded = isCrowded;
  }

  aim(rest: URL, http: URL): void {
    this.#rest = rest;
    this.#http = http;
  }

  /**
   * Sends requests as fast as this number of clients can.
   * @returns the answers per second
   */
  async calibrate(clients: number, ms: number): Promise<number> {
    const before = this.counts.answered;
    const startedMs = performance.now();
    const client = async (): Promise<void> => {
      while (performance.now() - startedMs < ms)
        await this.#sendOne(this.#dice.pick(['echo', 'http', 'put', 'get']));
    };
    await Promise.all(Array.from({ length: clients }, client));
    return ((this.counts.answered - before) * 1000) / (performance.now() - startedMs);
  }

  /**
   * Sends requests at the given pace until it is told to end. If too many are in progress, requests wait for up to a
   * second; later ones are not sent, but counted.
   */
  async go(pace: Pace, signal: AbortSignal): Promise<void> {
    let due = 0;
    let lastMs = performance.now();
    let paced = { sinceMs: lastMs, answered: this.counts.answered, fewest: Infinity };
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      await wait(TICK_MS);
      // The traffic was ended in the meantime. The gateway may now be killed, and only requests that were already in
      // progress may fail.
      if (isOver()) break;
      const nowMs = performance.now();
      const { perSecond } = pace;
      due += ((nowMs - lastMs) * perSecond) / 1000;
      lastMs = nowMs;
      paced.fewest = Math.min(paced.fewest, this.#inFlight.size);
      if (nowMs - paced.sinceMs >= PACED_EVERY_MS) {
        pace.passed((nowMs - paced.sinceMs) / 1000, this.counts.answered - paced.answered, paced.fewest);
        paced = { sinceMs: nowMs, answered: this.counts.answered, fewest: Infinity };
      }
      for (; due >= 1 && this.#inFlight.size < IN_FLIGHT; due -= 1) void this.#sendOne(this.#draw());
      // Requests that are more than a second late are not sent, because they would change the load.
      const tooLate = Math.max(0, Math.floor(due - perSecond));
      this.counts.neverSent += tooLate;
      due -= tooLate;
    }
    this.counts.neverSent += Math.floor(due);
  }

  /** Waits until all requests have been answered. */
  async settle(): Promise<void> {
    while (this.#inFlight.size > 0) await wait(TICK_MS);
    this.#agent.destroy();
  }

  /** Is called before the gateway is killed. Requests that are in progress then need no answer. */
  excuse(): void {
    console.log(`  killed after ${this.#seconds()} s, ${this.#inFlight.size} requests under way`);
    for (const sent of this.#inFlight) sent.mayFail = true;
  }

  /**
   * Reads every key.
   * @returns how many acknowledged writes are lost, or how many values were never written
   */
  async countLost(): Promise<number> {
    let lost = 0;
    for (const [key, { tried, kept }] of this.#written) {
      const body = await this.#readKept(key);
      if (!(Number(body) >= kept && Number(body) <= tried)) {
        lost += 1;
        this.fault(`${key}: ${body} instead of ${kept} … ${tried}`);
      }
    }
    return lost;
  }

  async #readKept(key: string): Promise<string> {
    for (let read = 1; ; read += 1) {
      const answer = await this.#ask(new URL(`kept/${key}`, this.#base(this.#http)), 'GET').catch(
        (error: unknown): Answer => ({ status: 0, body: String(error) }),
      );
      if (answer.status === 200 || read === READS) return answer.body;
    }
  }

  #draw(): Kind {
    let lot = this.#dice.below(1000);
    return MIX.find(([, share]) => (lot -= share) < 0)?.[0] ?? 'echo';
  }

  async #sendOne(kind: Kind): Promise<void> {
    const sent: Sent = { mayFail: false };
    this.#inFlight.add(sent);
    const sentMs = performance.now();
    try {
      const fault = await this.#ofKind(kind).catch((error: unknown): Fault => ({
        text: String(error),
        isRefusal: true,
      }));
      if (fault === undefined) this.counts[kind === 'leave' ? 'left' : 'answered'] += 1;
      else if (sent.mayFail) this.counts.cutByKill += 1;
      else if (fault.isRefusal) this.refused(`${kind}: ${fault.text}`, sentMs);
      else this.fault(`${kind}: ${fault.text}`);
    } finally {
      this.#inFlight.delete(sent);
    }
  }

  async #ofKind(kind: Kind): Promise<Fault | undefined> {
    switch (kind) {
      case 'echo':
      case 'http': {
        const lot = String(this.#dice.below(1e6));
        const base = this.#base(kind === 'echo' ? this.#rest : this.#http);
        const answer = await this.#ask(new URL(`echo?lot=${lot}`, base), 'GET');
        return expectAnswer(answer, answer.body.includes(`"${lot}"`));
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

  async #put(): Promise<Fault | undefined> {
    // Each key has only one writer at a time, which is possible because there are more keys than concurrent requests.
    let key = `k${this.#dice.below(KEYS)}`;
    while (this.#busy.has(key)) key = `k${this.#dice.below(KEYS)}`;
    this.#busy.add(key);
    try {
      const known = this.#written.get(key) ?? { tried: 0, kept: 0 };
      this.#written.set(key, known);
      known.tried += 1;
      const value = known.tried;
      const answer = await this.#ask(new URL(`kept/${key}`, this.#base(this.#http)), 'PUT', String(value));
      const fault = expectAnswer(answer, answer.body === String(value));
      if (fault !== undefined) return fault;
      known.kept = value;
      this.counts.writes += 1;
      return undefined;
    } finally {
      this.#busy.delete(key);
    }
  }

  async #get(): Promise<Fault | undefined> {
    const key = `k${this.#dice.below(KEYS)}`;
    const least = this.#written.get(key)?.kept ?? 0;
    const answer = await this.#ask(new URL(`kept/${key}`, this.#base(this.#http)), 'GET');
    return expectAnswer(answer, Number(answer.body) >= least, `${key} is at least ${least}: `);
  }

  /** Sends a request from a client that is killed while it waits. */
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

  #seconds(): string {
    return ((performance.now() - this.#startedMs) / 1000).toFixed(1);
  }

  #base(url: URL): URL {
    return new URL(url.href.endsWith('/') ? url.href : `${url.href}/`);
  }

  /**
   * Records a request that got no answer, or an error. It is a fault, unless it took long while other programs used the
   * machine.
   */
  refused(text: string, sinceMs: number): void {
    const isLate = performance.now() - sinceMs >= LATE_MS;
    if (!isLate || !this.#isCrowded(sinceMs)) this.fault(text);
    else this.counts.lateInACrowd += 1;
  }

  /** Prints the fault at once, so that it is visible even if a long run is ended early. */
  fault(text: string): void {
    if (this.faults.length >= FAULTS_KEPT) return;
    this.faults.push(text);
    console.log(`  fault after ${this.#seconds()} s: ${text}`);
  }
}

function expectAnswer({ status, body }: Answer, isRight: boolean, about = ''): Fault | undefined {
  if (status === 200 && isRight) return undefined;
  return { text: `${about}${status} ${body.slice(0, 200)}`, isRefusal: status === 408 || status >= 500 };
}

/** A request to a failing function also gets an answer: a REST API responds with 502 (docs/aws §1.5). */
function expectFailure({ status, body }: Answer): Fault | undefined {
  return status === 502
    ? undefined
    : { text: `${status} ${body.slice(0, 200)}`, isRefusal: status === 408 || status >= 500 };
}
