/** A refusal by a quota names the limit, the plan and the customer, and the command that ends it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keeperOf, PLAN, QUOTA } from '../support/a-charging.ts';
import { aProtectedApi, documentFor, ISSUER_KEY } from '../support/a-protected-api.ts';
import { QuotaTable } from '../support/quota-table.ts';
import { recording, storyOf } from '../support/recorded-apis.ts';
import { signToken, someClaims } from '../support/signed-tokens.ts';

const RULES = [{ id: 'all', effect: 'allow', methods: ['*'], paths: ['/**'] }];
const TOKEN = signToken(ISSUER_KEY, someClaims({ sub: 'alice', aud: 'api', plan: 'gold' }));

function aChargedApi(quota: object = {}, kind: 'rest-request' | 'http-2.0' = 'rest-request', more = {}) {
  const table = new QuotaTable();
  const document = documentFor(kind, {
    rules: RULES,
    result: { cacheTtlSeconds: 0 },
    quota: { ...QUOTA, ...quota },
  });
  const quotas = (plans: readonly unknown[]) => Promise.resolve(keeperOf(table, plans));
  return { ...recording(aProtectedApi(kind, [document], 0, { quotas, more })), table };
}

describe('the explanation of a refusal by a quota', () => {
  for (const kind of ['rest-request', 'http-2.0'] as const)
    it(`names the limit that is used up, and when its next period begins, on ${kind}`, async () => {
      const api = aChargedApi({}, kind);

      for (const path of ['/users', '/users/7']) assert.equal(await api.get(path, TOKEN), 200);
      assert.equal(await api.get('/users', TOKEN), 403);

      const story = storyOf(api.last());
      assert.match(story, /its quota refuses it: over quota: limit daily of plan partner, tenant acme\./);
      assert.match(story, /The next period of the limit begins \d+ (?:s|h) after this request\./);
      assert.match(story, /The request costs 1 unit, and the limit daily had 0 of 3 units left\./);
      assert.match(story, /The limit counts the requests of each key separately\./);
      assert.match(story, /`gatewright quota top-up acme daily UNITS --key alice`/);
    });

  it('tells what the request costs if the limit has units left, and how a limit of a route is topped up', async () => {
    const limits = [{ id: 'each', level: 'route', quota: 3, period: 'DAY' }];
    const api = aChargedApi({ plans: [{ ...PLAN, limits }] });
    assert.equal(await api.get('/users/7', TOKEN), 200);
    assert.equal(await api.get('/users/7', TOKEN), 403);

    const story = storyOf(api.last());
    assert.match(story, /The request costs 2 units, and the limit each had 1 of 3 units left\./);
    assert.match(story, /The limit counts the requests of each key to each route separately\./);
    assert.match(
      story,
      /`gatewright quota top-up acme each UNITS --key alice --route 'GET \/users\/\{id\}'`/,
    );
  });

  it('does not advise to top up a rate', async () => {
    const limits = [{ id: 'pace', level: 'tenant', rate: 2, burst: 2, perSeconds: 60 }];
    const api = aChargedApi({ plans: [{ ...PLAN, limits, cost: undefined }] });
    while ((await api.get('/users', TOKEN)) === 200);

    const story = storyOf(api.last());
    assert.match(story, /over quota: limit pace of plan partner, tenant acme\./);
    assert.match(story, /→ Send requests more slowly, or .*`gatewright customers set-plan acme PLAN`/);
    assert.doesNotMatch(story, /quota top-up|next period/);
    assert.equal(api.records.rows()[0]?.reason, 'over rate limit');
  });

  it('names the suspended limit, and does not mention a customer that has no record', async () => {
    const api = aChargedApi();
    await api.get('/users', TOKEN);
    for (const [name, item] of api.table.items)
      if (name.includes('\nP#')) api.table.items.set(name, { ...item, susp: 1 });
    api.table.nowMs += 120_000;

    assert.equal(await api.get('/users/7', TOKEN), 403);

    const story = storyOf(api.last());
    assert.match(story, /its quota refuses it: suspended: limit daily of plan partner, tenant acme\./);
    assert.match(story, /→ Resume the limit daily with `gatewright quota resume acme daily --key alice`\./);
    assert.doesNotMatch(story, /customers resume/);
  });

  // A newcomer moved the clock, created a customer, and reset the clock: the customer's plan was not in force yet.
  it('names the customer that has no plan in force, with the commands that show and give it one', async () => {
    const api = aChargedApi({ plan: { claim: 'package' } });

    assert.equal(await api.get('/users', TOKEN), 403);

    const story = storyOf(api.last());
    assert.match(
      story,
      /charged: no claim package\..* no plan of the customer acme was in force, and the credential names none\./s,
    );
    assert.match(
      story,
      /→ See with `gatewright customers show acme` .*`gatewright customers set-plan acme PLAN`/,
    );
  });

  it('says which claim names nobody to charge', async () => {
    const api = aChargedApi({ tenant: { claim: 'org' } });

    assert.equal(await api.get('/users', TOKEN), 403);

    const story = storyOf(api.last());
    assert.match(story, /its quota refuses it: charged: no claim org\./);
    assert.match(story, /→ Use a credential that names the customer and the plan to charge\.$/);
  });

  it('says the same of a key that the authorizer withholds', async () => {
    const api = aChargedApi({ admissionKey: 'acme-admitted-requests' }, 'rest-request', {
      Api: { ApiKeySourceType: 'AUTHORIZER' },
      UsersGet: { ApiKeyRequired: true },
    });
    // No API has that key here, so the first request is refused for another reason.
    for (let call = 0; call < 4; call += 1) await api.get('/users', TOKEN);

    const story = storyOf(api.last());
    assert.match(story, /which returned none: over quota: limit daily of plan partner, tenant acme\./);
    assert.match(story, /The next period of the limit begins \d+ \w+ after this request/);
    assert.match(
      story,
      /→ Wait for the next period, or give the customer more: `gatewright quota top-up acme daily UNITS --key alice`/,
    );
    assert.doesNotMatch(story, /access explain/);
  });

  it('names a plan that is not on record', async () => {
    const api = aChargedApi({ plan: { claim: 'plan' }, plans: [PLAN] });

    assert.equal(await api.get('/users', TOKEN), 500);

    assert.match(storyOf(api.last()), /there is no customer plan gold/);
  });
});
