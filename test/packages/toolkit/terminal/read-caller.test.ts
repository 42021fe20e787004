import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCaller } from '../../../../packages/toolkit/terminal/read-caller.ts';
import type { AwsAnswer } from '../../../../packages/toolkit/terminal/aws-call.ts';

describe('who the credentials are', () => {
  const answer = (result: object): AwsAnswer => ({
    kind: 'answer',
    body: { GetCallerIdentityResponse: { GetCallerIdentityResult: result } },
    headers: new Map(),
    text: '',
  });
  for (const [given, expected] of [
    [answer({ Account: '1', Arn: 'arn:me' }), { accountId: '1', arn: 'arn:me' }],
    [answer({ Account: '1' }), { refused: 'AWS STS returned no account' }],
    [answer({ Arn: 'arn:me' }), { refused: 'AWS STS returned no account' }],
    [
      { kind: 'refused', status: 403, code: 'InvalidClientTokenId', message: 'no' },
      { refused: 'InvalidClientTokenId: no' },
    ],
    [{ kind: 'silent', message: 'no answer' }, { refused: 'no answer' }],
  ] as const)
    it(`is ${JSON.stringify(expected)}`, async () => {
      const aws = { region: 'us-east-1', call: () => Promise.resolve(given) };

      assert.deepEqual(await readCaller(aws), expected);
    });
});
