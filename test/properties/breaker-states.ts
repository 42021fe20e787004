/**
 * A breaker that processes share, over time. The oracle is the state machine of docs/guides/run/resilience.md, from an
 * outside view: it only knows which calls were admitted, when, and how they ended, under one true clock that no process
 * has.
 */
import { Breaker } from '#shared/resilience/breaker.ts';
import { breakerKey } from '#shared/resilience/breaker-item.ts';
import type { Admission, CallOutcome } from '#shared/resilience/breaker.ts';
import { createMemoryTable } from '../support/memory-table.ts';
import { pickFrom } from '../support/pick.ts';
import type { Pick } from '../support/pick.ts';
import { count } from './promises.ts';
import type { DrawnPromise, Tally } from './promises.ts';

const STEPS = 160;
const START_MS = 1_800_000_000_000;
/** Longest time that a process trusts what it has read. */
const FRESH_MS = 1000;
const PROCESSES = 3;

type Rules = ConstructorParameters<typeof Breaker>[1];
type Admitted = Extract<Admission, { kind: 'admitted' }>;
type Running = { readonly admission: Admitted; readonly process: number };

/** A process whose wall clock is wrong by a drawn time and is set during its life. */
type Process = { readonly breaker: Breaker; readonly wall: { ms: number }; readonly states: string[] };

function drawRules(pick: Pick): Rules {
  const minimumCalls = 1 + pick.upTo(4);
  return {
    window: {
      calls: minimumCalls + pick.upTo(4),
      ms: 1000 * (1 + pick.upTo(30)),
      minimumCalls,
      failureRate: pick.one([0.01, 0.5, 1]),
    },
    openMs: 1000 * (1 + pick.upTo(10)),
    probes: 1 + pick.upTo(3),
    reportMs: 1000 + 500 * pick.upTo(4),
  };
}

/** What was observed during one half-open time or one open time. */
class Oracle {
  readonly #rules: Rules;
  readonly #tally: Tally;
  #openedAtMs: number | undefined;
  /** The number of admitted probes and their outcomes, by generation. */
  readonly #probes = new Map<number, { admitted: number; succeeded: number; failed: number }>();

  constructor(rules: Rules, tally: Tally) {
    this.#rules = rules;
    this.#tally = tally;
  }

  opened(atMs: number): void {
    this.#openedAtMs = atMs;
    // A late outcome of an earlier half-open time must not close this one.
    this.#probes.clear();
    count(this.#tally, 'opened');
  }

  /** The breaker may only close after as many probes have succeeded as the rules say, and none has failed. */
  closed(): string | undefined {
    const done = [...this.#probes.values()].some(
      ({ succeeded, failed }) => succeeded >= this.#rules.probes && failed === 0,
    );
    if (!done) return 'closed before its probes succeeded';
    this.#probes.clear();
    this.#openedAtMs = undefined;
    count(this.#tally, 'closed');
    return undefined;
  }

  admitted({ isProbe, generation }: Admitted, atMs: number): string | undefined {
    const since = this.#openedAtMs;
    if (!isProbe) {
      // Another process may still go by what it read before.
      if (since !== undefined && atMs > since + FRESH_MS)
        return `an ordinary call was admitted ${atMs - since} ms after opening`;
      return undefined;
    }
    if (since === undefined) return 'a probe of a breaker that is closed';
    if (atMs < since + this.#rules.openMs) return `a probe came ${atMs - since} ms after opening`;
    const seen = this.#probes.get(generation) ?? { admitted: 0, succeeded: 0, failed: 0 };
    if (seen.failed > 0) return 'a probe was admitted after another had failed';
    if (seen.admitted >= this.#rules.probes) return 'more probes were admitted than the rules say';
    this.#probes.set(generation, { ...seen, admitted: seen.admitted + 1 });
    count(this.#tally, 'probe');
    return undefined;
  }

  ended(generation: number, outcome: CallOutcome): void {
    const seen = this.#probes.get(generation);
    if (seen === undefined) return;
    if (outcome === 'succeeded') seen.succeeded += 1;
    else seen.failed += 1;
    count(this.#tally, `probe ${outcome}`);
  }
}

export const breakerStates: DrawnPromise = {
  name: 'breaker-states',
  says: 'processes whose clocks differ open a breaker together, wait as long as they say, and close it by its probes alone',
  few: 25,
  many: 8_000,
  meets: [
    'opened',
    'probe',
    'probe failed',
    'probe succeeded',
    'probe silent',
    'closed',
    'a clock was set',
    'refused',
    'closed in the end',
    'opened by one process',
  ],
  check: tryLife,
};

async function tryLife(seed: number, tally: Tally): Promise<string | undefined> {
  const pick = pickFrom(seed);
  const rules = drawRules(pick);
  const time = { nowMs: START_MS };
  const oracle = new Oracle(rules, tally);
  const store = createMemoryTable({ clock: { nowEpochMs: () => time.nowMs } });
  let ids = 0;
  const random = { hex: () => String((ids += 1)), fraction: () => 0 };
  const processes = Array.from({ length: PROCESSES }, (): Process => {
    const states: string[] = [];
    const wall = { ms: pick.one([0, -3_600_000, 86_400_000, -700, 1_500]) };
    return {
      wall,
      states,
      breaker: new Breaker('prices', rules, {
        clock: { nowEpochMs: () => time.nowMs + wall.ms, monotonicMs: () => time.nowMs - START_MS + 5 },
        random,
        observe: (event) => void (event.kind === 'changed' && states.push(`${event.state} by ${event.by}`)),
        shared: { store, key: breakerKey('shop', 'prices') },
      }),
    };
  });
  const running: Running[] = [];
  const failing = { share: pick.one([0.1, 0.9]) };
  for (let step = 0; step < STEPS; step += 1) {
    if (pick.chance(0.3))
      time.nowMs += pick.one([1, 200, 999, 1000, 1001, 3000, 1000 + rules.openMs, rules.openMs + 3001]);
    if (pick.chance(0.1)) failing.share = pick.one([0, 0.1, 0.9]);
    const index = pick.upTo(PROCESSES - 1);
    const process = processes[index];
    if (process === undefined) continue;
    if (pick.chance(0.05)) {
      process.wall.ms += pick.one([-5_000, 5_000, 3_600_000]);
      count(tally, 'a clock was set');
    }
    const broken = await act(process, index);
    if (broken !== undefined) return JSON.stringify({ broken, step, rules });
  }
  const ended = (await recovers()) ?? (await opensByOne());
  return ended && JSON.stringify({ ended, rules });

  /** Whatever has happened: if the backend works again, ordinary calls are admitted after some probes. */
  async function recovers(): Promise<string | undefined> {
    failing.share = 0;
    running.length = 0;
    const [one] = processes;
    for (let turn = 0; turn < 20; turn += 1) {
      time.nowMs += rules.openMs + rules.reportMs + 5000;
      const admission = await one?.breaker.admit();
      const broken = one && follow(one);
      if (broken !== undefined) return broken;
      if (admission?.kind !== 'admitted') continue;
      if (!admission.isProbe) {
        count(tally, 'closed in the end');
        await admission.settle('ignored');
        return undefined;
      }
      const admitted = oracle.admitted(admission, time.nowMs);
      oracle.ended(admission.generation, 'succeeded');
      await admission.settle('succeeded');
      const changed = admitted ?? (one && follow(one));
      if (changed !== undefined) return changed;
    }
    return 'the breaker stays open, although the backend works';
  }

  /** The number of failures in the rules, from one process, opens the breaker for the others. */
  async function opensByOne(): Promise<string | undefined> {
    const [one, other] = processes;
    // Calls from before are no longer in the window.
    time.nowMs += rules.window.ms + 1;
    for (let call = 0; call < rules.window.minimumCalls; call += 1) {
      const admission = await one?.breaker.admit();
      if (admission?.kind !== 'admitted') return `call ${call + 1} of a closed breaker was refused`;
      await admission.settle('failed');
    }
    time.nowMs += FRESH_MS + 1;
    if ((await other?.breaker.admit())?.kind === 'admitted')
      return 'failures of one process did not open the breaker';
    count(tally, 'opened by one process');
    return undefined;
  }

  async function act(process: Process, index: number): Promise<string | undefined> {
    const one = pick.chance(0.5) ? running.findIndex((each) => each.process === index) : -1;
    const [ending] = one === -1 ? [] : running.splice(one, 1);
    if (ending !== undefined) {
      if (ending.admission.isProbe && pick.chance(0.1)) {
        count(tally, 'probe silent');
        return undefined;
      }
      const outcome = pick.chance(failing.share)
        ? 'failed'
        : ending.admission.isProbe
          ? 'succeeded'
          : pick.one(['succeeded', 'ignored'] as const);
      if (ending.admission.isProbe) oracle.ended(ending.admission.generation, outcome);
      await ending.admission.settle(outcome);
    } else {
      const admission = await process.breaker.admit();
      const changed = follow(process);
      if (changed !== undefined) return changed;
      if (admission.kind === 'refused') count(tally, 'refused');
      else {
        running.push({ admission, process: index });
        return oracle.admitted(admission, time.nowMs);
      }
    }
    return follow(process);
  }

  function follow(process: Process): string | undefined {
    for (const state of process.states.splice(0)) {
      if (state === 'open by table') oracle.opened(time.nowMs);
      else if (state === 'closed by table') return oracle.closed();
      else return `${state}, although the table answers`;
    }
    return undefined;
  }
}
