import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { aGateway } from '../../../../support/a-gateway.ts';
import type { StartedGateway } from '../../../../support/a-gateway.ts';

/** An HTTP API whose routes refer to a service of Cloud Map through a VPC link. */
function resourcesOf(instances: Readonly<Record<string, number>>): object {
  const integration = (query: string): object => ({
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Api' },
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'ANY',
      ConnectionType: 'VPC_LINK',
      ConnectionId: { Ref: 'Link' },
      IntegrationUri: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Orders', 'Arn'] }, query]] },
      PayloadFormatVersion: '1.0',
    },
  });
  const route = (RouteKey: string, to: string): object => ({
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: { ApiId: { Ref: 'Api' }, RouteKey, Target: { 'Fn::Sub': `integrations/\${${to}}` } },
  });
  const ofInstances = Object.entries(instances).map(([id, port]): [string, object] => [
    `Instance${id}`,
    {
      Type: 'AWS::ServiceDiscovery::Instance',
      Properties: {
        InstanceId: id,
        ServiceId: { Ref: 'Orders' },
        InstanceAttributes: { AWS_INSTANCE_IPV4: '127.0.0.1', AWS_INSTANCE_PORT: String(port), name: id },
      },
    },
  ]);
  return {
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'shop', ProtocolType: 'HTTP' } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { ApiId: { Ref: 'Api' }, StageName: '$default', AutoDeploy: true },
    },
    Link: { Type: 'AWS::ApiGatewayV2::VpcLink', Properties: { Name: 'link', SubnetIds: ['subnet-1'] } },
    Shop: { Type: 'AWS::ServiceDiscovery::HttpNamespace', Properties: { Name: 'shop' } },
    Orders: {
      Type: 'AWS::ServiceDiscovery::Service',
      Properties: { Name: 'orders', NamespaceId: { Ref: 'Shop' } },
    },
    Any: integration(''),
    One: integration('?name=B'),
    None: integration('?name=Z'),
    AnyRoute: route('GET /orders', 'Any'),
    OneRoute: route('GET /one', 'One'),
    NoneRoute: route('GET /none', 'None'),
    ...Object.fromEntries(ofInstances),
  };
}

async function aBackend(name: string): Promise<Server> {
  const server = createServer((request, response) => response.end(`${name} ${request.url ?? ''}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('an HTTP API in front of a service of Cloud Map', () => {
  const backends: Server[] = [];
  let started: StartedGateway;
  before(async () => {
    backends.push(await aBackend('A'), await aBackend('B'));
    const [A = 0, B = 0] = backends.map((server) => (server.address() as AddressInfo).port);
    started = await aGateway(resourcesOf({ A, B }));
  });
  after(async () => {
    await started.close();
    for (const backend of backends) backend.close();
  });
  const fetchOf = async (path: string): Promise<string> => {
    const reply = await fetch(`${started.urlOf('http')}${path}`);
    return `${reply.status} ${await reply.text()}`;
  };

  it('calls the instances in turn, with the path of the request', async () => {
    assert.deepEqual(
      [await fetchOf('/orders'), await fetchOf('/orders'), await fetchOf('/orders?x=1')],
      ['200 A /orders', '200 B /orders', '200 A /orders?x=1'],
    );
  });

  // Developer guide, "Create private integrations for HTTP APIs": query parameters target specific resources.
  it('calls those that have the attributes of the query of the ARN', async () => {
    assert.deepEqual([await fetchOf('/one'), await fetchOf('/one')], ['200 B /one', '200 B /one']);
  });

  it('answers 503 if there are no instances, and says why', async () => {
    assert.equal(await fetchOf('/none'), '503 {"message":"Service Unavailable"}');
    assert.match(started.lines.join('\n'), /no instance of orders\.shop with name=Z is registered/);
  });

  it('continues with the other instances if one cannot be reached', async () => {
    const [, second] = backends;
    second?.closeAllConnections();
    await new Promise((resolve) => second?.close(resolve));
    const seen: string[] = [];
    for (let round = 0; round < 10; round += 1) seen.push((await fetchOf('/orders')).slice(0, 3));

    assert.deepEqual(
      [seen.filter((status) => status === '503').length, seen.slice(6)],
      [3, ['200', '200', '200', '200']],
    );
  });
});

describe('an HTTP API in front of a service of Cloud Map without instances', () => {
  it('uses the address of the VPC link', async () => {
    const backend = await aBackend('link');
    const { port } = backend.address() as AddressInfo;
    const vpcLinks = new Map([['link', [`http://127.0.0.1:${port}`]]]);
    const started = await aGateway(resourcesOf({}), { vpcLinks });
    const reply = await fetch(`${started.urlOf('http')}/orders`);

    assert.equal(await reply.text(), 'link /orders');
    await started.close();
    backend.close();
  });

  it('answers 503 without an instance, and says what to do', async () => {
    const started = await aGateway(resourcesOf({}));
    const reply = await fetch(`${started.urlOf('http')}/orders`);

    assert.equal(reply.status, 503);
    assert.match(
      started.lines.join('\n'),
      /has no instances, and VPC link \S+ has no address: register an instance, list the instances in the --cloud-map file/,
    );
    await started.close();
  });
});
