/**
 * Runs files with planted mutants, and the tests nearest to them, in a separate process, because a mutant may cause an
 * endless loop. It is run by `fork` with a `MutantOrder`, and answers `Loaded`, and then one `Tried` for each `Try`.
 */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { loadedTests, loadTests, OutOfTime, runTests } from './light-runner.ts';
import type { LoadedTest, TestRun } from './light-runner.ts';
import { makeCells, plantFiles, plantInThreads } from './planted-files.ts';

export type MutantOrder = {
  /** The path of the file with the planted mutants, by the absolute path of the original. */
  readonly planted: Readonly<Record<string, string>>;
  /** The number of mutants. */
  readonly mutants: number;
  readonly tests: readonly string[];
  /**
   * The mutant that is active from the first line on. -1 means that none is, and that all tests are run a first time.
   */
  readonly active: number;
};

/** A test that passes if no mutant is active. */
export type Held = {
  readonly file: string;
  /** The index among the tests of the file. */
  readonly index: number;
  /** The mutants that it executes. */
  readonly hits: readonly number[];
  readonly ms: number;
  /** The CPU time, which equals `ms` on a machine that does nothing else. */
  readonly burntMs: number;
  /** Whether the test shares no opened resource with the tests next to it, so that it may be run in any order. */
  readonly isAlone: boolean;
};

export type Loaded = {
  readonly kind: 'loaded';
  /**
   * The mutants that are executed while modules are loaded. Later runs in the same process do not execute them again.
   */
  readonly atLoad: readonly number[];
  readonly tests: readonly Held[];
  /** The tests, by file and name, that fail without a mutant, so that their result means nothing. */
  readonly failed: readonly string[];
};
export type Try = {
  readonly mutant: number;
  /** The tests in the order in which they run. */
  readonly tests: readonly Pick<Held, 'file' | 'index'>[];
  readonly timeoutMs: number;
};
export type Tried = {
  readonly kind: 'tried';
  /** The test that failed, and its file. */
  readonly killedBy: { readonly name: string; readonly file: string; readonly isLate: boolean } | undefined;
  /** Whether the same tests pass again without the mutant. */
  readonly isClean: boolean;
};

const FIRST_RUN_TIMEOUT_MS = 20_000;

async function serve({ planted, mutants, tests, active }: MutantOrder): Promise<void> {
  // If the parent has ended, nothing reads the verdicts any more, and tests may wait forever.
  process.on('disconnect', () => process.exit(0));
  const plan = { planted, cells: makeCells(mutants) };
  const cells = plantFiles(plan);
  plantInThreads(plan);
  cells.activate(active);
  standIn();
  for (const test of tests) await loadTests(test, () => import(pathToFileURL(test).href));
  const all = numberTests();
  const atLoad = cells.takeMet();
  const baseline: Held[] = [];
  const failed: string[] = [];
  if (active === -1) {
    let burntBeforeMs = burntMs();
    // The tests run without a break, because suites open their resources once.
    await runTests(
      all.map(({ test }) => test),
      FIRST_RUN_TIMEOUT_MS,
      ({ test, error, ms }) => {
        const { file = '', index = 0 } = all.find((one) => one.test === test) ?? {};
        const burntNowMs = burntMs();
        const cost = { ms, burntMs: burntNowMs - burntBeforeMs, isAlone: standsAlone(test) };
        const hits = cells.takeMet();
        if (error === undefined) baseline.push({ file, index, hits, ...cost });
        else failed.push(`${file}: ${test.name}`);
        burntBeforeMs = burntNowMs;
        return true;
      },
    );
  }
  process.send?.({ kind: 'loaded', atLoad, tests: baseline, failed } satisfies Loaded);
  process.on('message', (order: Try) => {
    void tryMutant(order).then((tried) => process.send?.(tried));
  });

  async function tryMutant({ mutant, tests: chosen, timeoutMs }: Try): Promise<Tried> {
    const selected = chosen.flatMap((one) =>
      all.filter(({ file, index }) => one.file === file && one.index === index),
    );
    let last: TestRun | undefined;
    cells.activate(mutant);
    await runTests(
      selected.map(({ test }) => test),
      timeoutMs,
      (run) => {
        last = run;
        return run.error === undefined;
      },
    );
    cells.activate(-1);
    if (last?.error === undefined) return { kind: 'tried', killedBy: undefined, isClean: true };
    const killedBy = {
      name: last.test.name,
      file: all.find(({ test }) => test === last?.test)?.file ?? '',
      isLate: last.error instanceof OutOfTime,
    };
    if (killedBy.isLate) return { kind: 'tried', killedBy, isClean: false };
    let isClean = true;
    await runTests([last.test], timeoutMs, ({ error }) => (isClean = error === undefined));
    return { kind: 'tried', killedBy, isClean };
  }
}

function burntMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function standsAlone({ suite }: LoadedTest): boolean {
  for (let at: LoadedTest['suite'] | undefined = suite; at !== undefined; at = at.parent)
    if (at.before.length > 0 || at.after.length > 0) return false;
  return true;
}

function numberTests(): readonly {
  readonly file: string;
  readonly index: number;
  readonly test: LoadedTest;
}[] {
  const counts = new Map<string, number>();
  return loadedTests.map((test) => {
    let top = test.suite;
    while (top.parent !== undefined) top = top.parent;
    const index = counts.get(top.name) ?? 0;
    counts.set(top.name, index + 1);
    return { file: top.name, index, test };
  });
}

/** The replacements of modules, by import specifier. */
const STAND_INS: ReadonlyMap<string, string> = new Map([
  ['node:test', new URL('light-runner.ts', import.meta.url).href],
  ['esbuild', new URL('planted-builds.ts', import.meta.url).href],
]);

function standIn(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      const url = STAND_INS.get(specifier);
      return url === undefined || context.parentURL === url || context.parentURL?.includes('/node_modules/')
        ? next(specifier, context)
        : { url, format: 'module-typescript', shortCircuit: true };
    },
  });
}

if (process.argv[1] === import.meta.filename)
  serve(JSON.parse(process.argv[2] ?? '') as MutantOrder).catch(() => process.exit(1));
