/**
 * `npm run bench -- quota --faults`: proves that processes never admit more than the quota if they are killed, frozen
 * over the end of a period, or have a wrong clock.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FaultOrder } from './quota-fault-process.ts';

const PROCESS = fileURLToPath(new URL('./quota-fault-process.ts', import.meta.url));
const SECONDS_PER_HOUR = 3600;
const SECONDS_PER_MINUTE = 60;

/**
 * The result of a run. `admitted` lists the admissions of each period, in order. A kill may occur between an admission
 * and the write of its byte, so `over` may be too low, by at most one unit per kill.
 */
type FaultRow = {
  readonly fault: string;
  readonly quota: number;
  readonly admitted: readonly number[];
  readonly over: number;
};

/** The processes of one run. Processes can be added, killed and frozen. */
class Crew {
  readonly #order: FaultOrder;
  readonly #environment: NodeJS.ProcessEnv;
  readonly members: ChildProcess[] = [];

  constructor(order: FaultOrder, environment: NodeJS.ProcessEnv) {
    this.#order = order;
    this.#environment = environment;
  }

  join(count: number, clockAheadMs = 0): void {
    for (let joined = 0; joined < count; joined += 1) {
      const child = fork(PROCESS, { env: this.#environment });
      child.send({ ...this.#order, clockAheadMs });
      this.members.push(child);
    }
  }

  /** Kills the oldest process, as a crash would, and starts a new one. */
  async replaceOne(): Promise<void> {
    const child = this.members.shift();
    child?.kill('SIGKILL');
    if (child !== undefined) await once(child, 'exit');
    this.join(1);
  }

  async stop(): Promise<void> {
    const ended = this.members.map(async (child) => {
      if (child.exitCode !== null)
        throw new Error(`a process of the bench ended early, with exit code ${child.exitCode}`);
      const exit = once(child, 'exit');
      child.send('stop');
      const [code] = (await exit) as [number | null];
      if (code !== 0)
        throw new Error(
          `a process of the bench ended with ${code === null ? 'a signal' : `exit code ${code}`}`,
        );
    });
    await Promise.all(ended);
  }
}

type Scenario = {
  readonly fault: string;
  readonly quota: number;
  readonly everySeconds: number;
  readonly lostShare: number;
  readonly run: (crew: Crew, processes: number) => Promise<void>;
};

const SCENARIOS: readonly Scenario[] = [
  {
    fault: 'kill -9 every 2 s, 5 % of responses lost',
    quota: 8_000,
    everySeconds: SECONDS_PER_HOUR,
    lostShare: 0.05,
    run: async (crew, processes) => {
      crew.join(processes);
      for (let kills = 0; kills < 8; kills += 1) {
        await wait(2000);
        await crew.replaceOne();
      }
      await wait(2000);
    },
  },
  {
    fault: 'half of the processes stopped for 30 s across a period boundary',
    quota: 30_000,
    everySeconds: SECONDS_PER_MINUTE,
    lostShare: 0,
    run: async (crew, processes) => {
      const leftMs = 60_000 - (Date.now() % 60_000);
      await wait((leftMs - 20_000 + 60_000) % 60_000);
      crew.join(processes);
      await wait(5000);
      const frozen = crew.members.slice(0, Math.ceil(processes / 2));
      for (const child of frozen) child.kill('SIGSTOP');
      await wait(30_000);
      for (const child of frozen) child.kill('SIGCONT');
      await wait(3000);
    },
  },
  {
    fault: 'one process joins late, with its clock 2 h ahead',
    quota: 12_000,
    everySeconds: SECONDS_PER_HOUR,
    lostShare: 0,
    run: async (crew, processes) => {
      crew.join(processes - 1);
      await wait(3000);
      crew.join(1, 2 * SECONDS_PER_HOUR * 1000);
      await wait(6000);
    },
  },
];

/** @param environment variables of the processes: the address of the store, and credentials for the store */
export async function runFaults(
  processes: number,
  environment: NodeJS.ProcessEnv,
): Promise<readonly FaultRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-faults-'));
  const rows: FaultRow[] = [];
  try {
    for (const { fault, quota, everySeconds, lostShare, run } of SCENARIOS) {
      console.error(`${fault}: quota ${quota}, ${processes} processes`);
      const id = randomUUID();
      const tally = join(folder, id);
      const crew = new Crew({ id, quota, everySeconds, lostShare, clockAheadMs: 0, tally }, environment);
      try {
        await run(crew, processes);
        await crew.stop();
      } finally {
        for (const child of crew.members) child.kill('SIGKILL');
      }
      const files = readdirSync(folder).filter((file) => file.startsWith(id));
      const admitted = files.sort().map((file) => statSync(join(folder, file)).size);
      const over = admitted.reduce((units, of) => units + Math.max(0, of - quota), 0);
      rows.push({ fault, quota, admitted, over });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return rows;
}

const USED_UP_SHARE = 0.95;

/**
 * Finds violations: more admissions than the quota, or a quota that was hardly used, so that the run proves nothing.
 */
export function findFaultTroubles(rows: readonly FaultRow[]): readonly string[] {
  return rows.flatMap(({ fault, quota, over, admitted }) => [
    ...(over > 0 ? [`${fault}: the admitted requests exceed the quota by ${over}`] : []),
    ...(Math.max(0, ...admitted) < quota * USED_UP_SHARE ? [`${fault}: the quota was not used up`] : []),
  ]);
}
