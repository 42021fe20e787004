import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Account } from '../../../../../packages/gateway/control/account.ts';
import { matchDomain } from '../../../../../packages/gateway/control/domains/domains.ts';
import { ServedApis } from '../../../../../packages/gateway/control/served-apis.ts';
import { serve } from '../../../../../packages/gateway/core/pipeline.ts';
import { receive } from '../../../../../packages/gateway/core/receive.ts';
import { aStack } from '../../../../support/a-stack.ts';
import { domain, HOST, keyed, mapping } from '../../../../support/custom-domains.ts';
import { accessLogSetting } from '../../../../support/logged-apis.ts';
import { policy } from '../../../../support/rest-apis.ts';
import { API_ID, echo, httpRoutes, restRoutes } from '../../../../support/routed-apis.ts';
import { virtualPorts } from '../../../../support/virtual-ports.ts';
import type { Domain } from '../../../../../packages/gateway/control/domains/domains.ts';
import type { TestResource } from '../../../../support/a-stack.ts';
import type { TestPorts } from '../../../../support/virtual-ports.ts';

const FORMAT = '$context.requestId $context.customDomain.basePathMatched $context.domainName $context.path';

/** `GET /pets` on the stage `dev`, whose access log names the base path. */
const PETS = restRoutes({ 'GET /pets': {} }, { stage: { AccessLogSetting: accessLogSetting(FORMAT) } });

type Served = { readonly served: ServedApis; readonly ports: TestPorts };

function serving(resources: Record<string, TestResource>): Served {
  const ports = virtualPorts({ echo, auth: () => policy('Allow', '*') });
  const served = new ServedApis(new Account({ clock: ports.clock, isThrottled: false }));
  served.prepare([aStack(resources)]).serve();
  return { served, ports };
}

/** Status of the answer, or what the event and the access log say of the path. */
async function ask({ served, ports }: Served, target: string, host = HOST): Promise<unknown> {
  const api = served.atDomain(host, target)?.api;
  if (api === undefined) return 'unmapped';
  const wire = { method: 'GET', target, rawHeaders: ['Host', host], body: undefined, httpVersion: '1.1' };
  const reply = await serve(receive({ ...wire, remoteAddress: '127.0.0.1' }, api, ports), ports);
  if (reply.status !== 200) return reply.status;
  return JSON.parse(reply.body.toString()) as Record<string, unknown>;
}

type RestEvent = {
  readonly resource: string;
  readonly path: string;
  readonly requestContext: Record<string, string>;
};

/** What the function receives: resource, path, and path, stage and domain of the request context. */
async function messages(api: Served, target: string, host = HOST): Promise<unknown> {
  const event = await ask(api, target, host);
  if (typeof event !== 'object' || event === null) return event;
  const { resource, path, requestContext } = event as RestEvent;
  const { path: full, stage, domainName, domainPrefix } = requestContext;
  return [resource, path, full, stage, domainName, domainPrefix];
}

describe('a custom domain of REST APIs', () => {
  const rows: {
    name: string;
    mappings: Record<string, TestResource>;
    target: string;
    expected: unknown;
    source: string;
    host?: string;
  }[] = [
    {
      name: 'takes its base path for the stage, and shows it in both paths of the event but not in the resource',
      mappings: { M: mapping({ BasePath: 'v1', Stage: 'dev' }) },
      target: '/v1/pets?x=1',
      expected: ['/pets', '/v1/pets', '/v1/pets', 'dev', HOST, 'api'],
      source: 'docs/aws §2.1 [issue]; localstack pull request 12296',
    },
    {
      name: 'shows no stage if the root is mapped to one',
      mappings: { M: mapping({ Stage: 'dev' }) },
      target: '/pets',
      expected: ['/pets', '/pets', '/pets', 'dev', HOST, 'api'],
      source: 'localstack pull request 12296',
    },
    {
      name: 'treats the first segment behind the base path as the stage if the mapping names none',
      mappings: { M: mapping({ BasePath: 'v1' }) },
      target: '/v1/dev/pets',
      expected: ['/pets', '/v1/dev/pets', '/v1/dev/pets', 'dev', HOST, 'api'],
      source: 'docs/aws §10.4; localstack pull request 12296',
    },
    {
      name: 'treats the first segment as the stage if no base path and no stage is mapped',
      mappings: { M: mapping({}) },
      target: '/dev/pets',
      expected: ['/pets', '/dev/pets', '/dev/pets', 'dev', HOST, 'api'],
      source: 'localstack pull request 12296',
    },
    {
      name: 'has no base path and no stage if the mapping says (none)',
      mappings: { M: mapping({ BasePath: '(none)', Stage: '(none)' }) },
      target: '/dev/pets',
      expected: ['/pets', '/dev/pets', '/dev/pets', 'dev', HOST, 'api'],
      source: 'API reference, CreateBasePathMapping: basePath and stage',
    },
    {
      name: 'forbids a stage that does not exist',
      mappings: { M: mapping({ BasePath: 'v1' }) },
      target: '/v1/none/pets',
      expected: 403,
      source: 'docs/aws §1.1',
    },
    {
      name: 'has no route behind the base path of another route',
      mappings: { M: mapping({ BasePath: 'v1', Stage: 'dev' }) },
      target: '/v1/v1/pets',
      expected: 403,
      source: 'docs/aws §10.4',
    },
    {
      name: 'prefers the longest of several mappings, and falls back to the empty one',
      mappings: {
        Root: keyed({}),
        One: keyed({ ApiMappingKey: 'v1' }),
        Two: keyed({ ApiMappingKey: 'v1/all' }),
      },
      target: '/v1/all/pets',
      expected: ['/pets', '/v1/all/pets', '/v1/all/pets', 'dev', HOST, 'api'],
      source: 'docs/aws §10.4 [doc]',
    },
    {
      name: 'has no API if nothing is mapped',
      mappings: { M: mapping({ BasePath: 'v1', Stage: 'dev' }) },
      target: '/v2/pets',
      expected: 'unmapped',
      source: 'docs/aws §10.4 (inferred)',
    },
    {
      name: 'is found in any case and with any port of the Host header',
      mappings: { M: mapping({ Stage: 'dev' }) },
      target: '/pets',
      host: 'API.example.com:3000',
      expected: ['/pets', '/pets', '/pets', 'dev', HOST, 'api'],
      source: 'RFC 9110 §4.2.3',
    },
    {
      name: 'answers even if the default endpoint is disabled',
      mappings: {
        M: mapping({ Stage: 'dev' }),
        Api: {
          type: 'AWS::ApiGateway::RestApi',
          id: API_ID,
          properties: { Name: 'pets', DisableExecuteApiEndpoint: true },
        },
      },
      target: '/pets',
      expected: ['/pets', '/pets', '/pets', 'dev', HOST, 'api'],
      source: 'docs/aws §10.4',
    },
  ];
  for (const { name, mappings, target, expected, source, host } of rows)
    it(name, async () => {
      assert.deepEqual(
        await messages(serving({ ...PETS, D: domain(), ...mappings }), target, host),
        expected,
        source,
      );
    });

  it('matches all names one label below it if it begins with an asterisk', async () => {
    const all = domain({ DomainName: '*.example.com' });
    const api = serving({ ...PETS, D: all, M: mapping({ Stage: 'dev' }, '*.example.com') });

    assert.deepEqual(await messages(api, '/pets', 'shop.example.com'), [
      '/pets',
      '/pets',
      '/pets',
      'dev',
      'shop.example.com',
      'shop',
    ]);
    for (const host of ['example.com', 'a.b.example.com', 'localhost:3000'])
      assert.equal(api.served.atDomain(host, '/pets'), undefined, host);
  });

  it('gives the matched base path to the access log, and not to method ARNs', async () => {
    const Auth = {
      type: 'AWS::ApiGateway::Authorizer',
      properties: {
        RestApiId: API_ID,
        Type: 'REQUEST',
        IdentitySource: 'method.request.header.Host',
        AuthorizerUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:auth/invocations`,
      },
    };
    const guarded = restRoutes(
      { 'GET /pets': { AuthorizationType: 'CUSTOM', AuthorizerId: 'Auth' } },
      { stage: { AccessLogSetting: accessLogSetting(FORMAT) }, more: { Auth } },
    );
    const api = serving({
      ...guarded,
      D: domain(),
      M: mapping({ BasePath: 'v1', Stage: 'dev' }),
      // AWS takes an empty base path next to another one only as an API mapping of v2 (aws/aws-cdk#17915).
      Root: {
        type: 'AWS::ApiGatewayV2::ApiMapping',
        properties: { DomainName: HOST, ApiId: API_ID, Stage: 'dev' },
      },
    });

    await ask(api, '/v1/pets');
    await ask(api, '/pets');

    const logged = api.ports.logGroups.lines.map((line) => line.split(' ').slice(2));
    assert.deepEqual(logged, [
      ['v1', HOST, '/v1/pets'],
      ['(none)', HOST, '/pets'],
    ]);
    const [event] = api.ports.invoker.calls.map((call) => call.event as Record<string, unknown>);
    assert.deepEqual(
      [event?.['methodArn'], event?.['path']],
      [`arn:aws:execute-api:us-east-1:123456789012:${API_ID}/dev/GET/pets`, '/v1/pets'],
      'docs/design/authorizers §P09',
    );
  });
});

describe('a custom domain of HTTP APIs', () => {
  const HTTP = httpRoutes(['GET /pets', '$default'], { stages: ['beta'] });
  const D = {
    type: 'AWS::ApiGatewayV2::DomainName',
    properties: { DomainName: HOST, DomainNameConfigurations: [{ EndpointType: 'REGIONAL' }] },
  };

  it('is mapped to a stage', async () => {
    const M = keyed({ ApiMappingKey: 'v1', Stage: '$default' });
    const Beta = keyed({ ApiMappingKey: 'beta/v1', Stage: 'beta' });
    const api = serving({ ...HTTP, D, M, Beta });

    // The page http-api-develop-integrations-lambda, and CodeGenieApp/serverless-express#465 and #612.
    for (const [target, stage, rawPath] of [
      ['/v1/pets', '$default', '/pets'],
      ['/v1', '$default', ''],
      ['/v1/', '$default', '/'],
      ['/beta/v1/pets', 'beta', '/beta/pets'],
      ['/beta/v1', 'beta', '/beta'],
    ] as const) {
      const event = (await ask(api, target)) as Record<string, Record<string, unknown>>;
      assert.deepEqual(
        [event['rawPath'], event['routeKey'], event['requestContext']?.['stage']],
        [rawPath, target.endsWith('/pets') ? 'GET /pets' : '$default', stage],
      );
      assert.equal(event['requestContext']?.['domainName'], HOST);
    }
  });

  // `api.example.com.` is the same name in DNS; handlers that choose a tenant by it expect one spelling.
  it('has one spelling in events, whatever the client’s spelling', () => {
    const { served } = serving({ ...HTTP, D, M: keyed({ ApiMappingKey: 'v1', Stage: '$default' }) });

    for (const host of [HOST, `${HOST}.`, `${HOST.toUpperCase()}.:8443`])
      assert.equal(served.atDomain(host, '/v1/pets')?.api?.domainName, HOST);
  });

  it('counts as HTTP-only if nothing is mapped: HTTP APIs would say Not Found', () => {
    const { served } = serving({ ...HTTP, D, M: keyed({ ApiMappingKey: 'v1', Stage: '$default' }) });
    assert.deepEqual(served.atDomain(HOST, '/v2'), {
      api: undefined,
      isHttpOnly: true,
      facts: { domain: 'api.example.com', basePaths: ['v1'] },
      mutual: undefined,
    });
  });
});

describe('custom domains after a reload', () => {
  it('are those of the template, and those that calls have created', () => {
    const { served } = serving({ ...PETS, D: domain(), M: mapping({ BasePath: 'v1', Stage: 'dev' }) });
    const defined = served.domains.get(HOST);
    assert.ok(defined);
    const mappings = new Map([...defined.mappings, ['mine', { apiId: API_ID, stage: 'dev' }]]);
    served.domains.put({ ...defined, mappings });
    served.domains.put({ ...defined, name: 'own.example.com' });

    served.prepare([aStack({ ...PETS, D: domain(), M: mapping({ BasePath: 'v2', Stage: 'dev' }) })]).serve();

    assert.deepEqual([...(served.domains.get(HOST)?.mappings.keys() ?? [])].toSorted(), ['mine', 'v2']);
    assert.ok(served.domains.get('own.example.com'));
    served.prepare([aStack(PETS)]).serve();
    assert.equal(served.domains.get(HOST), undefined);
  });
});

// Source: API Gateway developer guide, "Routing rules to connect API stages to a custom domain name", routing modes.
describe('the routing mode of a domain', () => {
  const rule = {
    id: 'all',
    priority: 1,
    apiId: API_ID,
    stage: 'ruled',
    conditions: [],
    stripsBasePath: false,
  };
  const kindOf = (RoutingMode: string | undefined, rules: readonly (typeof rule)[] = [rule]): string => {
    const mappings = new Map([['', { apiId: API_ID, stage: 'mapped' }]]);
    const properties = RoutingMode === undefined ? {} : { RoutingMode };
    return matchDomain({ properties, rules, mappings } as unknown as Domain, '/pets').kind;
  };

  for (const [mode, rules, expected] of [
    [undefined, [rule], 'mapped'],
    ['BASE_PATH_MAPPING_ONLY', [rule], 'mapped'],
    ['API_MAPPING_ONLY', [rule], 'mapped'],
    ['ROUTING_RULE_ONLY', [rule], 'ruled'],
    ['ROUTING_RULE_ONLY', [], 'unmapped'],
    ['ROUTING_RULE_THEN_BASE_PATH_MAPPING', [rule], 'ruled'],
    ['ROUTING_RULE_THEN_API_MAPPING', [], 'mapped'],
  ] as const)
    it(`selects what is ${expected} for ${mode ?? 'none'} with ${rules.length} rules`, () => {
      assert.equal(kindOf(mode, rules), expected);
    });
});
