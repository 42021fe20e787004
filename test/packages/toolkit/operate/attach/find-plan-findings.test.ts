import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findPlanFindings } from '../../../../../packages/toolkit/operate/attach/find-plan-findings.ts';
import { chooseRoutes } from '../../../../../packages/toolkit/operate/attach/choose-routes.ts';
import { chooseSettings } from '../../../../../packages/toolkit/operate/attach/choose-settings.ts';
import { mayCall } from '../../../../../packages/toolkit/operate/attach/authorizer-function.ts';
import type { AuthorizerFunction } from '../../../../../packages/toolkit/operate/attach/authorizer-function.ts';
import type { Circumstances } from '../../../../../packages/toolkit/operate/attach/plan-finding.ts';
import type { LiveApi, LiveRoute } from '../../../../../packages/toolkit/operate/attach/live-api.ts';
import { aDocument } from '../../../../support/an-access-document.ts';

const ARN = 'arn:aws:lambda:us-east-1:123456789012:function:gatewright-prod-request-authorizer';
const authorizer: AuthorizerFunction = {
  arn: ARN,
  name: 'gatewright-prod-request-authorizer',
  timeoutSeconds: 5,
  isCallable: true,
  address: '',
  qualifier: undefined,
  parts: {},
};

function aRoute(key: string, over: Partial<LiveRoute> = {}): LiveRoute {
  const [method = '', path = ''] = key.startsWith('$') ? ['ANY', key] : key.split(' ');
  return {
    key,
    method,
    path,
    address: '',
    shown: {},
    authorizationType: 'NONE',
    authorizerId: undefined,
    apiKeyRequired: false,
    ...over,
  };
}

function anApi(over: Partial<LiveApi> = {}): LiveApi {
  return {
    kind: 'rest',
    apiId: 'a1b2c3',
    name: 'shop',
    stage: 'prod',
    address: '',
    api: {},
    stageShown: {},
    routes: [aRoute('GET /users'), aRoute('GET /users/{id}')],
    authorizers: [],
    gatewayResponses: [],
    parts: {},
    isAutomatic: false,
    drift: [],
    ...over,
  };
}

const document = aDocument({ result: { cacheTtlSeconds: 300 } });

function about(
  live: LiveApi,
  over: Partial<Circumstances> & { readonly ttlSeconds?: number } = {},
): Circumstances {
  const { ttlSeconds } = over;
  const settings = chooseSettings(live, document, {
    type: 'request',
    name: 'ours',
    functionArn: ARN,
    ...(ttlSeconds !== undefined && { ttlSeconds }),
  });
  return {
    live,
    authorizer,
    settings,
    document,
    choice: chooseRoutes(live, [], false),
    keyed: new Set(),
    isIncludingEdits: false,
    ...over,
  };
}

const idsOf = (circumstances: Circumstances): string[] =>
  findPlanFindings(circumstances).map(({ level, id }) => `${level} ${id}`);

describe('findings to know before an authorizer is attached', () => {
  it('are none for a plain API that its document knows', () => {
    assert.deepEqual(findPlanFindings(about(anApi())), []);
  });

  it('advises what helps while the API does not have the authorizer yet, which access sync does not', () => {
    const own = { id: 'own', effect: 'allow', methods: ['GET'], paths: ['/users/{id}'] };
    const over = { result: { cacheTtlSeconds: 300 }, rules: [own] };
    const opened = aDocument(over, ['open GET /users/{id}', 'open GET /users/me']);
    const routes = [aRoute('GET /users/{id}'), aRoute('GET /users/me')];
    const [finding] = findPlanFindings(about(anApi({ routes }), { document: opened }));

    assert.match(
      finding?.what ?? '',
      /can also call GET \/users\/me, because GET \/users\/me had no authorizer when .* were read$/,
    );
    assert.match(
      finding?.fix ?? '',
      /attach plan --write-routes .*; then deploy .* or run gatewright access publish; then attach$/,
    );
  });

  it('advises how the attachment includes a charged route, and not to run the command that is run', () => {
    const limits = [{ id: 'day', level: 'tenant', quota: 9, period: 'DAY' }];
    const plans = [{ id: 'daily', version: 1, limits }];
    const charged = aDocument({ quota: { tenant: 'shop', plan: 'daily', routes: ['GET /users'], plans } });
    const choice = chooseRoutes(anApi(), ['GET /users/{id}'], false);
    const findings = findPlanFindings(about(anApi(), { document: charged, choice }));
    const { what = '' } = findings.find(({ id }) => id === 'quota') ?? {};

    assert.match(
      what,
      /calls are not charged: include each charged route with --routes, and with --replace /,
    );
    assert.doesNotMatch(what, /run gatewright attach/);
  });

  const cases: readonly { readonly finds: string; readonly of: Circumstances }[] = [
    { finds: 'obstacle no-document', of: about(anApi(), { document: undefined }) },
    { finds: 'obstacle wiring', of: about(anApi(), { ttlSeconds: 600 }) },
    {
      finds: 'obstacle wildcards',
      of: about(anApi({ routes: [aRoute('GET /users/{id}'), aRoute('GET /users/me')] })),
    },
    { finds: 'warning unknown-routes', of: about(anApi({ routes: [aRoute('GET /news')] })) },
    { finds: 'obstacle name-taken', of: about(anApi({ parts: { 'authorizer ours': {} } })) },
    {
      finds: 'warning authorizer-timeout',
      of: about(anApi(), { authorizer: { ...authorizer, timeoutSeconds: 60 } }),
    },
    {
      finds: 'warning authorizer-timeout',
      of: about(anApi({ kind: 'http' }), { authorizer: { ...authorizer, timeoutSeconds: 11 } }),
    },
    { finds: 'warning drift-unknown', of: about(anApi({ drift: undefined })) },
    { finds: 'obstacle drift', of: about(anApi({ drift: ['GET /users is configured, but not deployed'] })) },
    {
      finds: 'warning drift',
      of: about(anApi({ drift: ['GET /users is configured, but not deployed'] }), { isIncludingEdits: true }),
    },
    { finds: 'obstacle canary', of: about(anApi({ stageShown: { canarySettings: { percentTraffic: 5 } } })) },
    { finds: 'warning automatic', of: about(anApi({ kind: 'http', isAutomatic: true })) },
    { finds: 'warning cors', of: about(anApi({ routes: [aRoute('GET /users'), aRoute('OPTIONS /users')] })) },
    { finds: 'warning preflight', of: about(anApi({ routes: [aRoute('ANY /users')] })) },
    {
      finds: 'warning api-keys',
      of: about(anApi({ routes: [aRoute('GET /users', { apiKeyRequired: true })] })),
    },
    {
      finds: 'note left-alone',
      of: about(
        anApi({
          routes: [aRoute('GET /users'), aRoute('GET /users/{id}', { authorizationType: 'AWS_IAM' })],
        }),
      ),
    },
    {
      finds: 'warning claims',
      of: (() => {
        const live = anApi({
          routes: [aRoute('GET /users', { authorizationType: 'COGNITO_USER_POOLS', authorizerId: 'x' })],
        });
        return about(live, { choice: chooseRoutes(live, [], true) });
      })(),
    },
    {
      finds: 'warning cache',
      of: about(
        anApi({
          stageShown: { cacheClusterEnabled: true, methodSettings: { '*/*': { cachingEnabled: true } } },
        }),
      ),
    },
    { finds: 'warning resource-policy', of: about(anApi({ api: { policy: '{}' } })) },
    {
      finds: 'obstacle nothing',
      of: about(anApi({ routes: [aRoute('GET /users', { authorizationType: 'AWS_IAM' })] })),
    },
    {
      finds: 'obstacle no-route',
      of: (() => {
        const live = anApi();
        return about(live, { choice: chooseRoutes(live, ['GET /nowhere'], false) });
      })(),
    },
  ];
  for (const { finds, of } of cases)
    it(`finds it: ${finds}`, () => {
      assert.ok(idsOf(of).includes(finds), idsOf(of).join(', '));
    });

  it('do not include pages if a gateway response makes a denial readable', () => {
    const routes = [aRoute('GET /users'), aRoute('OPTIONS /users')];
    const responseParameters = { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" };
    const live = anApi({ routes, gatewayResponses: [{ responseType: 'DEFAULT_4XX', responseParameters }] });

    assert.deepEqual(idsOf(about(live)), ['note left-alone']);
  });
});

describe('the routes of an attachment', () => {
  const live = anApi({
    routes: ['GET /orders', 'POST /orders', 'GET /orders/{id}', 'GET /ordersx', 'OPTIONS /orders'].map(
      (key) => aRoute(key),
    ),
  });
  const cases = [
    { patterns: [], takes: ['GET /orders', 'POST /orders', 'GET /orders/{id}', 'GET /ordersx'] },
    { patterns: ['GET /orders/*'], takes: ['GET /orders', 'GET /orders/{id}'] },
    { patterns: ['/orders'], takes: ['GET /orders', 'POST /orders'] },
    { patterns: ['* /orders/{id}', 'post /orders'], takes: ['POST /orders', 'GET /orders/{id}'] },
  ];
  for (const { patterns, takes } of cases)
    it(`are ${takes.join(', ')} by ${patterns.join(', ') || 'no pattern'}`, () => {
      assert.deepEqual(
        chooseRoutes(live, patterns, false).chosen.map(({ key }) => key),
        takes,
      );
    });
});

// Lambda developer guide, "Using resource-based policies"; API Gateway, "Lambda authorizer resource-based policy".
describe('a statement allows API Gateway to call an authorizer', () => {
  const apiArn = 'arn:aws:execute-api:us-east-1:123456789012:a1b2c3';
  const open = {
    Effect: 'Allow',
    Action: 'lambda:InvokeFunction',
    Principal: { Service: 'apigateway.amazonaws.com' },
  };
  const cases = [
    { may: true, statement: open },
    {
      may: true,
      statement: { ...open, Condition: { StringEquals: { 'AWS:SourceAccount': '123456789012' } } },
    },
    {
      may: false,
      statement: { ...open, Condition: { StringEquals: { 'AWS:SourceAccount': '210987654321' } } },
    },
    {
      may: true,
      statement: { ...open, Condition: { ArnLike: { 'AWS:SourceArn': `${apiArn}/authorizers/*` } } },
    },
    { may: true, statement: { ...open, Condition: { ArnLike: { 'AWS:SourceArn': `${apiArn}/*` } } } },
    {
      may: false,
      statement: { ...open, Condition: { ArnLike: { 'AWS:SourceArn': `${apiArn}/*/GET/users` } } },
    },
    { may: false, statement: { ...open, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } } },
    { may: false, statement: { ...open, Effect: 'Deny' } },
    { may: false, statement: { ...open, Principal: { Service: 'sns.amazonaws.com' } } },
    { may: false, statement: { ...open, Action: 'lambda:GetFunction' } },
  ];
  for (const { may, statement } of cases)
    it(`${may ? 'by' : 'not by'} ${JSON.stringify(statement)}`, () => {
      assert.equal(mayCall(statement, apiArn), may);
    });
});

describe('a stage cache and the places of credentials', () => {
  const stageShown = { cacheClusterEnabled: true, methodSettings: { '*/*': { cachingEnabled: true } } };
  const IN_KEY = [{ in: 'header', name: 'x-api-key', issuers: ['keys'] }] as const;
  const IN_QUERY = [{ in: 'query', name: 'ticket', issuers: ['keys'] }] as const;
  for (const [keys, sources, isShared] of [
    [['method.request.header.Authorization'], IN_KEY, 'method.request.header.x-api-key'],
    [['method.request.header.X-Api-Key'], IN_KEY, undefined],
    [[], IN_QUERY, 'method.request.querystring.ticket'],
    [['method.request.querystring.ticket'], IN_QUERY, undefined],
    [['method.request.header.x-api-key'], [...IN_KEY, ...IN_QUERY], 'method.request.querystring.ticket'],
    [['method.request.header.Authorization'], [], undefined],
    [[], [], 'method.request.header.Authorization'],
  ] as const)
    it(`with ${keys.join() || 'no'} cache key, ${isShared ?? 'nothing'} is missing for credentials in ${sources.map((one) => one.name).join(' and ')}`, () => {
      const shown = { methodIntegration: { cacheKeyParameters: keys } };
      const live = anApi({ stageShown, routes: [aRoute('GET /users', { shown })] });
      const own = { ...document, sources: [...sources] };
      const settings = chooseSettings(live, own, { type: 'request', name: 'ours', functionArn: ARN });
      const found = findPlanFindings(about(live, { document: own, settings }));
      const warned = found.find(({ id }) => id === 'cache');

      assert.equal(warned?.fix.split(' ')[1]?.toLowerCase(), isShared?.toLowerCase());
    });
});
