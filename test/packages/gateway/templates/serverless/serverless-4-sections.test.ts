import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  describePassedOver,
  findMissingRoutes,
} from '../../../../../packages/gateway/templates/serverless/serverless-4-sections.ts';

// Source: https://github.com/serverless/serverless/releases/tag/sf-core%404.41.0
describe('findMissingRoutes', () => {
  it('names the MCP servers that would have no route, and the function to write instead', () => {
    const crm = { server: 'src/server.mjs', authorizer: { name: 'verifyToken' } };
    const { path, message } = findMissingRoutes({ mcp: { servers: { crm, billing: {} } } }) ?? {};
    assert.deepEqual(path, ['mcp']);
    assert.match(
      message ?? '',
      /so crm, billing would have no route\. Write a function instead: functions: \{ crm: \{ handler: src\/server\.handler, events: \[\{ http: \{ method: any, path: \/mcp\/crm, authorizer: \{"name":"verifyToken"\} \} \}\] \} \}/,
    );
  });

  it('reports nothing if there are none', () => {
    for (const service of [undefined, {}, { mcp: {} }, { mcp: { servers: {} } }, { mcp: 'x' }, { ai: {} }])
      assert.equal(findMissingRoutes(service), undefined);
  });

  it('names the proxies of an API unless their plug-in is listed', () => {
    const custom = { apiGatewayServiceProxies: [{ sqs: { path: '/jobs' } }] };
    const plugin = 'serverless-apigateway-service-proxy';
    assert.equal(
      findMissingRoutes({ custom })?.message,
      `custom.apiGatewayServiceProxies is compiled by Serverless 4, or by a plug-in that the service does not list, so its routes would be missing: install ${plugin} and list it under plugins`,
    );
    for (const plugins of [[plugin], { modules: [plugin] }])
      assert.equal(findMissingRoutes({ custom, plugins }), undefined);
  });
});

describe('describePassedOver', () => {
  const rows = [
    {
      name: 'a domain',
      service: { provider: { domain: 'a.example' } },
      begins: 'provider.domain is compiled',
    },
    {
      name: 'several domains',
      service: { provider: { domains: [{}] } },
      begins: 'provider.domains is compiled',
    },
    {
      name: 'a domain of the former plug-in',
      service: { custom: { customDomain: {} } },
      begins:
        'custom.customDomain is compiled by Serverless 4, or by a plug-in that the service does not list, so the custom domain would be missing',
    },
    {
      name: 'a GraphQL API',
      service: { appSync: {} },
      begins: 'appSync is compiled by Serverless 4, or by',
    },
    {
      name: 'agents',
      service: { ai: { agents: {} } },
      begins: 'ai is compiled by Serverless 4 only, so the agents',
    },
    { name: 'sandboxes', service: { sandboxes: {} }, begins: 'sandboxes is compiled by Serverless 4 only' },
  ];
  for (const { name, service, begins } of rows)
    it(`names ${name}`, () => {
      const [sentence, ...others] = describePassedOver(service);
      assert.ok(sentence?.startsWith(begins), sentence);
      assert.equal(others.length, 0);
    });

  const none = [
    {
      name: 'a plug-in compiles the section',
      service: { appSync: {}, plugins: ['serverless-appsync-plugin'] },
    },
    { name: 'there is no such section', service: { provider: { name: 'aws' }, custom: {}, stages: {} } },
    { name: 'the section is refused', service: { mcp: { servers: { a: {} } } } },
  ];
  for (const { name, service } of none)
    it(`reports nothing if ${name}`, () => {
      assert.deepEqual(describePassedOver(service), []);
    });
});
