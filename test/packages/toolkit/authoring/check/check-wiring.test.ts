import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkChargedRoutes,
  checkUncharged,
  checkNativePlans,
  checkWiring,
} from '@gatewright/authoring/check/check-wiring';
import type { WiredAuthorizer } from '@gatewright/authoring/check/check-wiring';
import { aDocument } from '../../../../support/an-access-document.ts';

const SAFE: WiredAuthorizer = {
  name: 'request',
  payload: 'rest-request',
  calls: 'request-authorizer',
  ttlSeconds: 60,
  simpleResponses: false,
  identitySources: [{ kind: 'header', name: 'authorization' }],
};
const bearer = { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main'] };
const other = { in: 'header', name: 'x-token', issuers: ['main'] };
const PARTNERS = {
  issuers: [{ id: 'partners', type: 'clientCert', match: [{ issuerDN: 'CN=Partner CA' }] }],
  sources: [{ in: 'clientCert', issuers: ['partners'] }],
};
const simple = { result: { format: 'simple' } };
const quota = { plan: 'partner', tenant: 'acme' };
const mcp = { path: '/mcp', rules: [{ id: 'all', effect: 'allow', tools: ['*'] }], charge: true };

// docs/design/authorizers §7.14: pairs of mode, TTL and identity source that would break the document's promises.
describe('checkWiring', () => {
  const rows: readonly {
    name: string;
    over?: object;
    kind?: 'http';
    routes?: readonly string[];
    wired?: Partial<WiredAuthorizer>;
    expected: RegExp | undefined;
    source: string;
  }[] = [
    {
      name: 'takes a header that is both read and part of the cache key',
      expected: undefined,
      source: 'docs/design/authorizers §B01',
    },
    {
      name: 'takes any identity source while nothing is kept',
      wired: { ttlSeconds: 0, identitySources: [] },
      expected: undefined,
      source: 'docs/design/authorizers §B14',
    },
    {
      name: 'refuses to keep answers by another header',
      wired: { identitySources: [{ kind: 'header', name: 'x-other' }] },
      expected: /caches results without header authorization as an identity source/,
      source: 'docs/design/authorizers §B14',
    },
    {
      name: 'refuses to keep answers that a quota was charged for',
      over: { quota },
      expected: /caches results for 60 s, and cached results are not charged to the quota: set the TTL to 0/,
      source: 'an answer to a charged request allows that one request',
    },
    {
      name: 'takes a quota if nothing is kept',
      over: { quota },
      wired: { ttlSeconds: 0, identitySources: [] },
      expected: undefined,
      source: 'an answer to a charged request allows that one request',
    },
    {
      name: 'takes kept answers if the quota is counted from access logs',
      over: { quota: { ...quota, count: 'access-log' } },
      expected: undefined,
      source: 'a charge from logs needs no fresh answer: the authorizer only looks',
    },
    {
      name: 'takes kept answers if the wrapper of an MCP server charges every route',
      over: { quota, mcp },
      routes: ['POST /mcp'],
      expected: undefined,
      source: 'docs/guides/protect/mcp.md: the authorizer does not charge this route',
    },
    {
      name: 'refuses a TOKEN authorizer if the wrapper charges by plans of the document',
      over: {
        quota: {
          ...quota,
          plans: [
            {
              id: 'partner',
              version: 1,
              limits: [{ id: 'daily', level: 'tenant', quota: 3, period: 'DAY' }],
            },
          ],
        },
        mcp,
      },
      routes: ['POST /mcp'],
      wired: { payload: 'rest-token', calls: 'token-authorizer' },
      expected: /a TOKEN authorizer cannot save the plans under quota\.plans/,
      source: 'docs/guides/protect/mcp.md: the REQUEST authorizer saves them',
    },
    {
      name: 'takes a TOKEN authorizer if the wrapper charges by plans of the table',
      over: { quota, mcp },
      routes: ['POST /mcp'],
      wired: { payload: 'rest-token', calls: 'token-authorizer' },
      expected: undefined,
      source: 'docs/guides/protect/mcp.md: gatewright plan save saves them',
    },
    {
      name: 'refuses kept answers if another route is charged as well',
      over: { quota, mcp },
      routes: ['POST /mcp', 'GET /users'],
      expected: /caches results for 60 s, and cached results are not charged/,
      source: 'docs/guides/protect/mcp.md: the authorizer charges the other routes',
    },
    {
      name: 'refuses a TOKEN authorizer if every route is charged',
      over: { quota },
      wired: { payload: 'rest-token', calls: 'token-authorizer', ttlSeconds: 0 },
      expected: /a TOKEN authorizer cannot charge the quota/,
      source: 'docs/design/quota §0.4: its event has no stamp',
    },
    {
      name: 'takes a TOKEN authorizer together with routes that are charged',
      over: { quota: { ...quota, routes: ['GET /users'] } },
      wired: { payload: 'rest-token', calls: 'token-authorizer' },
      expected: undefined,
      source: 'it denies the charged routes',
    },
    {
      name: 'refuses to keep answers by nothing',
      wired: { identitySources: [] },
      expected: /as an identity source, so callers share the results/,
      source: 'docs/design/authorizers §B14',
    },
    {
      name: 'refuses to keep answers by one of two sources',
      over: { sources: [bearer, other] },
      expected: /caches results without header x-token as an identity source/,
      source: 'docs/design/authorizers §B14',
    },
    {
      name: 'refuses to demand one of two sources',
      over: { sources: [bearer, other] },
      wired: { ttlSeconds: 0 },
      expected: /returns 401 to every caller without header authorization/,
      source: 'docs/design/authorizers §K10',
    },
    {
      name: 'refuses to demand only what the document does not read',
      wired: { ttlSeconds: 0, identitySources: [{ kind: 'header', name: 'x-api-key' }] },
      expected:
        /returns 401 to every caller without header x-api-key, from which the document reads no credential: add a source for it to the document, or make header authorization the identity source/,
      source: 'docs/aws §4.1: without an identity source the response is 401, and the function is not called',
    },
    {
      name: 'takes two sources if none is demanded and nothing is kept',
      over: { sources: [bearer, other] },
      wired: { ttlSeconds: 0, identitySources: [] },
      expected: undefined,
      source: 'docs/design/authorizers §K10',
    },
    {
      name: 'refuses to keep answers longer than the document allows',
      wired: { ttlSeconds: 61 },
      expected: /caches results for 61 s, but the document allows 60 s/,
      source: '2D',
    },
    {
      name: 'refuses to keep results for one request',
      over: { result: { onOversize: 'exact', cacheTtlSeconds: 0 } },
      expected: /set the TTL to 0/,
      source: 'docs/design/authorizers §B14',
    },
    {
      name: 'refuses a TOKEN authorizer for what it never reads',
      over: { sources: [bearer, other] },
      wired: { payload: 'rest-token', calls: 'token-authorizer', ttlSeconds: 0 },
      expected: /reads one header, so it cannot read header x-token/,
      source: 'docs/aws §4.1',
    },
    {
      name: 'refuses a policy if a verdict',
      wired: { payload: 'http-2.0', simpleResponses: true },
      kind: 'http',
      expected: /does not accept a policy/,
      source: 'docs/design/authorizers §B16',
    },
    {
      name: 'refuses a verdict if a policy',
      over: simple,
      wired: { payload: 'http-2.0' },
      kind: 'http',
      expected: /has result\.format: simple: set EnableSimpleResponses/,
      source: 'docs/design/authorizers §B16',
    },
    {
      name: 'refuses one kept result for all routes',
      over: simple,
      wired: { payload: 'http-2.0', simpleResponses: true },
      kind: 'http',
      expected: /caches one result for all routes/,
      source: 'docs/design/authorizers §B15',
    },
    {
      name: 'takes a kept verdict for each route',
      over: simple,
      wired: {
        payload: 'http-2.0',
        simpleResponses: true,
        identitySources: [...SAFE.identitySources, { kind: 'context', name: 'routeKey' }],
      },
      kind: 'http',
      expected: undefined,
      source: 'docs/design/authorizers §B15',
    },
    {
      name: 'refuses to keep answers without telling certificates apart',
      over: PARTNERS,
      expected: /without the client certificate/,
      source: 'docs/design/authorizers §B14',
    },
    {
      name: 'takes certificates while nothing is kept',
      over: PARTNERS,
      wired: { ttlSeconds: 0, identitySources: [] },
      expected: undefined,
      source: 'docs/design/authorizers §B14',
    },
  ];
  for (const { name, over, kind, routes, wired, expected, source } of rows)
    it(name, () => {
      const complaints = checkWiring(aDocument(over, routes, kind), { ...SAFE, ...wired });

      if (expected === undefined) assert.deepEqual(complaints, [], source);
      else assert.match(complaints.join('\n'), expected, source);
      for (const complaint of complaints) assert.match(complaint, /^authorizer request: /);
    });
});

describe('checkChargedRoutes', () => {
  const admissionKey = 'acme-admitted-requests';
  const route = {
    method: 'GET',
    path: '/users',
    authorizer: { payload: 'rest-request' },
    apiKeyRequired: true,
  } as const;
  const rows = [
    { name: 'takes a document without quota', over: {}, wired: [route], source: 'HEADER', expected: [] },
    {
      name: 'takes a route that asks for the admission key',
      over: { quota: { ...quota, admissionKey } },
      wired: [route],
      source: 'AUTHORIZER',
      expected: [],
    },
    {
      name: 'refuses a route that does not, since it would let requests over quota pass',
      over: { quota: { ...quota, admissionKey } },
      wired: [{ ...route, apiKeyRequired: false }],
      source: 'AUTHORIZER',
      expected: [/GET \/users is charged but requires no API key: set ApiKeyRequired: true/],
    },
    {
      name: 'finds it behind ANY',
      over: { quota: { ...quota, admissionKey } },
      wired: [{ ...route, method: 'ANY', apiKeyRequired: false }],
      source: 'AUTHORIZER',
      expected: [/GET \/users is charged but requires no API key/],
    },
    {
      name: 'refuses an admission key if callers bring keys',
      over: { quota: { ...quota, admissionKey } },
      wired: [route],
      source: 'HEADER',
      expected: [/needs ApiKeySourceType: AUTHORIZER/],
    },
    {
      name: 'refuses a charged route behind a TOKEN authorizer',
      over: { quota: { ...quota, routes: ['GET /users'] } },
      wired: [{ ...route, authorizer: { payload: 'rest-token' } }],
      source: 'HEADER',
      expected: [/GET \/users is charged, which a TOKEN authorizer cannot do/],
    },
    {
      name: 'refuses a charged route that no authorizer of the toolkit guards',
      over: { quota },
      wired: [{ ...route, authorizer: undefined }],
      source: 'HEADER',
      expected: [/GET \/users is charged but has no authorizer of the toolkit/],
    },
    {
      name: 'finds a charged route behind $default',
      over: { quota },
      wired: [{ ...route, path: '/users', method: '$default', authorizer: undefined }],
      source: 'HEADER',
      expected: [/has no authorizer of the toolkit/],
    },
    {
      name: 'says nothing about the source of keys while it is unknown',
      over: { quota: { ...quota, admissionKey } },
      wired: [route],
      source: undefined,
      expected: [],
    },
  ] as const;
  for (const { name, over, wired, source, expected } of rows)
    it(name, () => {
      const document = aDocument(over, ['GET /users']);
      const complaints = [
        ...checkUncharged(document, wired, 'deployed'),
        ...checkChargedRoutes(document, wired, source),
      ];
      assert.equal(complaints.length, expected.length, complaints.join('\n'));
      for (const [index, pattern] of expected.entries()) assert.match(complaints[index] ?? '', pattern);
    });
});

// docs/design/authorizers §B22: the key's value counts only if the API takes it from its authorizer.
describe('checkNativePlans', () => {
  const keys = (nativeUsagePlan?: true) => ({
    issuers: [
      { id: 'keys', type: 'apiKey', prefix: 'shop_live', ...(nativeUsagePlan && { nativeUsagePlan }) },
    ],
    sources: [{ in: 'header', name: 'x-api-key', issuers: ['keys'] }],
  });
  const route = {
    method: 'GET',
    path: '/users',
    authorizer: { payload: 'rest-request' },
    apiKeyRequired: true,
  } as const;
  const rows = [
    {
      name: 'takes an API that takes keys from its authorizer',
      over: keys(true),
      wired: [route],
      source: 'AUTHORIZER',
      expected: [],
    },
    { name: 'takes any API without native plans', over: keys(), wired: [], source: 'HEADER', expected: [] },
    {
      name: 'refuses an API that takes keys from callers',
      over: keys(true),
      wired: [route],
      source: 'HEADER',
      expected: ['nativeUsagePlan of issuer keys needs ApiKeySourceType: AUTHORIZER on the API'],
    },
    {
      name: 'refuses an API of which no route asks for a key',
      over: keys(true),
      wired: [{ ...route, apiKeyRequired: false }],
      source: 'AUTHORIZER',
      expected: [
        'nativeUsagePlan of issuer keys counts nothing, because no route has ApiKeyRequired: true (private: true in serverless.yml)',
      ],
    },
  ] as const;
  for (const { name, over, wired, source, expected } of rows)
    it(name, () => {
      assert.deepEqual(checkNativePlans(aDocument(over, ['GET /users']), wired, source), expected);
    });
});

describe('checkWiring of a WebSocket API', () => {
  const rules = [{ id: 'ws', effect: 'allow', connect: true }];
  const wire = (source: object, identitySources: WiredAuthorizer['identitySources'], over: object = {}) =>
    checkWiring(aDocument({ rules, sources: [source], ...over }, ['ANY $connect'], 'websocket'), {
      ...SAFE,
      payload: 'websocket',
      identitySources,
    }).join();
  const header = (name: string) => ({ kind: 'header', name }) as const;

  it('finds the subprotocol in its header', () => {
    const subprotocol = { in: 'subprotocol', marker: 'bearer', issuers: ['main'] };

    assert.equal(wire(subprotocol, [header('sec-websocket-protocol')]), '');
    for (const other of [
      header('authorization'),
      { kind: 'querystring', name: 'sec-websocket-protocol' } as const,
    ])
      assert.match(
        wire(subprotocol, [other]),
        /caches results without the subprotocol as an identity source/,
      );
  });

  it('finds a parameter of the query by its name', () => {
    const query = { in: 'query', name: 'token', issuers: ['main'] };

    assert.equal(wire(query, [{ kind: 'querystring', name: 'token' }]), '');
    for (const other of [{ kind: 'querystring', name: 'other' } as const, header('token')])
      assert.match(wire(query, [other]), /caches results without query parameter token/);
  });

  it('finds the certificate of the client in the context', () => {
    const [source = {}] = PARTNERS.sources;
    const name = 'identity.clientCert.clientCertPem';
    const wired = (identitySource: WiredAuthorizer['identitySources'][number]) =>
      checkWiring(aDocument(PARTNERS, ['GET /users']), { ...SAFE, identitySources: [identitySource] }).join();

    assert.deepEqual(Object.keys(source), ['in', 'issuers']);
    assert.equal(wired({ kind: 'context', name }), '');
    for (const other of [{ kind: 'context', name: 'identity.sourceIp' } as const, header(name)])
      assert.match(wired(other), /caches results without the client certificate/);
  });
});
