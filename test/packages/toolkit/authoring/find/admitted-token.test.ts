/**
 * Every token that the first screen suggests is admitted by the toolkit's own authorizer, with the local issuer's
 * signature.
 */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createAuthorizer } from '#shared/access/authorize.ts';
import type { CompiledDocument } from '#shared/access/compiled-document.ts';
import { findAdmittedToken } from '../../../../../packages/toolkit/authoring/find/admitted-token.ts';
import { tokenLine } from '../../../../../packages/gatewright/command/shell-text.ts';
import { Issuer } from '../../../../../packages/gateway/cognito/issuer.ts';
import { createSystemRandom } from '../../../../../packages/gateway/server/adapters/random.ts';
import { aDocument, anAccess, ARN } from '../../../../support/an-access-document.ts';
import { aFetcher } from '../../../../support/signed-tokens.ts';

const ISSUER_URL = 'http://127.0.0.1:4000';
// The verifier of tokens reads the machine's clock.
const clock = { nowEpochMs: () => Date.now() };

const local = (over: object = {}): object => ({ id: 'local', type: 'local', only: ['dev'], ...over });
const rule = (over: object, path = '/users/{id}'): object => ({
  id: 'a-rule',
  effect: 'allow',
  methods: ['GET'],
  paths: [path],
  ...over,
});

type Row = {
  readonly name: string;
  readonly document: object;
  readonly expected: RegExp;
  readonly kind?: 'http' | 'websocket';
  /** What the document says about it. */
  readonly source: string;
};

const ROWS: readonly Row[] = [
  {
    name: 'names a role by the usual claim',
    document: { rules: [rule({ when: { roles: { any: ['support'] } } })] },
    expected: / token --sub alice --role support$/,
    source: 'docs/guides/protect/access.md',
  },
  {
    name: 'names a role by the claim of Cognito’s groups, if the issuer reads it',
    document: {
      issuers: [local({ claims: { roles: ['cognito:groups'] } })],
      rules: [rule({ when: { roles: { any: ['admin'] } } })],
    },
    expected: / token --sub alice --claim 'cognito:groups=\["admin"\]'$/,
    source: 'docs/recipes/cognito.md',
  },
  {
    name: 'names a role inside another claim',
    document: {
      issuers: [local({ claims: { roles: [['realm_access', 'roles']] } })],
      rules: [rule({ when: { roles: { any: ['admin'] } } })],
    },
    expected: / --claim 'realm_access=\{"roles":\["admin"\]\}'$/,
    source: 'docs/recipes/auth0.md',
  },
  {
    name: 'gives the scopes that a rule asks for together',
    document: { rules: [rule({ when: { scopes: { all: ['orders:read', 'orders:write'] } } })] },
    expected: / --scope 'orders:read orders:write'$/,
    source: 'docs/guides/protect/access.md',
  },
  {
    name: 'is the owner of the resource in the suggested path',
    document: { rules: [rule({ bind: { id: { claim: 'sub' } } })] },
    expected: / token --sub 1$/,
    source: 'docs/guides/protect/access.md',
  },
  {
    name: 'has the claims that a condition and the result ask for',
    document: {
      rules: [rule({ when: { claims: [{ claim: 'department', op: 'equals', value: 'sales' }] } })],
      result: { claims: { as: 'jwt', names: ['tenant'] } },
    },
    expected: / --claim tenant=example --claim department=sales$/,
    source: 'docs/guides/protect/coming-from.md',
  },
  {
    name: 'has what the quota charges',
    document: {
      rules: [rule({})],
      quota: {
        plan: { claim: 'plan' },
        tenant: { claim: 'tenant' },
        key: { claim: 'sub' },
        plans: [{ id: 'gold', version: 1, limits: [{ id: 'd', level: 'tenant', quota: 9, period: 'DAY' }] }],
      },
    },
    expected: / token --sub alice --claim tenant=acme --claim plan=gold$/,
    source: 'docs/guides/sell/quota.md',
  },
  {
    name: 'has nothing that only callers of other issuers are charged by',
    document: {
      rules: [rule({})],
      issuers: [
        local(),
        { id: 'partners', type: 'oidc', issuer: 'https://id.example.com/', audience: ['venues'] },
      ],
      sources: [{ in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['local', 'partners'] }],
      quota: {
        when: { issuers: ['partners'] },
        plan: { claim: 'plan' },
        tenant: { claim: 'tenant' },
        key: { claim: 'sub' },
        plans: [{ id: 'gold', version: 1, limits: [{ id: 'd', level: 'tenant', quota: 9, period: 'DAY' }] }],
      },
    },
    expected: / token --sub alice$/,
    source: 'docs/recipes/partners.md',
  },
  {
    name: 'takes the rule that a token can fulfil, not the one for an address',
    document: {
      rules: [
        rule({ id: 'office', when: { sourceIp: { cidr: ['203.0.113.0/24'] } } }),
        rule({ id: 'staff', when: { roles: { any: ['support'] } } }),
      ],
    },
    expected: / --role support$/,
    source: 'docs/guides/protect/access.md',
  },
];

let issuer: Issuer;
before(async () => {
  issuer = await Issuer.create({
    clock: { ...clock, monotonicMs: () => 0 },
    random: createSystemRandom(),
  });
});

function build({ document, kind }: Pick<Row, 'document' | 'kind'>): CompiledDocument {
  const whole = {
    api: { dev: { apiId: ARN.apiId, stage: 'dev' }, test: { apiId: ARN.apiId, stage: 'test' } },
    issuers: [local()],
    sources: [{ in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['local'] }],
    ...document,
  };
  return { ...aDocument(whole, undefined, kind), apis: [{ for: 'dev', apiId: ARN.apiId, stage: 'dev' }] };
}

describe('a suggested token', () => {
  for (const row of ROWS)
    it(`${row.name} (${row.source})`, async () => {
      const document = build(row);
      const found = findAdmittedToken(document, 'dev', { method: 'GET', path: '/users/1' });
      assert.ok(found !== undefined, 'no token was found');

      assert.match(tokenLine(found.token), row.expected);
      const { sub = '', roles, scope, claims } = found.token;
      const { token } = issuer.mint({
        sub,
        ...(roles !== undefined && { roles }),
        ...(scope !== undefined && { scope }),
        ...(claims !== undefined && { claims }),
      });
      const keySet = JSON.stringify(issuer.keySet());
      const authorizer = createAuthorizer(
        // The units of the quota are counted elsewhere; here it is asked who may call.
        anAccess({ ...document, quota: undefined } as unknown as CompiledDocument),
        { stage: 'dev', localIssuerUrl: ISSUER_URL },
        { clock, keySets: aFetcher(new Map([[`${ISSUER_URL}/.well-known/jwks.json`, keySet]])) },
      );
      const answer = await authorizer({
        kind: 'rest',
        arn: { ...ARN, stage: 'dev', target: 'GET/users/1' },
        sourceIp: '127.0.0.1',
        readCredential: () => ({ kind: 'token', token, issuers: ['local'] }),
      });
      assert.equal(answer.kind === 'known' ? answer.decision.kind : answer.reason, 'allow');
    });

  // API Gateway refuses a request that lacks one of the authorizer's identity sources (docs/aws §4.1).
  it('goes where the document and the authorizer of the API read it', () => {
    const header = { in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['local'] };
    const query = { in: 'query', name: 'token', issuers: ['local'] };
    const protocol = { in: 'subprotocol', marker: 'bearer', issuers: ['local'] };
    const connect = [{ id: 'r', effect: 'allow', connect: true, when: { roles: { any: ['support'] } } }];
    const at = (
      kind: Row['kind'],
      sources: readonly object[],
      places: readonly { readonly kind: string; readonly name: string }[],
    ) => {
      const document = build({
        document: { sources, rules: kind === 'websocket' ? connect : [rule({})] },
        ...(kind && { kind }),
      });
      const found = findAdmittedToken(document, 'dev', { method: 'GET', path: '/users/1', places });
      return found && `${found.source.in} ${found.source.scheme}${found.source.name}`;
    };
    const places = {
      authorization: { kind: 'header', name: 'Authorization' },
      key: { kind: 'header', name: 'X-Api-Key' },
      token: { kind: 'querystring', name: 'token' },
      protocols: { kind: 'header', name: 'Sec-WebSocket-Protocol' },
      method: { kind: 'context', name: 'httpMethod' },
    };

    assert.deepEqual(
      [
        at('websocket', [header, query], []),
        at('websocket', [header, query], [places.token]),
        at('websocket', [header, protocol], [places.protocols]),
        at('websocket', [protocol], []),
        at('websocket', [query], [places.authorization]),
        at('http', [header], [places.authorization, places.method]),
        at('http', [header], [places.key]),
        at('http', [header], [places.authorization, places.key]),
      ],
      [
        'header Bearer authorization',
        'query token',
        'subprotocol bearer',
        'subprotocol bearer',
        undefined,
        'header Bearer authorization',
        undefined,
        undefined,
      ],
    );
  });

  // The explanation for bob said: send a token from `gatewright token --sub alice`.
  it('is of the refused caller, unless the rules allow the route only to another subject', () => {
    const asked = { method: 'GET', path: '/users/1', subject: 'bob' };
    const byRole = build({ document: { rules: [rule({ when: { roles: { any: ['support'] } } })] } });
    const byOwner = build({ document: { rules: [rule({ bind: { id: { claim: 'sub' } } })] } });

    assert.partialDeepStrictEqual(findAdmittedToken(byRole, 'dev', asked)?.token, {
      sub: 'bob',
      roles: ['support'],
    });
    assert.equal(findAdmittedToken(byOwner, 'dev', asked)?.token.sub, '1');
  });

  it('is undefined if no token of the local issuer is admitted', () => {
    const asked = { method: 'GET', path: '/users/1' };
    const denied = build({ document: { rules: [rule({}), rule({ id: 'never', effect: 'deny' })] } });
    const foreign = build({ document: { issuers: [local({ only: ['test'] })], rules: [rule({})] } });
    const unread = build({
      document: {
        issuers: [local(), { id: 'keys', type: 'apiKey', prefix: 'shop' }],
        sources: [
          { in: 'header', name: 'x-api-key', issuers: ['keys'] },
          { in: 'header', name: 'x-token', issuers: ['local'] },
        ],
        rules: [rule({})],
      },
    });

    assert.deepEqual(
      [denied, foreign, unread].map((document) =>
        findAdmittedToken(document, 'dev', {
          ...asked,
          places: [{ kind: 'header', name: 'Authorization' }],
        }),
      ),
      [undefined, undefined, undefined],
    );
  });
});
