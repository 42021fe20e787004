/**
 * Replaces `node:test` in the processes that try mutants. It has the same API, but loads tests once, and then runs each
 * test separately and repeatedly. Node's own runner follows every promise with async hooks, which takes longer than the
 * tests.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { mock as nodeMock } from 'node:test';

type Run = (context: object, done?: () => void) => unknown;
type Options = { readonly skip?: boolean | string; readonly todo?: boolean | string };

export type LoadedTest = { readonly name: string; readonly suite: Suite; readonly run: Run };

type Suite = {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly before: Run[];
  readonly after: Run[];
  readonly beforeEach: Run[];
  readonly afterEach: Run[];
};

// Stored before any test replaces them by a virtual clock.
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

export const loadedTests: LoadedTest[] = [];
const within = new AsyncLocalStorage<Suite>();
const endingsOfTest = new AsyncLocalStorage<Run[]>();
const pending: Promise<unknown>[] = [];
let onUncaught: ((error: unknown) => void) | undefined;

function newSuite(name: string, parent: Suite | undefined): Suite {
  return { name, parent, before: [], after: [], beforeEach: [], afterEach: [] };
}

function suiteNow(): Suite {
  const suite = within.getStore();
  if (suite === undefined) throw new Error('a test is made while another one runs');
  return suite;
}

/** Loads one test file as a separate suite. */
export async function loadTests(name: string, load: () => Promise<unknown>): Promise<void> {
  await within.run(newSuite(name, undefined), load);
  while (pending.length > 0) await pending.shift();
}

export function describe(name: string, ...rest: readonly unknown[]): void {
  const [options, run] = readArguments(rest);
  if (options.skip !== undefined && options.skip !== false) return;
  const made = within.run(newSuite(name, suiteNow()), () => run({}));
  if (made instanceof Promise) pending.push(made);
}

export function it(name: string, ...rest: readonly unknown[]): Promise<void> {
  const [options, run] = readArguments(rest);
  if (!options.skip && !options.todo) loadedTests.push({ name, suite: suiteNow(), run });
  return Promise.resolve();
}
export const test = it;
export const suite = describe;
export const mock = nodeMock;
export const before = (run: Run): void => void suiteNow().before.push(run);
/** While a test runs: the function that ends this test. */
export const after = (run: Run): void => void (endingsOfTest.getStore() ?? suiteNow().after).push(run);
export const beforeEach = (run: Run): void => void suiteNow().beforeEach.push(run);
export const afterEach = (run: Run): void => void suiteNow().afterEach.push(run);

function readArguments(rest: readonly unknown[]): readonly [Options, Run] {
  const options = rest.find((value) => typeof value === 'object') ?? {};
  const run = rest.find((value) => typeof value === 'function') ?? (() => undefined);
  return [options, run as Run];
}

function lineageOf(suite: Suite): readonly Suite[] {
  return suite.parent === undefined ? [suite] : [...lineageOf(suite.parent), suite];
}

export type TestRun = { readonly test: LoadedTest; readonly error: unknown; readonly ms: number };

/** Runs tests in their order, with the hooks of their suites. Stops if `onRun` returns false. */
export async function runTests(
  tests: readonly LoadedTest[],
  timeoutMs: number,
  onRun: (run: TestRun) => boolean,
): Promise<void> {
  const open: Suite[] = [];
  const leave = async (until: readonly Suite[]): Promise<void> => {
    while (open.length > 0 && !until.includes(open.at(-1) as Suite)) {
      const left = open.pop();
      for (const run of left?.after ?? []) await ended(run, timeoutMs);
    }
  };
  for (const test of tests) {
    const lineage = lineageOf(test.suite);
    await leave(lineage);
    const startedMs = performance.now();
    let error: unknown;
    for (const suite of lineage.filter((one) => !open.includes(one))) {
      open.push(suite);
      for (const run of suite.before) error ??= await ended(run, timeoutMs);
    }
    error ??= await runOne(test, lineage, timeoutMs);
    if (!onRun({ test, error, ms: performance.now() - startedMs })) break;
  }
  await leave([]);
}

async function runOne(test: LoadedTest, lineage: readonly Suite[], timeoutMs: number): Promise<unknown> {
  const endings: Run[] = [];
  const context = {
    name: test.name,
    mock: nodeMock,
    after: (run: Run) => void endings.push(run),
    diagnostic: () => undefined,
    skip: () => undefined,
    signal: new AbortController().signal,
  };
  let error: unknown;
  for (const run of lineage.flatMap(({ beforeEach: runs }) => runs))
    error ??= await ended(run, timeoutMs, context);
  const run: Run = (given) => endingsOfTest.run(endings, test.run, given);
  error ??= await ended(run, timeoutMs, context);
  const last = lineage.toReversed().flatMap(({ afterEach: runs }) => runs);
  for (const run of [...endings, ...last]) error ??= await ended(run, timeoutMs, context);
  nodeMock.reset();
  return error;
}

export class OutOfTime extends Error {}

/** @returns the error that was thrown, including the error of a promise that nothing awaits */
async function ended(run: Run, timeoutMs: number, context: object = {}): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = startTimer(() => resolve(new OutOfTime('out of time')), timeoutMs);
    const end = (error: unknown): void => {
      stopTimer(timer);
      onUncaught = undefined;
      resolve(error);
    };
    onUncaught = (error) => end(error ?? new Error('nothing was thrown'));
    const fail = (error: unknown): void => end(error ?? new Error('nothing was thrown'));
    try {
      Promise.resolve(run(context)).then(() => end(undefined), fail);
    } catch (error) {
      fail(error);
    }
  });
}

process.on('uncaughtException', (error) => onUncaught?.(error));
process.on('unhandledRejection', (error) => onUncaught?.(error));
