import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionArn, invokeUri, proxyTo } from '../../../../../support/a-stack.ts';
import { aPermission, API_ARN } from '../../../../../support/a-permission.ts';
import { anApi, headerOf } from '../../../../../support/an-api.ts';
import { ok, policy } from '../../../../../support/rest-apis.ts';
import { API_ID, restRoutes } from '../../../../../support/routed-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../../support/a-stack.ts';

type Setup = {
  readonly route?: string;
  readonly target?: string;
  readonly permission?: TestResource;
  readonly integration?: JsonObject;
  readonly needsPermissions?: boolean;
  readonly ownFunctions?: readonly string[];
  readonly variables?: JsonObject;
};

/** Status of a call of the function `fn`, which the stack defines. */
async function statusOf(setup: Setup = {}): Promise<number> {
  const { route = 'GET /pets/{id}', target = '/dev/pets/1', permission, variables = {} } = setup;
  const { needsPermissions = true, ownFunctions = ['fn'], integration = proxyTo('fn') } = setup;
  const more = permission === undefined ? {} : { Permission: permission };
  const resources = restRoutes(
    { [route]: { Integration: integration } },
    { more, stage: { Variables: variables } },
  );
  const { send } = anApi(resources, { fn: ok }, { needsPermissions, ownFunctions });
  return (await send({ target })).status;
}

describe('permission to invoke (docs/aws §1.5, §4.4)', () => {
  const rows: readonly (Setup & { readonly name: string; readonly status: number })[] = [
    { name: 'nothing', status: 500 },
    { name: 'nothing if permissions are not checked', needsPermissions: false, status: 200 },
    { name: 'nothing for a function of another stack', ownFunctions: [], status: 200 },
    { name: 'a permission for all of the API', permission: aPermission(), status: 200 },
    { name: 'one without a source', permission: aPermission({ SourceArn: null }), status: 200 },
    {
      name: 'one for an unknown function',
      permission: aPermission({ FunctionName: null }),
      status: 500,
    },
    { name: 'one whose principal is not text', permission: aPermission({ Principal: {} }), status: 500 },
    { name: 'one whose source is not text', permission: aPermission({ SourceArn: ['*'] }), status: 500 },
    {
      name: 'one for an alias, if the function itself is invoked (docs/aws §8.1)',
      permission: aPermission({ FunctionName: 'fn:live' }),
      status: 500,
    },
    {
      name: 'one for the alias that is invoked, by name',
      integration: proxyTo('fn:live'),
      permission: aPermission({ FunctionName: 'fn:live' }),
      status: 200,
    },
    {
      name: 'one for the alias that is invoked, by a partial ARN',
      integration: proxyTo('fn:live'),
      permission: aPermission({ FunctionName: '123456789012:function:fn:live' }),
      status: 200,
    },
    {
      name: 'one for the function itself, if an alias is invoked (docs/aws §8.1)',
      integration: proxyTo('fn:live'),
      permission: aPermission(),
      status: 500,
    },
    {
      name: 'one for a version, if the invoked alias may refer to it (docs/aws §8.1)',
      integration: proxyTo('fn:live'),
      permission: aPermission({ FunctionName: 'fn:7' }),
      status: 500,
    },
    {
      name: 'one for the function itself, if $LATEST is invoked',
      integration: proxyTo('fn:$LATEST'),
      permission: aPermission(),
      status: 200,
    },
    {
      name: 'nothing if a stage variable names the alias: AWS requires manual permission',
      integration: { ...proxyTo('fn'), Uri: invokeUri('fn:${stageVariables.alias}') },
      permission: aPermission(),
      variables: { alias: 'live' },
      status: 500,
    },
    {
      name: 'one for the alias that a stage variable names',
      integration: { ...proxyTo('fn'), Uri: invokeUri('fn:${stageVariables.alias}') },
      permission: aPermission({ FunctionName: 'fn:live' }),
      variables: { alias: 'live' },
      status: 200,
    },
    { name: 'one for all Lambda actions', permission: aPermission({ Action: 'lambda:*' }), status: 200 },
    {
      name: 'one for the method, with * for the variable of its path',
      permission: aPermission({ SourceArn: `${API_ARN}/dev/GET/pets/*` }),
      status: 200,
    },
    {
      // https://repost.aws/knowledge-center/api-gateway-internal-server-error
      name: 'one for the method at another stage (docs/aws §8.1)',
      permission: aPermission({ SourceArn: `${API_ARN}/prod/GET/pets/*` }),
      status: 500,
    },
    {
      name: 'one for every method of another stage (docs/aws §8.1)',
      permission: aPermission({ SourceArn: `${API_ARN}/prod/*` }),
      status: 500,
    },
    {
      name: 'one for the method at all stages',
      permission: aPermission({ SourceArn: `${API_ARN}/*/GET/pets/*` }),
      status: 200,
    },
    {
      name: 'one for another method',
      permission: aPermission({ SourceArn: `${API_ARN}/*/POST/pets/*` }),
      status: 500,
    },
    {
      name: 'one for another path',
      permission: aPermission({ SourceArn: `${API_ARN}/*/GET/orders` }),
      status: 500,
    },
    {
      name: 'one for another API',
      permission: aPermission({ SourceArn: `${API_ARN}/*/*`.replace(API_ID, 'another') }),
      status: 500,
    },
    {
      name: 'one for another function',
      permission: aPermission({ FunctionName: functionArn('other') }),
      status: 500,
    },
    {
      name: 'one for another service',
      permission: aPermission({ Principal: 'sns.amazonaws.com' }),
      status: 500,
    },
    {
      name: 'one for another action',
      permission: aPermission({ Action: 'lambda:InvokeFunctionUrl' }),
      status: 500,
    },
    {
      name: 'one for the account only, which names no API (docs/aws §8.1, not settled)',
      permission: aPermission({ SourceArn: '', SourceAccount: '123456789012' }),
      status: 200,
    },
    {
      name: 'one for another account',
      permission: aPermission({ SourceAccount: '999999999999' }),
      status: 500,
    },
    {
      name: 'one for one verb of ANY',
      route: 'ANY /pets/{id}',
      permission: aPermission({ SourceArn: `${API_ARN}/*/GET/pets/*` }),
      status: 200,
    },
    {
      name: 'one for the root',
      route: 'GET /',
      target: '/dev',
      permission: aPermission({ SourceArn: `${API_ARN}/dev/GET/` }),
      status: 200,
    },
    {
      name: 'a role in its place',
      integration: { ...proxyTo('fn'), Credentials: 'arn:aws:iam::123456789012:role/caller' },
      status: 200,
    },
    {
      name: 'nothing if a stage variable names the function: AWS requires manual permission',
      integration: { ...proxyTo('fn'), Uri: invokeUri('${stageVariables.fn}') },
      variables: { fn: 'fn' },
      status: 500,
    },
    {
      name: 'one for the function that a stage variable names',
      integration: { ...proxyTo('fn'), Uri: invokeUri('${stageVariables.fn}') },
      permission: aPermission(),
      variables: { fn: 'fn' },
      status: 200,
    },
  ];
  for (const { name, status, ...setup } of rows)
    it(`answers ${status} with ${name}`, async () => {
      assert.equal(await statusOf(setup), status);
    });

  for (const broken of [{ FunctionName: null }, { FunctionName: {} }, { Principal: {} }, { SourceArn: {} }])
    it(`answers 200 with a permission next to one that cannot be read: ${JSON.stringify(broken)}`, async () => {
      const more = { Broken: aPermission(broken), Permission: aPermission() };
      const resources = restRoutes({ 'GET /pets/{id}': { Integration: proxyTo('fn') } }, { more });
      const { send } = anApi(resources, { fn: ok }, { needsPermissions: true, ownFunctions: ['fn'] });

      assert.equal((await send({ target: '/dev/pets/1' })).status, 200);
    });

  const authorizers: readonly { name: string; source?: string; role?: string; status: number }[] = [
    { name: 'nothing', status: 500 },
    { name: 'a permission for it', source: `${API_ARN}/authorizers/Auth`, status: 200 },
    { name: 'one for all authorizers', source: `${API_ARN}/authorizers/*`, status: 200 },
    { name: 'one for another', source: `${API_ARN}/authorizers/Other`, status: 500 },
    { name: 'a role', role: 'arn:aws:iam::123456789012:role/caller', status: 200 },
  ];
  for (const { name, source, role, status } of authorizers)
    it(`answers ${status} behind an authorizer that has ${name}`, async () => {
      const Auth = {
        type: 'AWS::ApiGateway::Authorizer',
        properties: {
          RestApiId: API_ID,
          Type: 'TOKEN',
          AuthorizerUri: invokeUri('auth'),
          ...(role === undefined ? {} : { AuthorizerCredentials: role }),
        },
      };
      const method = { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth', Integration: proxyTo('fn') };
      const given = source === undefined ? {} : { SourceArn: source };
      const Permission = aPermission({ FunctionName: 'auth', ...given });
      const more = {
        Auth,
        Permission: aPermission(),
        ...(source === undefined ? {} : { Leave: Permission }),
      };
      const api = anApi(
        restRoutes({ 'GET /pets': method }, { more }),
        { fn: ok, auth: () => policy('Allow', '*') },
        { needsPermissions: true, ownFunctions: ['fn', 'auth'] },
      );

      const reply = await api.send({ target: '/dev/pets', headers: ['Authorization', 'x'] });

      assert.equal(reply.status, status);
      if (status === 500) {
        assert.equal(reply.body, '{"message":null}');
        assert.equal(headerOf(reply, 'x-amzn-errortype'), 'AuthorizerConfigurationException');
        assert.deepEqual(api.ports.invoker.calls, []);
      }
    });
});
