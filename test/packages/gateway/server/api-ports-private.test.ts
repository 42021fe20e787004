/** How clients reach a private API (docs/aws §10.6). */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { Account } from '../../../../packages/gateway/control/account.ts';
import { ServedApis } from '../../../../packages/gateway/control/served-apis.ts';
import { makeRootResourceId } from '../../../../packages/base/aws/physical-ids.ts';
import { openApiPorts } from '../../../../packages/gateway/server/api-ports.ts';
import { planOwnPorts } from '../../../../packages/gateway/server/port-plan.ts';
import { Connections } from '../../../../packages/gateway/core/websocket/connections.ts';
import { aStack } from '../../../support/a-stack.ts';
import { API_ID, echo, restRoutes } from '../../../support/routed-apis.ts';
import { virtualPorts } from '../../../support/virtual-ports.ts';
import type { ApiPorts } from '../../../../packages/gateway/server/api-ports.ts';

const PRIVATE = 'privateapi';
const ENDPOINT = 'vpce-0123456789abcdef0';

/** A second API, private, whose policy lets everybody in by one endpoint. */
const hidden = Object.fromEntries(
  Object.entries(
    restRoutes(
      { 'GET /secret': {} },
      {
        api: {
          EndpointConfiguration: { Types: ['PRIVATE'] },
          Policy: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: '*',
                Action: 'execute-api:Invoke',
                Resource: 'execute-api:/*',
                Condition: { StringEquals: { 'aws:SourceVpce': ENDPOINT } },
              },
            ],
          },
        },
      },
    ),
  ).map(([name, { type, id, properties }]) => [
    `Hidden${name}`,
    {
      type,
      ...(id === undefined ? {} : { id: PRIVATE }),
      properties: {
        ...properties,
        ...('RestApiId' in properties ? { RestApiId: PRIVATE } : {}),
        ...('DeploymentId' in properties ? { DeploymentId: 'HiddenDeployment' } : {}),
        ...renamed(properties, 'ParentId'),
        ...renamed(properties, 'ResourceId'),
      },
    },
  ]),
);

function renamed(properties: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const value = properties[name];
  if (typeof value !== 'string') return {};
  const root = makeRootResourceId('test', 'Api');
  return { [name]: value === root ? makeRootResourceId('test', 'HiddenApi') : `Hidden${value}` };
}

describe('the ports of private APIs', () => {
  let opened: ApiPorts;
  before(async () => {
    const ports = virtualPorts({ echo });
    const served = new ServedApis(new Account({ clock: ports.clock, isThrottled: false }));
    served.prepare([aStack({ ...restRoutes({ 'GET /pets': {} }), ...hidden })]).serve();
    const findApi = (id: string) => served.find(id);
    opened = await openApiPorts({
      host: '127.0.0.1',
      allowHosts: [],
      plans: planOwnPorts([API_ID], 0, findApi),
      findDomain: (host, path) => served.atDomain(host, path),
      handleManagement: () => ({ status: 404, headers: [], body: '' }),
      at: { ...ports, findApi, connections: new Connections(ports.clock) },
    });
  });
  after(() => opened.close());

  function statusOf(host: string, path: string, headers: Readonly<Record<string, string>>): Promise<number> {
    const port = opened.ports.get(API_ID);
    return new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, headers: { Host: host, ...headers } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  }

  const OF_ENDPOINT = `${ENDPOINT}-abcd1234.execute-api.us-east-1.vpce.amazonaws.com`;
  const privateRows: {
    name: string;
    host: string;
    api?: string;
    path?: string;
    expected: number;
  }[] = [
    {
      name: 'by its own name with the endpoint',
      host: `${PRIVATE}-${ENDPOINT}.execute-api.us-east-1.amazonaws.com`,
      expected: 200,
    },
    {
      name: 'by that name in capitals',
      host: `${PRIVATE}-${ENDPOINT}.execute-api.us-east-1.amazonaws.com`.toUpperCase(),
      expected: 200,
    },
    {
      name: 'by the name of the endpoint and x-apigw-api-id',
      host: OF_ENDPOINT,
      api: PRIVATE,
      expected: 200,
    },
    {
      name: 'not by another endpoint',
      host: `${PRIVATE}-vpce-0000000000000000a.execute-api.us-east-1.amazonaws.com`,
      expected: 403,
    },
    // No endpoint is known of private DNS, and the policy wants this one.
    {
      name: 'not by its name alone',
      host: `${PRIVATE}.execute-api.us-east-1.amazonaws.com`,
      api: PRIVATE,
      expected: 403,
    },
    { name: 'not by the name of the endpoint alone', host: OF_ENDPOINT, expected: 403 },
    {
      name: 'not by x-apigw-api-id at another host',
      host: `${API_ID}.execute-api.us-east-1.amazonaws.com`,
      api: PRIVATE,
      expected: 403,
    },
    {
      name: 'and no public one',
      host: `${API_ID}-${ENDPOINT}.execute-api.us-east-1.amazonaws.com`,
      path: '/dev/pets',
      expected: 403,
    },
    {
      name: 'and no public one by x-apigw-api-id',
      host: OF_ENDPOINT,
      api: API_ID,
      path: '/dev/pets',
      expected: 403,
    },
  ];
  for (const { name, host, api, path = '/dev/secret', expected } of privateRows)
    it(`serves a private API ${name}`, async () => {
      const headers = api === undefined ? {} : { 'x-apigw-api-id': api };
      assert.equal(await statusOf(host, path, headers), expected);
    });
});
