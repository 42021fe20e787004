import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anInventory, compile, documentText } from '../../../../support/an-access-document.ts';

const OIDC = { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] };

function warningsOf(over: object, routes = ['GET /orders'], kind: 'rest' | 'websocket' = 'rest') {
  const compilation = compile(documentText(over), anInventory(routes, kind));
  return compilation.kind === 'compiled'
    ? compilation.warnings.map(({ message }) => message)
    : assert.fail(JSON.stringify(compilation.problems));
}

describe('checkIssuers', () => {
  // docs/design/authorizers §K08: a browser closes the connection unless the marker comes back, and ws-connect knows
  // one.
  it('warns of a marker that ws-connect does not give back', () => {
    const rules = [{ id: 'ws', effect: 'allow', connect: true }];
    const warned = (marker: string) => {
      const sources = [{ in: 'subprotocol', marker, issuers: ['main'] }];
      return warningsOf({ sources, rules }, ['ANY $connect'], 'websocket').join();
    };

    assert.equal(warned('bearer'), '');
    assert.equal(warned('Bearer'), '');
    assert.match(
      warned('token.v1'),
      /sources\[0\]\.marker: ws-connect returns only the subprotocol "bearer"/,
    );
  });

  // docs/design/authorizers §J18: with and without the slash are two issuers; these are known to have it, or not to.
  for (const [issuer, expected] of [
    ['https://tenant.eu.auth0.com', 'https://tenant.eu.auth0.com/'],
    ['https://tenant.okta.com/oauth2/default/', 'https://tenant.okta.com/oauth2/default'],
    ['https://accounts.google.com/', 'https://accounts.google.com'],
    ['https://login.microsoftonline.com/t/v2.0/', 'https://login.microsoftonline.com/t/v2.0'],
    ['https://sts.windows.net/t', 'https://sts.windows.net/t/'],
    ['https://cognito-idp.eu-west-1.amazonaws.com/p/', 'https://cognito-idp.eu-west-1.amazonaws.com/p'],
    ['https://tenant.eu.auth0.com/', undefined],
    ['https://accounts.google.com', undefined],
    ['https://issuer.example', undefined],
    ['https://notauth0.com', undefined],
  ] as const)
    it(`${expected === undefined ? 'takes' : 'warns of'} the issuer ${issuer}`, () => {
      const warnings = warningsOf({ issuers: [{ ...OIDC, issuer }] }).filter((text) => text.includes('iss'));
      if (expected === undefined) assert.deepEqual(warnings, []);
      else
        assert.deepEqual(warnings, [
          `issuers[0].issuer: tokens of this issuer have iss "${expected}", not "${issuer}": correct the issuer`,
        ]);
    });

  const KEYS = { id: 'keys', type: 'apiKey', prefix: 'shop_live' };
  const reads = (...issuers: string[]) => [
    { in: 'header', name: 'authorization', scheme: 'Bearer', issuers },
  ];
  const problemsOf = (over: object, kind: 'rest' | 'http' | 'websocket' = 'rest'): readonly string[] => {
    const routes = kind === 'websocket' ? ['ANY $connect'] : ['GET /orders'];
    const rules = kind === 'websocket' ? { rules: [{ id: 'ws', effect: 'allow', connect: true }] } : {};
    const compilation = compile(documentText({ ...rules, ...over }), anInventory(routes, kind));
    return compilation.kind === 'invalid' ? compilation.problems.map(({ message }) => message) : [];
  };
  for (const { name, over, kind, expected } of [
    {
      name: 'an id twice',
      over: { issuers: [OIDC, { ...OIDC, issuer: 'https://other.example/' }] },
      expected: ['issuers[1].id: the id "main" is used by two issuers'],
    },
    {
      name: 'an issuer that no source reads',
      over: { issuers: [OIDC, KEYS] },
      expected: ['issuers[1]: no source names "keys", so its credentials are never read'],
    },
    {
      name: 'a source of an issuer that is not declared',
      over: { sources: reads('main', 'other') },
      expected: ['sources[0].issuers[1]: "other" is not declared under issuers; expected one of main'],
    },
    {
      name: 'tokens in place of a certificate',
      over: { sources: [...reads('main'), { in: 'clientCert', issuers: ['main'] }] },
      expected: [
        'sources[1].issuers[0]: "main" is not an issuer of certificates, so its credentials cannot be in clientCert',
      ],
    },
    {
      name: 'a stage that the document does not have',
      over: { issuers: [{ ...OIDC, only: ['prod', 'dev'] }] },
      expected: ['issuers[0].only[1]: "dev" is not a stage under api'],
    },
    {
      name: 'two issuers of the same tokens',
      over: { issuers: [OIDC, { ...OIDC, id: 'again' }], sources: reads('main', 'again') },
      expected: [
        'issuers[1]: the tokens of issuer "again" have iss "https://issuer.example/", which another issuer also uses',
      ],
    },
    {
      name: 'two issuers of keys that begin alike',
      over: { issuers: [KEYS, { ...KEYS, id: 'again' }], sources: reads('keys', 'again') },
      expected: [
        'issuers[1]: the keys of issuer "again" begin with "shop_live", which another issuer also uses',
      ],
    },
    {
      name: 'a native usage plan of an HTTP API',
      over: { issuers: [{ ...KEYS, nativeUsagePlan: true }], sources: reads('keys') },
      kind: 'http',
      expected: ['issuers[0].nativeUsagePlan: is for REST APIs only; this API is of type HTTP'],
    },
    {
      name: 'a native usage plan together with a key for all that is admitted',
      over: {
        issuers: [{ ...KEYS, nativeUsagePlan: true }],
        sources: reads('keys'),
        quota: { plan: 'partner', tenant: 'acme', admissionKey: 'acme-admitted-requests' },
      },
      expected: [
        'issuers[0].nativeUsagePlan: does not work with quota.admissionKey, because an authorizer can return only one API Gateway key',
      ],
    },
    {
      name: 'keys that are compiled in and have not been fetched',
      over: { issuers: [{ ...OIDC, jwks: { snapshotMaxAgeDays: 7 } }] },
      expected: [
        'issuers[0].jwks.snapshotMaxAgeDays: the keys have not been fetched: run gatewright access snapshot',
      ],
    },
    {
      name: 'a query parameter of an API that is not a WebSocket API',
      over: { sources: [...reads('main'), { in: 'query', name: 'token', issuers: ['main'] }] },
      expected: ['sources[1].in: is for WebSocket APIs only; this API is of type REST'],
    },
  ] as const)
    it(`refuses ${name}`, () => {
      assert.deepEqual(problemsOf(over, kind), expected);
    });

  it('accepts keys in addition to tokens, and a native usage plan of a REST API', () => {
    const over = { issuers: [OIDC, { ...KEYS, nativeUsagePlan: true }], sources: reads('main', 'keys') };

    assert.deepEqual(problemsOf(over), []);
  });
});
