import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { authorize } from '#shared/access/authorize.ts';
import type { AccessRules } from '#shared/access/authorize.ts';
import { toPrincipal } from '#shared/access/principal.ts';
import type { AuthorizerKind } from '#shared/aws/authorizer-event.ts';
import { parseMethodArn } from '#shared/aws/method-arn.ts';
import { DomainError } from '#shared/errors.ts';
import { anIssuer } from '../../support/signed-tokens.ts';

const arn = parseMethodArn('arn:aws:execute-api:us-east-1:123456789012:a1b2c3/dev/GET/users');

function rulesFor(roles: readonly string[], over: Partial<AccessRules> = {}): AccessRules {
  const principal = toPrincipal({ sub: 'alice', exp: 100, scope: 'a', roles }, anIssuer());
  return {
    verifyToken: () => Promise.resolve(principal),
    allowedRoles: ['admin'],
    httpResponseFormat: 'policy',
    ...over,
  };
}

const ask = (kind: AuthorizerKind, rules: AccessRules) =>
  authorize({ kind, arn, readToken: () => 'token' }, rules);
const refusing = (code: 'TOKEN_EXPIRED' | 'KEY_SET_UNAVAILABLE') => ({
  verifyToken: () => Promise.reject(new DomainError(code, 'x')),
});

describe('authorize', () => {
  it('tells the backend flat values about the caller', async () => {
    const authorized = await ask('rest', rulesFor(['admin', 'support']));

    assert.deepEqual(authorized.result?.context, {
      sub: 'alice',
      iss: 'https://issuer.example/',
      roles: 'admin support',
      exp: 100,
      scope: 'a',
    });
    assert.equal(
      'principalId' in authorized.result && authorized.result.principalId,
      'https://issuer.example/|alice',
    );
  });

  for (const kind of ['rest', 'http-1.0', 'http-2.0', 'websocket'] as const)
    it(`denies a wrong role on a ${kind} API by policy`, async () => {
      const authorized = await ask(kind, rulesFor(['guest']));

      assert.equal(authorized.kind === 'known' && authorized.decision, 'deny');
      assert.match(JSON.stringify(authorized.result), /"Effect":"Deny"/);
    });

  it('answers simply only where payload 2.0 is set to it', async () => {
    const simple = { httpResponseFormat: 'simple' } as const;

    assert.equal('isAuthorized' in ((await ask('http-2.0', rulesFor(['admin'], simple))).result ?? {}), true);
    assert.equal(
      'isAuthorized' in ((await ask('http-1.0', rulesFor(['admin'], simple))).result ?? {}),
      false,
    );
  });

  for (const kind of ['rest', 'http-1.0', 'websocket'] as const)
    it(`leaves an unknown caller of a ${kind} API without an answer, for 401`, async () => {
      assert.deepEqual(await ask(kind, rulesFor([], refusing('TOKEN_EXPIRED'))), {
        kind: 'unknown',
        reason: 'TOKEN_EXPIRED',
        result: undefined,
      });
    });

  for (const httpResponseFormat of ['policy', 'simple'] as const)
    it(`denies an unknown caller of payload 2.0 in the ${httpResponseFormat} form`, async () => {
      const authorized = await ask(
        'http-2.0',
        rulesFor([], { ...refusing('TOKEN_EXPIRED'), httpResponseFormat }),
      );

      assert.equal(authorized.kind, 'unknown');
      assert.match(JSON.stringify(authorized.result), /"Effect":"Deny"|"isAuthorized":false/);
    });

  it('never turns a failure of ours into an answer', async () => {
    for (const kind of ['rest', 'http-2.0'] as const)
      await assert.rejects(ask(kind, rulesFor([], refusing('KEY_SET_UNAVAILABLE'))), {
        code: 'KEY_SET_UNAVAILABLE',
      });
  });
});
