/**
 * Runs a gateway in its own process at 70 % of its current throughput on this machine, while handlers crash and hang,
 * files are saved, clients are killed or hostile, and the clock is moved. Twice, the gateway is killed and started
 * again with the same data.
 *
 * Growth is measured while there are no requests: load and hostile clients stop, garbage is collected, and memory,
 * threads and descriptors are read. The growth is the median slope of these measurements after the first third,
 * multiplied by their number.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { runCommand } from '../support/command.ts';
import { diceOf } from './fuzz/mutate.ts';
import type { Figures, Outcome, Proof } from './proof.ts';
import { HOSTILE_CLIENTS, UNANSWERED } from './soak/hostile-clients.ts';
import { judgeLevel } from './soak/level.ts';
import { Pace } from './soak/pace.ts';
import { SoakedFolder } from './soak/soaked-service.ts';
import { startSoakedGateway } from './soak/soaked-gateway.ts';
import type { SoakedGateway, Standing } from './soak/soaked-gateway.ts';
import { readUse, Strangers } from './soak/strangers.ts';
import { Traffic } from './soak/traffic.ts';

const USUAL_MINUTES = 15;
const QUICK_MINUTES = 0.12;
const MS_PER_MINUTE = 60_000;
const CLIENTS = 16;
const LOOK_AT_STRANGERS_EVERY_MS = 500;
/** The shares of the time up to the first kill, up to the second kill, and up to the end. */
const PARTS = [0.15, 0.15, 0.7] as const;
const LOOKS = 12;
/**
 * The wait before a measurement, because threads of functions and sockets of clients end a moment after the clients
 * have left.
 */
const CALM_MS = 1_000;
const CALM_LOOKS = 8;
/** The number of hostile clients at the same time. */
const ATTACKERS = 3;
const RELOAD_EVERY_MS = 2_000;
const SHIFTS = ['+1h', '-30m', '+1d', 'reset'];

const BOUNDS = {
  heapBytes: { share: 0.1, atLeast: 4_000_000 },
  threads: { share: 0, atLeast: 2 },
  descriptors: { share: 0, atLeast: 4 },
} as const;

export const soak: Proof = {
  name: 'soak',
  claim:
    'at 70 % load, with reloads, crashing and hanging handlers, killed and hostile clients, a moving clock and two kills, every request gets a response unless it is in progress at a kill, no acknowledged write is lost, and the heap and the numbers of threads and descriptors stay level',
  // The short form runs only by name, `-- soak --quick`, because the results still depend too much on the load of the
  // machine to reject a change.
  quick: false,
  run: async ({ quick, minutes = quick ? QUICK_MINUTES : USUAL_MINUTES, seed = 1 }) => {
    if (process.platform !== 'linux')
      return {
        kind: 'skipped',
        reason: 'the proof reads threads and descriptors from /proc, which this system does not have',
      };
    const folder = mkdtempSync(join(tmpdir(), 'gatewright-soak-'));
    const run = new Soak(folder, minutes * MS_PER_MINUTE, seed, quick);
    try {
      return await run.run();
    } finally {
      await run.end();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

class Soak {
  readonly #folder: SoakedFolder;
  readonly #data: string;
  readonly #ms: number;
  readonly #isShort: boolean;
  readonly #traffic: Traffic;
  readonly #hostile = new Map<string, number>();
  readonly #strangers = new Strangers(() => readUse(this.#gateway === undefined ? [] : [this.#gateway.pid]));
  readonly #watch = setInterval(() => this.#strangers.look(performance.now()), LOOK_AT_STRANGERS_EVERY_MS);
  readonly #served: number[] = [];
  #slowedSeconds = 0;
  #gateway: SoakedGateway | undefined;
  #attacks = 0;
  #reloads = 0;
  #shifts = 0;

  constructor(folder: string, ms: number, seed: number, isShort: boolean) {
    this.#folder = new SoakedFolder(join(folder, 'service'));
    this.#data = join(folder, 'data');
    this.#ms = ms;
    this.#isShort = isShort;
    this.#traffic = new Traffic(diceOf(seed), (sinceMs) =>
      this.#strangers.isCrowded(sinceMs, performance.now()),
    );
  }

  async run(): Promise<Outcome> {
    let gateway = await this.#start();
    await this.#traffic.calibrate(CLIENTS, this.#isShort ? 500 : 10_000);
    const [first, second, last] = PARTS;
    const startedMs = performance.now();
    for (const part of [first, second]) {
      await this.#load(gateway, part * this.#ms, () => this.#kill(gateway));
      gateway = await this.#start();
      await this.#traffic.countLost();
    }
    const looks: Standing[] = [];
    const times = this.#isShort ? 1 : LOOKS;
    for (let look = 0; look < times; look += 1) {
      await this.#load(gateway, (last * this.#ms) / times, async () => undefined);
      looks.push(await this.#lookWhenCalm(gateway));
      console.log(`  ${printLook(looks.at(-1))}`);
    }
    const seconds = (performance.now() - startedMs) / 1000;
    const lost = await this.#traffic.countLost();
    const exitCode = await gateway.stop();
    const strangersPercent = 100 * this.#strangers.share(startedMs, performance.now());
    const figures = {
      servedAtLeast: Math.min(...this.#served),
      servedAtMost: Math.max(...this.#served),
      slowedSeconds: this.#slowedSeconds,
      strangersPercent,
      lost,
      exitCode: exitCode ?? -1,
      seconds,
    };
    const outcome = this.#judge(looks, figures);
    if (outcome.kind === 'refuted') console.log(gateway.tail());
    return outcome;
  }

  async end(): Promise<void> {
    clearInterval(this.#watch);
    if (this.#gateway?.isGone() === false) await this.#gateway.kill();
  }

  async #start(): Promise<SoakedGateway> {
    this.#gateway = await startSoakedGateway(this.#folder.path, this.#data);
    this.#traffic.aim(this.#gateway.urlOf('rest'), this.#gateway.urlOf('http'));
    return this.#gateway;
  }

  async #kill(gateway: SoakedGateway): Promise<void> {
    this.#traffic.excuse();
    await gateway.kill();
  }

  /** Runs the load, and everything that disturbs it, for `ms` milliseconds. `last` runs while the load continues. */
  async #load(gateway: SoakedGateway, ms: number, last: () => Promise<void>): Promise<void> {
    // The machine's capacity may have changed since the last part, because other programs start and stop on it.
    const served = await this.#traffic.calibrate(CLIENTS, this.#isShort ? 500 : 3_000);
    this.#served.push(served);
    const pace = new Pace(served);
    const stop = new AbortController();
    const disturb = new AbortController();
    const disturbances = [
      ...Array.from({ length: ATTACKERS }, () => this.#attack(gateway, disturb.signal)),
      this.#save(disturb.signal),
      this.#shift(disturb.signal),
    ];
    const load = this.#traffic.go(pace, stop.signal);
    await wait(ms);
    disturb.abort();
    // Only the clients were told to ignore the connections that fail because the gateway was killed.
    if (!gateway.isGone()) await Promise.all(disturbances);
    stop.abort();
    await last();
    await Promise.all([...disturbances, load]);
    await this.#traffic.settle();
    this.#slowedSeconds += pace.slowedSeconds;
    if (gateway.isGone() && this.#gateway === gateway && !gateway.wasKilled())
      throw new Error(`the gateway has ended:\n${gateway.tail()}`);
  }

  async #attack(gateway: SoakedGateway, signal: AbortSignal): Promise<void> {
    const target = {
      rest: gateway.urlOf('rest'),
      http: gateway.urlOf('http'),
      websocket: gateway.urlOf('websocket'),
      control: new URL(gateway.controlUrl),
    };
    while (!signal.aborted) {
      // Continues with the hostile client after the last one of the previous part, so that each has its turn.
      const client = HOSTILE_CLIENTS[this.#attacks++ % HOSTILE_CLIENTS.length];
      if (client === undefined) return;
      const sinceMs = performance.now();
      const fault = await client.run(target);
      if (fault === UNANSWERED) this.#traffic.refused(`${client.name}: ${fault}`, sinceMs);
      else if (fault !== undefined) this.#traffic.fault(`${client.name}: ${fault}`);
      this.#hostile.set(client.name, (this.#hostile.get(client.name) ?? 0) + 1);
    }
  }

  async #save(signal: AbortSignal): Promise<void> {
    for (let turn = 1; !signal.aborted; turn += 1) {
      this.#folder.saveHandler();
      this.#reloads += 1;
      await wait(RELOAD_EVERY_MS);
      if (turn % 3 === 0) this.#folder.breakTemplate();
      if (turn % 3 === 0) await wait(RELOAD_EVERY_MS / 2);
      if (turn % 3 === 0) this.#folder.saveTemplate();
    }
  }

  async #shift(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const shift = SHIFTS[this.#shifts % SHIFTS.length] ?? 'reset';
      const sinceMs = performance.now();
      const { code, stderr } = await runCommand(['clock', shift], { cwd: this.#folder.path });
      this.#shifts += 1;
      if (code !== 0) this.#traffic.refused(`clock ${shift}: ${stderr.slice(0, 200)}`, sinceMs);
      await wait(RELOAD_EVERY_MS * 2, undefined, { signal }).catch(() => undefined);
    }
  }

  /**
   * Measures when nothing runs. Idle instances of functions are threads too, so a file is saved first, which ends them
   * as it ends old instances.
   */
  async #lookWhenCalm(gateway: SoakedGateway): Promise<Standing> {
    this.#folder.saveHandler();
    let calmest = await gateway.look();
    for (let look = 0; look < (this.#isShort ? 1 : CALM_LOOKS); look += 1) {
      await wait(CALM_MS);
      const now = await gateway.look();
      if (now.threads <= calmest.threads) calmest = now;
    }
    return calmest;
  }

  #judge(looks: readonly Standing[], figures: Readonly<Record<string, number>>): Outcome {
    const levels: Record<string, Figures> = {};
    const wrong: string[] = [...this.#traffic.faults];
    for (const [name, bound] of Object.entries(BOUNDS)) {
      const values = looks.map((look) => look[name as keyof typeof BOUNDS]);
      const { isLevel, growth, allowed } = judgeLevel(values, bound);
      levels[name] = {
        first: values[0] ?? 0,
        last: values.at(-1) ?? 0,
        growth: Math.round(growth),
        allowed: Math.round(allowed),
      };
      if (!isLevel) wrong.push(`${name} grow: ${values.join(', ')}`);
    }
    const all = {
      ...Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value)])),
      ...this.#traffic.counts,
      reloads: this.#reloads,
      clockShifts: this.#shifts,
      hostileClients: Object.fromEntries(this.#hostile),
      levels,
      rssMb: looks.map(({ rssBytes }) => Math.round(rssBytes / 1e6)).join(' '),
    };
    console.log(`  ${JSON.stringify(all)}`);
    if (figures['exitCode'] !== 0)
      wrong.push(`after SIGTERM, the gateway ended with exit code ${String(figures['exitCode'])}`);
    if (wrong.length > 0) return { kind: 'refuted', reason: wrong.join('\n  '), figures: all };
    const late = this.#traffic.counts.lateInACrowd;
    // If other programs used the machine, late answers do not refute the claim, but the run does not prove it either.
    if (late > 0)
      return { kind: 'skipped', reason: `${late} answers were late while other programs used the machine` };
    return { kind: 'proven', figures: all };
  }
}

function printLook(look: Standing | undefined): string {
  if (look === undefined) return '';
  const { heapBytes, rssBytes, threads, descriptors } = look;
  return `heap ${(heapBytes / 1e6).toFixed(1)} MB, resident ${(rssBytes / 1e6).toFixed(0)} MB, ${threads} threads, ${descriptors} descriptors`;
}
