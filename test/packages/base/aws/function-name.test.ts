import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readFunctionName } from '../../../../packages/base/aws/function-name.ts';

// Source: Lambda API reference, "CreateEventSourceMapping", FunctionName: its name formats.
describe('readFunctionName', () => {
  for (const [text, functionName, qualifier] of [
    ['sell', 'sell', undefined],
    ['sell:live', 'sell', 'live'],
    ['sell:$LATEST', 'sell', undefined],
    ['arn:aws:lambda:eu-west-1:123456789012:function:sell', 'sell', undefined],
    ['arn:aws:lambda:eu-west-1:123456789012:function:sell:7', 'sell', '7'],
    // LocalStack's snapshots of incomplete_arn in test_lambda_api, recorded 2025-11-25.
    ['arn:aws:lambda:eu-west-1:123456789012:function', 'function', undefined],
    ['123456789012:function:sell', 'sell', undefined],
    ['123456789012:function:sell:live', 'sell', 'live'],
    ['', '', undefined],
  ] as const)
    it(`reads "${text}"`, () => {
      assert.deepEqual(readFunctionName(text), { functionName, qualifier });
    });

  const home = { accountId: '123456789012', region: 'eu-west-1' };
  for (const [text, functionName, qualifier] of [
    ['sell:live', 'sell', 'live'],
    ['arn:aws:lambda:eu-west-1:123456789012:function:sell:7', 'sell', '7'],
    ['123456789012:function:sell', 'sell', undefined],
    [
      'arn:aws:lambda:eu-west-1:999999999999:function:sell:live',
      'arn:aws:lambda:eu-west-1:999999999999:function:sell',
      'live',
    ],
    [
      'arn:aws:lambda:us-east-1:123456789012:function:sell',
      'arn:aws:lambda:us-east-1:123456789012:function:sell',
      undefined,
    ],
    ['999999999999:function:sell', '999999999999:function:sell', undefined],
    ['arn:aws:lambda:::function:sell', 'sell', undefined],
  ] as const)
    it(`reads "${text}" in a stack of account ${home.accountId} and region ${home.region}`, () => {
      assert.deepEqual(readFunctionName(text, home), { functionName, qualifier });
    });

  it('takes a function of any region for that of a stack whose region is not known', () => {
    const { functionName } = readFunctionName('arn:aws:lambda:us-east-1:123456789012:function:sell', {
      ...home,
      region: undefined,
    });

    assert.equal(functionName, 'sell');
  });
});
