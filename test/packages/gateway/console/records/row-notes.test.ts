import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { REPOSITORY } from '../../../../architecture/source-files.ts';
import { describeCode, notesOf } from '../../../../../packages/gateway/console/records/row-notes.ts';

const ok = { code: undefined, failure: undefined, status: 200, cache: undefined, isColdStart: true } as const;

describe('describeCode', () => {
  it('writes no code in capitals', () => {
    const text = readFileSync(join(REPOSITORY, 'packages/gateway/core/errors.ts'), 'utf8');
    const codes = [...text.matchAll(/^ {2}\| '([A-Z0-9_]+)'/gm)].map(([, code = '']) => code);
    assert.ok(codes.includes('UNAUTHORIZED') && codes.includes('URI_TOO_LONG'));
    for (const code of codes) assert.doesNotMatch(describeCode(code), /_|[A-Z]{4}/, code);
    assert.equal(describeCode('QUOTA_EXCEEDED'), 'quota exceeded');
  });
});

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
    { name: 'a refusal', given: { ...ok, status: 403, code: 'ACCESS_DENIED' }, expected: ['access denied'] },
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
