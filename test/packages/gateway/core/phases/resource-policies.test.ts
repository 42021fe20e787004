import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anApi, headerOf } from '../../../../support/an-api.ts';
import { bearer, withAuthorizer, ok, policy, restApi, TOKEN } from '../../../../support/rest-apis.ts';
import type { JsonObject } from '@gatewright/aws/json-object';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { FakeFunction } from '../../../../support/virtual-ports.ts';

const MASKED = 'arn:aws:execute-api:us-east-1:********9012:abcdefghij/dev/GET/pets';
const ANONYMOUS_DENIED = `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: ${MASKED}"}`;
const SAYS_DENY = `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: ${MASKED} with an explicit deny"}`;

function withPolicy(
  resources: Record<string, TestResource>,
  properties: JsonObject,
): Record<string, TestResource> {
  const api = resources['Api'];
  assert.ok(api);
  return { ...resources, Api: { ...api, properties: { ...api.properties, ...properties } } };
}

function aPolicy(...statements: { readonly [name: string]: JsonObject | string }[]): JsonObject {
  return {
    Policy: {
      Version: '2012-10-17',
      Statement: statements.map((statement) => ({
        Effect: 'Allow',
        Principal: '*',
        Action: 'execute-api:Invoke',
        Resource: 'execute-api:/*',
        ...statement,
      })),
    },
  };
}

const ALLOW = aPolicy({});
const DENY = aPolicy({}, { Effect: 'Deny' });
const SILENT = aPolicy({ Resource: 'execute-api:/prod/*' });
const FROM_HERE = aPolicy({ Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } } });
const FROM_AFAR = aPolicy({ Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } });

describe('a resource policy before an open method', () => {
  const rows: { name: string; api: JsonObject; status: number; body?: string }[] = [
    { name: 'an allow', api: ALLOW, status: 200 },
    { name: 'an explicit deny', api: DENY, status: 403, body: SAYS_DENY },
    { name: 'silence', api: SILENT, status: 403, body: ANONYMOUS_DENIED },
    { name: 'an allow for the address of the client', api: FROM_HERE, status: 200 },
    { name: 'an allow for other addresses', api: FROM_AFAR, status: 403, body: ANONYMOUS_DENIED },
    {
      name: 'an allow for an account, which no unsigned caller belongs to',
      api: aPolicy({ Principal: { AWS: '123456789012' } }),
      status: 403,
    },
    {
      name: 'no policy on a private API',
      api: { EndpointConfiguration: { Types: ['PRIVATE'] } },
      status: 403,
      body: ANONYMOUS_DENIED,
    },
    {
      name: 'an allow on a private API',
      api: { ...ALLOW, EndpointConfiguration: { Types: ['PRIVATE'] } },
      status: 200,
    },
  ];
  for (const { name, api, status, body } of rows)
    it(`makes ${status} of ${name} (docs/aws §1.2, NONE)`, async () => {
      const { send, ports } = anApi(withPolicy(restApi(), api), { list: ok });

      const reply = await send({ target: '/dev/pets' });

      assert.equal(reply.status, status);
      if (body !== undefined) assert.equal(reply.body, body);
      if (status === 403) assert.equal(headerOf(reply, 'x-amzn-errortype'), 'AccessDeniedException');
      assert.equal(ports.invoker.calls.length, status === 200 ? 1 : 0);
    });

  it('is not asked about a path that no route answers', async () => {
    const { send } = anApi(withPolicy(restApi(), DENY), { list: ok });

    const reply = await send({ target: '/dev/nothing' });

    assert.equal(
      reply.body,
      '{"message":"Missing Authentication Token"}',
      'docs/aws §1.1: routes come first',
    );
  });

  it('admits callers of a private API by its VPC endpoint', async () => {
    const endpoint = 'vpce-0123456789abcdef0';
    const onlyBy = aPolicy(
      {},
      { Effect: 'Deny', Condition: { StringNotEquals: { 'aws:SourceVpce': endpoint } } },
    );
    const api = { ...onlyBy, EndpointConfiguration: { Types: ['PRIVATE'] } };
    const { send } = anApi(withPolicy(restApi(), api), { list: ok });
    const by = (name: string) => ['Host', `abcdefghij-${name}.execute-api.localhost:3000`];

    const statuses = [];
    for (const headers of [by(endpoint), by('vpce-0fedcba9876543210'), []])
      statuses.push((await send({ target: '/dev/pets', headers })).status);

    assert.deepEqual(statuses, [200, 403, 403], 'docs/aws §10.4');
  });

  for (const AuthorizationType of ['AWS_IAM', 'COGNITO_USER_POOLS'])
    it(`denies everybody a private API without a policy, ${AuthorizationType} or not (docs/aws §1.2)`, async () => {
      const Auth = {
        type: 'AWS::ApiGateway::Authorizer',
        properties: {
          RestApiId: 'abcdefghij',
          Type: 'COGNITO_USER_POOLS',
          ProviderARNs: ['arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_pool'],
        },
      };
      const api = { EndpointConfiguration: { Types: ['PRIVATE'] } };
      const resources = restApi({ AuthorizationType, AuthorizerId: 'Auth' }, { Auth });

      const reply = await anApi(withPolicy(resources, api), { list: ok }).send({ target: '/dev/pets' });

      assert.deepEqual([reply.status, reply.body], [403, ANONYMOUS_DENIED]);
    });

  it('admits callers of a private API by the VPC of its endpoint (docs/aws §4.4)', async () => {
    const vpc = 'vpc-0123456789abcdef0';
    const onlyFrom = aPolicy({ Condition: { StringEquals: { 'aws:SourceVpc': vpc } } });
    const isPrivate = { EndpointConfiguration: { Types: ['PRIVATE'] } };
    const vpcEndpoints = new Map([
      ['vpce-0123456789abcdef0', vpc],
      ['vpce-0fedcba9876543210', 'vpc-0fedcba9876543210'],
    ]);
    const statusBy = async (endpoint: string, api: JsonObject): Promise<number> => {
      const { send } = anApi(withPolicy(restApi(), api), { list: ok }, { vpcEndpoints });
      const headers = ['Host', `abcdefghij-${endpoint}.execute-api.localhost:3000`];
      return (await send({ target: '/dev/pets', headers })).status;
    };

    assert.deepEqual(
      [
        await statusBy('vpce-0123456789abcdef0', { ...onlyFrom, ...isPrivate }),
        await statusBy('vpce-0fedcba9876543210', { ...onlyFrom, ...isPrivate }),
        await statusBy('vpce-00000000000000000', { ...onlyFrom, ...isPrivate }),
        await statusBy('vpce-0123456789abcdef0', onlyFrom),
      ],
      [200, 403, 403, 403],
    );
  });
});

describe('a resource policy together with a Lambda authorizer', () => {
  const SAYS_PLAIN = '{"Message":"User is not authorized to access this resource"}';
  const SAYS_PLAIN_DENY =
    '{"Message":"User is not authorized to access this resource with an explicit deny"}';
  const allow: FakeFunction = () => policy('Allow', '*');
  const deny: FakeFunction = () => policy('Deny', '*');
  const silent: FakeFunction = () => policy('Allow', 'arn:aws:execute-api:us-east-1:123456789012:other/*');
  const rows: {
    name: string;
    api: JsonObject;
    auth: FakeFunction;
    status: number;
    body?: string;
    isAsked: boolean;
  }[] = [
    { name: 'both allow', api: ALLOW, auth: allow, status: 200, isAsked: true },
    { name: 'only the authorizer allows', api: SILENT, auth: allow, status: 200, isAsked: true },
    { name: 'only the resource policy allows', api: ALLOW, auth: silent, status: 200, isAsked: true },
    { name: 'neither allows', api: SILENT, auth: silent, status: 403, body: SAYS_PLAIN, isAsked: true },
    {
      name: 'the authorizer denies',
      api: ALLOW,
      auth: deny,
      status: 403,
      body: SAYS_PLAIN_DENY,
      isAsked: true,
    },
    {
      name: 'the resource policy denies, before the authorizer is called',
      api: DENY,
      auth: allow,
      status: 403,
      body: SAYS_DENY,
      isAsked: false,
    },
    {
      name: 'the API is private and has no policy',
      api: { EndpointConfiguration: { Types: ['PRIVATE'] } },
      auth: allow,
      status: 403,
      body: ANONYMOUS_DENIED,
      isAsked: false,
    },
  ];
  for (const { name, api, auth, status, body, isAsked } of rows)
    it(`makes ${status} of it if ${name} (docs/aws §1.2, CUSTOM, table A)`, async () => {
      const { send, ports } = anApi(withPolicy(withAuthorizer(TOKEN), api), { list: ok, auth });

      const reply = await send({ target: '/dev/pets', headers: bearer });

      assert.equal(reply.status, status);
      if (body !== undefined) assert.equal(reply.body, body);
      assert.equal(
        ports.invoker.calls.some(({ functionName }) => functionName === 'auth'),
        isAsked,
      );
    });
});
