import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DomainError } from '#shared/errors.ts';
import { createCallerVerifier } from '#shared/mcp/verify-caller.ts';
import { withMcp } from '#shared/middleware/mcp.ts';
import { readRequest } from '#shared/aws/read-request.ts';
import { aDocument, anAccess } from '../../support/an-access-document.ts';
import { aFetcher, aKeySet, aRsaKey, signToken, someClaims } from '../../support/signed-tokens.ts';

const KEY = aRsaKey();
// The library that verifies tokens reads the clock of the machine.
const NOW_EPOCH_MS = Math.floor(Date.now() / 1000) * 1000;
const TEXT = {
  roles: { reader: {} },
  result: { cacheTtlSeconds: 0 },
  rules: [
    {
      id: 'reach',
      effect: 'allow',
      methods: ['POST'],
      paths: ['/mcp'],
      when: { roles: { any: ['reader'] } },
    },
  ],
  mcp: {
    path: '/mcp',
    rules: [
      { id: 'read', effect: 'allow', tools: ['get_*'] },
      { id: 'office', effect: 'allow', tools: ['refund'], when: { sourceIp: { cidr: ['192.0.2.0/24'] } } },
    ],
  },
};
const DOCUMENT = aDocument(TEXT, ['POST /mcp']);

function verifier(document = DOCUMENT) {
  return createCallerVerifier(
    anAccess(document),
    { stage: 'prod', localIssuerUrl: undefined },
    {
      keySets: aFetcher(new Map([['https://issuer.example/.well-known/jwks.json', aKeySet(KEY)]])),
      clock: { nowEpochMs: () => NOW_EPOCH_MS },
    },
  );
}

const token = (roles: readonly string[], over: object = {}): string =>
  signToken(
    KEY,
    someClaims({ roles, iat: NOW_EPOCH_MS / 1000 - 10, exp: NOW_EPOCH_MS / 1000 + 3600, ...over }),
  );

function event(bearer: string | undefined, authorizer: object | undefined, sourceIp = '203.0.113.1') {
  return {
    version: '2.0',
    headers: {
      'content-type': 'application/json',
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_order"}}',
    requestContext: {
      timeEpoch: NOW_EPOCH_MS,
      http: { method: 'POST', sourceIp },
      ...(authorizer && { authorizer }),
    },
  };
}

const ask = (bearer: string | undefined, sourceIp?: string, document = 'orders') =>
  verifier()(document, readRequest(event(bearer, undefined, sourceIp)), () => 1000);

describe('createCallerVerifier', () => {
  it('decides by the rules for the route and by those under mcp', async () => {
    assert.deepEqual((await ask(token(['reader'])))?.allow, { tools: ['get_*'] });
    assert.equal(await ask(token(['guest'])), undefined);
  });

  it('decides by the address of each request', async () => {
    assert.deepEqual((await ask(token(['reader']), '192.0.2.7'))?.allow, { tools: ['get_*', 'refund'] });
  });

  const refused: readonly [what: string, bearer: string | undefined, code: string][] = [
    ['no credential', undefined, 'TOKEN_MISSING'],
    ['an expired token', token(['reader'], { exp: NOW_EPOCH_MS / 1000 - 61 }), 'TOKEN_EXPIRED'],
    [
      'a token of another issuer',
      token(['reader'], { iss: 'https://other.example/' }),
      'TOKEN_ISSUER_UNKNOWN',
    ],
    ['a damaged token', `${token(['reader']).slice(0, -8)}AAAAAAAA`, 'TOKEN_SIGNATURE_INVALID'],
  ];
  for (const [what, bearer, code] of refused)
    it(`refuses ${what}`, () =>
      assert.rejects(ask(bearer), (error) => error instanceof DomainError && error.code === code));

  it('fails for a document that does not exist, or has no rules under mcp', async () => {
    await assert.rejects(ask(token(['reader']), undefined, 'users'), /no access document users/);
    const plain = aDocument({}, ['POST /mcp']);
    const verify = verifier(plain);
    await assert.rejects(
      verify('orders', readRequest(event(token(['reader']), undefined)), () => 1000),
      /rules under mcp/,
    );
  });

  it('fails if the authorizer would have to charge the caller, because nobody would', async () => {
    const charging = (quota: object, mcp: object = {}) => {
      const over = {
        ...TEXT,
        quota: { plan: 'gold', tenant: 'acme', ...quota },
        mcp: { ...TEXT.mcp, ...mcp },
      };
      const verify = verifier(aDocument(over, ['POST /mcp', 'GET /users']));
      return verify('orders', readRequest(event(token(['reader']), undefined)), () => 1000);
    };
    await assert.rejects(charging({}), /set mcp.charge: true/);
    assert.deepEqual((await charging({}, { charge: true }))?.charge, {
      plan: 'gold',
      tenant: 'acme',
      key: 'main|alice',
    });
    assert.equal((await charging({ routes: ['GET /users'] }))?.charge, undefined);
  });

  // What API Gateway and function URLs write for other authorizers. Claims are never at the place of the grants.
  const grants = '{"document":"orders","allow":{"tools":["*"]},"deny":{}}';
  const others: readonly [what: string, authorizer: object][] = [
    ['IAM at a function URL', { iam: { userArn: 'arn:aws:iam::123456789012:user/ann', userId: grants } }],
    ['a JWT authorizer', { jwt: { claims: { mcpGrants: grants, sub: 'ann' }, scopes: ['mcpGrants'] } }],
    ['a JWT authorizer in payload 1.0', { claims: { mcpGrants: grants, sub: 'ann' }, scopes: ['x'] }],
    ['a Cognito authorizer', { claims: { mcpGrants: grants, sub: 'ann' } }],
  ];
  for (const [what, authorizer] of others)
    it(`is called behind ${what}, whose claims are not grants`, async () => {
      const server = () => ({ statusCode: 200 });
      const open = withMcp(server, { document: 'orders' });
      await assert.rejects(open(event(token(['reader']), authorizer)), /the option verify is not set/);
      const verified = withMcp(server, { document: 'orders', verify: verifier() });
      assert.deepEqual(await verified(event(token(['reader']), authorizer)), { statusCode: 200 });
      const reply = (await verified(event(token(['guest']), authorizer))) as { statusCode: number };
      assert.equal(reply.statusCode, 403);
    });
});

// The same mistake as in an authorizer, which fails as well: a caller would blame his credential for it.
describe('createCallerVerifier without the table that its document needs', () => {
  const main = { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] };
  const needs: readonly (readonly [what: string, issuers: readonly { readonly id: string }[]])[] = [
    ['API keys', [{ id: 'keys', type: 'apiKey', prefix: 'shop_live' } as { readonly id: string }]],
    ['revocation', [{ ...main, revocation: true } as { readonly id: string }]],
  ];
  for (const [what, issuers] of needs)
    it(`fails with CONFIG_INVALID, and not with 401, if the document has ${what}`, async () => {
      const document = aDocument(
        {
          ...TEXT,
          issuers,
          sources: [
            { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: issuers.map(({ id }) => id) },
          ],
        },
        ['POST /mcp'],
      );
      await assert.rejects(
        verifier(document)('orders', readRequest(event('shop_live_abc', undefined)), () => 1000),
        (error) => error instanceof DomainError && error.code === 'CONFIG_INVALID',
      );
    });
});
