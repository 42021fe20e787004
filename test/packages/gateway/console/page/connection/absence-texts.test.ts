import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadPage } from '../../../../../support/page-in-process.ts';

type Absent = { readonly of: string; readonly host: string; readonly silentMs: number };

const { describeAbsence } = await loadPage<{
  readonly describeAbsence: (state: string, absent: Absent) => string | undefined;
}>('connection/absence-texts');

const ABSENT = { of: 'The gateway', host: '127.0.0.1:4000', silentMs: 12_400 };
const CASES = [
  { state: 'away', expected: 'The gateway has ended: nothing listens at 127.0.0.1:4000.' },
  { state: 'starting', expected: 'The gateway is starting.' },
  {
    state: 'silent',
    expected:
      'The gateway has not responded for 12 s. It runs, but it is busy or paused. This page continues when it responds.',
  },
  { state: 'waiting', expected: undefined },
  { state: 'open', expected: undefined },
  { state: 'refused', expected: undefined },
];

describe('the note about an absent gateway', () => {
  for (const { state, expected } of CASES)
    it(`in the state ${state}: ${expected ?? 'none'}`, () => {
      assert.equal(describeAbsence(state, ABSENT), expected);
    });
});
