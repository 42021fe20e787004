import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeLateStart, startLimitMs } from '../../../packages/dynamodb/late-start.ts';

describe('the start of the embedded DynamoDB', () => {
  const rows: readonly [waiting: number, cores: number, limitMs: number][] = [
    [0, 2, 20_000],
    [2, 2, 20_000],
    [6, 2, 60_000],
    [35, 2, 120_000],
    [35, 64, 20_000],
  ];
  for (const [waiting, cores, limitMs] of rows)
    it(`may take ${limitMs / 1000} s at a load of ${waiting} on ${cores} cores`, () => {
      assert.equal(startLimitMs({ waiting, cores }), limitMs);
    });

  it('that is late on a busy machine names it, the way out and the last that was printed', () => {
    const output = ['one', 'two', 'three', 'four', 'five', 'six', ''].join('\n');

    assert.equal(
      describeLateStart(120_000, { waiting: 35, cores: 2 }, output),
      'the embedded DynamoDB did not start in 120 s; this machine is busy (a load of 35.0 on 2 cores), so that it may only be slow: start again with less beside it. ' +
        'Or take one that runs elsewhere, as DynamoDB Local: --dynamodb http://127.0.0.1:8000\n' +
        'The last that it printed:\ntwo\nthree\nfour\nfive\nsix',
    );
  });

  it('that is late on an idle machine says that nothing is known', () => {
    assert.match(
      describeLateStart(20_000, { waiting: 0, cores: 4 }, ''),
      /^the embedded DynamoDB did not start in 20 s; nothing says why: .* --dynamodb http:\/\/127\.0\.0\.1:8000$/,
    );
  });
});
