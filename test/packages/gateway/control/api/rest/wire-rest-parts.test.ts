import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateAuthorizerCommand,
  CreateDeploymentCommand,
  DeleteAuthorizerCommand,
  FlushStageAuthorizersCacheCommand,
  GetAuthorizerCommand,
  GetAuthorizersCommand,
  TestInvokeAuthorizerCommand,
  TestInvokeMethodCommand,
  UpdateAuthorizerCommand,
  UpdateMethodCommand,
} from '@aws-sdk/client-api-gateway';
import { aRestControl, refusalOf } from '../../../../../support/a-rest-control.ts';
import { invokeUri, proxyTo } from '../../../../../support/a-stack.ts';
import { API_ID } from '../../../../../support/metered-apis.ts';
import { ok, policy, restApi } from '../../../../../support/rest-apis.ts';
import type { TestRestControl } from '../../../../../support/a-rest-control.ts';

const onePet = {
  Pet: {
    type: 'AWS::ApiGateway::Resource',
    properties: { RestApiId: API_ID, ParentId: 'Pets', PathPart: '{petId}' },
  },
  PetGet: {
    type: 'AWS::ApiGateway::Method',
    properties: {
      RestApiId: API_ID,
      ResourceId: 'Pet',
      HttpMethod: 'GET',
      AuthorizationType: 'NONE',
      Integration: proxyTo('list'),
    },
  },
};

let control: TestRestControl;
before(async () => {
  control = await aRestControl(restApi({}, onePet), {
    list: ok,
    auth(event) {
      const { authorizationToken } = event as { readonly authorizationToken: string };
      if (authorizationToken === 'nobody') throw new Error('Unauthorized');
      if (authorizationToken === 'broken') throw new Error('boom');
      return policy(authorizationToken === 'denied' ? 'Deny' : 'Allow', '*');
    },
  });
});
after(() => control.close());

const restApiId = API_ID;
const token = {
  restApiId,
  type: 'TOKEN',
  authorizerUri: invokeUri('auth'),
  identitySource: 'method.request.header.Authorization',
} as const;

async function create(name: string): Promise<string> {
  const made = await control.sdk.send(new CreateAuthorizerCommand({ ...token, name }));
  return made.id ?? '';
}

describe('authorizers through the AWS SDK', () => {
  it('are attached to a live method by plan, deployment and flush, and taken off again', async () => {
    const authorizerId = await create('attached');
    const method = { restApiId, resourceId: 'Pets', httpMethod: 'GET' };
    await control.sdk.send(
      new UpdateMethodCommand({
        ...method,
        patchOperations: [
          { op: 'replace', path: '/authorizationType', value: 'CUSTOM' },
          { op: 'replace', path: '/authorizerId', value: authorizerId },
        ],
      }),
    );
    assert.equal((await control.send({ target: '/dev/pets' })).status, 200);
    assert.equal(control.served.state(restApiId)?.isEdited, true);

    await control.sdk.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));

    assert.equal(control.served.state(restApiId)?.isEdited, false);
    assert.equal((await control.send({ target: '/dev/pets' })).status, 401);
    const asAlice = { target: '/dev/pets', headers: ['Authorization', 'alice'] };
    assert.equal((await control.send(asAlice)).status, 200);
    assert.equal((await control.send(asAlice)).status, 200);
    const asked = (): number =>
      control.ports.invoker.calls.filter(({ functionName }) => functionName === 'auth').length;
    assert.equal(asked(), 1);
    await control.sdk.send(new FlushStageAuthorizersCacheCommand({ restApiId, stageName: 'dev' }));
    await control.send(asAlice);
    assert.equal(asked(), 2);
    const { name, message } = await refusalOf(
      control.sdk.send(new DeleteAuthorizerCommand({ restApiId, authorizerId })),
    );
    assert.equal(name, 'ConflictException');
    // As hashicorp/terraform#6731 quotes AWS, with both slashes.
    assert.match(message, /^Cannot delete authorizer '.+', is referenced in method: GET\/\/pets$/);
    await control.sdk.send(
      new UpdateMethodCommand({
        ...method,
        patchOperations: [{ op: 'replace', path: '/authorizationType', value: 'NONE' }],
      }),
    );
    await control.sdk.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }));
    assert.equal((await control.send({ target: '/dev/pets' })).status, 200);
  });

  it('are shown, listed, changed and deleted', async () => {
    const authorizerId = await create('crud');

    const shown = await control.sdk.send(new GetAuthorizerCommand({ restApiId, authorizerId }));
    const listed = await control.sdk.send(new GetAuthorizersCommand({ restApiId }));
    const changed = await control.sdk.send(
      new UpdateAuthorizerCommand({
        restApiId,
        authorizerId,
        patchOperations: [
          { op: 'replace', path: '/authorizerResultTtlInSeconds', value: '60' },
          { op: 'replace', path: '/name', value: 'renamed' },
        ],
      }),
    );

    assert.deepEqual(
      [shown.name, shown.type, shown.authType, shown.authorizerResultTtlInSeconds],
      // Recorded on AWS: localstack/localstack, test_apigateway_with_custom_authorization_method (12 April 2024).
      ['crud', 'TOKEN', 'custom', undefined],
    );
    assert.ok(listed.items?.some(({ id }) => id === authorizerId));
    assert.deepEqual([changed.name, changed.authorizerResultTtlInSeconds], ['renamed', 60]);
    await control.sdk.send(new DeleteAuthorizerCommand({ restApiId, authorizerId }));
    assert.deepEqual(
      await refusalOf(control.sdk.send(new GetAuthorizerCommand({ restApiId, authorizerId }))),
      { name: 'NotFoundException', message: 'Invalid Authorizer identifier specified' },
    );
  });

  it('are refused if a deployment would refuse them, or if their name is taken', async () => {
    const [identitySource, authorizerUri] = ['method.request.body.x', 'arn:aws:lambda:x'];
    const wrong = [
      { ...token, name: 'source', identitySource },
      { ...token, name: 'uri', authorizerUri },
      { ...token, name: 'ttl', authorizerResultTtlInSeconds: 3601 },
    ];
    for (const input of wrong)
      assert.equal(
        (await refusalOf(control.sdk.send(new CreateAuthorizerCommand(input)))).name,
        'BadRequestException',
        input.name,
      );

    await create('taken');
    assert.equal((await refusalOf(create('taken'))).name, 'BadRequestException');
  });
});

describe('TestInvokeAuthorizer', () => {
  const rows: { token: string | undefined; status: number; policy: boolean }[] = [
    { token: 'alice', status: 200, policy: true },
    { token: 'denied', status: 200, policy: true },
    { token: 'nobody', status: 401, policy: false },
    { token: undefined, status: 401, policy: false },
    { token: 'broken', status: 500, policy: false },
  ];
  for (const { token: value, status, policy: hasPolicy } of rows)
    it(`answers ${status} to ${value ?? 'no token'}, and the policy if there is one`, async () => {
      const authorizerId = await create(`tested ${value ?? ''}`);

      const tested = await control.sdk.send(
        new TestInvokeAuthorizerCommand({
          restApiId,
          authorizerId,
          headers: value === undefined ? {} : { Authorization: value },
        }),
      );

      assert.equal(tested.clientStatus, status);
      assert.equal(tested.principalId, hasPolicy ? 'alice' : undefined);
      assert.equal(tested.policy?.includes('execute-api:Invoke'), hasPolicy ? true : undefined);
      const log = tested.log ?? '';
      assert.match(log, new RegExp(`: Starting authorizer: ${authorizerId} for request: `));
      assert.equal(log.includes(': Successfully completed authorizer execution\n'), hasPolicy);
      assert.equal(log.includes(': Using valid authorizer policy for principal: ****ice\n'), hasPolicy);
      if (value !== undefined) assert.doesNotMatch(log, new RegExp(`(?<!\\*)${value}`));
      await control.sdk.send(new DeleteAuthorizerCommand({ restApiId, authorizerId }));
    });
});

describe('the ARN of a test (docs/aws §4.4)', () => {
  it('has a stage of its own, one for authorizers and one for methods', async () => {
    const authorizerId = await create('asked for its ARN');
    const headers = { Authorization: 'alice' };
    await control.sdk.send(new TestInvokeAuthorizerCommand({ restApiId, authorizerId, headers }));
    const asked = control.ports.invoker.calls.at(-1)?.event;
    await control.sdk.send(new TestInvokeMethodCommand({ restApiId, resourceId: 'Pets', httpMethod: 'GET' }));
    const called = control.ports.invoker.calls.at(-1)?.event as { requestContext: { stage: string } };

    assert.deepEqual(asked, {
      type: 'TOKEN',
      authorizationToken: 'alice',
      methodArn: `arn:aws:execute-api:us-east-1:123456789012:${API_ID}/ESTestInvoke-stage/GET/`,
    });
    assert.equal(called.requestContext.stage, 'test-invoke-stage');
    await control.sdk.send(new DeleteAuthorizerCommand({ restApiId, authorizerId }));
  });
});

const SENDING = `Sending request to ${invokeUrl('list')}`;

/** Returns the URL of Lambda at which API Gateway invokes a function. */
function invokeUrl(name: string): string {
  return `https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:${name}/invocations`;
}

describe('TestInvokeMethod', () => {
  it('calls the edited method, without authorizer, and returns the execution log', async () => {
    const tested = await control.sdk.send(
      new TestInvokeMethodCommand({
        restApiId,
        resourceId: 'Pets',
        httpMethod: 'GET',
        pathWithQueryString: '/pets?x=1',
        headers: { 'X-Test': 'yes' },
        stageVariables: { color: 'blue' },
      }),
    );

    assert.deepEqual([tested.status, tested.body], [200, 'ok']);
    const names = Object.keys(tested.headers ?? {});
    assert.deepEqual([names.includes('Content-Type'), names.includes('x-amzn-RequestId')], [true, false]);
    assert.equal(typeof tested.latency, 'number');
    const [heading, ...lines] = (tested.log ?? '').split('\n');
    assert.match(heading ?? '', /^Execution log for request [0-9a-f-]+$/);
    const events = lines.map(
      (line) => /^\w{3} \w{3} \d\d [\d:]{8} UTC \d{4} : (.*?)(?:: .*)?$/.exec(line)?.[1],
    );
    assert.deepEqual(
      events,
      [
        'Starting execution for request',
        'HTTP Method',
        'Method request path',
        'Method request query string',
        'Method request headers',
        'Method request body before transformations',
        'Endpoint request URI',
        'Endpoint request headers',
        'Endpoint request body after transformations',
        SENDING,
        'Received response. Status',
        'Endpoint response headers',
        'Endpoint response body before transformations',
        'Method response body after transformations',
        'Method response headers',
        'Successfully completed execution',
        'Method completed with status',
        undefined,
      ],
      'docs/aws §10.3',
    );
    assert.ok(lines.some((line) => line.endsWith('HTTP Method: GET, Resource Path: /pets')));
    assert.ok(lines.some((line) => line.endsWith('Method request query string: {x=1}')));
    assert.doesNotMatch(tested.log ?? '', /x-amzn-RequestId|apigw-id/i);
    assert.deepEqual(control.ports.logGroups.lines, [], 'the logs of the API show nothing of a test');
    const event = control.ports.invoker.calls.at(-1)?.event as Record<string, unknown>;
    assert.deepEqual(event['stageVariables'], { color: 'blue' });
  });

  const paths = [
    { path: '/pets/7', expected: '7' },
    { path: undefined, expected: '{petId}' },
    { path: '/elsewhere/7/8', expected: '' },
  ];
  for (const { path, expected } of paths)
    it(`gives the method "${expected}" for a parameter if the path is ${String(path)}`, async () => {
      const named = { restApiId, resourceId: 'Pet', httpMethod: 'GET' };
      const tested = await control.sdk.send(
        new TestInvokeMethodCommand({
          ...named,
          ...(path === undefined ? {} : { pathWithQueryString: path }),
        }),
      );

      const event = control.ports.invoker.calls.at(-1)?.event as Record<string, unknown>;
      assert.equal(tested.status, 200);
      assert.deepEqual(event['pathParameters'], { petId: expected });
    });

  it('sends the given body', async () => {
    const test = { restApiId, resourceId: 'Pets', httpMethod: 'GET' };
    await control.sdk.send(new TestInvokeMethodCommand({ ...test, body: '{"a":1}' }));
    const { body } = control.ports.invoker.calls.at(-1)?.event as { body: string | null };

    assert.equal(body, '{"a":1}');
  });

  it('says why a method fails', async () => {
    const invoke = control.ports.invoker.invoke.bind(control.ports.invoker);
    control.ports.invoker.invoke = (invocation) =>
      invoke({ ...invocation, functionName: `${invocation.functionName}-gone` });

    const tested = await control.sdk.send(
      new TestInvokeMethodCommand({ restApiId, resourceId: 'Pets', httpMethod: 'GET' }),
    );

    control.ports.invoker.invoke = invoke;
    assert.equal(tested.status, 500);
    // The front end adds the type of its own errors, which a test does not pass.
    assert.equal(Object.keys(tested.headers ?? {}).includes('Content-Type'), false);
    assert.match(tested.log ?? '', /: Execution failed due to configuration error: .*list-gone/);
  });

  it('refuses a method that does not exist', async () => {
    const call = new TestInvokeMethodCommand({ restApiId, resourceId: 'Pets', httpMethod: 'PUT' });

    assert.deepEqual(await refusalOf(control.sdk.send(call)), {
      name: 'NotFoundException',
      message: 'Invalid Method identifier specified',
    });
  });
});
