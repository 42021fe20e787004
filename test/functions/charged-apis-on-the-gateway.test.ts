/** A quota in the authorizer, behind the gateway, against callers and wirings that would have it pass uncharged. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkWiring } from '../../packages/toolkit/authoring/check/check-wiring.ts';
import type { WiredAuthorizer } from '../../packages/toolkit/authoring/check/check-wiring.ts';
import { keeperOf, PLAN, QUOTA } from '../support/a-charging.ts';
import { aProtectedApi, documentFor, ISSUER_KEY } from '../support/a-protected-api.ts';
import type { Charging, Kind } from '../support/a-protected-api.ts';
import { QuotaTable } from '../support/quota-table.ts';
import { signToken, someClaims } from '../support/signed-tokens.ts';

const tokenOf = (claims: object = {}) =>
  signToken(ISSUER_KEY, someClaims({ sub: 'alice', aud: 'api', ...claims }));
const RULES = [{ id: 'all', effect: 'allow', methods: ['*'], paths: ['/**'] }];

type Given = { readonly quota?: object; readonly ttlSeconds?: number; readonly more?: Charging['more'] };

/** 3 units a day; `/users` takes one, `/users/{id}` two. */
function aChargedApi(kind: Kind, { quota = {}, ttlSeconds = 0, more = {} }: Given = {}) {
  const table = new QuotaTable();
  const quotas: Charging['quotas'] = (plans) => Promise.resolve(keeperOf(table, plans));
  const result = { cacheTtlSeconds: 0, ...(kind === 'http-2.0-simple' && { format: 'simple' }) };
  const document = documentFor(kind, { rules: RULES, result, quota: { ...QUOTA, ...quota } });
  const charging = kind === 'rest-token' ? { more } : { quotas, more };
  const api = aProtectedApi(kind, [document], ttlSeconds, charging);
  const statuses = async (...paths: readonly string[]) => {
    const found = [];
    // One token for all: a token of the next second would be another caller to the authorizer's cache.
    const token = tokenOf();
    for (const path of paths) found.push(await api.get(path, token));
    return found;
  };
  return { ...api, document, table, statuses };
}

const wired = (over: Partial<WiredAuthorizer>): WiredAuthorizer => ({
  name: 'auth',
  payload: 'rest-request',
  ttlSeconds: 300,
  simpleResponses: false,
  calls: over.payload === 'rest-token' ? 'token-authorizer' : 'request-authorizer',
  identitySources: [{ kind: 'header', name: 'authorization' }],
  ...over,
});

describe('a charged API', () => {
  for (const kind of ['rest-request', 'http-1.0', 'http-2.0', 'http-2.0-simple'] as const)
    it(`admits what the quota has, and nothing more, on ${kind}`, async () => {
      const { statuses } = aChargedApi(kind);

      assert.deepEqual(await statuses('/users', '/users/7', '/users', '/users/7'), [200, 200, 403, 403]);
    });

  // The check of the wiring refuses such a TTL, but a console can still raise it.
  for (const kind of ['rest-request', 'http-1.0', 'http-2.0', 'http-2.0-simple'] as const)
    it(`does not open another charged route by a cached result that contradicts the rule, on ${kind}`, async () => {
      const { statuses, asked, document } = aChargedApi(kind, {
        quota: { routes: ['GET /users/{id}', 'GET /admin'] },
        ttlSeconds: 300,
      });
      const isSimple = kind === 'http-2.0-simple';

      // With policies, the cached result of the free route denies. Simple responses are cached per route, so the
      // authorizer is called again.
      assert.deepEqual(
        await statuses('/users', '/users/7', '/admin', '/admin'),
        isSimple ? [200, 200, 200, 200] : [200, 403, 403, 403],
      );
      assert.equal(asked.length, isSimple ? 3 : 1);
      const payload = kind.startsWith('http-1') ? 'http-1.0' : isSimple ? 'http-2.0' : 'rest-request';
      assert.match(
        checkWiring(document, wired({ payload, simpleResponses: isSimple })).join(),
        /caches results for 300 s, and cached results are not charged to the quota: set the TTL to 0/,
      );
    });

  it('is refused if one cached simple answer covers all routes, also when the access log counts', () => {
    const result = { format: 'simple', cacheTtlSeconds: 300 };
    const document = documentFor('http-2.0-simple', {
      rules: RULES,
      result,
      quota: { ...QUOTA, count: 'access-log' },
    });

    assert.match(
      checkWiring(document, wired({ payload: 'http-2.0', simpleResponses: true })).join(),
      /caches one result for all routes: add \$context\.routeKey/,
    );
  });

  it('is closed to a TOKEN authorizer, which has no stamp to charge by', async () => {
    const { statuses, table, document } = aChargedApi('rest-token', { quota: { routes: ['GET /users'] } });

    assert.deepEqual(await statuses('/users', '/admin'), [403, 200]);
    assert.equal(table.calls.length, 0);
    const whole = documentFor('rest-token', { rules: RULES, result: { cacheTtlSeconds: 0 }, quota: QUOTA });
    assert.match(
      checkWiring(whole, wired({ payload: 'rest-token' })).join(),
      /a TOKEN authorizer cannot charge the quota/,
    );
    assert.doesNotMatch(
      checkWiring(document, wired({ payload: 'rest-token', ttlSeconds: 0 })).join(),
      /quota/,
    );
  });

  // Why `access check`, start and packaging insist on ApiKeyRequired: without it nothing asks for the key.
  it('refuses for want of the admission key if methods ask for one, and cannot if they do not', async () => {
    const quota = { admissionKey: 'acme-admitted-requests' };
    const source = { Api: { ApiKeySourceType: 'AUTHORIZER' } };
    const asking = aChargedApi('rest-request', {
      quota,
      more: { ...source, UsersGet: { ApiKeyRequired: true } },
    });
    const open = aChargedApi('rest-request', { quota, more: source });
    const four = ['/users', '/users', '/users', '/users'];

    // No API has that key here, so API Gateway refuses every key: what matters is that it asks.
    assert.deepEqual(await asking.statuses(...four), [403, 403, 403, 403]);
    assert.deepEqual(await open.statuses(...four), [200, 200, 200, 200]);
    assert.equal(asking.counts.at(-1), 'Deny quota_exceeded');
    assert.equal(open.counts.at(-1), 'Deny quota_exceeded');
  });

  for (const kind of ['rest-request', 'http-2.0', 'http-2.0-simple'] as const)
    it(`denies callers whose token names nobody to charge, without reading the table, on ${kind}`, async () => {
      const { get, table } = aChargedApi(kind, {
        quota: { plan: { claim: 'plan' }, tenant: { claim: 'org' }, key: { claim: 'user' } },
      });
      const whole = { plan: 'partner', org: 'acme', user: 'alice' };

      for (const name of ['plan', 'org', 'user'])
        for (const value of [undefined, null, '', 7, true, ['acme'], {}, 'x'.repeat(257)])
          assert.equal(
            await get('/users', tokenOf({ ...whole, [name]: value })),
            403,
            `${name}: ${JSON.stringify(value)}`,
          );
      assert.equal(table.calls.length, 0);
      assert.equal(await get('/users', tokenOf(whole)), 200);
    });
});

describe('names of callers that mean harm', () => {
  const named = { tenant: { claim: 'org' }, key: { claim: 'user' } };

  it('never share a ledger with the names that they imitate', async () => {
    const { get, table } = aChargedApi('rest-request', { quota: named });
    const pairs = [
      ['acme', 'daily#bob'],
      ['acme#daily', 'bob'],
      ['acme%23daily', 'bob'],
      ['acme', 'daily%23bob'],
      ['acme\nP', 'bob'],
      ['ACME', 'bob'],
    ];

    for (const [org, user] of pairs) assert.equal(await get('/users', tokenOf({ org, user })), 200);

    const ledgers = [...table.items].filter(([, { cred }]) => cred !== undefined);
    assert.equal(ledgers.length, pairs.length);
    for (const [, { rem }] of ledgers) assert.equal(rem, 2);
  });

  const long = { org: '%'.repeat(256), user: '#'.repeat(256) };
  const perRoute = [{ ...PLAN, limits: [{ id: 'each', level: 'route', quota: 3, period: 'DAY' }] }];
  for (const count of ['request', 'access-log'])
    it(`are denied, and take down nothing, if a key of the table would be too long (${count})`, async () => {
      const { get } = aChargedApi('rest-request', { quota: { ...named, count, plans: perRoute } });

      assert.equal(await get('/users', tokenOf(long)), 403);
      assert.equal(await get('/users', tokenOf({ org: 'acme', user: '#'.repeat(180) })), 200);
    });

  // API Gateway escapes nothing in a line of an access log, and prints - for what there is none of.
  const unlogged = ['-', 'a"b', 'a\\', '\\u0062ob', 'a\nb', 'x","key":"bob'];
  for (const user of unlogged)
    it(`are denied if a line of the access log could not name them: ${JSON.stringify(user)}`, async () => {
      const tracked = aChargedApi('rest-request', { quota: { ...named, count: 'access-log' } });
      const charged = aChargedApi('rest-request', { quota: named });
      const token = tokenOf({ org: 'acme', user });

      assert.equal(await tracked.get('/users', token), 403);
      assert.equal(await tracked.get('/users', tokenOf({ org: user, user: 'bob' })), 403);
      assert.equal(await charged.get('/users', token), 200);
    });
});
