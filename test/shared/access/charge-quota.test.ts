/** The quota of an access document, from what the authorizer answers to what the usage table contains. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseAccessDecision } from '@gatewright/aws/access-decision';
import { withoutCharged } from '#shared/access/charged-routes.ts';
import type { LoadQuotas } from '#shared/access/charge-quota.ts';
import type { QuotaAnswer, QuotaKeeper } from '#shared/ports.ts';
import {
  aCharging,
  contextOf,
  effectOf,
  keeperOf,
  PLAN,
  QUOTA,
  resourcesOf,
} from '../../support/a-charging.ts';
import { aDocument, API_ID, ARN } from '../../support/an-access-document.ts';
import { NOON_MS, QuotaTable } from '../../support/quota-table.ts';

const ADMISSION_KEY = 'acme-admitted-requests-${stage}';

const MCP_CALL = { plan: PLAN.id, tenant: 'acme', key: 'alice', route: 'tools/call get_order' };

/** Beside the issuer whose tokens are sent. */
const OTHER_ISSUER = {
  issuers: [
    { id: 'main', type: 'oidc', issuer: 'https://issuer.example/', audience: ['api'] },
    { id: 'partners', type: 'oidc', issuer: 'https://partners.example/', audience: ['api'] },
  ],
  sources: [{ in: 'header', name: 'authorization', scheme: 'Bearer', issuers: ['main', 'partners'] }],
};

describe('an access document with a quota', () => {
  it('charges each request by the route, returns the state of the quota, and denies when it is used up', async () => {
    const { ask, table, counts, loads } = aCharging();

    const first = await ask('GET/users/7');
    const second = await ask('GET/users');
    const third = await ask('GET/users');

    assert.deepEqual([first, second, third].map(effectOf), ['Allow', 'Allow', 'Deny']);
    assert.equal(contextOf(first)['rateLimitPolicy'], '"daily";q=3;w=86400');
    assert.equal(contextOf(second)['rateLimit'], '"daily";r=0;t=43200');
    assert.equal(contextOf(third)['violatedPolicy'], 'daily');
    assert.ok(Number(contextOf(third)['retryAfter']) >= 43_200, 'not before the next day');
    assert.equal(contextOf(third)['sub'], 'alice');
    assert.equal(contextOf(third)['quotaRefusal'], 'over quota: limit daily of plan partner, tenant acme');
    assert.equal(contextOf(second)['quotaRefusal'], undefined);
    assert.match(String(contextOf(second)['accessDecision']), /outcome=allow&.*&plan=partner&customer=acme&/);
    assert.deepEqual(counts, ['Allow', 'Allow', 'Deny quota_exceeded']);
    assert.equal(table.ledger()['rem'], 0);
    assert.deepEqual(loads, [[PLAN]], 'made once, with the plans to publish');
  });

  // A partner who had 20 units of its own, and a plan with 1,000, was told that the limit of the plan was used up.
  it('says of a limit of the customer’s own that it is not the plan’s', async () => {
    const answer: QuotaAnswer = {
      allowed: false,
      reason: 'quota-exceeded',
      limit: 'monthly',
      retryAfterSeconds: 60,
      limits: [{ id: 'monthly', limit: 20, ownQuota: 20, windowSeconds: 60, remaining: 0, resetSeconds: 60 }],
      plan: 'pro',
    };
    const keeper = { consume: () => Promise.resolve(answer), savePlans: () => Promise.resolve(true) };
    const { ask } = aCharging({ load: () => Promise.resolve(keeper as unknown as QuotaKeeper) });

    const refused = contextOf(await ask('GET/users'));

    assert.equal(
      refused['quotaRefusal'],
      'over quota: limit monthly (the customer’s own limit of 20, which replaces the limit of plan pro), tenant acme',
    );
    assert.equal(parseAccessDecision(refused['accessDecision'])?.ownQuota, '20');
  });

  // A period is closed while the clock is ahead, and the clock then goes back. No top-up can help.
  it('says that the period is closed, not that the caller is over quota', async () => {
    const { ask, table } = aCharging();
    await ask('GET/users');
    for (const [name, item] of table.items)
      if (item['cred'] !== undefined) table.items.set(name, { ...item, closed: table.nowMs });

    const refused = await ask('GET/users');

    assert.equal(effectOf(refused), 'Deny');
    assert.equal(
      contextOf(refused)['quotaRefusal'],
      'period closed: limit daily of plan partner, tenant acme',
    );
    assert.match(String(contextOf(refused)['accessDecision']), /outcome=period-closed&/);
    assert.match(String(contextOf(refused)['rateLimit']), /^"daily";r=0;/);
  });

  it('charges callers of the named issuers, and admits others by the rules only', async () => {
    const issuers = { when: { issuers: ['main'] } };
    const charged = aCharging({ quota: { ...QUOTA, ...issuers } });
    const others = aCharging({
      quota: { ...QUOTA, key: { claim: 'nobody' }, when: { issuers: ['partners'] } },
      over: OTHER_ISSUER,
    });

    for (let asked = 0; asked < 5; asked += 1) assert.equal(effectOf(await others.ask('GET/users')), 'Allow');
    await charged.ask('GET/users');

    assert.deepEqual(others.loads, [], 'nothing is asked of the usage table');
    assert.match(
      resourcesOf(await others.ask('GET/users')),
      /GET\/users\//,
      'of the whole API, so it may be kept',
    );
    assert.equal(charged.table.ledger()['rem'], 2);
  });

  // The wrapper reads the plan from the table, and has no document.
  it('saves the plans by which the wrapper of an MCP server charges, once, and charges nothing', async () => {
    const mcp = { path: '/mcp', charge: true, rules: [{ id: 'all', effect: 'allow', tools: ['*'] }] };
    const given = { over: { mcp }, routes: ['POST /mcp'] };
    const { ask, table } = aCharging(given);
    table.isDown = true;
    assert.equal(effectOf(await ask('POST/mcp')), 'Allow', 'an outage refuses nobody here');
    table.isDown = false;
    await ask('POST/mcp');
    assert.equal((await table.holder([], { plans: [] }).consume({ ...MCP_CALL })).allowed, true);
    const { length } = table.calls;
    await ask('POST/mcp');
    assert.equal(table.calls.length, length, 'nothing is asked again');
    const tokenAuthorizer = aCharging({ ...given, load: undefined });
    assert.equal(effectOf(await tokenAuthorizer.ask('POST/mcp')), 'Allow');
  });

  it('admits one request per answer, so that the next has to be charged', async () => {
    const { ask } = aCharging();

    assert.match(resourcesOf(await ask('GET/users/7')), new RegExp(`${API_ID}/prod/GET/users/7"`));
  });

  it('charges by the stamp of API Gateway, not by the clock of the function', async () => {
    const { ask, table } = aCharging();
    for (let call = 0; call < 4; call += 1) await ask('GET/users');
    const midnightMs = NOON_MS + 43_200_000;
    table.nowMs = midnightMs + 2000;

    const late = await ask('GET/users', {}, { receivedAtEpochMs: midnightMs - 1 });
    const next = await ask('GET/users', {}, { receivedAtEpochMs: midnightMs });

    assert.deepEqual([late, next].map(effectOf), ['Deny', 'Allow']);
    assert.ok([...table.items.keys()].some((name) => name.includes('P#2026-11-20')));
  });

  it('distinguishes callers by the claim that the document names, or by issuer and subject', async () => {
    const { ask, table } = aCharging({ quota: { ...QUOTA, key: undefined, tenant: { claim: 'org' } } });

    await ask('GET/users', { org: 'acme', sub: 'alice' });
    await ask('GET/users', { org: 'other', sub: 'alice' });

    const ledgers = [...table.items.keys()]
      .filter((name) => name.includes('\nP#'))
      .map((name) => name.split('\n')[0]);
    assert.deepEqual(ledgers, ['Q#acme#daily#main|alice', 'Q#other#daily#main|alice']);
  });

  for (const claims of [{}, { org: '' }, { org: 7 }, { org: 'x'.repeat(257) }])
    it(`denies a caller whose token says ${JSON.stringify(claims).slice(0, 20)} as the tenant`, async () => {
      const { ask, table, counts } = aCharging({ quota: { ...QUOTA, tenant: { claim: 'org' } } });

      const denied = await ask('GET/users', claims);

      assert.equal(effectOf(denied), 'Deny');
      assert.equal(contextOf(denied)['quotaRefusal'], 'charged: no claim org');
      assert.deepEqual(counts, ['Deny forbidden']);
      assert.equal(table.calls.length, 0);
    });

  // DynamoDB's bound on a key is in bytes, and names are counted in characters.
  it('denies a caller whose names are too long together, like one who has none', async () => {
    const name = '\u{1f600}'.repeat(128);
    const { ask, counts } = aCharging({
      quota: { ...QUOTA, tenant: { claim: 'org' }, key: { claim: 'team' } },
    });

    const denied = await ask('GET/users', { org: name, team: name });

    assert.equal(effectOf(denied), 'Deny');
    assert.deepEqual(counts, ['Deny forbidden']);
  });

  it('charges no caller that the rules deny', async () => {
    const rules = [
      {
        id: 'own',
        effect: 'allow',
        methods: ['GET'],
        paths: ['/users/{id}'],
        bind: { id: { claim: 'sub' } },
      },
    ];
    const { ask, table, counts } = aCharging({ over: { rules } });

    assert.equal(effectOf(await ask('GET/users/bob')), 'Deny');
    assert.equal(effectOf(await ask('GET/users/alice')), 'Allow');
    assert.deepEqual(counts, ['Deny forbidden', 'Allow']);
    assert.equal(table.ledger()['rem'], 1);
  });

  // docs/design/quota §F10: a store failure is never a spent quota; an authorizer cannot say 503.
  it('fails while the usage table is out of reach, which API Gateway answers with 500', async () => {
    const { ask, table, counts } = aCharging();
    table.isDown = true;

    await assert.rejects(ask('GET/users'), { code: 'STORE_UNAVAILABLE' });
    assert.deepEqual(counts, ['StoreUnavailable']);
  });

  it('fails, and is not taken for a bad token, when the plan is unknown', async () => {
    const { ask, counts } = aCharging({ quota: { plan: { claim: 'plan' }, tenant: 'acme' } });

    await assert.rejects(ask('GET/users', { plan: 'platinum' }), { code: 'PLAN_UNKNOWN' });
    assert.deepEqual(counts, ['PlanUnknown']);
  });

  it('tries again to make the quotas after that has failed', async () => {
    const table = new QuotaTable();
    let tries = 0;
    const load: LoadQuotas = (plans) => {
      tries += 1;
      return tries === 1
        ? Promise.reject(new Error('no such package'))
        : Promise.resolve(keeperOf(table, plans));
    };
    const { ask } = aCharging({ load });

    await assert.rejects(ask('GET/users'), /no such package/);
    assert.equal(effectOf(await ask('GET/users')), 'Allow');
  });

  it('answers an HTTP API in the simple format if the document says so', async () => {
    const { ask } = aCharging({ kind: 'http', over: { result: { format: 'simple' } } });

    const verdicts = [];
    for (let call = 0; call < 4; call += 1)
      verdicts.push(((await ask('GET/users')) as { isAuthorized: boolean }).isAuthorized);
    assert.deepEqual(verdicts, [true, true, true, false]);
  });

  it('charges two APIs of one document to one ledger, and opens neither with the answer of the other', async () => {
    const [twin, quota] = ['twinapi123', { ...QUOTA, admissionKey: ADMISSION_KEY }];
    const { ask, table } = aCharging({ quota, otherApiIds: [twin] });
    const atTwin = { arn: { ...ARN, apiId: twin, target: 'GET/users' } };

    const results = [
      await ask('GET/users'),
      await ask('GET/users', {}, atTwin),
      await ask('GET/users'),
      await ask('GET/users', {}, atTwin),
    ];

    const keys = results.map((result) => (result as { usageIdentifierKey?: string }).usageIdentifierKey);
    assert.deepEqual(keys.map(Boolean), [true, true, true, false]);
    assert.equal(table.ledger()['rem'], 0);
    assert.match(resourcesOf(results[1]), /:twinapi123\/prod\/GET\/users"/);
    assert.doesNotMatch(resourcesOf(results[1]), new RegExp(API_ID));
  });

  it('charges opening a WebSocket connection', async () => {
    const { ask } = aCharging({ kind: 'websocket' });

    const effects = [];
    for (let call = 0; call < 4; call += 1) effects.push(effectOf(await ask('$connect')));
    assert.deepEqual(effects, ['Allow', 'Allow', 'Allow', 'Deny']);
  });
});

describe('a quota with an admission key', () => {
  const withKey = { quota: { ...QUOTA, admissionKey: ADMISSION_KEY } };
  const keyOf = (result: unknown) => (result as { usageIdentifierKey?: string }).usageIdentifierKey;

  it('gives the key to callers within the quota, and API Gateway refuses the rest without it', async () => {
    const { ask, counts } = aCharging(withKey);

    const results = [];
    for (let call = 0; call < 4; call += 1) results.push(await ask('GET/users'));

    assert.deepEqual(results.map(effectOf), ['Allow', 'Allow', 'Allow', 'Allow']);
    const key = 'acme-admitted-requests-prod';
    assert.deepEqual(results.map(keyOf), [key, key, key, undefined]);
    assert.deepEqual(counts, ['Allow', 'Allow', 'Allow', 'Deny quota_exceeded']);
  });

  it('still denies by policy callers that the rules, or the operator, exclude', async () => {
    const rules = [{ id: 'none', effect: 'deny', methods: ['*'], paths: ['/**'] }];
    const { ask } = aCharging({ ...withKey, over: { rules } });
    const { ask: askSuspended, table } = aCharging(withKey);
    await askSuspended('GET/users');
    for (const [name, item] of table.items)
      if (name.includes('\nP#')) table.items.set(name, { ...item, susp: 1 });

    assert.equal(effectOf(await ask('GET/users')), 'Deny');
    table.nowMs += 120_000;
    const suspended = await askSuspended('GET/users/7');
    assert.equal(effectOf(suspended), 'Deny');
    assert.equal(keyOf(suspended), undefined);
    assert.equal(contextOf(suspended)['retryAfter'], undefined);
  });
});

describe('a quota on some routes', () => {
  const some = { quota: { ...QUOTA, routes: ['GET /users/{id}'] } };

  it('charges these and no others', async () => {
    const { ask, table } = aCharging(some);

    const effects = [];
    for (const target of ['GET/users', 'GET/users', 'GET/users/7', 'GET/users/7', 'GET/users'])
      effects.push(effectOf(await ask(target)));

    assert.deepEqual(effects, ['Allow', 'Allow', 'Allow', 'Deny', 'Allow']);
    assert.equal(table.ledger()['rem'], 1);
  });

  it('opens none of them with the answer for another, which an API may cache', async () => {
    const { ask, document } = aCharging(some);

    const kept = resourcesOf(await ask('GET/users'));
    assert.match(kept, /GET\/users"/);
    assert.doesNotMatch(kept, /GET\/users\//);
    assert.equal(withoutCharged(document), withoutCharged(document));
  });

  it('denies them to a TOKEN authorizer, which has nothing to charge by', async () => {
    const { ask, counts } = aCharging({ ...some, load: undefined });

    assert.equal(effectOf(await ask('GET/users/7')), 'Deny');
    assert.doesNotMatch(resourcesOf(await ask('GET/users')), /GET\/users\//);
    assert.deepEqual(counts, ['Deny forbidden', 'Allow']);
  });

  it('does not apply the binding of an omitted route to another', async () => {
    const rules = [
      {
        id: 'own',
        effect: 'allow',
        methods: ['GET'],
        paths: ['/a/{id}', '/b/c/{id}'],
        bind: { id: { claim: 'sub' } },
      },
    ];
    const text = { rules, quota: { ...QUOTA, routes: ['GET /a/{id}'] } };
    const open = withoutCharged(aDocument(text, ['GET /a/{id}', 'GET /b/c/{id}']));

    assert.deepEqual(open.rules, [
      { id: 'own', effect: 'allow', routes: [1], bind: [{ segments: [2], claim: ['sub'] }] },
    ]);
  });
});
