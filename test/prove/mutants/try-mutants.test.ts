import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Loaded, Tried } from './mutant-process.ts';
import { Stuck, Trials } from './try-mutants.ts';
import type { MutantTrier } from './try-mutants.ts';

const FILE = '/a.test.ts';
const LOADED: Loaded = {
  kind: 'loaded',
  atLoad: [],
  tests: [{ file: FILE, index: 0, hits: [7], ms: 3, burntMs: 3, isAlone: true }],
  failed: [],
};
const HELD: Tried = { kind: 'tried', killedBy: undefined, isClean: true };
const failed = (isLate: boolean, isClean: boolean): Tried => ({
  kind: 'tried',
  killedBy: { name: 'a test', file: FILE, isLate },
  isClean,
});

/**
 * Starts stand-ins for processes, one after the other, each with its answer. `Stuck` means that the process gives no
 * answer.
 */
function trialsOf(...answers: readonly (Tried | Stuck)[]) {
  const patience: number[] = [];
  const asked: string[] = [];
  const rest = [...answers];
  const trials = new Trials((): MutantTrier => ({
    loaded: Promise.resolve(LOADED),
    try: async ({ tests }, withinMs) => {
      patience.push(withinMs);
      asked.push(...tests.map(({ file, index }) => `${file} ${index}`));
      const answer = rest.shift();
      if (answer === undefined || answer instanceof Stuck) throw answer ?? new Stuck('ended');
      return answer;
    },
    end: async () => undefined,
  }));
  return { trials, patience, asked };
}

describe('Trials.judge', () => {
  const rows: readonly [string, Tried | Stuck, string | undefined][] = [
    ['counts a mutant as killed if a test fails because of it', failed(false, true), 'killed'],
    ['counts a mutant as alive if all tests pass with it', HELD, 'survived'],
    ['gives no verdict on a test that also fails without the mutant', failed(false, false), undefined],
    [
      'gives no verdict on a test that was late, because the machine may be busy',
      failed(true, false),
      undefined,
    ],
    ['gives no verdict on a process that does not answer in time', new Stuck('late'), undefined],
    [
      'counts a mutant as killed by time if it uses more CPU time than any test needs, however busy the machine is',
      new Stuck('burning'),
      'timeout',
    ],
  ];
  for (const [name, answer, expected] of rows)
    it(name, async () => {
      assert.equal((await trialsOf(answer).trials.judge(7, LOADED))?.verdict, expected);
    });
});

describe('Trials', () => {
  const asking: readonly [string, boolean, readonly string[]][] = [
    ['test by test, the cheapest first', true, ['/quick 1', '/slow 0', '/quick 0', '/slow 1']],
    [
      'file by file if suites open resources for all of their tests',
      false,
      ['/quick 0', '/quick 1', '/slow 0', '/slow 1'],
    ],
  ];
  for (const [how, isAlone, expected] of asking)
    it(`asks ${how}`, async () => {
      const { trials, asked } = trialsOf(HELD);
      const test = (file: string, index: number, burntMs: number) => ({
        file,
        index,
        burntMs,
        isAlone,
        hits: [7],
        ms: 100 - burntMs,
      });
      const tests = [test('/slow', 0, 5), test('/slow', 1, 90), test('/quick', 0, 20), test('/quick', 1, 1)];

      await trials.judge(7, { ...LOADED, tests });

      assert.deepEqual(asked, expected);
    });
});

describe('Trials.warmUp', () => {
  const late = (): Promise<Loaded> => Promise.reject(new Stuck('late'));
  const startWith = (...loads: readonly (() => Promise<Loaded>)[]): Trials => {
    const rest = [...loads];
    return new Trials(() => ({
      loaded: (rest.shift() ?? late)(),
      try: async () => HELD,
      end: async () => undefined,
    }));
  };

  it('loads tests again that were late once, and then says which tests do not load', async () => {
    assert.equal(await startWith(late, async () => LOADED).warmUp(['a.test.ts']), LOADED);
    await assert.rejects(startWith(late, late).warmUp(['a.test.ts']), /the tests do not load: a\.test\.ts/);
  });
});

describe('Trials.judgeAlone', () => {
  it('counts a mutant as alive that was late once and survives in a separate process', async () => {
    const { trials, patience } = trialsOf(failed(true, false), HELD);
    assert.equal(await trials.judge(7, LOADED), undefined);

    assert.equal((await trials.judgeAlone(7, LOADED, [FILE])).verdict, 'survived');
    assert.ok((patience[1] ?? 0) >= 4 * (patience[0] ?? Infinity), patience.join(' '));
  });

  it('counts a mutant as killed by time if it is late again', async () => {
    const { trials } = trialsOf(new Stuck('late'));

    assert.equal((await trials.judgeAlone(7, LOADED, [FILE])).verdict, 'timeout');
  });
});
