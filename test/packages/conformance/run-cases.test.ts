/** The runner against a target of its own: what cannot be asked is neither passed nor failed. */
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { runCases } from '../../../packages/conformance/run-cases.ts';
import { NotAsked } from '../../../packages/conformance/play/not-asked.ts';
import type { ControlCase } from '../../../packages/conformance/schema/control-case.ts';
import type { ParityCase } from '../../../packages/conformance/schema/parity-case.ts';
import type { Target } from '../../../packages/conformance/targets/target.ts';

const PLAIN: ParityCase = {
  id: 'plain',
  source: { kind: 'recorded', repo: 'r' },
  area: 'routing',
  api: 'rest',
  setup: { stage: 'dev' },
  request: { method: 'GET', path: '/' },
  expect: {},
};
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
  it('says what a target cannot be asked, early or late, and goes on after what fails', async () => {
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

  it('hands over what was answered', async () => {
    const answers: unknown[] = [];
    const send = () => Promise.resolve({ status: 200, body: {} });
    const target = aTarget({
      openControl: () => Promise.resolve({ region: 'us-east-1', accountId: '123456789012', send }),
    });
    await runCases([CONTROL], target, { onAnswer: (_case, answer) => answers.push(answer) });

    assert.deepEqual(answers, [{ status: 200, body: {} }]);
  });
});
