import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { notesOf } from '../../../../../packages/gateway/console/records/row-notes.ts';

const ok = { code: undefined, failure: undefined, status: 200, cache: undefined, isColdStart: true } as const;

describe('notesOf', () => {
  const rows = [
    { name: 'a success of a new instance', given: ok, expected: ['cold start'] },
    { name: 'a closed connection', given: { ...ok, status: 1005 }, expected: ['cold start'] },
    {
      name: 'a cached answer',
      given: { ...ok, cache: 'hit' as const, isColdStart: false },
      expected: ['cached'],
    },
    { name: 'a function’s own 404', given: { ...ok, status: 404 }, expected: [] },
    { name: 'a refusal', given: { ...ok, status: 403, code: 'ACCESS_DENIED' }, expected: ['ACCESS_DENIED'] },
    {
      name: 'a refusal by a quota of the toolkit',
      given: { ...ok, status: 429, code: 'INVALID_API_KEY', reason: 'over quota' },
      expected: ['over quota'],
    },
    { name: 'a message that failed', given: { ...ok, failure: 'it threw' }, expected: [] },
  ];
  for (const { name, given, expected } of rows)
    it(`says ${expected.join(', ') || 'nothing'} of ${name}`, () => {
      assert.deepEqual(notesOf(given as Parameters<typeof notesOf>[0]), expected);
    });
});
