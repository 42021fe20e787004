import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAws } from '../../../../packages/toolkit/terminal/aws-call.ts';
import type { AwsRequest } from '../../../../packages/toolkit/terminal/aws-call.ts';
import { anAccount, xml, xmlError } from '../../../support/an-aws-account.ts';

const IDENTITY: AwsRequest = {
  service: 'sts',
  protocol: 'query',
  action: 'GetCallerIdentity',
  version: '2011-06-15',
};
const TABLE: AwsRequest = {
  service: 'dynamodb',
  protocol: 'json',
  target: 'DynamoDB_20120810.DescribeTable',
  input: { TableName: 't' },
};

describe('createAws', () => {
  it('reads an answer of each protocol', async () => {
    await using account = await anAccount({
      'sts GetCallerIdentity': xml('GetCallerIdentity', '<Account>1</Account>'),
      'dynamodb DescribeTable': ({ TableName = '' }) => ({ body: { Table: { TableName } } }),
      'lambda GET /2016-08-19/account-settings': { body: { AccountLimit: {} } },
    });
    const rest = { service: 'lambda', protocol: 'rest', path: '/2016-08-19/account-settings?x=1' } as const;
    const answers = [IDENTITY, TABLE, rest].map((call) => account.aws.call(call));

    const bodies = (await Promise.all(answers)).map((answer) => answer.kind === 'answer' && answer.body);

    assert.deepEqual(bodies, [
      {
        GetCallerIdentityResponse: {
          GetCallerIdentityResult: { Account: '1' },
          ResponseMetadata: { RequestId: '1' },
        },
      },
      { Table: { TableName: 't' } },
      { AccountLimit: {} },
    ]);
  });

  const refusals = [
    {
      name: 'of the query protocol',
      call: IDENTITY,
      answer: xmlError('ExpiredToken', 'The security token is expired', 403),
      expected: { status: 403, code: 'ExpiredToken', message: 'The security token is expired' },
    },
    {
      name: 'of the JSON protocol, without its namespace',
      call: TABLE,
      answer: { status: 400, body: { __type: 'com.amazonaws.dynamodb#X', message: 'm' } },
      expected: { status: 400, code: 'X', message: 'm' },
    },
    {
      name: 'that commands the terminal',
      call: TABLE,
      answer: { status: 400, body: { __type: 'X', message: '\u001b[2J' } },
      expected: { status: 400, code: 'X', message: '\\u001b[2J' },
    },
    {
      name: 'of another server',
      call: TABLE,
      answer: { status: 502, body: '<html>Bad gateway</html>' },
      expected: {
        status: 502,
        code: 'HTTP 502',
        message: 'the response is an HTML or XML page, not an AWS error',
      },
    },
  ];
  for (const { name, call, answer, expected } of refusals)
    it(`reports a refusal ${name}`, async () => {
      const key = call === TABLE ? 'dynamodb DescribeTable' : 'sts GetCallerIdentity';
      await using account = await anAccount({ [key]: answer });

      assert.deepEqual(await account.aws.call(call), { kind: 'refused', ...expected });
    });

  it('asks again while AWS is busy, but not forever', async () => {
    let asked = 0;
    const busy = { status: 400, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } };
    await using account = await anAccount({
      'dynamodb DescribeTable': () => ((asked += 1) === 3 ? { body: { Table: {} } } : busy),
      'sts GetCallerIdentity': xmlError('Throttling', 'Rate exceeded'),
    });

    assert.equal((await account.aws.call(TABLE)).kind, 'answer');
    assert.equal(asked, 3);
    assert.equal((await account.aws.call(IDENTITY)).kind, 'refused');
    assert.equal(account.calls.filter((name) => name.startsWith('sts')).length, 4);
  });

  it('takes a page of a captive portal for silence', async () => {
    await using account = await anAccount({ 'sts GetCallerIdentity': { body: '<html>Sign in</html' } });

    assert.equal((await account.aws.call(IDENTITY)).kind, 'silent');
  });

  it('takes a redirect for a refusal, and does not follow it', async () => {
    await using account = await anAccount({ 'sts GetCallerIdentity': { status: 302, body: '' } });

    const answer = await account.aws.call(IDENTITY);

    assert.deepEqual([answer.kind, account.calls.length], ['refused', 1]);
  });

  it('takes an address without a listener for silence', async () => {
    const closed = await anAccount({});
    await closed[Symbol.asyncDispose]();
    const aws = createAws(
      'us-east-1',
      { accessKeyId: 'a', secretAccessKey: 'b' },
      { endpointUrl: closed.url },
      {},
    );

    const answer = await aws.call(TABLE);

    assert.equal(answer.kind, 'silent');
  });
});
