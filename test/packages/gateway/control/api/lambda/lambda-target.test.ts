import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFunctionPolicies } from '../../../../../../packages/gateway/control/api/lambda/function-policy.ts';
import { createFunctionUrlConfigs } from '../../../../../../packages/gateway/control/api/lambda/function-url-configs.ts';
import { createLambdaInvoke } from '../../../../../../packages/gateway/control/api/lambda/lambda-invoke.ts';
import { createLambdaReads } from '../../../../../../packages/gateway/control/api/lambda/lambda-reads.ts';
import { CountingRandom, FakeInvoker, VirtualClock } from '../../../../../support/virtual-ports.ts';
import { FunctionCodes } from '../../../../../../packages/gateway/control/api/lambda/code-facts.ts';
import { FunctionPolicies } from '../../../../../../packages/gateway/control/functions/function-policies.ts';
import type { AwsCall, AwsService } from '../../../../../../packages/gateway/kernel/calls/aws-call.ts';
import { compilePolicy } from '../../../../../../packages/gateway/core/policy/evaluate.ts';
import { adminIdentity } from '../../../../../../packages/gateway/core/policy/identities.ts';
import { headerOf } from '../../../../../../packages/base/aws/raw-headers.ts';
import { aStack } from './a-stack-of-functions.ts';

const ACCOUNT = '123456789012';
const REGION = 'eu-west-1';
const ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function`;
const caller = adminIdentity({ accessKeyId: 'AKIALOCAL', secretAccessKey: 'secret' }, ACCOUNT);
/** localstack/localstack, tests/aws/services/lambda_/test_lambda_api.snapshot.json, recorded in 2024 and 2025. */
const violates = (value: string, at: string, pattern: string): string =>
  `1 validation error detected: Value '${value}' at '${at}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`;
const MISMATCH = 'The derived qualifier from the function name does not match the specified qualifier.';
const URL_QUALIFIER = String.raw`((?!^\d+$)^[0-9a-zA-Z-_]+$)`;
const GIVEN = { Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com', StatementId: 's3' };

type Row = {
  readonly call: string;
  readonly query?: string;
  readonly body?: object;
  readonly status: number;
  readonly says: string;
  /** The error type, if the message does not determine it. */
  readonly type?: string;
  readonly test: string;
};

const policy = (name: string): string => `POST /2015-03-31/functions/${encodeURIComponent(name)}/policy`;
const ROWS: readonly Row[] = [
  {
    call: `GET /2015-03-31/functions/${encodeURIComponent(`${ARN}:some-function:1`)}`,
    query: 'Qualifier=%24LATEST',
    status: 400,
    says: MISMATCH,
    test: 'test_ops_with_arn_qualifier_mismatch',
  },
  {
    call: `GET /2015-03-31/functions/${encodeURIComponent(`${ARN}:some-function:$LATEST`)}/configuration`,
    query: 'Qualifier=%24LATEST',
    status: 404,
    says: `Function not found: ${ARN}:some-function:$LATEST`,
    test: 'test_ops_with_arn_qualifier_mismatch',
  },
  {
    call: 'GET /2015-03-31/functions/first',
    query: 'Qualifier=1221',
    status: 404,
    says: `Function not found: ${ARN}:first:1221`,
    test: 'test_ops_on_nonexisting_version',
  },
  {
    call: `GET /2015-03-31/functions/${encodeURIComponent(`arn:aws:lambda:ap-southeast-1:${ACCOUNT}:function:first`)}`,
    status: 404,
    says: `Functions from 'ap-southeast-1' are not reachable in this region ('${REGION}')`,
    test: 'test_get_function_wrong_region',
  },
  {
    call: `GET /2021-10-31/functions/${encodeURIComponent(`arn:aws:lambda:ap-southeast-1:${ACCOUNT}:function:first`)}/url`,
    status: 404,
    says: `Functions from 'ap-southeast-1' are not reachable in this region ('${REGION}')`,
    test: 'test_get_function_wrong_region',
  },
  {
    call: 'GET /2015-03-31/functions',
    query: 'FunctionVersion=invalid',
    status: 400,
    says: "1 validation error detected: Value 'invalid' at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value set: [ALL]",
    test: 'test_list_functions',
  },
  {
    call: 'GET /2021-10-31/functions/first/url',
    query: 'Qualifier=1',
    status: 400,
    says: violates('1', 'qualifier', URL_QUALIFIER),
    test: 'test_url_config_exceptions',
  },
  {
    call: 'GET /2021-10-31/functions/first/url',
    query: 'Qualifier=%24LATEST',
    status: 400,
    says: violates('$LATEST', 'qualifier', URL_QUALIFIER),
    test: 'test_url_config_exceptions',
  },
  {
    call: 'GET /2021-10-31/functions/doesnotexist/url',
    status: 404,
    says: 'The resource you requested does not exist.',
    test: 'test_url_config_exceptions',
  },
  {
    call: 'GET /2021-10-31/functions/doesnotexist/urls',
    status: 404,
    says: 'Function does not exist',
    test: 'test_url_config_list_paging',
  },
  {
    call: policy('first'),
    body: { ...GIVEN, StatementId: 'example.com' },
    status: 400,
    says: violates('example.com', 'statementId', '([a-zA-Z0-9-_]+)'),
    test: 'test_permission_exceptions',
  },
  {
    call: policy('first:alias-not-42'),
    query: 'Qualifier=42',
    body: GIVEN,
    status: 400,
    says: MISMATCH,
    test: 'test_permission_exceptions',
  },
  {
    call: policy('first:$LATEST'),
    query: 'Qualifier=%24LATEST',
    body: GIVEN,
    status: 400,
    says: 'We currently do not support adding policies for $LATEST.',
    test: 'test_permission_exceptions',
  },
  {
    call: policy('first'),
    body: { ...GIVEN, Principal: 'invalid.nonaws.com' },
    status: 400,
    says: 'The provided principal was invalid. Please check the principal and try again.',
    test: 'test_permission_exceptions',
  },
  // aws/aws-cli#7408
  {
    call: policy('first'),
    body: { ...GIVEN, Principal: 'arn:aws:iam:123456789012:role/x' },
    status: 400,
    says: String.raw`The provided input'arn:aws:iam:123456789012:role/x'was invalid. Member must satisfy expression: [\w+=,.@-]* Please check your input and try again.`,
    test: 'aws/aws-cli#7408',
  },
  {
    call: policy('doesnotexist'),
    body: GIVEN,
    status: 404,
    says: `Function not found: ${ARN}:doesnotexist`,
    test: 'test_permission_exceptions',
  },
  {
    call: policy('first:alias-doesnotexist'),
    body: GIVEN,
    status: 404,
    says: `Cannot find alias arn: ${ARN}:first:alias-doesnotexist`,
    test: 'test_permission_exceptions',
  },
  {
    call: policy('first'),
    query: 'Qualifier=42',
    body: GIVEN,
    status: 404,
    says: `Function not found: ${ARN}:first:42`,
    test: 'test_permission_exceptions',
  },
  {
    call: policy('first'),
    query: 'Qualifier=invalid-qualifier-with-%3F-char',
    body: GIVEN,
    status: 400,
    says: violates(
      'invalid-qualifier-with-?-char',
      'qualifier',
      String.raw`\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+`,
    ),
    test: 'test_permission_exceptions',
  },
  {
    call: policy('first'),
    query: 'Qualifier=valid-with-%24-but-doesnotexist',
    body: GIVEN,
    status: 404,
    says: `Function not found: ${ARN}:first:valid-with-$-but-doesnotexist`,
    test: 'test_permission_exceptions',
  },
  {
    call: 'GET /2015-03-31/functions/doesnotexist/policy',
    status: 404,
    says: 'The resource you requested does not exist.',
    test: 'test_permission_exceptions',
  },
  {
    call: 'GET /2015-03-31/functions/first/policy',
    query: 'Qualifier=77',
    status: 404,
    says: 'The resource you requested does not exist.',
    test: 'test_permission_exceptions',
  },
  {
    call: 'DELETE /2015-03-31/functions/second/policy/s3',
    status: 404,
    says: 'No policy is associated with the given resource.',
    test: 'test_permission_exceptions',
  },
  {
    call: 'DELETE /2015-03-31/functions/doesnotexist/policy/s3',
    status: 404,
    says: `No policy found for: ${ARN}:doesnotexist`,
    test: 'test_permission_exceptions',
  },
  {
    call: 'DELETE /2015-03-31/functions/first/policy/s3',
    query: 'Qualifier=alias-doesnotexist',
    status: 404,
    says: `Cannot find alias arn: ${ARN}:first:alias-doesnotexist`,
    test: 'test_permission_exceptions',
  },
  {
    call: 'DELETE /2015-03-31/functions/first/policy/non-existent',
    status: 404,
    says: 'Statement non-existent is not found in resource policy.',
    test: 'test_remove_multi_permissions',
  },
  {
    call: policy('first'),
    body: { ...GIVEN, Action: { a: 1 } },
    status: 400,
    says: 'Action must be a string',
    type: 'SerializationException',
    test: 'the restJson1 protocol',
  },
];

/** Returns the services that read the function that a call names. */
async function aService(): Promise<AwsService> {
  const stacks = await aStack();
  const policies = new FunctionPolicies();
  policies.define(stacks);
  const ofStacks = (): typeof stacks => stacks;
  const permissions = createFunctionPolicies({ stacks: ofStacks, policies });
  const urls = createFunctionUrlConfigs({ urls: () => [], createdAtEpochMs: 0, stacks: ofStacks });
  const invoke = createLambdaInvoke({
    invoker: new FakeInvoker({ first: () => 'first' }),
    random: new CountingRandom(),
    accountId: ACCOUNT,
    hasQualifier: () => true,
    accept: () => true,
  });
  return createLambdaReads(ofStacks, { codes: new FunctionCodes(), clock: new VirtualClock() }, (call) =>
    call.request.path.includes('/url')
      ? urls(call)
      : call.request.path.endsWith('/policy') || call.request.path.includes('/policy/')
        ? permissions(call)
        : invoke(call),
  );
}

function aCall(call: string, query: string, body: object | undefined, from = caller): AwsCall {
  const [method = '', path = ''] = call.split(' ');
  return {
    request: {
      method,
      path,
      query,
      rawHeaders: [],
      body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
      host: '127.0.0.1',
    },
    caller: from,
    service: 'lambda',
    region: REGION,
  };
}

describe('the function that a Lambda call names', async () => {
  const serve = await aService();

  for (const { call, query = '', body, status, says, type, test } of ROWS)
    it(`${call}?${query}: ${says.slice(0, 70)}`, async () => {
      const reply = await serve(aCall(call, query, body));

      const answer = JSON.parse(String(reply.body)) as { Message?: string; message?: string };
      assert.deepEqual([reply.status, answer.message ?? answer.Message], [status, says], test);
      if (type !== undefined) assert.equal(headerOf({ rawHeaders: reply.headers }, 'x-amzn-errortype'), type);
    });
});

/** The announcement of January 2022, as users received it. */
const ANNOUNCED = 'https://github.com/juanjoDiaz/serverless-plugin-warmup/issues/308';
const RIGHTS: readonly (Pick<Row, 'call' | 'body'> & Record<'query' | 'needs' | 'on' | 'source', string>)[] =
  [
    {
      call: 'POST /2015-03-31/functions/first/invocations',
      query: 'Qualifier=live',
      needs: 'InvokeFunction',
      on: ':live',
      source: 'https://github.com/aws/aws-cdk/issues/19273',
    },
    {
      call: 'POST /2015-03-31/functions/first:live/invocations',
      query: '',
      needs: 'InvokeFunction',
      on: ':live',
      source: 'https://github.com/aws/aws-cdk/issues/19273',
    },
    {
      call: 'POST /2021-11-15/functions/first/response-streaming-invocations',
      query: 'Qualifier=3',
      needs: 'InvokeFunction',
      on: ':3',
      source: ANNOUNCED,
    },
    {
      call: 'POST /2015-03-31/functions/first/invocations',
      query: '',
      needs: 'InvokeFunction',
      on: '',
      source: 'https://github.com/airbnb/streamalert/pull/289',
    },
    {
      call: 'GET /2015-03-31/functions/first/configuration',
      query: 'Qualifier=%24LATEST',
      needs: 'GetFunctionConfiguration',
      on: ':$LATEST',
      source: 'https://github.com/alexcasalboni/aws-lambda-power-tuning/issues/260',
    },
    {
      call: 'GET /2015-03-31/functions/first',
      query: 'Qualifier=3',
      needs: 'GetFunction',
      on: ':3',
      source: ANNOUNCED,
    },
    {
      call: 'GET /2015-03-31/functions/first/policy',
      query: 'Qualifier=3',
      needs: 'GetPolicy',
      on: ':3',
      source: ANNOUNCED,
    },
    {
      call: 'DELETE /2015-03-31/functions/first/policy/s3',
      query: 'Qualifier=live',
      needs: 'RemovePermission',
      on: ':live',
      source: ANNOUNCED,
    },
    {
      call: policy('first'),
      query: 'Qualifier=live',
      body: GIVEN,
      needs: 'AddPermission',
      on: ':live',
      source: ANNOUNCED,
    },
    {
      call: 'GET /2021-10-31/functions/first/url',
      query: 'Qualifier=live',
      needs: 'GetFunctionUrlConfig',
      on: ':live',
      source: ANNOUNCED,
    },
  ];

describe('the right to a call of Lambda', async () => {
  const serve = await aService();
  const allowing = (needs: string, Resource: string): typeof caller => {
    const compiled = compilePolicy({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: `lambda:${needs}`, Resource }],
    });
    return { ...caller, policies: compiled.kind === 'compiled' ? [compiled.policy] : [] };
  };

  for (const { call, query, body: sent, needs, on, source } of RIGHTS)
    it(`${call}?${query} needs lambda:${needs} on first${on} (${source})`, async () => {
      const statuses = await Promise.all(
        [`first${on}`, 'first:*', on === '' ? 'first:live' : 'first'].map(async (granted) => {
          const { status } = await serve(aCall(call, query, sent, allowing(needs, `${ARN}:${granted}`)));
          return status === 403 ? 'denied' : 'let';
        }),
      );
      const { body } = await serve(aCall(call, query, sent, allowing(needs, `${ARN}:second`)));

      assert.deepEqual(statuses, ['let', on === '' ? 'denied' : 'let', 'denied']);
      assert.ok(String(body).includes(`on resource: ${ARN}:first${on} because`), String(body));
    });
});
