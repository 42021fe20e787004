import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeRuntimes } from '../../../../../../packages/gateway/engine/compose/checking/judge-runtimes.ts';
import { aStack } from '../../../../../support/a-stack.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, with days that are far from today. */
const RUNTIMES = {
  'dotnetcore3.1': '2000-01-01',
  dotnet10: '2999-01-01',
  'go1.x': '2000-01-01',
  'nodejs6.10': '2000-01-01',
  'nodejs8.10': '2999-01-01',
  'nodejs22.x': '2999-01-01',
  'nodejs100.x': '2999-01-01',
  'python2.7': '2000-01-01',
};

describe('judgeRuntimes', () => {
  for (const [runtime, remedy] of [
    [
      'nodejs6.10',
      'set Runtime to nodejs100.x (nodejs22.x, nodejs8.10 are accepted, too), and test the function with it',
    ],
    ['go1.x', 'set Runtime to provided.al2023, with the program built as a file named bootstrap'],
    ['dotnetcore3.1', 'set Runtime to dotnet10, and test the function with it'],
    ['python2.7', 'use a supported runtime'],
  ] as const)
    it(`names the runtimes to use instead of ${runtime}`, () => {
      const stack = aStack({ Fn: { type: 'AWS::Lambda::Function', properties: { Runtime: runtime } } });

      assert.deepEqual(
        judgeRuntimes(stack, RUNTIMES).map((one) => one.remedy),
        [remedy],
      );
    });

  it('accepts a runtime until its day', () => {
    const stack = aStack({ Fn: { type: 'AWS::Lambda::Function', properties: { Runtime: 'nodejs22.x' } } });

    assert.deepEqual(judgeRuntimes(stack, RUNTIMES), []);
  });
});
