import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { backendContext } from '#shared/access/backend-context.ts';
import { CHANNELS } from '#shared/aws/channel-grants.ts';
import { claimsOf } from '#shared/middleware/claims-of.ts';
import { aDocument, aPrincipal } from '../../support/an-access-document.ts';
import { readAuthorizerResult } from '../../../packages/gateway/core/events/authorizer-result.ts';

const contextOf = (claims: Record<string, unknown>, named: readonly string[] = []) =>
  backendContext(
    aDocument({ context: Object.fromEntries(named.map((name) => [name, { claim: name }])) }),
    aPrincipal({ claims, scopes: new Set(['b', 'a']), clientId: 'web' }),
  );

describe('backendContext', () => {
  it('names the caller, and adds only what the document asks for', () => {
    assert.deepEqual(contextOf({ email: 'a@b.example' }), {
      sub: 'u-1',
      iss: 'https://issuer.example/',
      scope: 'a b',
      clientId: 'web',
      exp: 2_000_000_000,
    });
  });

  describe('the tenant of an API key', () => {
    const keys = { id: 'keys', type: 'apiKey', prefix: 'shop_live' };
    const main = { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['a'] };
    const over = {
      issuers: [main, keys],
      sources: [
        { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main'] },
        { in: 'header', name: 'x-api-key', issuers: ['keys'] },
      ],
    };
    const asKey = aPrincipal({ issuerId: 'keys', claims: { sub: 'k-1', tenant: 'acme' } });
    const asUser = aPrincipal({ claims: { sub: 'u-1', tenant: 'chosen-by-the-user' } });

    // new-user 3: data kept by `sub` of a key is gone with the key.
    it('reaches a handler though the document does not name it', () => {
      const document = aDocument(over);

      assert.equal(backendContext(document, asKey)['tenant'], 'acme');
      assert.equal(claimsOf(eventWith(backendContext(document, asKey)))?.['tenant'], 'acme');
    });

    it('reaches it in addition to the claims of result.claims, without claims with the same name from tokens', () => {
      const document = aDocument({ ...over, result: { claims: { as: 'jwt', names: ['sub'] } } });

      assert.equal(claimsOf(eventWith(backendContext(document, asKey)))?.['tenant'], 'acme');
      assert.equal(claimsOf(eventWith(backendContext(document, asUser)))?.['tenant'], undefined);
      assert.equal(backendContext(document, asUser)['tenant'], undefined);
    });

    it('leaves the name to the document that gives it to another claim', () => {
      const document = aDocument({ ...over, context: { tenant: { claim: 'sub' } } });

      assert.equal(backendContext(document, asKey)['tenant'], 'k-1');
    });

    function eventWith(authorizer: object): object {
      return { requestContext: { authorizer } };
    }
  });

  // RFC 6749 section 3.3: a scope has no spaces. Rules take `a b` for one name; joined, a backend would read two.
  it('omits a scope that a backend would read as two others', () => {
    const principal = aPrincipal({ scopes: new Set(['c', 'orders:read orders:write']) });

    assert.equal(backendContext(aDocument(), principal)['scope'], 'c');
  });

  it('flattens the claims that the document names, and omits what is missing or too long', () => {
    const claims = {
      plan: 'gold',
      level: 3,
      vip: true,
      teams: ['a', 'b'],
      address: { city: 'x' },
      note: 'x'.repeat(2000),
    };
    const { plan, level, vip, teams, address, ...rest } = contextOf(claims, [
      'plan',
      'level',
      'vip',
      'teams',
      'address',
      'note',
      'none',
    ]);

    assert.deepEqual([plan, level, vip, teams, address], ['gold', 3, true, 'a b', '{"city":"x"}']);
    assert.deepEqual(Object.keys(rest).sort(), ['clientId', 'contextCut', 'exp', 'iss', 'scope', 'sub']);
    assert.equal(rest['contextCut'], 'note');
  });

  it('gives channels more room than other values, and says if that is not enough', () => {
    for (const [length, messages, cut] of [
      [1_025, true, undefined],
      [2_048, true, undefined],
      [2_049, false, 'channels'],
    ] as const) {
      const context = backendContext(aDocument(), aPrincipal(), { channels: 'c'.repeat(length) });
      assert.deepEqual([CHANNELS in context, context['contextCut']], [messages, cut]);
    }
  });

  // The rules see every scope; a backend that sees none would refuse whom they let in.
  it('puts the scopes of the document first if there are too many, and says that some are missing', () => {
    const others = Array.from({ length: 50 }, (_, index) => `a-scope-that-is-long-${index}`);
    const rules = [
      {
        id: 'r',
        effect: 'allow',
        methods: ['GET'],
        paths: ['/users'],
        when: { not: { any: [{ all: [{ scopes: { all: ['z:rule'] } }, { mfa: true }] }, { mfa: true }] } },
      },
    ];
    const roles = { clerk: { scopes: ['z:role'] } };
    const contextWith = (...scopes: readonly string[]) =>
      backendContext(aDocument({ rules, roles }), aPrincipal({ scopes: new Set(scopes) }));

    const many = contextWith(...others, 'z:rule', 'z:role');
    const messages = String(many['scope']).split(' ');
    assert.deepEqual(messages.slice(0, 2), ['z:role', 'z:rule']);
    assert.ok(messages.length > 30 && String(many['scope']).length <= 1024);
    assert.equal(many['contextCut'], 'scope');
    assert.equal(contextWith(...others.slice(0, 9), 'z:rule')['contextCut'], undefined);
    assert.equal(contextWith('x'.repeat(1_025))['scope'], undefined);
    assert.equal(contextWith('x'.repeat(1_025))['contextCut'], 'scope');
  });

  // docs/design/authorizers §7.5: whatever a token contains, the gateway accepts the context of every kind of API.
  it('is flat and bounded, for any claims', () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.double(),
      fc.string({ maxLength: 3000 }),
      fc.constant('\ud800'),
    );
    fc.assert(
      fc.property(anything, anything, (first, second) => {
        const context = contextOf({ first, second }, ['first', 'second']);
        for (const value of Object.values(context)) {
          assert.ok(['string', 'number', 'boolean'].includes(typeof value));
          assert.notEqual(JSON.stringify(value), 'null');
        }
        assert.ok(JSON.stringify(context).length < 14_000);
        const result = {
          principalId: 'main|u-1',
          policyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: 'execute-api:Invoke',
                Resource: ['arn:aws:execute-api:us-east-1:123456789012:a/b/GET/'],
              },
            ],
          },
          context,
        };
        for (const payload of ['rest-request', 'websocket'] as const)
          assert.equal(
            readAuthorizerResult(JSON.stringify(result), { payload, simpleResponses: false }).kind,
            'grant',
          );
      }),
    );
  });
});
