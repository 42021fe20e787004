/** The ports of a start's APIs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aGateway } from '../../../../../support/a-gateway.ts';
import { environmentOf } from '../../../../../../packages/gateway/engine/compose/network/environment.ts';
import { planPorts, regionOf } from '../../../../../../packages/gateway/engine/compose/network/listing.ts';
import type { Parts } from '../../../../../../packages/gateway/engine/compose/parts.ts';

const functionOf = (isToolkit: boolean) => ({
  name: isToolkit ? 'authorizer' : 'orders',
  environment: isToolkit ? { GATEWRIGHT_STAGE: 'dev' } : {},
});
const stackOf = (stackName: string, isToolkit: boolean) => ({
  stackName,
  functions: [functionOf(isToolkit)],
});

/** Stacks that others import from are loaded first. */
function portsOf(apis: readonly (readonly [apiId: string, stackName: string])[]) {
  const parts = {
    options: { port: 3000 },
    served: {
      stacks: [stackOf('gatewright-dev', true), stackOf('shop', false)],
      all: apis.map(([apiId, stackName]) => ({ identity: { apiId, stackName } })),
      urls: [],
    },
    at: { findApi: () => undefined },
  } as unknown as Parts;
  return Object.fromEntries(planPorts(parts).map(({ port, apiIds }) => [apiIds.join(), port]));
}

describe('planPorts', () => {
  it('keeps every port of a service if another stack, or a part of it, is added or removed', () => {
    const own = [
      ['orders', 'shop'],
      ['chat', 'shop'],
    ] as const;
    const alone = { orders: 3000, chat: 3001 };

    assert.deepEqual(portsOf(own), alone);
    assert.deepEqual(portsOf([['hooks', 'gatewright-dev'], ...own]), { ...alone, hooks: 3002 });
    assert.deepEqual(portsOf([['hooks', 'gatewright-dev'], ['channels', 'gatewright-dev'], ...own]), {
      ...alone,
      hooks: 3002,
      channels: 3003,
    });
  });
});

const mock = (RestApiId: object): object => ({
  Type: 'AWS::ApiGateway::Method',
  Properties: {
    RestApiId,
    ResourceId: { 'Fn::GetAtt': ['Shop', 'RootResourceId'] },
    HttpMethod: 'GET',
    AuthorizationType: 'NONE',
    Integration: { Type: 'MOCK' },
  },
});

describe('a start with the ports of serverless-offline', () => {
  it('serves REST APIs below the prefix, without their stage if it is left out', async () => {
    const api = { Ref: 'Shop' };
    const started = await aGateway(
      {
        Shop: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'shop' } },
        Get: mock(api),
        Deployment: {
          Type: 'AWS::ApiGateway::Deployment',
          DependsOn: 'Get',
          Properties: { RestApiId: api },
        },
        Stage: {
          Type: 'AWS::ApiGateway::Stage',
          Properties: { RestApiId: api, StageName: 'dev', DeploymentId: { Ref: 'Deployment' } },
        },
      },
      { sharedPorts: { httpPort: 0, websocketPort: 0, prefix: 'v1', omitStage: true } },
    );
    const { pathname } = new URL(started.urlOf('rest'));
    await started.close();

    assert.equal(pathname, '/v1');
  });
});

/** One API that the programs of `--exec` call, with the options of its start. */
function environmentWith(protocol: 'rest' | 'websocket', options: object) {
  const stages = new Map([['dev', { name: 'dev', deployment: { routes: { plans: [] } } }]]);
  const identity = { stackName: 'shop', logicalId: 'Shop', apiId: 'shop000001', name: 'shop', protocol };
  const parts = {
    options: { region: 'eu-west-1', adminKey: { accessKeyId: 'a', secretAccessKey: 's' }, ...options },
    served: { stacks: [], all: [{ identity, served: { stages } }], urls: [] },
    addresses: new Map([['shop000001', '127.0.0.1:3000']]),
    controlUrl: 'http://127.0.0.1:1',
  } as unknown as Parts;
  return environmentOf(parts);
}

describe('the environment of programs that a start runs', () => {
  for (const { name, protocol, options, expected } of [
    { name: 'without TLS', protocol: 'rest', options: {}, expected: 'http://127.0.0.1:3000/dev' },
    { name: 'with TLS', protocol: 'rest', options: { tls: true }, expected: 'https://127.0.0.1:3000/dev' },
    {
      name: 'without the stage if REST APIs are served without it',
      protocol: 'rest',
      options: { sharedPorts: { omitStage: true } },
      expected: 'http://127.0.0.1:3000',
    },
  ] as const)
    it(`has the address that start prints: ${name}`, () => {
      const { GATEWRIGHT_URL, GATEWRIGHT_URL_SHOP } = environmentWith(protocol, options);

      assert.deepEqual([GATEWRIGHT_URL, GATEWRIGHT_URL_SHOP], [expected, expected]);
    });

  it('has the address of @connections with TLS', () => {
    const { GATEWRIGHT_URL_SHOP, AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI } = environmentWith('websocket', {
      tls: true,
    });

    assert.deepEqual(
      [GATEWRIGHT_URL_SHOP, AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI],
      ['wss://127.0.0.1:3000/dev', 'https://127.0.0.1:3000/dev'],
    );
  });
});

describe('the region of a start', () => {
  const stacks = [
    { file: '/srv/imported/template.json', region: 'us-west-2', functions: [] },
    { file: '/srv/shop/template.json', region: 'eu-central-1', functions: [] },
  ];
  const partsOf = (firstSource: string, loaded: readonly object[] = stacks): Parts =>
    ({
      served: { stacks: loaded, all: [], urls: [] },
      firstSource,
      options: { region: 'eu-west-1', adminKey: { accessKeyId: 'a', secretAccessKey: 's' } },
      controlUrl: 'http://127.0.0.1:1',
    }) as unknown as Parts;

  for (const { name, parts, region } of [
    { name: 'that of the folder named first', parts: partsOf('/srv/shop'), region: 'eu-central-1' },
    {
      name: 'that of the template named first',
      parts: partsOf('/srv/shop/template.json'),
      region: 'eu-central-1',
    },
    { name: 'that of the stack loaded first', parts: partsOf('/srv/sho'), region: 'us-west-2' },
    { name: 'that of the options', parts: partsOf('/srv/shop', []), region: 'eu-west-1' },
  ])
    it(`is ${name}, for its listing and for the environment of programs`, () => {
      const { AWS_REGION, AWS_DEFAULT_REGION } = environmentOf(parts);

      assert.deepEqual([regionOf(parts), AWS_REGION, AWS_DEFAULT_REGION], [region, region, region]);
    });
});
