import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FunctionLines } from '../../../../../packages/gateway/console/records/function-lines.ts';
import type { RecordedOutcome } from '../../../../../packages/gateway/console/records/recorded-request.ts';

const AT_START = { requestId: undefined, level: 'ERROR' };

const line = (requestId: string, message: string, functionName = 'list') => ({
  functionName,
  requestId,
  level: 'INFO',
  epochMs: 0,
  message,
});

describe('FunctionLines', () => {
  it('are found by the invocation that printed them, and the last ones by function', () => {
    const lines = new FunctionLines();
    for (const said of ['a', 'b']) lines.onLine(line('one', said));
    lines.onLine(line('two', 'c', 'auth'));

    assert.deepEqual(
      lines.ofInvocation('one').map(({ message }) => message),
      ['a', 'b'],
    );
    assert.deepEqual(
      lines.last(1).map(({ message }) => message),
      ['c'],
    );
    assert.deepEqual(
      lines.last(1, 'list').map(({ message }) => message),
      ['b'],
    );
  });

  it('of the start of an instance are found by the function and the error, which another function may have too', () => {
    const lines = new FunctionLines();
    const errorMessage = "Cannot find module 'pg'";
    for (const functionName of ['list', 'auth'])
      lines.onLine({ ...line('', `${errorMessage} of ${functionName}`, functionName), ...AT_START });
    const outcome = { kind: 'failed', errorMessage, errorType: 'Error' } as RecordedOutcome;

    for (const functionName of ['list', 'auth'])
      assert.deepEqual(
        lines.ofOutcome(outcome, functionName).map(({ message }) => message),
        [`${errorMessage} of ${functionName}`],
      );
    assert.deepEqual(lines.ofOutcome(outcome, 'other'), []);
    assert.deepEqual(lines.ofOutcome(outcome, undefined), []);
  });

  it('are bounded in number and length', () => {
    const lines = new FunctionLines();
    for (let index = 0; index < 30_000; index += 1) lines.onLine(line('one', `${index}`));
    lines.onLine(line('two', 'x'.repeat(100_000)));

    assert.ok(lines.last(1_000_000).length <= 10_001);
    assert.ok((lines.ofInvocation('two')[0]?.message.length ?? 0) < 5_000);
    lines.clear();
    assert.deepEqual(lines.last(10), []);
  });
});
