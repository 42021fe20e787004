/** Tries the mutants of a few files with their nearest tests, in processes that may hang or crash. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { REPOSITORY } from '../../architecture/source-files.ts';
import { Effort } from './effort.ts';
import { plantMutants } from './find-mutants.ts';
import type { Mutant } from './find-mutants.ts';
import type { Held, Loaded, MutantOrder, Tried, Try } from './mutant-process.ts';

export type Verdict = {
  readonly id: string;
  readonly verdict: 'killed' | 'timeout' | 'survived' | 'unreached';
  /** The test file that killed it, from the root of the repository. */
  readonly by: string | undefined;
};

const PROGRAM = join(import.meta.dirname, 'mutant-process.ts');
/** This limit is also long enough for a machine that runs ten other programs. */
const LOADED_WITHIN_MS = 900_000;
/**
 * The CPU time for loading tests while a mutant is active. Tests need far less, but a mutant may loop while its file is
 * loaded.
 */
const LOADING_BURNS_MS = 120_000;
/** The time limit for a test that waits: twenty times as long as it took before, plus a reserve for a busy machine. */
const timeoutFor = (ms: number): number => 15_000 + 20 * ms;
/** The processor time that an endless loop uses before it is ended. */
const STUCK_AFTER_MS = 15_000;
const LOOKED_AT_EVERY_MS = 500;
/**
 * If the tests of a mutant were late once, their limits are multiplied by this, because the machine may have been busy.
 */
const PATIENCE = 4;
const UNREACHED = { verdict: 'unreached', by: undefined } as const;
const HEAP_MB = 1_024;

/**
 * A process has not answered in time, has ended, or has used more CPU time than any test needs. A busy machine cannot
 * cause the last of these.
 */
export class Stuck extends Error {
  readonly how: 'late' | 'ended' | 'burning';
  constructor(how: 'late' | 'ended' | 'burning') {
    super(how);
    this.how = how;
  }
}

/** Tries mutants one after the other, until it is ended. */
export interface MutantTrier {
  readonly loaded: Promise<Loaded>;
  /** @param burningMs a CPU time; a process that uses more is in an endless loop */
  try(order: Try, withinMs: number, burningMs: number): Promise<Tried>;
  end(): Promise<void>;
}

class MutantProcess implements MutantTrier {
  readonly #child: ChildProcess;
  readonly loaded: Promise<Loaded>;
  constructor(order: MutantOrder) {
    this.#child = fork(PROGRAM, [JSON.stringify(order)], {
      cwd: REPOSITORY,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [`--max-old-space-size=${HEAP_MB}`, '--disable-warning=ExperimentalWarning'],
      env: { ...process.env, NODE_COMPILE_CACHE: join(REPOSITORY, 'node_modules/.cache/gatewright-mutants') },
    });
    this.loaded = this.#answer<Loaded>(LOADED_WITHIN_MS, order.active < 0 ? Infinity : LOADING_BURNS_MS);
    this.loaded.catch(() => undefined);
  }

  #answer<Answer>(withinMs: number, burningMs = Infinity): Promise<Answer> {
    const effort = new Effort(this.#child.pid ?? 0, burningMs);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        clearInterval(watch);
        this.#child.off('message', hear).off('exit', exit);
      };
      const hear = (message: unknown): void => {
        end();
        resolve(message as Answer);
      };
      const fail = (how: Stuck['how']): void => {
        end();
        reject(new Stuck(how));
      };
      const exit = (): void => fail('ended');
      const timer = setTimeout(fail, withinMs, 'late' as const);
      const watch = setInterval(() => {
        const seen = effort.look(performance.now());
        if (seen !== undefined) fail(seen === 'idle' ? 'late' : seen);
      }, LOOKED_AT_EVERY_MS);
      this.#child.on('message', hear).on('exit', exit);
    });
  }

  try(order: Try, withinMs: number, burningMs: number): Promise<Tried> {
    const answer = this.#answer<Tried>(withinMs, burningMs);
    this.#child.send(order);
    return answer;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** A file, the mutants to try in it, and the tests nearest to it. */
export type Subject = {
  readonly path: string;
  readonly text: string;
  readonly mutants: readonly Mutant[];
  readonly tests: readonly string[];
};

/** Tries the mutants of several files together, because loading their modules takes longest. */
export async function tryMutants(
  subjects: readonly Subject[],
  onVerdict: (verdict: Verdict) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewright-mutants-'));
  const planted: Record<string, string> = {};
  const mutants: Mutant[] = [];
  for (const [index, subject] of subjects.entries()) {
    const file = join(folder, `${index}.ts`);
    writeFileSync(file, plantMutants(subject.text, subject.mutants, mutants.length));
    planted[join(REPOSITORY, subject.path)] = file;
    mutants.push(...subject.mutants);
  }
  const trials = new Trials(
    (tests, active) => new MutantProcess({ planted, mutants: mutants.length, tests, active }),
  );
  try {
    const loaded = await trials.warmUp([...new Set(subjects.flatMap(({ tests }) => tests))]);
    for (const test of loaded.failed) console.log(`  fails without a mutant: ${test}`);
    const own = subjects.flatMap(({ mutants: some, tests }) =>
      some.map(() => tests.map((test) => join(REPOSITORY, test))),
    );
    const report = (index: number, { verdict, by }: Omit<Verdict, 'id'>): void =>
      onVerdict({
        id: mutants[index]?.id ?? '',
        verdict,
        by: by === undefined ? undefined : relative(REPOSITORY, by),
      });
    const alone: number[] = [];
    for (const index of mutants.keys()) {
      const verdict = loaded.atLoad.includes(index) ? undefined : await trials.judge(index, loaded);
      if (verdict === undefined) alone.push(index);
      else report(index, verdict);
    }
    for (const index of alone) report(index, await trials.judgeAlone(index, loaded, own[index] ?? []));
  } finally {
    await trials.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the processes for some files, one at a time. */
export class Trials {
  readonly #startWith: (tests: readonly string[], active: number) => MutantTrier;
  #process: MutantTrier | undefined;
  constructor(startWith: (tests: readonly string[], active: number) => MutantTrier) {
    this.#startWith = startWith;
  }

  async warmUp(tests: readonly string[]): Promise<Loaded> {
    const files = tests.map((test) => join(REPOSITORY, test));
    const load = async (): Promise<Loaded | undefined> =>
      (await this.#start(-1, files)).loaded.catch(() => undefined);
    // On a busy machine, a test may wait so long for another program that it seems to wait forever.
    const loaded = (await load()) ?? (await load());
    if (loaded === undefined) throw new Error(`the tests do not load: ${tests.join(', ')}`);
    return loaded;
  }

  /**
   * @returns undefined if the result means nothing, because the failed test now also fails without the mutant, or was
   * only late
   */
  async judge(index: number, loaded: Loaded): Promise<Omit<Verdict, 'id'> | undefined> {
    const chosen = loaded.tests.filter(({ hits }) => hits.includes(index));
    if (chosen.length === 0) return UNREACHED;
    const all = [...new Set(loaded.tests.map(({ file }) => file))];
    const child = this.#process ?? (await this.#start(-2, all));
    const isLoaded = await child.loaded.then(
      () => true,
      () => false,
    );
    if (!isLoaded) {
      await this.end();
      return undefined;
    }
    const tried = await this.#tryIn(child, index, chosen, 1);
    if (tried === 'burning') return { verdict: 'timeout', by: undefined };
    if (tried === 'late' || tried === 'ended' || tried.killedBy?.isLate === true) return undefined;
    return tried.killedBy !== undefined && !tried.isClean ? undefined : verdictOf(tried);
  }

  /**
   * Tries one mutant that is active from the first line on, in a new process in which no other mutant has run, with
   * longer time limits.
   */
  async judgeAlone(index: number, loaded: Loaded, files: readonly string[]): Promise<Omit<Verdict, 'id'>> {
    const isAtLoad = loaded.atLoad.includes(index);
    const chosen = loaded.tests.filter(({ file, hits }) =>
      isAtLoad ? files.includes(file) : hits.includes(index),
    );
    if (chosen.length === 0) return UNREACHED;
    const child = await this.#start(index, [...new Set(chosen.map(({ file }) => file))]);
    try {
      await child.loaded;
    } catch (error) {
      await this.end();
      return error instanceof Stuck && error.how === 'ended'
        ? { verdict: 'killed', by: chosen[0]?.file }
        : { verdict: 'timeout', by: undefined };
    }
    const tried = await this.#tryIn(child, index, chosen, PATIENCE);
    await this.end();
    return typeof tried === 'string' ? { verdict: 'timeout', by: undefined } : verdictOf(tried);
  }

  async #tryIn(
    child: MutantTrier,
    mutant: number,
    tests: readonly Held[],
    patience: number,
  ): Promise<Tried | Stuck['how']> {
    const slowestMs = Math.max(...tests.map(({ ms }) => ms));
    const timeoutMs = patience * timeoutFor(slowestMs);
    const tenfoldMs = 10 * tests.reduce((sum, { ms }) => sum + ms, 0);
    // The limit for the CPU time is computed from the elapsed time, which is longer if other programs used the machine.
    const burningMs = STUCK_AFTER_MS + Math.min(tenfoldMs, STUCK_AFTER_MS);
    const order = { mutant, tests: cheapestFirst(tests), timeoutMs };
    try {
      const tried = await child.try(order, patience * (STUCK_AFTER_MS + tenfoldMs) + timeoutMs, burningMs);
      if (!tried.isClean) await this.end();
      return tried;
    } catch (error) {
      if (!(error instanceof Stuck)) throw error;
      await this.end();
      return error.how;
    }
  }

  async #start(active: number, tests: readonly string[]): Promise<MutantTrier> {
    await this.end();
    return (this.#process = this.#startWith(tests, active));
  }

  async end(): Promise<void> {
    await this.#process?.end();
    this.#process = undefined;
  }
}

/**
 * Sorts the tests so that the cheapest run first, because the first failure ends a trial. Tests that share resources
 * opened by their suite stay together by file. The cost is the CPU time, because the elapsed time depends on what else
 * the machine does.
 */
function cheapestFirst(tests: readonly Held[]): readonly Held[] {
  const together = new Map<string, Held[]>();
  for (const test of tests) {
    const key = test.isAlone ? `${test.file} ${test.index}` : test.file;
    together.set(key, [...(together.get(key) ?? []), test]);
  }
  const costOf = (some: readonly Held[]): number => some.reduce((sum, { burntMs }) => sum + burntMs, 0);
  return [...together.values()].toSorted((one, other) => costOf(one) - costOf(other)).flat();
}

function verdictOf({ killedBy }: Tried): Omit<Verdict, 'id'> {
  if (killedBy === undefined) return { verdict: 'survived', by: undefined };
  return { verdict: killedBy.isLate ? 'timeout' : 'killed', by: killedBy.file };
}
