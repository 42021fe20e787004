/**
 * Ten thousand idle WebSockets on one gateway, opened by other processes. Measures what each costs, how long new
 * connections wait, whether each dead connection gets its `$disconnect`, and how broken and hostile clients affect the
 * others.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { BUFFER_LIMIT_BYTES, BYTES_IN_FLIGHT_LIMIT } from '../../packages/gateway/core/websocket/limits.ts';
import { runCommand } from '../support/command.ts';
import { startSoakedGateway } from './soak/soaked-gateway.ts';
import type { SoakedGateway } from './soak/soaked-gateway.ts';
import { Crowd, gather } from './sockets/crowd.ts';
import { HOSTILE_SOCKETS } from './sockets/hostile-sockets.ts';
import type { Ended } from './sockets/hostile-sockets.ts';
import { percentile, Prober } from './sockets/prober.ts';
import type { Probes } from './sockets/prober.ts';
import { RawClient, textFrame } from './sockets/raw-client.ts';
import { ServedSockets } from './sockets/served-sockets.ts';
import type { Figures, Outcome, Proof } from './proof.ts';

type Size = {
  readonly idle: number;
  readonly processes: number;
  readonly dying: number;
  readonly frozen: number;
  readonly probes: number;
  readonly messageBytes: number;
  readonly pings: number;
  readonly unreadPingBytes: number;
};

const FULL: Size = {
  idle: 9_800,
  processes: 5,
  dying: 200,
  frozen: 5,
  probes: 500,
  messageBytes: 1_000_000_000,
  pings: 100_000,
  unreadPingBytes: 128_000_000,
};
const QUICK: Size = {
  idle: 200,
  processes: 1,
  dying: 20,
  frozen: 2,
  probes: 10,
  messageBytes: 1_000_000_000,
  pings: 5_000,
  unreadPingBytes: 8_000_000,
};

/**
 * Recording for `gatewright requests` is switched off. Its memory has its own limit, and would be counted as memory of
 * connections.
 */
const OPTIONS = ['--no-record', '--no-reload'];
const BYTES_EACH = 16 * 1024;
/**
 * How much longer a new connection may wait because of the crowd: a factor, and the smallest allowed difference in
 * milliseconds.
 */
const SLOWER = { times: 1.5, ms: 5 };
/** How much the process may grow while one hostile client is at work, including the functions that it starts. */
const GROWN_BYTES = 96_000_000;
/**
 * The memory that the gateway may use for one connection after garbage collection: data that waits to be sent, and data
 * that was received.
 */
const HELD_BYTES = BUFFER_LIMIT_BYTES + BYTES_IN_FLIGHT_LIMIT;
/** How many more descriptors may be open, because functions that were started in the meantime have descriptors, too. */
const DESCRIPTORS_MORE = 100;
const OTHERS_WITHIN_MS = 5_000;
const HEARD_WITHIN_MS = 120_000;

export const sockets: Proof = {
  name: 'sockets',
  claim:
    'an idle WebSocket costs at most 16 KB; 10,000 open connections do not make new connections wait longer; each of 200 connections that die at once gets its $disconnect; and slow, hostile and half-open clients are closed with the right code, within the limits of memory, while other clients are served',
  // The short form runs only by name, `-- sockets --quick`, because the memory of a process with little traffic is too
  // inexact to reject a change.
  quick: false,
  run: async ({ quick }) => {
    if (process.platform !== 'linux')
      return {
        kind: 'skipped',
        reason: 'the proof reads memory from /proc, which this system does not have',
      };
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-sockets-'));
    const served = new ServedSockets(join(folder, 'service'));
    const gateway = await startSoakedGateway(served.path, join(folder, 'data'), OPTIONS);
    const run = new Run(gateway, served, quick ? QUICK : FULL, quick);
    try {
      return await run.run();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { kind: 'refuted', reason: `${reason}\n${gateway.tail()}`, figures: {} };
    } finally {
      await run.end();
      if (!gateway.isGone()) await gateway.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

class Run {
  readonly #gateway: SoakedGateway;
  readonly #served: ServedSockets;
  readonly #size: Size;
  readonly #isQuick: boolean;
  readonly #url: URL;
  readonly #prober: Prober;
  readonly #crowds: Crowd[] = [];
  readonly #wrong: string[] = [];

  constructor(gateway: SoakedGateway, served: ServedSockets, size: Size, isQuick: boolean) {
    this.#gateway = gateway;
    this.#served = served;
    this.#size = size;
    this.#isQuick = isQuick;
    this.#url = gateway.urlOf('websocket');
    this.#prober = new Prober(gateway.urlOf('http'), this.#url);
  }

  async run(): Promise<Outcome> {
    const { idle, processes, dying, frozen, probes } = this.#size;
    await this.#prober.probe(Math.ceil(probes / 5));
    const before = await this.#prober.probe(probes);
    const empty = await this.#gateway.look();
    const startedMs = performance.now();
    this.#crowds.push(...(await gather(this.#url, idle, processes)));
    const mortal = await Crowd.connect(this.#url, dying);
    this.#crowds.push(mortal);
    const connectedMs = Math.round(performance.now() - startedMs);
    const full = await this.#gateway.look();
    const each = Math.round((full.heapBytes - empty.heapBytes) / (idle + dying));
    const residentEach = Math.round((full.rssBytes - empty.rssBytes) / (idle + dying));
    console.log(
      `  ${idle + dying} idle after ${connectedMs} ms: ${each} bytes each, ${residentEach} of the process`,
    );
    // With few connections, the rest of the heap is larger than their share.
    if (!this.#isQuick && each > BYTES_EACH) this.#wrong.push(`an idle connection costs ${each} bytes`);
    const beside = await this.#prober.probe(probes);
    const killed = await this.#kill(mortal);
    const hostile = await this.#attack();
    const iced = await Crowd.connect(this.#url, frozen);
    this.#crowds.push(iced);
    iced.freeze();
    const limit = await this.#reachIdleLimit(hostile.staying);
    const after = await this.#prober.probe(probes);
    const waits = this.#judgeWaits({ before, beside, after });
    const emptied = await this.#lookWhenEmpty(full.descriptors - idle - dying);
    const exitCode = await this.#gateway.stop();
    if (exitCode !== 0)
      this.#wrong.push(`after SIGTERM, the gateway ended with exit code ${String(exitCode)}`);
    const figures = {
      idle: idle + dying,
      connectedMs,
      bytesEach: each,
      residentBytesEach: residentEach,
      ...waits,
      ...killed,
      hostile: hostile.figures,
      ...limit,
      emptied,
    };
    console.log(`  ${JSON.stringify(figures)}`);
    return this.#wrong.length === 0
      ? { kind: 'proven', figures }
      : { kind: 'refuted', reason: this.#wrong.join('\n  '), figures };
  }

  async end(): Promise<void> {
    for (const crowd of this.#crowds) await crowd.die();
  }

  #judgeWaits(all: Readonly<Record<'before' | 'beside' | 'after', Probes>>): Figures {
    const figures: Record<string, number> = {};
    for (const kind of ['handshakesMs', 'requestsMs'] as const) {
      const p99 = (when: 'before' | 'beside' | 'after'): number => percentile(all[when][kind], 0.99);
      const without = Math.max(p99('before'), p99('after'));
      const name = kind === 'handshakesMs' ? 'handshakes' : 'requests';
      for (const when of ['before', 'beside', 'after'] as const)
        figures[`${name}P99Ms${when[0]?.toUpperCase() ?? ''}${when.slice(1)}`] = round(p99(when));
      const allowed = Math.max(without * SLOWER.times, without + SLOWER.ms);
      // On a machine with other work, a few probes say nothing about the slowest requests.
      if (!this.#isQuick && p99('beside') > allowed)
        this.#wrong.push(
          `p99 of ${name}: ${round(p99('beside'))} ms with the crowd, ${round(without)} ms without it`,
        );
    }
    return figures;
  }

  async #kill(mortal: Crowd): Promise<Figures> {
    const before = this.#countEndings(1006);
    const startedMs = performance.now();
    const { slowestMs } = await this.#prober.beside(
      mortal.die().then(() => this.#until(() => this.#countEndings(1006) - before >= this.#size.dying)),
    );
    const heardMs = Math.round(performance.now() - startedMs);
    const heard = this.#countEndings(1006) - before;
    if (heard !== this.#size.dying)
      this.#wrong.push(`${heard} of ${this.#size.dying} connections that died got a $disconnect with 1006`);
    this.#judgeOthers('while many die', slowestMs);
    console.log(`  ${heard} of ${this.#size.dying} that died were heard of within ${heardMs} ms`);
    return { died: this.#size.dying, heardOf: heard, heardMs };
  }

  async #attack(): Promise<{ readonly figures: Figures; readonly staying: readonly Ended[] }> {
    const figures: Record<string, Figures> = {};
    const staying: Ended[] = [];
    const { messageBytes, pings, unreadPingBytes } = this.#size;
    const push = (to: string, most: number) => this.#push(to, most);
    const attack = { url: this.#url, messageBytes, pings, unreadPingBytes, push };
    // Large messages start instances of functions, whose memory does not belong to a client. So they are started before
    // the memory is measured.
    for (const hostile of HOSTILE_SOCKETS.slice(0, 3)) (await hostile.run(attack)).release?.();
    for (const hostile of HOSTILE_SOCKETS) {
      const { name, times = 1 } = hostile;
      const { heapBytes } = await this.#gateway.look();
      const resident = this.#residentBytes();
      let peak = resident;
      const timer = setInterval(() => (peak = Math.max(peak, this.#residentBytes())), 20);
      const { result: ended, slowestMs } = await this.#prober
        .beside(inTurn(times, () => hostile.run(attack)))
        .finally(() => clearInterval(timer));
      for (const one of ended) {
        if (one.code === 'idle') staying.push(one);
        else await this.#expectEnding(name, one.id, one.code);
        if (one.wrong !== undefined) this.#wrong.push(`${name}: ${one.wrong}`);
      }
      const grownBytes = Math.max(0, peak - resident);
      const heldBytes = Math.max(0, Math.round(((await this.#gateway.look()).heapBytes - heapBytes) / times));
      if (grownBytes > GROWN_BYTES)
        this.#wrong.push(`${name}: the memory of the gateway grows by ${grownBytes} bytes`);
      if (heldBytes > HELD_BYTES)
        this.#wrong.push(`${name}: the gateway keeps ${heldBytes} bytes for each connection`);
      this.#judgeOthers(name, slowestMs);
      const [first] = ended;
      const memory = { times, heldBytesEach: heldBytes, grownBytes, othersSlowestMs: round(slowestMs) };
      figures[name] = { code: first?.code ?? 0, ...first?.figures, ...memory };
      console.log(`  ${name}: ${JSON.stringify(figures[name])}`);
    }
    return { figures, staying };
  }

  /** Moves the gateway's clock until all connections have been idle for ten minutes. */
  async #reachIdleLimit(staying: readonly Ended[]): Promise<Figures> {
    const before = this.#countEndings(1001);
    const expected = this.#size.idle + this.#size.frozen + staying.length;
    const closed = Promise.all(
      this.#crowds.slice(0, -2).map((crowd) => crowd.closed().catch(() => ({ never: 1 }))),
    );
    const startedMs = performance.now();
    const { code, stderr } = await runCommand(['clock', '+10m'], { cwd: this.#served.path });
    if (code !== 0) throw new Error(`the clock was not moved: ${stderr}`);
    await this.#until(() => this.#countEndings(1001) - before >= expected);
    const heardMs = Math.round(performance.now() - startedMs);
    const ended = this.#countEndings(1001) - before;
    if (ended !== expected)
      this.#wrong.push(`at the idle limit, ${ended} of ${expected} connections got a $disconnect`);
    const codes: Record<string, number> = {};
    for (const crowd of await closed)
      for (const [code, times] of Object.entries(crowd)) codes[code] = (codes[code] ?? 0) + times;
    if (codes[1001] !== this.#size.idle)
      this.#wrong.push(`clients were closed with ${JSON.stringify(codes)} at the idle limit`);
    for (const { id, release } of staying) {
      await this.#expectEnding('at the idle limit', id, 1001);
      release?.();
    }
    const twice = [...this.#served.endings()].filter(([, all]) => all.length > 1).length;
    if (twice > 0) this.#wrong.push(`${twice} connections got more than one $disconnect`);
    return { idleLimit: { ended, expected, heardMs, codes, frozen: this.#size.frozen } };
  }

  async #lookWhenEmpty(descriptors: number): Promise<Figures> {
    for (let look = 0; look < 10; look += 1) {
      const standing = await this.#gateway.look();
      const isEmpty = standing.descriptors <= descriptors + DESCRIPTORS_MORE;
      if (isEmpty || look === 9) {
        if (!isEmpty)
          this.#wrong.push(
            `${standing.descriptors} descriptors are open at the end; at first, there were ${descriptors}`,
          );
        return { heapBytes: standing.heapBytes, descriptors: standing.descriptors };
      }
      await wait(500);
    }
    return {};
  }

  async #push(to: string, most: number): Promise<string> {
    const client = await RawClient.open(this.#url);
    client.send(textFrame(JSON.stringify({ action: 'push', to, most })));
    const answer = await client.text();
    client.socket.destroy();
    return answer;
  }

  async #expectEnding(name: string, id: string, code: number): Promise<void> {
    const codes = (): readonly number[] => this.#served.endings().get(id) ?? [];
    await this.#until(() => codes().length > 0);
    if (codes().length !== 1 || codes()[0] !== code)
      this.#wrong.push(
        `${name}: $disconnect got the status codes ${JSON.stringify(codes())} instead of ${code}`,
      );
  }

  #judgeOthers(name: string, slowestMs: number): void {
    if (slowestMs > OTHERS_WITHIN_MS) this.#wrong.push(`${name}: another waited ${round(slowestMs)} ms`);
  }

  #countEndings(code: number): number {
    return [...this.#served.endings().values()].filter(([first]) => first === code).length;
  }

  #residentBytes(): number {
    const status = readFileSync(`/proc/${this.#gateway.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024;
  }

  /** Waits until the condition is true or the time has passed. The caller then checks the state. */
  async #until(holds: () => boolean): Promise<void> {
    const endMs = performance.now() + HEARD_WITHIN_MS;
    while (!holds() && performance.now() < endMs && !this.#gateway.isGone()) await wait(50);
  }
}

async function inTurn<T>(times: number, run: () => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  while (results.length < times) results.push(await run());
  return results;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
