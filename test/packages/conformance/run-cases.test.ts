/** The runner against a target of its own: what cannot be asked is neither passed nor failed. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { runCases } from '../../../packages/conformance/run-cases.ts';
import { NotAsked } from '../../../packages/conformance/play/not-asked.ts';
import { aParityCase } from '../../support/a-parity-case.ts';
import type { ControlCase } from '../../../packages/conformance/schema/control-case.ts';
import type { CaseResult } from '../../../packages/conformance/report/score.ts';
import type { Target } from '../../../packages/conformance/targets/target.ts';

const PLAIN = aParityCase({ id: 'plain' });
const CONTROL: ControlCase = {
  id: 'control',
  source: { kind: 'documented', page: 'p' },
  area: 'control-apis',
  api: 'rest',
  setup: { calls: [] },
  request: { mode: 'control', call: 'GetAccount', input: {} },
  expect: { status: 200, body: {} },
};

const aTarget = (part: Partial<Target>): Target => ({
  name: 'one',
  version: undefined,
  concurrency: 2,
  cannotAsk: () => undefined,
  deploy: () => Promise.reject(new NotAsked('no such event')),
  openControl: () => Promise.reject(new Error('no answer')),
  close: () => Promise.resolve([]),
  ...part,
});

describe('runCases', () => {
  it('says what a target cannot be asked, early or late, and continues after a failure', async () => {
    const target = aTarget({ cannotAsk: ({ id }) => (id === 'early' ? 'needs a clock' : undefined) });
    const results = await runCases([{ ...PLAIN, id: 'early' }, PLAIN, CONTROL], target);

    assert.deepEqual(
      results.map(({ parityCase, difference, notAsked }) => [parityCase.id, difference ?? notAsked]),
      [
        ['early', 'needs a clock'],
        ['plain', 'no such event'],
        ['control', 'could not run: no answer'],
      ],
    );
  });

  it('returns the answers', async () => {
    const answers: unknown[] = [];
    const send = () => Promise.resolve({ status: 200, body: {} });
    const target = aTarget({
      openControl: () => Promise.resolve({ region: 'us-east-1', accountId: '123456789012', send }),
    });
    await runCases([CONTROL], target, { onAnswer: (_case, answer) => answers.push(answer) });

    assert.deepEqual(answers, [{ status: 200, body: {} }]);
  });

  it('reports each result as it comes, and returns all in the order of the cases', async () => {
    const reported: CaseResult[] = [];
    const first = Promise.withResolvers<undefined>();
    const target = aTarget({
      async deploy({ parityCase }) {
        if (parityCase.id === 'a') await first.promise;
        else first.resolve(undefined);
        return { kind: 'refused', message: parityCase.setup.stage };
      },
    });
    const cases = ['a', 'b'].map((id) => aParityCase({ id }));

    const results = await runCases(cases, target, {
      onResult: (result) => reported.push(result),
      restage: (one) => ({ ...one, setup: { ...one.setup, stage: 'other' } }),
    });

    const refused = (index: number) => ({
      parityCase: cases[index],
      difference: 'the template was refused: other',
    });
    assert.deepEqual(results, [refused(0), refused(1)]);
    assert.deepEqual(reported, [refused(1), refused(0)]);
  });

  it('runs as many cases at once as the target accepts', async () => {
    let [running, most] = [0, 0];
    const target = aTarget({
      concurrency: 3,
      async deploy() {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return { kind: 'refused', message: '' };
      },
    });

    await runCases(
      Array.from({ length: 8 }, (_, index) => aParityCase({ id: `${index}` })),
      target,
    );

    assert.equal(most, 3);
  });
});
