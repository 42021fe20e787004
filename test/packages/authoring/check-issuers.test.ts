import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anInventory, compile, documentText } from '../../support/an-access-document.ts';

const OIDC = { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] };

function warningsOf(over: object, routes = ['GET /orders'], kind: 'rest' | 'websocket' = 'rest') {
  const compilation = compile(documentText(over), anInventory(routes, kind));
  return compilation.kind === 'compiled'
    ? compilation.warnings.map(({ message }) => message)
    : assert.fail(JSON.stringify(compilation.problems));
}

describe('checkIssuers', () => {
  // docs/design/authorizers §K08: a browser closes the connection unless the marker comes back, and ws-connect knows one.
  it('warns of a marker that ws-connect does not give back', () => {
    const rules = [{ id: 'ws', effect: 'allow', connect: true }];
    const warned = (marker: string) => {
      const sources = [{ in: 'subprotocol', marker, issuers: ['main'] }];
      return warningsOf({ sources, rules }, ['ANY $connect'], 'websocket').join();
    };

    assert.equal(warned('bearer'), '');
    assert.equal(warned('Bearer'), '');
    assert.match(warned('token.v1'), /sources\[0\]\.marker: ws-connect returns only "bearer"/);
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
      else assert.deepEqual(warnings, [`issuers[0].issuer: tokens of this issuer have "${expected}"`]);
    });
});
