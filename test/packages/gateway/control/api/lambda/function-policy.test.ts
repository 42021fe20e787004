import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  AddPermissionCommand,
  GetPolicyCommand,
  LambdaClient,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda';
import type { AddPermissionCommandInput } from '@aws-sdk/client-lambda';
import { CreateDeploymentCommand } from '@aws-sdk/client-api-gateway';
import { API_ID, restRoutes } from '../../../../../support/routed-apis.ts';
import { ADMIN, aRestControl, refusalOf } from '../../../../../support/a-rest-control.ts';
import { functionArn, invokeUri, proxyTo, REGION } from '../../../../../support/a-stack.ts';
import { ok, policy } from '../../../../../support/rest-apis.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

const API_ARN = `arn:aws:execute-api:${REGION}:123456789012:${API_ID}`;
const RESOURCES = restRoutes(
  {
    'GET /pets': { Integration: proxyTo('fn') },
    'GET /guarded': { Integration: proxyTo('fn'), AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' },
  },
  {
    more: {
      Auth: {
        type: 'AWS::ApiGateway::Authorizer',
        properties: {
          RestApiId: API_ID,
          Type: 'TOKEN',
          AuthorizerUri: invokeUri('auth'),
          AuthorizerResultTtlInSeconds: 0,
        },
      },
      Written: {
        type: 'AWS::Lambda::Permission',
        properties: {
          FunctionName: 'other',
          Action: 'lambda:InvokeFunction',
          Principal: '123456789012',
        },
      },
      Live: {
        type: 'AWS::Lambda::Alias',
        id: `${functionArn('other')}:live`,
        properties: { FunctionName: 'other', Name: 'live', FunctionVersion: '$LATEST' },
      },
    },
  },
);

let control: TestRestControl;
let lambda: LambdaClient;
before(async () => {
  control = await aRestControl(
    RESOURCES,
    { fn: ok, other: ok, auth: () => policy('Allow', '*') },
    { withLeave: true },
  );
  lambda = new LambdaClient({
    endpoint: control.url,
    region: REGION,
    credentials: ADMIN,
    maxAttempts: 1,
  });
});
after(async () => {
  lambda.destroy();
  await control.close();
});

const statusOf = async (target: string): Promise<number> =>
  (await control.send({ target, headers: ['Authorization', 'x'] })).status;

const allow = (FunctionName: string, StatementId: string, SourceArn: string): AddPermissionCommand =>
  new AddPermissionCommand({
    FunctionName,
    StatementId,
    SourceArn,
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
  });

describe('AddPermission and RemovePermission, by the unmodified SDK', () => {
  it('allow an integration to be called, and forbid it again, at once and without a deployment', async () => {
    assert.equal(await statusOf('/dev/pets'), 500);
    const { Statement = '' } = await lambda.send(allow('fn', 'for-pets', `${API_ARN}/*/GET/pets`));

    assert.deepEqual(JSON.parse(Statement), {
      Sid: 'for-pets',
      Effect: 'Allow',
      Principal: { Service: 'apigateway.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: functionArn('fn'),
      Condition: { ArnLike: { 'AWS:SourceArn': `${API_ARN}/*/GET/pets` } },
    });
    assert.equal(await statusOf('/dev/pets'), 200);
    assert.equal(await statusOf('/dev/guarded'), 500, 'that is another route');
    await lambda.send(new RemovePermissionCommand({ FunctionName: 'fn', StatementId: 'for-pets' }));
    assert.equal(await statusOf('/dev/pets'), 500);
  });

  it('allow an authorizer to be called, and forbid it again, also after another deployment', async () => {
    await lambda.send(allow('fn', 'all', `${API_ARN}/*`));
    assert.equal(await statusOf('/dev/guarded'), 500);
    await lambda.send(allow(functionArn('auth'), 'asks', `${API_ARN}/authorizers/Auth`));
    assert.equal(await statusOf('/dev/guarded'), 200);
    await control.sdk.send(new CreateDeploymentCommand({ restApiId: API_ID, stageName: 'dev' }));
    assert.equal(await statusOf('/dev/guarded'), 200);
    await lambda.send(new RemovePermissionCommand({ FunctionName: 'auth', StatementId: 'asks' }));
    assert.equal(await statusOf('/dev/guarded'), 500);
    await lambda.send(new RemovePermissionCommand({ FunctionName: 'fn', StatementId: 'all' }));
  });

  it('keep the policy of an alias separate, can remove a statement of a template, and support revisions', async () => {
    const of = { FunctionName: 'other', Qualifier: 'live' };
    await lambda.send(
      new AddPermissionCommand({ ...of, ...aStatement('s1'), SourceAccount: '123456789012' }),
    );
    const live = await lambda.send(new GetPolicyCommand(of));
    const own = await lambda.send(new GetPolicyCommand({ FunctionName: 'other' }));

    assert.deepEqual(statementsIn(live.Policy), [
      {
        Sid: 's1',
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'lambda:InvokeFunction',
        Resource: `${functionArn('other')}:live`,
        Condition: { StringEquals: { 'AWS:SourceAccount': '123456789012' } },
      },
    ]);
    const latest = { FunctionName: 'other', Qualifier: '$LATEST' };
    assert.equal((await lambda.send(new GetPolicyCommand(latest))).Policy, own.Policy);
    assert.deepEqual(
      statementsIn(own.Policy).map(({ Principal }) => Principal),
      [{ AWS: 'arn:aws:iam::123456789012:root' }],
    );
    const stale = { ...of, StatementId: 's1', RevisionId: own.RevisionId };
    assert.equal(
      (await refusalOf(lambda.send(new RemovePermissionCommand(stale)))).name,
      'PreconditionFailedException',
    );
    await lambda.send(new RemovePermissionCommand({ ...stale, RevisionId: live.RevisionId }));
    await lambda.send(new RemovePermissionCommand({ FunctionName: 'other', StatementId: 'Written' }));
    for (const gone of [of, { FunctionName: 'other' }])
      assert.equal(
        (await refusalOf(lambda.send(new GetPolicyCommand(gone)))).name,
        'ResourceNotFoundException',
      );
  });

  const refusals: readonly {
    readonly what: string;
    readonly input: Partial<AddPermissionCommandInput>;
    readonly name: string;
  }[] = [
    { what: 'an id twice', input: {}, name: 'ResourceConflictException' },
    { what: 'no function', input: { FunctionName: 'nobody' }, name: 'ResourceNotFoundException' },
    { what: 'no alias', input: { Qualifier: 'none' }, name: 'ResourceNotFoundException' },
    { what: 'an action of another service', input: { Action: 's3:GetObject' }, name: 'ValidationException' },
    { what: 'a source that is not an ARN', input: { SourceArn: 'shop' }, name: 'ValidationException' },
    {
      what: 'the kind of a URL for another action (RJPearson94/terraform-aws-open-next#73)',
      input: { FunctionUrlAuthType: 'NONE' },
      name: 'InvalidParameterValueException',
    },
    { what: 'an id with a blank', input: { StatementId: 'a b' }, name: 'ValidationException' },
  ];
  for (const { what, input, name } of refusals)
    it(`refuse ${what}: ${name}`, async () => {
      const usual = { FunctionName: 'fn', ...aStatement('twice') };
      if (what === 'an id twice') await lambda.send(new AddPermissionCommand(usual));
      const { name: found } = await refusalOf(lambda.send(new AddPermissionCommand({ ...usual, ...input })));
      assert.equal(found, name);
    });

  it('refuse a policy of more than 20 KB, and an unknown statement', async () => {
    const long = (index: number): AddPermissionCommand =>
      allow('auth', `long-${index}`, `${API_ARN}/${'x'.repeat(1_800)}`);
    for (let index = 0; index < 9; index += 1) await lambda.send(long(index));
    const tooLong = async (): Promise<void> => {
      for (let index = 9; index < 12; index += 1) await lambda.send(long(index));
    };

    assert.equal((await refusalOf(tooLong())).name, 'PolicyLengthExceededException');
    const { name, message } = await refusalOf(
      lambda.send(new RemovePermissionCommand({ FunctionName: 'auth', StatementId: 'none' })),
    );
    assert.deepEqual(
      [name, message],
      ['ResourceNotFoundException', 'Statement none is not found in resource policy.'],
    );
  });
});

function aStatement(StatementId: string) {
  return { StatementId, Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com' };
}

function statementsIn(policyText = '{}'): readonly Record<string, unknown>[] {
  return (JSON.parse(policyText) as { Statement: Record<string, unknown>[] }).Statement;
}
