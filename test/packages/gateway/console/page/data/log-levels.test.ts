import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kindOf, rankOf } from '../../../../../../packages/gateway/console/page/data/log-levels.ts';

describe('the level of a log line', () => {
  const rows = [
    { level: 'ERROR', message: 'Invoke Error\tTypeError: x is undefined', rank: 4, kind: 'bad' },
    { level: 'FATAL', message: 'out of memory', rank: 5, kind: 'bad' },
    { level: 'WARNING', message: 'slow', rank: 3, kind: 'warn' },
    { level: 'INFO', message: 'hello', rank: 2, kind: '' },
    { level: undefined, message: 'hello', rank: 2, kind: '' },
  ];
  for (const { level, message, rank, kind } of rows)
    it(`of ${level ?? 'no level'} is ${rank}, marked as ${kind === '' ? 'nothing' : kind}`, () =>
      assert.deepEqual([rankOf({ level, message }), kindOf({ level, message })], [rank, kind]));

  it('does not mark an authorizer’s refusal as an error, but marks an error that only mentions a refusal', () => {
    const kind = (message: string): string => kindOf({ level: 'ERROR', message });

    assert.equal(kind('Invoke Error\tUnauthorizedAnswer: Unauthorized'), '');
    assert.equal(kind('Invoke Error\tError: Unauthorized\n    at handler (index.js:3)'), '');
    assert.equal(kind('Invoke Error\tError: Unauthorized request of the database'), 'bad');
  });
});
